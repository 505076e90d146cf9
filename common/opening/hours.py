"""Opening hours as they hang on the door: clock times per weekday, and what public holidays do to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import IntEnum, StrEnum

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.calendar import is_public_holiday
from common.opening.stretch import Stretch, joined, within
from common.wall_clock import last_shown_at, shown_at

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Weekday(IntEnum):
    """Numbered as `date.weekday` does."""

    MO = 0
    TU = 1
    WE = 2
    TH = 3
    FR = 4
    SA = 5
    SU = 6


class Holidays(StrEnum):
    """What a target does on a public holiday."""

    CLOSED = "closed"
    AS_SUNDAY = "as_sunday"
    OPEN = "open"  # as on any other such weekday


EVERY_DAY = frozenset(Weekday)


@dataclass(frozen=True, kw_only=True)
class Hours:
    """From one clock time to another on some weekdays; one that ends no later than it starts ends the next day.

    Midnight as `until` is 24:00, the end of the day.
    """

    days: frozenset[Weekday] = EVERY_DAY
    since: time
    until: time

    def __post_init__(self) -> None:
        if self.since == self.until != _MIDNIGHT:
            raise ConfigurationError(
                f"Hours from {self.since:%H:%M} to itself are unclear: write 00:00-24:00 for all day"
            )
        if not self.days:
            raise ConfigurationError("Hours need at least one weekday")

    def on(self, day: date) -> Stretch:
        """The stretch that begins on this day, as a wall clock shows it (naive)."""
        ends_on = day if self.since < self.until else day + _DAY
        return datetime.combine(day, self.since), datetime.combine(ends_on, self.until)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """When a target is open, maintenance aside.

    A stretch over midnight belongs to the day it begins on: on the eve of a holiday it goes on into the holiday.
    On the night when the clock is moved, Roger is careful: hours that begin in the skipped hour begin after it; of an
    hour shown twice, hours begin at the second showing and end at the first.
    """

    hours: tuple[Hours, ...]
    holidays: Holidays = Holidays.OPEN
    zone: tzinfo = OSLO

    def __post_init__(self) -> None:
        if not self.hours:
            raise ConfigurationError("A target that never opens cannot be worked in: give it hours, or pause it")

    @property
    def is_always(self) -> bool:
        """Whether it never closes, so that no calendar has to be asked."""
        return self.holidays is Holidays.OPEN and any(
            hours.days == EVERY_DAY and hours.since == hours.until for hours in self.hours
        )

    def between(self, start: datetime, end: datetime) -> list[Stretch]:
        """When it is open between two aware moments: in order, in UTC, none touching the next."""
        if self.is_always:
            return list(within([(start, end)], start, end))
        first, last = start.astimezone(self.zone).date() - 2 * _DAY, end.astimezone(self.zone).date() + 2 * _DAY
        days = (first + number * _DAY for number in range((last - first).days + 1))
        # Joined before they become moments: where one stretch takes over from the next, nobody closes.
        walls = joined(stretch for day in days for stretch in self._on(day))
        moments = ((last_shown_at(opens, self.zone), shown_at(closes, self.zone)) for opens, closes in walls)
        return joined(within(moments, start, end))

    def _on(self, day: date) -> Iterator[Stretch]:
        weekday = Weekday(day.weekday())
        if is_public_holiday(day):
            if self.holidays is Holidays.CLOSED:
                return
            weekday = Weekday.SU if self.holidays is Holidays.AS_SUNDAY else weekday
        yield from (hours.on(day) for hours in self.hours if weekday in hours.days)


ALWAYS = Opening(hours=(Hours(since=_MIDNIGHT, until=_MIDNIGHT),))
