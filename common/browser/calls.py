"""Every call to the driver on behalf of one hold: counted, in time before the deadline, and each failure with its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from common.browser import driver as wire
from common.browser.agent import AGENT
from common.browser.expectation import Reply
from common.browser.screen import Screen, place_of
from common.errors import BrowserFailed, TargetDown, TargetTimeout, UnexpectedDialog
from common.lease import Hold


class Calls:
    """What a page asks of its driver."""

    def __init__(self, driver: wire.Driver, hold: Hold, budget: float) -> None:
        self.driver, self.hold, self.budget = driver, hold, budget
        self.counted = 0
        self._lost = False

    def ask(self, screen: Screen, asked: Mapping[str, Any], *, inside: bool = False) -> Reply:
        """Send one request to the agent; what was lost on the way reads as the state `lost`.

        The agent works from the page around frames and windows, unless the driver is `inside` where the screen is shown.
        """
        place = place_of(type(screen))
        request: dict[str, Any] = {
            "set": [],
            "check": [],
            "screens": [],
            "step": "",
            "grace": 300,
            "budget": self.budget * 750,
            "deadline": self.hold.wall_deadline_ms(),
            "lost": self._lost,
            **({"place": place} if place and not inside else {}),
            **asked,
        }
        if "window" in place or any("window" in each.get("place", {}) for each in request["screens"]):
            self.driver.has_windows = True
        reply = self.tell(screen, lambda: self.driver.script(AGENT, request))
        if not isinstance(reply, dict):
            return {"state": "lost"}
        self._lost = False
        if "opens" in reply:
            self.driver.has_windows = True
        return cast("Reply", reply)

    def tell(self, screen: Screen, command: Callable[[], Any], *, held: bool = True) -> Any:
        """Send one command if its budget fits before the deadline, and say what its failure means.

        `held` is False for what must be done whoever holds the lease. None means that the reply was lost.
        """
        if held:
            self.hold.require(self.budget + screen.target.settle.total_seconds())
        self.counted += 1
        try:
            return command()
        except wire.ReplyLost:
            self._lost = True
            return None
        except wire.DialogShown:
            raise UnexpectedDialog(f"{type(screen).__name__} showed an alert") from None
        except wire.AddressFailed:
            raise TargetDown(f"{screen.target.name} cannot be reached") from None
        except wire.DriverSlow:
            self.hold.require(0)
            self.driver.kill()
            raise TargetTimeout(f"{type(screen).__name__} did not answer in time") from None
        except wire.DriverGone as gone:
            # A browser that was killed because the lease ended is the lost lease, not a fault of the browser.
            self.hold.require(0)
            raise BrowserFailed(f"the browser is gone ({gone})") from None

    def shows_error(self, screen: Screen, windows: Iterable[str]) -> bool:
        """Whether what cannot be read in one of these windows is the browser's own page: nothing answered."""

        def shown(window: str) -> bool:
            return bool(self.tell(screen, lambda: self.driver.shows_error(window)))

        return any(map(shown, windows))
