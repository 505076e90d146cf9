"""A clock that a test sets and moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_A_MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FixedClock:
    """A `common.clock.Clock` that stands still until it is moved."""

    def __init__(self, now: datetime = _A_MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by
