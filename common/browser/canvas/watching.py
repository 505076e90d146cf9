"""Waiting for a remote picture: until it has changed, until it rests, and until it is what was expected."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any, Final, cast

from common.browser.calls import Calls
from common.browser.canvas.finding import Sight
from common.browser.canvas.picture import Box, Picture
from common.browser.canvas.reading import Reading
from common.browser.canvas.screen import CanvasScreen
from common.browser.screen import Screen
from common.errors import UiChanged

_PAUSE: Final = 0.06
"""Seconds between two pictures."""
_RESTS: Final = 0.25
"""So long nothing must change. Values that are drawn after their window come sooner than that, or are waited for."""
_GRAIN: Final = 48
"""Grades by which a pixel may differ from the last picture although nothing has changed: the connection's noise."""
_WHERE: Final = """const [ask, done] = arguments;
const shown = [...document.querySelectorAll(ask.selector)].map((each) => each.getBoundingClientRect());
const best = shown.filter((each) => each.width > 100 && each.height > 100)
  .sort((one, other) => other.width * other.height - one.width * one.height)[0];
done(best ? { x: best.x, y: best.y, width: best.width, height: best.height } : { nothing: true });"""


class Watch:
    """The remote picture in one page."""

    def __init__(self, calls: Calls, reading: Reading, gone: Callable[[CanvasScreen], None]) -> None:
        """`gone` is told when the page shows no picture: it raises what stands there instead, or waits until one is there."""
        self._calls, self._reading, self._gone = calls, reading, gone
        self._rested: Sight | None = None
        self.place = Box(0, 0, 0, 0)
        """Where in the page the picture stands, in the page's pixels."""

    def picture(self, screen: CanvasScreen) -> Picture:
        """What is shown right now, wherever in the page it is shown."""
        while True:
            place = self._calls.tell(
                screen, lambda: self._calls.driver.script(_WHERE, {"selector": screen.canvas.value})
            )
            if isinstance(place, dict) and "nothing" not in place:
                found = cast("dict[str, float]", place)
                self.place = Box(*(round(found[side]) for side in ("y", "x", "width", "height")))
                if (taken := self._taken(screen)) is not None:
                    return taken
            else:
                self._gone(screen)

    def _taken(self, screen: CanvasScreen) -> Picture | None:
        """A picture of where it was shown last; None when the reply was lost."""
        clip = {
            "x": self.place.x,
            "y": self.place.y,
            "width": self.place.width,
            "height": self.place.height,
            "scale": 1,
        }
        asked = {"format": "png", "clip": clip, "optimizeForSpeed": True}
        reply: Any = self._calls.tell(screen, lambda: self._calls.driver.cdp("Page.captureScreenshot", asked))
        return Picture.of(base64.b64decode(reply["data"])) if reply else None

    def acted(self) -> None:
        """Something has been done: what was seen before need not be so any more."""
        self._rested = None

    def rests(self, screen: CanvasScreen, until: float) -> Sight | None:
        """The picture once nothing in it changes any more; None when that does not happen in time."""
        last, since = self.picture(screen), time.monotonic()
        if self._rested is not None and not self.differs(Sight(last, self._reading), self._rested.picture):
            return self._rested
        while time.monotonic() < until:
            time.sleep(_PAUSE)
            now = self._taken(screen) or self.picture(screen)
            if now.changed(last, grades=_GRAIN) is not None:
                since = time.monotonic()
            elif time.monotonic() - since >= _RESTS:
                self._rested = Sight(now, self._reading)
                return self._rested
            last = now
        return None

    def differs(self, sight: Sight, before: Picture) -> bool:
        """Whether something has happened since an earlier picture."""
        return sight.picture.changed(before, grades=_GRAIN) is not None


def shown(sight: Sight, screen: type[Screen]) -> bool:
    """Whether a screen's readiness is seen."""
    return lacks(sight, screen) is None


def lacks(sight: Sight, screen: type[Screen]) -> str | None:
    """What of a screen's readiness is not seen; None when all is."""
    wanted = screen.ready if isinstance(screen.ready, tuple) else (screen.ready,)
    return next((str(at) for at in wanted if not sight.shows(at)), None)


def the_one(sight: Sight, screen: Screen, what: Any) -> Box:
    """The one thing that a locator means; raises UiChanged when there is none, or it is not clear which."""
    found = sight.where(what)
    if len(found) != 1:
        name = f"{screen.target.name}.{type(screen).__name__}"
        raise UiChanged(f"{type(screen).__name__}: {'several' if found else 'no'} {what}", screens=(name,))
    return found[0]
