"""What a clock on the wall shows, as moments: also on the two nights a year when it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def shown_at(wall: datetime, zone: tzinfo) -> datetime:
    """The moment (UTC) at which the clock first shows the naive `wall`; skipped ones, the moment after the gap."""
    while _is_skipped(wall, zone):
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return _moment(wall, zone, fold=0)


def last_shown_at(wall: datetime, zone: tzinfo) -> datetime:
    """As `shown_at`, but the second time for a `wall` of the night when the clock shows an hour twice."""
    return shown_at(wall, zone) if _is_skipped(wall, zone) else _moment(wall, zone, fold=1)


def _is_skipped(wall: datetime, zone: tzinfo) -> bool:
    return _moment(wall, zone, fold=0).astimezone(zone).replace(tzinfo=None, fold=0) != wall


def _moment(wall: datetime, zone: tzinfo, *, fold: int) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
