"""A system Roger works in, as the queue and the settings see it; what its pages look like is its screens' business."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from common.opening import ALWAYS, AnyMaintenance, Availability, Opening


class SecondLogin(StrEnum):
    """What the target does when an account signs in while it already has a session."""

    ALLOWED = "allowed"  # both sessions live on
    REPLACES = "replaces"  # the older session ends
    REFUSED = "refused"  # the newer sign-in fails until the older session has timed out


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
