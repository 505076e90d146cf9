"""How browsers are started and for how long they are kept."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Sandbox(StrEnum):
    """Whether Chromium's own sandbox is on."""

    AUTO = "auto"  # on, except for root and where the platform does not allow it
    ON = "on"
    OFF = "off"


class BrowserSettings(BaseSettings):
    """Everything about the browser that a deployment may decide (`ROGER_BROWSER_…`)."""

    model_config = SettingsConfigDict(env_prefix="ROGER_BROWSER_", frozen=True)

    remote_url: str = ""
    """A remote WebDriver endpoint (Selenium Grid); empty means a Chromium of our own.

    Its session time-out must not exceed the lease: there is no guardian there."""
    chromium: Path | None = None
    """The browser; by default what is on the PATH: chromium-headless-shell when nobody is to look on, else Chromium."""
    chromedriver: Path | None = None
    headless: bool = True
    sandbox: Sandbox = Sandbox.AUTO
    images: bool = False
    languages: tuple[str, ...] = ("nb-NO", "nb", "no", "nn", "en")
    """What a target that speaks several is asked for, first choice first: screens are known by their words."""
    profile_root: Path | None = None
    """Where profile folders are made; by default in memory when there is room."""
    unreachable: tuple[str, ...] = (
        "accounts.google.com",
        "clients*.google.com",
        "update.googleapis.com",
        "safebrowsing.googleapis.com",
        "content-autofill.googleapis.com",
        "optimizationguide-pa.googleapis.com",
        "*.gvt1.com",
        "start.duckduckgo.com",
    )
    """Hosts that Chromium calls of its own accord at start; empty this for a target that needs one of them."""
    budget: float = Field(default=8.0, ge=1.0, le=60.0)
    """Seconds one command may take, everything included."""
    start_budget: float = Field(default=30.0, ge=5.0)
    memory_limit_mb: int = Field(default=700, ge=200)
    max_age: timedelta = timedelta(hours=4)
    collect_every: int = Field(default=10, ge=1)
    """Collect the page's garbage after so many cases."""
