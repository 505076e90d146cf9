"""A system Roger works in, as the queue and the settings see it; what its pages look like is its screens' business."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from common.errors import ConfigurationError
from common.opening import ALWAYS, AnyMaintenance, Availability, Opening


class SecondLogin(StrEnum):
    """What the target does when an account signs in while it already has a session."""

    ALLOWED = "allowed"  # both sessions live on
    REPLACES = "replaces"  # the older session ends
    REFUSED = "refused"  # the newer sign-in fails until the older session has timed out


@dataclass(frozen=True, kw_only=True)
class Pace:
    """At most so many cases in any such span, evenly spaced."""

    cases: int
    per: timedelta

    def __post_init__(self) -> None:
        if self.cases < 1 or self.per <= timedelta(0):
            raise ConfigurationError("A pace needs at least one case in a span of time; to stop a target, pause it")

    @property
    def gap(self) -> timedelta:
        """The least time between two cases."""
        return self.per / self.cases

    def __str__(self) -> str:
        unit = next((word for word, span in _SPANS.items() if span == self.per), f"{self.per.total_seconds():g} s")
        return f"{self.cases}/{unit}"


_SPANS = {"s": timedelta(seconds=1), "min": timedelta(minutes=1), "h": timedelta(hours=1)}
_PACE = re.compile(r"(?P<cases>[0-9]{1,6})\s*/\s*(?P<span>s|min|h)", re.ASCII)


def parse_pace(text: str) -> Pace | None:
    """`30/min`, `2/s` or `500/h`, and None for `none`; raises ConfigurationError saying how to write it."""
    if text.strip() == "none":
        return None
    if not (found := _PACE.fullmatch(text.strip())):
        raise ConfigurationError(
            f"'{text}' cannot be read as a pace: write it as '30/min', '2/s' or '500/h', or 'none'"
        )
    return Pace(cases=int(found["cases"]), per=_SPANS[found["span"]])


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """A system Roger works in: its name, how long its doings outlast a click, and when it is open."""

    name: str
    settle: timedelta = timedelta(seconds=2)
    """How long after a click the target may still be saving; nobody looks before that has passed."""
    second_login: SecondLogin = SecondLogin.REPLACES
    session_timeout: timedelta = timedelta(minutes=20)
    opening: Opening = ALWAYS
    """When it may be worked in; a deployment may say otherwise, and then `TargetSettings.availability` counts."""
    maintenance: tuple[AnyMaintenance, ...] = ()
    pace: Pace | None = None
    """How many cases it takes at most; a deployment may say otherwise."""

    @property
    def availability(self) -> Availability:
        """Its opening hours less its maintenance, as declared."""
        return Availability(opening=self.opening, maintenance=self.maintenance)


@dataclass(frozen=True, kw_only=True)
class Account:
    """A robot login at a target, leased to one session at a time."""

    target: str
    name: str
    password: str = field(repr=False)
