"""Health personnel: whether an HPR number is one that may be used now, where a lookup is set up (HLT-03).

The lookup is no target of a run: vaccinations wait for HsPro, but never for this. What it does not say is noted as not
checked, and while it is away it is left alone for a while, so that no day of cases waits for it one by one.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
from pydantic import Field, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import InvalidValue
from common.settings import load

AWAY = 30.0
"""Seconds for which a lookup that did not answer is not asked again."""
_MOST_KEPT = 10_000


class HprSettings(BaseSettings):
    """Where the register of health personnel (HPR) is asked."""

    model_config = SettingsConfigDict(env_prefix="ROGER_HPR_", extra="ignore")

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$")] | None = None
    """The lookup's address, without the number: `GET <url>/9999101` answers `{"active": true}`; none: nobody is asked."""
    token_file: Path | None = None
    """File with a bearer token for it."""
    timeout: Annotated[float, Field(gt=0, le=10)] = 2.0
    """Seconds for one answer."""
    kept: Annotated[float, Field(ge=0, le=86_400)] = 600.0
    """Seconds for which an answer holds."""


class Standing(StrEnum):
    """What the register says of a number."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    NOT_CHECKED = "NOT_CHECKED"


class HprLookup:
    """The register, asked over HTTP; its answers are kept for a while, and so is that it does not answer."""

    def __init__(
        self,
        url: str,
        *,
        token_file: Path | None = None,
        timeout: float = 2.0,
        kept: float = 600.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """What they mean is told at `HprSettings`."""
        self._url, self._token_file, self._timeout, self._kept_for = url.rstrip("/"), token_file, timeout, kept
        self._clock = clock
        self._kept: dict[str, tuple[Standing, float]] = {}
        self._away_until = float("-inf")
        self._lock = threading.Lock()  # a worker's shifts share it; never held while somebody waits for an answer

    def standing(self, number: str) -> Standing:
        """What is known now; never raises, whatever the lookup does."""
        now = self._clock()
        with self._lock:
            standing, until = self._kept.get(number, (Standing.NOT_CHECKED, now))
            if now < until or now < self._away_until:
                return standing if now < until else Standing.NOT_CHECKED
        standing = self._asked(number)
        with self._lock:
            if standing is Standing.NOT_CHECKED:
                self._away_until = self._clock() + AWAY
            else:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[number] = (standing, self._clock() + self._kept_for)
        return standing

    def require_active(self, numbers: Sequence[str]) -> Standing:
        """ACTIVE, or NOT_CHECKED where one of them could not be; raises InvalidValue for an inactive one."""
        standings = {self.standing(number) for number in numbers}
        if Standing.INACTIVE in standings:
            raise InvalidValue("An HPR number is not active in the register of health personnel")
        return Standing.NOT_CHECKED if Standing.NOT_CHECKED in standings else Standing.ACTIVE

    def _asked(self, number: str) -> Standing:
        try:
            answer = httpx.get(
                f"{self._url}/{number}", headers=self._headers(), timeout=self._timeout, follow_redirects=False
            )
            return _told(answer)
        except (httpx.HTTPError, ValueError, OSError):
            return Standing.NOT_CHECKED

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if self._token_file is not None:
            headers["Authorization"] = f"Bearer {self._token_file.read_text().strip()}"
        return headers


def _told(answer: httpx.Response) -> Standing:
    """Only what is said in so many words counts: an address that is wrong answers 404, too."""
    told: Any = answer.json() if answer.status_code in {httpx.codes.OK, httpx.codes.NOT_FOUND} else None
    match answer.status_code, told:
        case httpx.codes.OK, {"active": True}:
            return Standing.ACTIVE
        case _, {"active": False}:
            return Standing.INACTIVE
        case _:
            return Standing.NOT_CHECKED


def lookup() -> HprLookup | None:
    """The deployment's lookup, one for all shifts of a worker; None where none is set up."""
    there = load(HprSettings)
    return None if there.url is None else _shared(there.url, there.token_file, there.timeout, there.kept)


@functools.cache
def _shared(url: str, token_file: Path | None, timeout: float, kept: float) -> HprLookup:
    return HprLookup(url, token_file=token_file, timeout=timeout, kept=kept)
