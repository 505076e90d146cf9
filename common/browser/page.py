"""The Python end of the in-page agent: one round trip per form, one per arrival, and every outcome a known one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TypeVar, cast

from common import metrics
from common.browser import driver as wire
from common.browser.calls import Calls
from common.browser.expectation import Expectation, Reply
from common.browser.form import Control, Field
from common.browser.habits import Habits
from common.browser.hands import Act, Hands, named
from common.browser.locator import Locator
from common.browser.screen import Arrival, Press, Reading, Screen, screen_name
from common.errors import (
    BrowserFailed,
    FieldNotTaken,
    LeaseLost,
    TargetDown,
    TargetTimeout,
    UiChanged,
    UnexpectedDialog,
)
from common.lease import Hold, now

S = TypeVar("S", bound=Screen)

_MOVES = 12
# A page that has been left after a case is empty, though it has its address still.
_ADDRESS = "arguments[1](document.documentElement.childElementCount ? location.href : '')"


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
        self._calls = Calls(driver, hold, budget)
        self._hands = Hands(self._calls, habits)
        self._hold, self._budget = hold, budget
        self._met = set[type[Screen]]() if met is None else met
        self._signing_in = signing_in

    @property
    def driver(self) -> wire.Driver:
        """The browser it stands in."""
        return self._calls.driver

    @property
    def round_trips(self) -> int:
        """How often the driver has been called so far."""
        return self._calls.counted

    # --- the port -----------------------------------------------------------------------------------------------

    def fill(self, screen: Screen, fields: Sequence[Field]) -> None:
        """Set and read back the fields."""
        with _timed(type(screen), "fill"):
            self._perform(Act(screen, fields, None, ()))

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        """Set the fields, click once and give the expected screen that came."""
        with _timed(type(screen), "press"):
            arrived = self._perform(Act(screen, fields, press, expect))
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
            reply = self._calls.ask(screen, asked)
            if reply.get("state") == "read":
                readings = reply.get("reads", [])
                if wait:
                    self._require_shown(screen, what, readings)
                return readings
            if reply.get("state") not in ("left", "lost", "moved"):
                self._fail(screen, None, reply)
            # The page moved by itself: go on only if it is still this screen.
            here = self._arrive(screen, (type(screen),), step="", departed=self._rested(screen, reply))
            screen.arrival = here.arrival
            asked["document"] = here.arrival.document
        raise TargetTimeout(f"{type(screen).__name__} does not come to rest")

    def again(self, screen: Screen) -> Arrival:
        """Await the screen's readiness once more and read it afresh."""
        with _timed(type(screen), "refresh"):
            return self._arrive(screen, (type(screen),), step="", departed="").arrival

    def count(self, screen: Screen, what: Sequence[Control]) -> Sequence[int]:
        """Say of each how many elements an act would have to choose from; what is still to come is waited for.

        Where the screen itself was awaited in vain, all that can come has come.
        """
        asked: dict[str, Any] = {"count": [{"at": each.at.data(), "typed": each.typed} for each in what]}
        if not screen.arrival.document:
            asked["budget"] = 0
        for _ in range(_MOVES):
            reply = self._calls.ask(screen, asked)
            if reply.get("state") == "counted":
                return reply.get("counts", [])
            if reply.get("state") not in ("left", "lost"):
                self._fail(screen, None, reply)
        raise TargetTimeout(f"{type(screen).__name__} does not come to rest")

    def open(self, screen: type[S], address: str) -> S:
        """Go to an address and await the screen there, or come back to it where its frames still stand."""
        blank = screen(self)
        with _timed(screen, "open"):
            if screen.back_by is not None and self._stands_at(blank, address):
                with contextlib.suppress(UiChanged, TargetTimeout):
                    return cast("S", self._come_back(blank, *screen.back_by))
            if "#" in address:
                # Only the fragment may differ from where the browser is; then nothing would be loaded anew.
                self._load(blank, "about:blank")
            self._load(blank, address)
            return cast("S", self._arrive(blank, (screen,), step="", departed=""))

    def _stands_at(self, screen: Screen, address: str) -> bool:
        """Whether the visit before was at the same address, and has left no window open there."""
        return (
            not self.driver.has_windows
            and self._calls.tell(screen, lambda: self.driver.script(_ADDRESS, {})) == address
        )

    def _come_back(self, screen: Screen, beside: type[Screen], what: Locator) -> Screen:
        there = self._arrive(beside(self), (beside,), step="", departed="")
        came = self._perform(Act(there, (), Press(what), (type(screen),)))
        if came is None:
            raise BrowserFailed
        return came

    def _load(self, screen: Screen, address: str) -> None:
        if self.driver.has_windows:
            # What a former visit left open would be taken for what this one opens.
            self._calls.tell(screen, self.driver.close_windows)
        # A load that ran out of time may have left the former page standing: it must not be taken for the new one.
        if not self._calls.tell(screen, lambda: self.driver.get(address) or True):
            raise TargetTimeout(f"{type(screen).__name__} did not load in time")

    # --- filling and pressing -------------------------------------------------------------------------------------

    def _perform(self, act: Act) -> Screen | None:
        while True:
            by_hand = self._hands.next_of(act)
            reply: Reply | None = self._calls.ask(act.screen, self._request(act, by_hand))
            if by_hand is not None and reply.get("state") in ("hand", "inside"):
                reply = self._hands.fill(act, by_hand, reply)
            if reply is None:
                continue
            match reply.get("state"):
                case "filled":
                    return None
                case "arrived":
                    return self._awaited(act.screen, act.expect).arrived(self, reply)
                case "unkept":
                    self._hands.escalate(act, reply.get("fields", []))
                case "disabled":
                    self._hands.escalate_all(act)
                case _:
                    if arrived := self._follow(act, reply):
                        return arrived

    def _request(self, act: Act, by_hand: int | None) -> dict[str, Any]:
        end = len(act.fields) if by_hand is None else by_hand
        numbered = [{"field": item.data(), "at": at} for at, item in enumerate(act.fields)]
        act.pressing = by_hand is None and act.press is not None
        return {
            "document": act.screen.arrival.document,
            "step": act.step,
            "set": numbered[act.position : end],
            "check": numbered[:end],
            "hand": None if by_hand is None else numbered[by_hand],
            "press": {"what": act.press.what.data(), "row": act.press.row} if act.pressing and act.press else None,
            "impatient": self._hands.untried(act),
            "screens": self._awaited(act.screen, act.expect).data() if act.pressing else [],
        }

    def _follow(self, act: Act, reply: Reply) -> Screen | None:
        """Find out which page this is now; None means that the act is to go on here. Raises what any other reply means."""
        state = reply.get("state")
        slow = state == "nowhere" and bool(act.screen.patience) and not reply.get("complete")
        if state not in ("left", "lost", "moved", "undone") and not slow:
            self._fail(act.screen, act, reply)
        act.moves += 1
        if act.moves > _MOVES:
            raise TargetTimeout(f"{type(act.screen).__name__} does not come to rest")
        if state == "undone":
            act.position = 0
            return None
        old = act.screen.arrival.document
        pressed = slow or bool(reply.get("pressed")) or (state == "lost" and act.pressing)
        if pressed:
            there = self._arrive(
                act.screen, act.expect, step=act.step, departed=reply.get("document", ""), awaiting=old
            )
            if there is not act.screen:
                return there
        else:
            # A choice made the page load anew (or it did so by itself): what was kept there is not set again.
            departed = self._rested(act.screen, reply)
            here = self._arrive(act.screen, (type(act.screen),), step="", departed=departed)
            act.screen.arrival = Arrival(document=here.arrival.document)
            act.given.clear()
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
        awaited, patience = self._awaited(screen, expect), screen.patience.total_seconds() if step else 0
        give_up = now() + 2 * self._budget + patience
        asked = {
            "step": step,
            "departed": departed,
            "awaiting": awaiting,
            "screens": awaited.data(),
            "budget": budget or self._budget * 750,
        }
        for _ in range(_MOVES):
            reply = self._calls.ask(screen, asked)
            match reply.get("state"):
                case "arrived":
                    return awaited.arrived(self, reply)
                case "unpressed":
                    return screen
                case "left" | "lost" if now() < give_up:
                    asked["departed"] = self._rested(screen, reply)
                case "nowhere" if patience and not reply.get("complete") and now() < give_up:
                    continue
                case _:
                    self._fail(screen, None, reply, expect)
        raise TargetTimeout(f"after {type(screen).__name__}, one page led to another without end")

    def _rested(self, screen: Screen, reply: Reply) -> str:
        """Wait for what is being loaded where the screen is shown, and say which document was being left there.

        The driver waits by itself where it is, which is the page around frames and windows.
        """
        frames, driver = reply.get("frames"), self._calls.driver
        inside = frames is not None and bool(screen.frame or screen.window)
        if inside and not self._calls.tell(screen, lambda: driver.rest(screen.window, frames or ()) or True):
            raise TargetTimeout(f"{type(screen).__name__} was not answered in time")
        return reply.get("document", "")

    # --- what a failure means -------------------------------------------------------------------------------------

    def _require_shown(self, screen: Screen, what: Sequence[Locator], readings: Sequence[Reading]) -> None:
        for at, reading in zip(what, readings, strict=True):
            if not reading.get("shown"):
                raise UiChanged(f"{type(screen).__name__}: no {at}", screens=(screen_name(type(screen)),))

    def _fail(self, screen: Screen, act: Act | None, reply: Reply, expect: tuple[type[Screen], ...] = ()) -> NoReturn:
        name = type(screen).__name__
        match reply.get("state"):
            case "late":
                self._hold.require(0)
                raise LeaseLost
            case "down":
                raise TargetDown(f"{screen.target.name} answered with an error")
            case "dialog":
                raise UnexpectedDialog(f"{name} showed an alert")
            case "nowhere":
                expected = act.expect if act else expect
                windows = {screen.window, *(each.window for each in expected)}
                if reply.get("foreign") and self._calls.shows_error(screen, windows):
                    raise TargetDown(f"{screen.target.name} cannot be reached")
                raise self._awaited(screen, expected).missed(screen, reply)
            case "left" | "lost" | "unanswered":
                raise TargetTimeout(f"{name} did not answer in time")
            case "problem" if act is not None:
                self._problem(act, reply)
            case _:
                raise BrowserFailed(f"{name}: the agent failed ({reply.get('name', reply.get('state', 'nothing'))})")

    def _explain(self, screen: Screen) -> None:
        """Raise what a missing control may really mean: a dialog, a session that has ended, an error page."""
        with contextlib.suppress(UiChanged, TargetTimeout):
            self._arrive(screen, (type(screen),), step="", departed="", budget=1000)

    def _problem(self, act: Act, reply: Reply) -> NoReturn:
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
        raise FieldNotTaken(f"{named(act.screen, item)} ({what})")


def _timed(screen: type[Screen], action: str) -> AbstractContextManager[object]:
    """Measure an act on a screen, also one that fails: a page that never came took longest of all."""
    return metrics.SCREEN_SECONDS.labels(screen.target.name, screen.__name__, action).time()
