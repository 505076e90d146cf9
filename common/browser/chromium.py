"""Which Chromium works for a robot, and how it is to run: quiet, private, and with nothing drawn that nobody sees."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ChromeOptions
from selenium.webdriver.common.selenium_manager import SeleniumManager

from common.browser.host import in_memory_root
from common.browser.settings import BrowserSettings
from common.errors import ConfigurationError

_FLAGS: tuple[str, ...] = (
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--no-service-autorun",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-hang-monitor",
    "--disable-quic",
    "--disable-renderer-backgrounding",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--metrics-recording-only",
    "--password-store=basic",
    "--window-size=1400,1000",
    # A page kept for "back" would keep the former person's data alive. A frame that is made anew for each page of the
    # same site (RenderDocument) takes another fifth.
    "--disable-features=BackForwardCache,RenderDocument,Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,CertificateTransparencyComponentUpdater,PasswordLeakDetection,HttpsUpgrades",
)
# No tabs, no address line: what nobody sees takes a fifth of the time of loading a page.
_WITHOUT_TABS = "--app=data:,"
_SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without a window of any kind, for which starting and loading a page are half the work."""
_WHOLE = ("chromium", "chromium-browser", "google-chrome", "chrome")
_PREFERENCES: dict[str, Any] = {
    "credentials_enable_service": False,
    "profile.password_manager_enabled": False,
    "profile.password_manager_leak_detection": False,
    "autofill.profile_enabled": False,
    "autofill.credit_card_enabled": False,
    "translate.enabled": False,
    "safebrowsing.enabled": False,
    "search.suggest_enabled": False,
    "download.prompt_for_download": False,
}


@dataclass(frozen=True, slots=True)
class Programs:
    """Which browser, and which driver for it."""

    chromium: str
    chromedriver: str


def find_programs(settings: BrowserSettings) -> Programs:
    """Find Chromium and its driver: settings, then PATH, then Selenium Manager; raises ConfigurationError."""
    chromium = settings.chromium or _on_path(*(_SHELLS if settings.headless else ()), *_WHOLE)
    chromedriver = settings.chromedriver or _on_path("chromedriver")
    if chromium is None or chromedriver is None:
        with contextlib.suppress(WebDriverException):
            manager: Any = SeleniumManager()
            found = cast("dict[str, str]", manager.binary_paths(["--browser", "chrome"]))
            chromium, chromedriver = chromium or found["browser_path"], chromedriver or found["driver_path"]
    for program in (chromium, chromedriver):
        if program is None or not Path(program).is_file():
            raise ConfigurationError(
                "No browser: install chromium and chromedriver of the same version, or set ROGER_BROWSER_CHROMIUM and "
                "ROGER_BROWSER_CHROMEDRIVER, or ROGER_BROWSER_REMOTE_URL."
            )
    return Programs(str(chromium), str(chromedriver))


def _on_path(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def options(settings: BrowserSettings, *, chromium: str | None, profile: Path | None, sandbox: bool) -> ChromeOptions:
    """Say how Chromium is to run for a robot: quiet, private and without dialogs of its own."""
    chosen: Any = ChromeOptions()
    if chromium:
        chosen.binary_location = chromium
    flags = list(_FLAGS)
    if chromium and Path(chromium).name in _SHELLS:
        # By this name the driver knows that it has to open a page there.
        chosen.set_capability("browserName", "chrome-headless-shell")
    else:
        flags += [_WITHOUT_TABS, *(["--headless=new"] if settings.headless else [])]
    if not sandbox:
        flags.append("--no-sandbox")
    if not settings.images:
        flags.append("--blink-settings=imagesEnabled=false")
    if settings.languages:
        flags.append(f"--accept-lang={','.join(settings.languages)}")
    if settings.unreachable:
        flags.append("--host-resolver-rules=" + ",".join(f"MAP {host} ~NOTFOUND" for host in settings.unreachable))
    if profile:
        flags.append(f"--user-data-dir={profile}")
    if in_memory_root() is None:
        flags.append("--disable-dev-shm-usage")
    for flag in flags:
        chosen.add_argument(flag)
    chosen.add_experimental_option("prefs", _PREFERENCES)
    chosen.add_experimental_option("excludeSwitches", ["enable-logging"])
    chosen.page_load_strategy = "eager"
    chosen.unhandled_prompt_behavior = "dismiss and notify"
    # Both end before the HTTP client gives up, so that a slow page is told from a dead driver.
    inner = int(settings.budget * 875)
    chosen.timeouts = {"script": inner, "pageLoad": inner, "implicit": 0}
    return cast("ChromeOptions", chosen)
