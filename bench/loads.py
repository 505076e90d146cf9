"""The page loads of a case alone: the same documents, posts and redirects in the same Chromium, and nothing else.

Nothing is waited for but the documents, nothing is read, no field is filled: the forms' contents are posted as they
are. The journals that this makes are as real as a robot's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Self, cast

from bench.people import posted_form
from common.browser.driver import Driver, ReplyLost
from common.browser.settings import BrowserSettings
from common.errors import ConfigurationError

_PATIENCE = 10.0
_POST = """const [ask, done] = arguments;
const form = document.createElement("form");
Object.assign(form, { method: "post", action: ask.path, hidden: true });
for (const [name, value] of Object.entries(ask.fields)) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}
document.body.append(form);
addEventListener("beforeunload", () => done(true));
form.submit();"""
_HERE = """const [, done] = arguments;
const answer = () => done({ path: location.pathname, hit: document.querySelector("table a")?.pathname ?? "" });
if (document.readyState === "loading") addEventListener("DOMContentLoaded", answer, { once: true });
else answer();"""


class Visitor:
    """A browser signed in to HsPro that only loads pages."""

    def __init__(self, hspro: str, user: str, password: str) -> None:
        self._hspro = hspro
        self._driver = Driver(BrowserSettings())
        self._driver.get(f"{hspro}/")
        self._post("/", {"brukernavn": user, "passord": password})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.quit()

    @property
    def pids(self) -> list[int]:
        """Every process of the driver and the browser."""
        return self._driver.pids

    def load_case(self, number: str) -> None:
        """The seven documents of a case: search, hits, card, form, confirmation, journal, card again."""
        self._get("/personer")
        card = self._post("/personer", {"fodselsnummer": number})["hit"]
        self._get(card)
        self._get(f"{card}/journaler/ny")
        confirmation = self._post(f"{card}/journaler/ny", posted_form(number))["path"]
        self._post(confirmation, {})
        self._get(card)

    def _get(self, path: str) -> None:
        self._driver.get(f"{self._hspro}{path}")

    def _post(self, path: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Post a form and give where it led: the path there, and the first link in a table."""
        self._ask(_POST, {"path": path, "fields": dict(fields)})
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            here = self._here()
            if here.get("path", path) != path:  # in HsPro a form is posted to its own page
                return here
        raise ConfigurationError(f"HsPro did not answer what was posted to {path}")

    def _here(self) -> dict[str, str]:
        return cast("dict[str, str]", self._ask(_HERE, {}) or {})

    def _ask(self, script: str, request: dict[str, Any]) -> Any:
        try:
            return self._driver.script(script, request)
        except ReplyLost:  # the page left while it was asked
            return None
