"""The Python end of the in-page agent: one round trip per form, one per arrival, and every outcome a known one."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar, cast

from common import metrics
from common.browser import driver as wire
from common.browser.expectation import Expectation, Reply
from common.browser.form import Field
from common.browser.habits import Habits, Level
from common.browser.locator import Locator
from common.browser.screen import Arrival, Press, Reading, Screen, screen_name
from common.errors import (
    BrowserFailed,
    FieldNotTaken,
    LeaseLost,
    TargetDown,
    TargetRejected,
    TargetTimeout,
    UiChanged,
    UnexpectedDialog,
)
from common.lease import Hold, now

S = TypeVar("S", bound=Screen)

_CTRL_A, _BACKSPACE = "\ue009a\ue000", "\ue003"
# Characters that WebDriver takes for keys and not for text.
_PRIVATE = range(0xE000, 0xF900)
_MOVES = 12


def _script(name: str) -> str:
    source = Path(__file__).with_name(name).read_text(encoding="utf-8")
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).removesuffix(";")


AGENT = f"""const [ask, done] = arguments;
const sight = ({_script("sight.js")})();
const agent = {_script("page.js")};
agent(sight, ask).then(done, () => done({{ state: "fault", name: "Error" }}));"""
"""The whole agent; sending it along costs 3 ms and asks nothing of a remote browser, so it is not preloaded."""


@dataclass(slots=True)
class _Act:
    """One fill with its press: where it stands, so that a page that reloads in the middle can be gone on with."""

    screen: Screen
    fields: Sequence[Field]
    press: Press | None
    expect: tuple[type[Screen], ...]
    step: str = field(default_factory=lambda: uuid.uuid4().hex)
    position: int = 0
    moves: int = 0
    pressing: bool = False
    tried: set[int] = field(default_factory=set[int])


class BrowserPage:
    """What stands on screen in one browser, worked in under one hold."""

    def __init__(
        self,
        driver: wire.Driver,
        hold: Hold,
        *,
        budget: float,
        habits: Habits,
        met: set[type[Screen]] | None = None,
        signing_in: bool = False,
    ) -> None:
        """`met` collects every screen that is awaited."""
        self.driver, self._hold, self._budget, self._habits = driver, hold, budget, habits
        self._met = set[type[Screen]]() if met is None else met
        self._signing_in = signing_in
        self.round_trips = 0

    # --- the port -----------------------------------------------------------------------------------------------

    def fill(self, screen: Screen, fields: Sequence[Field]) -> None:
        """Set and read back the fields."""
        with _timed(type(screen), "fill"):
            self._perform(_Act(screen, fields, None, ()))

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        """Set the fields, click once and give the expected screen that came."""
        with _timed(type(screen), "press"):
            arrived = self._perform(_Act(screen, fields, press, expect))
        if arrived is None:
            raise BrowserFailed
        return arrived

    def read(self, screen: Screen, what: Sequence[Locator], *, wait: bool) -> Sequence[Reading]:
        """Read from the page as it is now."""
        with _timed(type(screen), "read"):
            return self._read(screen, what, wait=wait)

    def _read(self, screen: Screen, what: Sequence[Locator], *, wait: bool) -> Sequence[Reading]:
        asked = {"reads": [at.data() for at in what], "wait": wait, "document": screen.arrival.document}
        for _ in range(_MOVES):
            reply = self._ask(screen, asked)
            if reply.get("state") == "read":
                readings = reply.get("reads", [])
                if wait:
                    self._require_shown(screen, what, readings)
                return readings
            if reply.get("state") not in ("left", "lost", "moved"):
                self._fail(screen, None, reply)
            # The page moved by itself: go on only if it is still this screen.
            here = self._arrive(screen, (type(screen),), step="", departed="")
            screen.arrival = here.arrival
            asked["document"] = here.arrival.document
        raise TargetTimeout(f"{type(screen).__name__} does not come to rest")

    def again(self, screen: Screen) -> Arrival:
        """Await the screen's readiness once more and read it afresh."""
        with _timed(type(screen), "refresh"):
            return self._arrive(screen, (type(screen),), step="", departed="").arrival

    def open(self, screen: type[S], address: str) -> S:
        """Go to an address and await the screen there."""
        blank = screen(self)
        with _timed(screen, "open"):
            if "#" in address:
                # Only the fragment may differ from where the browser is; then nothing would be loaded anew.
                self._load(blank, "about:blank")
            self._load(blank, address)
            return cast("S", self._arrive(blank, (screen,), step="", departed=""))

    def _load(self, screen: Screen, address: str) -> None:
        # A load that ran out of time may have left the former page standing: it must not be taken for the new one.
        if not self._told(screen, lambda: self.driver.get(address) or True):
            raise TargetTimeout(f"{type(screen).__name__} did not load in time")

    # --- filling and pressing -------------------------------------------------------------------------------------

    def _perform(self, act: _Act) -> Screen | None:
        while True:
            nxt = self._next_by_hand(act)
            reply = self._ask(act.screen, self._request(act, nxt))
            state = reply.get("state")
            if state == "filled":
                return None
            if state == "arrived":
                return self._awaited(act.screen, act.expect).arrived(self, reply)
            if state == "hand" and nxt is not None:
                self._by_hand(act, nxt, reply)
                act.position = nxt + 1
            elif state == "unkept":
                self._escalate(act, reply.get("fields", []))
            elif state == "disabled":
                self._escalate_all(act)
            elif state in ("left", "lost", "moved"):
                arrived = self._follow(act, reply)
                if arrived is not None:
                    return arrived
            else:
                self._fail(act.screen, act, reply)

    def _request(self, act: _Act, nxt: int | None) -> dict[str, Any]:
        end = len(act.fields) if nxt is None else nxt
        numbered = [{"field": item.data(), "at": at} for at, item in enumerate(act.fields)]
        act.pressing = nxt is None and act.press is not None
        untried = any(item.typed and self._level(act, at) < Level.KEYS for at, item in enumerate(act.fields))
        return {
            "document": act.screen.arrival.document,
            "step": act.step,
            "set": numbered[act.position : end],
            "check": numbered[:end],
            "hand": None if nxt is None else numbered[nxt],
            "press": {"what": act.press.what.data(), "row": act.press.row} if act.pressing and act.press else None,
            "impatient": untried,
            "screens": self._awaited(act.screen, act.expect).data() if act.pressing else [],
        }

    def _level(self, act: _Act, at: int) -> Level:
        return self._habits.level(act.screen, act.fields[at])

    def _next_by_hand(self, act: _Act) -> int | None:
        for at in range(act.position, len(act.fields)):
            if act.fields[at].value.get("kind") == "file" or self._level(act, at) > Level.AGENT:
                return at
        return None

    def _by_hand(self, act: _Act, at: int, reply: Reply) -> None:
        item, element = act.fields[at], reply.get("element")
        if item.value.get("kind") == "file":
            if at in act.tried:
                raise FieldNotTaken(_named(act.screen, item))
            act.tried.add(at)
            self._told(act.screen, lambda: self.driver.upload(element, item.text))
            return
        text = item.text
        if any(ord(sign) in _PRIVATE for sign in text) or ("\n" in text and not reply.get("lines")) or "\t" in text:
            raise FieldNotTaken(_named(act.screen, item))
        if self._level(act, at) is Level.INSERT and text:
            self._told(act.screen, lambda: self.driver.cdp("Input.insertText", {"text": text}))
        else:
            self._told(act.screen, lambda: self.driver.keys(element, _CTRL_A + (text or _BACKSPACE)))

    def _escalate(self, act: _Act, fields: Sequence[int]) -> None:
        for at in fields:
            item, level = act.fields[at], self._level(act, at)
            if item.value.get("kind") == "file":
                continue
            if not item.typed or level is Level.KEYS:
                raise FieldNotTaken(_named(act.screen, item))
            self._habits.raise_to(act.screen, item, Level(level + 1))
        act.position = min(fields, default=0)

    def _escalate_all(self, act: _Act) -> None:
        """Type everything by hand: the page does not believe what its own controls show."""
        slow = [item for at, item in enumerate(act.fields) if item.typed and self._level(act, at) < Level.KEYS]
        if not slow:
            what = act.press.what if act.press else "a control"
            raise TargetRejected(f"{type(act.screen).__name__}: {what} stays disabled")
        for item in slow:
            self._habits.raise_to(act.screen, item, Level.KEYS)
        act.position = 0

    def _follow(self, act: _Act, reply: Reply) -> Screen | None:
        """Find out which page this is now; None means that the act is to go on here."""
        act.moves += 1
        if act.moves > _MOVES:
            raise TargetTimeout(f"{type(act.screen).__name__} does not come to rest")
        old = act.screen.arrival.document
        pressed = bool(reply.get("pressed")) or (reply.get("state") == "lost" and act.pressing)
        if pressed:
            there = self._arrive(
                act.screen, act.expect, step=act.step, departed=reply.get("document", ""), awaiting=old
            )
            if there is not act.screen:
                return there
        else:
            # A choice made the page load anew (or it did so by itself): what was kept there is not set again.
            here = self._arrive(act.screen, (type(act.screen),), step="", departed=reply.get("document", ""))
            act.screen.arrival = Arrival(document=here.arrival.document)
        act.position = 0
        return None

    # --- arriving -------------------------------------------------------------------------------------------------

    def _awaited(self, screen: Screen, expect: tuple[type[Screen], ...]) -> Expectation:
        self._met.update(expect)
        return Expectation(screen.target, expect, signing_in=self._signing_in)

    def _arrive(
        self,
        screen: Screen,
        expect: tuple[type[Screen], ...],
        *,
        step: str,
        departed: str,
        awaiting: str = "",
        budget: float = 0,
    ) -> Screen:
        """Await one of the expected screens, through as many pages as lie between; `screen` itself means unpressed."""
        awaited, give_up = self._awaited(screen, expect), now() + 2 * self._budget
        asked = {
            "step": step,
            "departed": departed,
            "awaiting": awaiting,
            "screens": awaited.data(),
            "budget": budget or self._budget * 750,
        }
        for _ in range(_MOVES):
            reply = self._ask(screen, asked)
            match reply.get("state"):
                case "arrived":
                    return awaited.arrived(self, reply)
                case "unpressed":
                    return screen
                case "left" | "lost" if now() < give_up:
                    asked["departed"] = reply.get("document", "")
                case _:
                    self._fail(screen, None, reply, expect)
        raise TargetTimeout(f"after {type(screen).__name__}, one page led to another without end")

    # --- one round trip -------------------------------------------------------------------------------------------

    def _ask(self, screen: Screen, asked: Mapping[str, Any]) -> Reply:
        """Send one request to the agent; what was lost on the way reads as the state `lost`."""
        request: dict[str, Any] = {
            "set": [],
            "check": [],
            "screens": [],
            "step": "",
            "grace": 300,
            "budget": self._budget * 750,
            "deadline": self._hold.wall_deadline_ms(),
            **asked,
        }
        reply = self._told(screen, lambda: self.driver.script(AGENT, request))
        return cast("Reply", reply) if isinstance(reply, dict) else {"state": "lost"}

    def _told(self, screen: Screen, command: Callable[[], Any]) -> Any:
        """Send one command if its budget fits before the deadline, and say what its failure means."""
        self._hold.require(self._budget + screen.target.settle.total_seconds())
        self.round_trips += 1
        try:
            return command()
        except wire.ReplyLost:
            return None
        except wire.DialogShown:
            raise UnexpectedDialog(f"{type(screen).__name__} showed an alert") from None
        except wire.AddressFailed:
            raise TargetDown(f"{screen.target.name} cannot be reached") from None
        except wire.DriverSlow:
            self._hold.require(0)
            self.driver.kill()
            raise TargetTimeout(f"{type(screen).__name__} did not answer in time") from None
        except wire.DriverGone:
            # A browser that was killed because the lease ended is the lost lease, not a fault of the browser.
            self._hold.require(0)
            raise BrowserFailed from None

    # --- what a failure means -------------------------------------------------------------------------------------

    def _require_shown(self, screen: Screen, what: Sequence[Locator], readings: Sequence[Reading]) -> None:
        for at, reading in zip(what, readings, strict=True):
            if not reading.get("shown"):
                raise UiChanged(f"{type(screen).__name__}: no {at}", screens=(screen_name(type(screen)),))

    def _fail(self, screen: Screen, act: _Act | None, reply: Reply, expect: tuple[type[Screen], ...] = ()) -> NoReturn:
        name = type(screen).__name__
        match reply.get("state"):
            case "late":
                self._hold.require(0)
                raise LeaseLost
            case "down":
                raise TargetDown(f"{screen.target.name} answered with an error")
            case "nowhere":
                raise self._awaited(screen, act.expect if act else expect).missed(screen, reply)
            case "left" | "lost":
                raise TargetTimeout(f"{name} did not answer in time")
            case "problem" if act is not None:
                self._problem(act, reply)
            case _:
                raise BrowserFailed(f"{name}: the agent failed ({reply.get('name', reply.get('state', 'nothing'))})")

    def _explain(self, screen: Screen) -> None:
        """Raise what a missing control may really mean: a dialog, a session that has ended, an error page."""
        with contextlib.suppress(UiChanged, TargetTimeout):
            self._arrive(screen, (type(screen),), step="", departed="", budget=1000)

    def _problem(self, act: _Act, reply: Reply) -> NoReturn:
        name, what, at = type(act.screen).__name__, reply.get("what", ""), reply.get("field")
        screens = (screen_name(type(act.screen)),)
        if at is None:
            shown = act.press.what if act.press else "control"
            if what == "missing" and not reply.get("complete"):
                raise TargetTimeout(f"{name}: no {shown} in time")
            self._explain(act.screen)
            raise UiChanged(f"{name}: {'no' if what == 'missing' else what} {shown}", screens=screens)
        item = act.fields[at]
        if what == "missing" and not reply.get("complete"):
            raise TargetTimeout(f"{name}: no {item.at} in time")
        if what in ("missing", "several"):
            self._explain(act.screen)
            raise UiChanged(f"{name}: {'no' if what == 'missing' else what} {item.at}", screens=screens)
        raise FieldNotTaken(f"{_named(act.screen, item)} ({what})")


def _timed(screen: type[Screen], action: str) -> AbstractContextManager[object]:
    """Measure an act on a screen, also one that fails: a page that never came took longest of all."""
    return metrics.SCREEN_SECONDS.labels(screen.target.name, screen.__name__, action).time()


def _named(screen: Screen, item: Field) -> str:
    return f"{type(screen).__name__}: {item.at} did not keep its value"
