"""Mouse and keys in a remote program: no agent checks them there, so each is sent only while the run may still act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.browser.calls import Calls
from common.browser.screen import Screen

_CODES: Final[Mapping[str, str]] = {"Tab": "Tab", "Escape": "Escape", "Delete": "Delete", "Enter": "Enter"}
_CTRL: Final = 2


class Keyboard:
    """Mouse and keyboard of one browser, in the page's own pixels."""

    def __init__(self, calls: Calls, acted: Callable[[], None]) -> None:
        """`acted` is told before anything is done."""
        self._calls, self._acted = calls, acted

    def click(self, screen: Screen, x: int, y: int, *, times: int = 1) -> None:
        """Press the left button there, and take the pointer away so that nothing is lit up by it."""
        self._mouse(screen, "mouseMoved", x, y)
        for count in range(1, times + 1):
            self._mouse(screen, "mousePressed", x, y, button="left", buttons=1, clickCount=count)
            self._mouse(screen, "mouseReleased", x, y, button="left", clickCount=count)

    def replace(self, screen: Screen, text: str) -> None:
        """Type a text in place of all that stands where the caret is, and leave the field."""
        self._key(screen, "keyDown", "Control", "ControlLeft", modifiers=_CTRL)
        self._key(screen, "keyDown", "a", "KeyA", modifiers=_CTRL)
        self._key(screen, "keyUp", "a", "KeyA", modifiers=_CTRL)
        self._key(screen, "keyUp", "Control", "ControlLeft")
        self.press(screen, "Delete")
        for letter in text:
            self._key(screen, "keyDown", letter, "", text=letter)
            self._key(screen, "keyUp", letter, "")
        self.press(screen, "Tab")

    def press(self, screen: Screen, key: str) -> None:
        """Press one key: `Tab`, `Escape`, `Delete`, `Enter`."""
        self._key(screen, "keyDown", key, _CODES[key])
        self._key(screen, "keyUp", key, _CODES[key])

    def _mouse(self, screen: Screen, what: str, x: int, y: int, **more: Any) -> None:
        self._tell(screen, "Input.dispatchMouseEvent", {"type": what, "x": x, "y": y, **more})

    def _key(self, screen: Screen, what: str, key: str, code: str, **more: Any) -> None:
        self._tell(screen, "Input.dispatchKeyEvent", {"type": what, "key": key, "code": code, **more})

    def _tell(self, screen: Screen, command: str, arguments: Mapping[str, Any]) -> None:
        self._acted()
        self._calls.tell(screen, lambda: self._calls.driver.cdp(command, arguments))
