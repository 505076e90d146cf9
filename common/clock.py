"""The time of day as rules see it: always aware, and handed in, so that a test can stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
"""All rules about days and opening hours are in Norwegian time."""

Clock = Callable[[], datetime]
"""Gives the aware time now. Leases never use it: they run on `common.lease.now`, which cannot step."""


def system() -> datetime:
    """The machine's own clock, in UTC."""
    return datetime.now(UTC)
