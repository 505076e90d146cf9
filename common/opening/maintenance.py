"""When a target is being worked on by others: once, or every week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from common.clock import OSLO
from common.errors import ConfigurationError
from common.opening.hours import Hours, Weekday
from common.opening.stretch import Stretch, within
from common.wall_clock import last_shown_at, shown_at

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Maintenance:
    """A window that comes once, between two aware moments."""

    start: datetime
    end: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ConfigurationError("A maintenance window needs moments with their time zone")
        if self.end <= self.start:
            raise ConfigurationError("A maintenance window must end after it starts")

    def between(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The part of it that lies between two aware moments, in UTC."""
        return within([(self.start.astimezone(UTC), self.end.astimezone(UTC))], start, end)


@dataclass(frozen=True, kw_only=True)
class WeeklyMaintenance:
    """A window that comes again every week, holidays or not.

    On the night when the clock is moved, Roger is careful: the window begins when the clock first shows its start, and
    is over only when both the clock has shown its end for the last time and its whole length has passed.
    """

    hours: Hours
    reason: str = ""
    zone: tzinfo = OSLO

    def between(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """Its parts that lie between two aware moments, in UTC."""
        day, last = start.astimezone(self.zone).date() - 2 * _DAY, end.astimezone(self.zone).date()
        while day <= last:
            if Weekday(day.weekday()) in self.hours.days:
                yield from within([self._moments(*self.hours.on(day))], start, end)
            day += _DAY

    def _moments(self, since: datetime, until: datetime) -> Stretch:
        begins = shown_at(since, self.zone)
        return begins, max(last_shown_at(until, self.zone), begins + (until - since))


AnyMaintenance = Maintenance | WeeklyMaintenance
