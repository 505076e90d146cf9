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
        self.place = Box(0, 0, 0, 0)
        """Where in the page the picture stands, in the page's pixels."""

    def picture(self, screen: CanvasScreen) -> Picture:
        """What is shown right now."""
        while True:
            place = self._calls.tell(
                screen, lambda: self._calls.driver.script(_WHERE, {"selector": screen.canvas.value})
            )
            if isinstance(place, dict) and "nothing" not in place:
                break
            self._gone(screen)
        found = cast("dict[str, float]", place)
        self.place = Box(*(round(found[side]) for side in ("y", "x", "width", "height")))
        clip = {**found, "scale": 1}
        taken: Any = self._calls.tell(
            screen,
            lambda: self._calls.driver.cdp(
                "Page.captureScreenshot", {"format": "png", "clip": clip, "optimizeForSpeed": True}
            ),
        )
        return Picture.of(base64.b64decode(taken["data"])) if taken else self.picture(screen)

    def rests(self, screen: CanvasScreen, until: float) -> Sight | None:
        """The picture once nothing in it changes any more; None when that does not happen in time."""
        last, since = self.picture(screen), time.monotonic()
        while time.monotonic() < until:
            time.sleep(_PAUSE)
            now = self.picture(screen)
            if now.changed(last, grades=_GRAIN) is not None:
                since = time.monotonic()
            elif time.monotonic() - since >= _RESTS:
                return Sight(now, self._reading)
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
