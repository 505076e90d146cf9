"""Filling by hand what the agent cannot: files, and fields that only believe real keys."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from common.browser.calls import Calls
from common.browser.expectation import Reply
from common.browser.form import Field
from common.browser.habits import Habits, Level
from common.browser.screen import Press, Screen
from common.errors import FieldNotTaken, TargetRejected

_CTRL_A, _BACKSPACE = "\ue009a\ue000", "\ue003"
# Characters that WebDriver takes for keys and not for text.
_PRIVATE = range(0xE000, 0xF900)


@dataclass(slots=True)
class Act:
    """One fill with its press: where it stands, so that a page that reloads in the middle can be gone on with."""

    screen: Screen
    fields: Sequence[Field]
    press: Press | None
    expect: tuple[type[Screen], ...]
    step: str = field(default_factory=lambda: uuid.uuid4().hex)
    position: int = 0
    moves: int = 0
    pressing: bool = False
    given: set[int] = field(default_factory=set[int])
    """The files that the page has been given: it is asked whether it has kept them, and given none twice."""


class Hands:
    """By which means each field of an act is filled, and the slower ones of them."""

    def __init__(self, calls: Calls, habits: Habits) -> None:
        self._calls, self._habits = calls, habits

    def next_of(self, act: Act) -> int | None:
        """The next field that has to be filled by hand."""
        for at in range(act.position, len(act.fields)):
            if _is_file(act.fields[at]):
                if at not in act.given:
                    return at
            elif self._level(act, at) > Level.AGENT:
                return at
        return None

    def untried(self, act: Act) -> bool:
        """Whether something could yet be typed by hand that has not been."""
        return any(item.typed and self._level(act, at) < Level.KEYS for at, item in enumerate(act.fields))

    def fill(self, act: Act, at: int, reply: Reply) -> Reply | None:
        """Fill one field; `reply` opened it, or says how to get into its frame. Gives a reply that says it cannot be."""
        if reply.get("state") == "inside":
            return self._inside(act, at, reply.get("frames", []))
        self._type(act, at, reply)
        return None

    def _inside(self, act: Act, at: int, frames: Sequence[int]) -> Reply | None:
        """Fill it where a driver's hand reaches: in the frame or window itself."""
        screen, driver = act.screen, self._calls.driver
        opened = {"document": screen.arrival.document, "hand": {"field": act.fields[at].data(), "at": at}}
        try:
            entered = self._calls.tell(screen, lambda: driver.enter(screen.window, frames) or True)
            reply = self._calls.ask(screen, opened, inside=True) if entered else Reply(state="lost")
            if reply.get("state") != "hand":
                return reply
            self._type(act, at, reply)
            return None
        finally:
            # Also when the lease is over: whoever works here next begins outside.
            self._calls.tell(screen, driver.outside, held=False)

    def _type(self, act: Act, at: int, reply: Reply) -> None:
        item, element, driver = act.fields[at], reply.get("element"), self._calls.driver
        act.position = at + 1
        if _is_file(item):
            act.given.add(at)
            self._calls.tell(act.screen, lambda: driver.upload(element, item.text))
            return
        text = item.text
        if any(ord(sign) in _PRIVATE for sign in text) or ("\n" in text and not reply.get("lines")) or "\t" in text:
            raise FieldNotTaken(named(act.screen, item))
        if self._level(act, at) is Level.INSERT and text:
            self._calls.tell(act.screen, lambda: driver.cdp("Input.insertText", {"text": text}))
        else:
            self._calls.tell(act.screen, lambda: driver.keys(element, _CTRL_A + (text or _BACKSPACE)))

    def escalate(self, act: Act, fields: Sequence[int]) -> None:
        """Fill these by slower means; raises FieldNotTaken where there are none."""
        for at in fields:
            item, level = act.fields[at], self._level(act, at)
            if _is_file(item):
                continue
            if not item.typed or level is Level.KEYS:
                raise FieldNotTaken(named(act.screen, item))
            self._habits.raise_to(act.screen, item, Level(level + 1))
        act.position = min(fields, default=0)

    def escalate_all(self, act: Act) -> None:
        """Type everything by hand: the page does not believe what its own controls show."""
        slow = [item for at, item in enumerate(act.fields) if item.typed and self._level(act, at) < Level.KEYS]
        if not slow:
            what = act.press.what if act.press else "a control"
            raise TargetRejected(f"{type(act.screen).__name__}: {what} stays disabled")
        for item in slow:
            self._habits.raise_to(act.screen, item, Level.KEYS)
        act.position = 0

    def _level(self, act: Act, at: int) -> Level:
        return self._habits.level(act.screen, act.fields[at])


def _is_file(item: Field) -> bool:
    return item.value.get("kind") == "file"


def named(screen: Screen, item: Field) -> str:
    """What is said of a field that will not keep its value; never the value."""
    return f"{type(screen).__name__}: {item.at} did not keep its value"
