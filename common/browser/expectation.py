"""Which screens may come next, in the order in which they count, and what it means which of them came."""

from __future__ import annotations

from typing import Any, TypedDict

from common.browser.screen import (
    Arrival,
    Page,
    Reading,
    Screen,
    TableData,
    place_of,
    read_on_arrival,
    ready_when,
    screen_name,
)
from common.browser.target import WebTarget
from common.errors import LoginFailed, RogerError, TargetTimeout, UiChanged, UnexpectedDialog


class Reply(TypedDict, total=False):
    """What the agent answers."""

    state: str
    document: str
    pressed: bool
    screen: int
    reads: list[Reading]
    tables: list[TableData]
    terms: dict[str, str]
    fields: list[int]
    counts: list[int]
    field: int
    what: str
    complete: bool
    lacking: list[int]
    element: object
    lines: bool
    native: bool
    name: str
    frames: list[int]
    opens: bool
    foreign: bool


class Expectation:
    """The expected screens among those that may interrupt.

    A dialog lies over a page and so comes first; any other interruption only counts in place of what was expected. One
    that names no frame or window of its own is met in any of those that take part.
    """

    def __init__(self, target: WebTarget, expect: tuple[type[Screen], ...], *, signing_in: bool) -> None:
        self._target, self._expect = target, expect
        self._errors = {each: error for each, error in target.interruptions.items() if each not in expect}
        if signing_in and target.sign_in_screen in self._errors:
            # It has not become another page: the session was gone before it could be used, as when the target restarts.
            self._errors[target.sign_in_screen] = LoginFailed
        dialogs = [each for each, error in self._errors.items() if issubclass(error, UnexpectedDialog)]
        self._order = [*dialogs, *expect, *(each for each in self._errors if each not in dialogs)]
        self._names = " or ".join(each.__name__ for each in expect)

    def data(self) -> list[dict[str, Any]]:
        """Give them as JSON for the in-page agent."""
        return [
            {
                "ready": [at.data() for at in ready_when(each)],
                "reads": [at.data() for at in read_on_arrival(each)] if each in self._expect else [],
                **({"place": place} if (place := place_of(each)) else {"anywhere": each in self._errors}),
            }
            for each in self._order
        ]

    def arrived(self, page: Page, reply: Reply) -> Screen:
        """Give the screen that came, with what was read there; raises what an interruption means."""
        came = self._order[reply.get("screen", 0)]
        if came in self._errors:
            raise self._errors[came](f"{came.__name__} came instead of {self._names}")
        read = dict(zip(read_on_arrival(came), reply.get("reads", []), strict=False))
        return came(page, Arrival(reply.get("document", ""), read, reply.get("tables", []), reply.get("terms")))

    def missed(self, before: Screen, reply: Reply) -> RogerError:
        """Say what it means that none came: what each of them lacked, without any text of the page."""
        if not reply.get("complete"):
            return TargetTimeout(f"{self._names} did not come in time")
        lacking = dict(zip(self._order, reply.get("lacking", []), strict=False))
        missing = [
            f"{each.__name__} ({ready_when(each)[at]})" if (at := lacking.get(each, -1)) >= 0 else each.__name__
            for each in self._expect
        ]
        return UiChanged(
            f"after {type(before).__name__}: no {', no '.join(missing)}",
            screens=tuple(screen_name(each) for each in self._expect),
        )
