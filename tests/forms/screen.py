"""A page in a real Chromium, as somebody uses it: keys, taps, a connection that drops; and what axe-core says of it."""

from __future__ import annotations

import base64
import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from common.browser.driver import Driver
from common.browser.settings import BrowserSettings

AXE = Path(sys.prefix) / "provider" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = 1280, 360
_CONTROL, _RELEASED = "\ue009", "\ue000"
_UNTIL = """
(async () => {
  const end = performance.now() + 15000;
  for (;;) {
    let found;
    try { found = %s; } catch { found = false; }
    if (found) return found;
    if (performance.now() > end) throw new Error('not within 15 s');
    await new Promise((later) => setTimeout(later, 15));
  }
})()
"""


class Screen:
    """One tab."""

    def __init__(self) -> None:
        # People do not use a browser without windows.
        whole = shutil.which("chromium") or shutil.which("google-chrome")
        self._driver = Driver(BrowserSettings(budget=25, chromium=Path(whole) if whole else None))
        self.cdp("Page.enable")
        self.cdp("Network.enable")

    def close(self) -> None:
        self._driver.quit()

    def cdp(self, command: str, **arguments: Any) -> dict[str, Any]:
        found: dict[str, Any] = self._driver.cdp(command, arguments) or {}
        return found

    def open(self, address: str) -> None:
        """Go to an address, and wait until all of the page is there: what is tapped must not move any more."""
        self.js("window.departed = true")
        self._driver.get(address)
        self.until("!window.departed && document.readyState === 'complete'")

    def js(self, expression: str) -> Any:
        """The value of an expression, awaited."""
        answer = self.cdp(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, (expression, json.dumps(answer["exceptionDetails"])[:1500])
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression is true, and give it."""
        return self.js(_UNTIL % expression)

    def text(self, selector: str) -> str:
        """What is to be read there."""
        return str(self.js(f"document.querySelector({json.dumps(selector)}).innerText"))

    def value(self, name: str) -> str:
        """What a control of the form holds."""
        return str(self.js(f"document.getElementById('dose').elements[{json.dumps(name)}].value"))

    def shown(self, selector: str) -> bool:
        return bool(self.js(f"document.querySelector({json.dumps(selector)}).checkVisibility()"))

    def focused(self) -> str:
        """The id or name of what has the focus."""
        return str(self.js("document.activeElement.id || document.activeElement.name"))

    # --- hands ------------------------------------------------------------------------------------------------

    def write(self, selector: str, text: str) -> None:
        """Go into a field and type over what is there."""
        self.js(f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.focus(); e.select(); }})()")
        self.cdp("Input.insertText", text=text)

    def key(self, key: str, *, modifiers: int = 0) -> None:
        """One key."""
        common: dict[str, Any] = {
            "key": key,
            "modifiers": modifiers,
            "windowsVirtualKeyCode": {"Enter": 13, "Tab": 9, " ": 32}.get(key, ord(key[0].upper())),
        }
        text = {"Enter": "\r", "Tab": ""}.get(key, key)
        self.cdp("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.cdp("Input.dispatchKeyEvent", type="keyUp", **common)

    def scan(self, code: str) -> None:
        """What a scanner types: all at once, and Enter. It types a group separator as Ctrl and ]."""
        focused = self._driver._remote.switch_to.active_element  # pyright: ignore[reportPrivateUsage]
        self._driver.keys(focused, code.replace("\x1d", _CONTROL + "]" + _RELEASED) + "\n")

    def tap(self, selector: str, *, times: int = 1) -> None:
        """A finger, or a mouse, on it."""
        place = self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});"
            "const r = e.getClientRects()[0]; return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()"
        )
        for number in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.cdp("Input.dispatchMouseEvent", type=kind, button="left", clickCount=number, **place)

    def fill(self, values: Mapping[str, str]) -> None:
        """Fill controls in: text is typed, what is offered is tapped."""
        for name, value in values.items():
            offered = f'#dose label:has([name="{name}"][value="{value}"])'
            if self.js(f"!!document.querySelector({json.dumps(offered)})"):
                self.tap(offered)
            elif self.js(f"document.getElementById('dose').elements['{name}'].type === 'checkbox'"):
                self.tap(f'#dose label:has([name="{name}"])')
            elif text := self.js(f'document.querySelector(\'#dose select[name="{name}"] [value="{value}"]\')?.text'):
                self.js(f"document.querySelector('#dose select[name=\"{name}\"]').focus()")
                for letter in text:
                    self.key(letter)
            else:
                self.write(f'#dose [name="{name}"]', value)

    # --- surroundings -----------------------------------------------------------------------------------------

    def connected(self, yes: bool) -> None:  # noqa: FBT001
        """Whether there is a network."""
        self.cdp(
            "Network.emulateNetworkConditions", offline=not yes, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    def size(self, width: int) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=780 if width == NARROW else 900,
            deviceScaleFactor=1,
            mobile=width == NARROW,
        )

    def axe(self) -> list[str]:
        """What breaks WCAG or good practice, by axe-core: the rule, and where."""
        if not AXE.exists():
            pytest.fail("axe-core is not installed: run `make .venv/provider/.ready`")
        if not self.js("!!window.axe"):
            self.js(AXE.read_text(encoding="utf-8") + "; 0")
        found = self.js("axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)")
        return [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary']}" for each in found for node in each["nodes"]
        ]

    def overflow(self, width: int) -> int:
        """How many pixels the page is wider than a screen of this width, but for a scroll bar's."""
        return max(0, int(self.js("document.documentElement.scrollWidth")) - width)

    def profile_holds(self, *texts: str) -> list[str]:
        """In which files of the browser's own one of these stands."""
        self.cdp("Network.disable")
        profile = self._driver._host.profile  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]
        sought = [form for text in texts for form in (text.encode(), text.encode("utf-16-le"))]
        files = [path for path in Path(profile).rglob("*") if path.is_file() and not path.is_symlink()]
        assert files
        return [path.name for path in files if any(form in path.read_bytes() for form in sought)]

    def picture(self, path: Path) -> None:
        """All of the page, as a file."""
        taken = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))
