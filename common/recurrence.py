"""When something comes again: by a cron line, or counted in bank days of each month. All without knowing the time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum

from cronsim import CronSim, CronSimError

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.calendar import BankDays, is_working_day
from common.wall_clock import shown_at

_MONTHS = 12
_SAFE_DAY = 28  # every month has it
_MOST_BANK_DAYS = 15  # fewer than any month has, December and Easter included
_CRON_FIELDS = 5
_LAST_SECOND = time(23, 59, 59)
_SHORT_DAYS = re.compile(r"\b(mo|tu|we|th|fr|sa|su)\b")
_FULL = {"mo": "mon", "tu": "tue", "we": "wed", "th": "thu", "fr": "fri", "sa": "sat", "su": "sun"}


class Days(StrEnum):
    """On which days a cron line counts; on the others it is passed over, not moved."""

    EVERY = "every"
    WORKING = "working"
    BANK = "bank"

    def include(self, day: date, bank_days: BankDays) -> bool:
        if self is Days.EVERY:
            return True
        return bank_days.includes(day) if self is Days.BANK else is_working_day(day)


def cron_line(text: str) -> str:
    """The line as it is reckoned with; weekdays may be written mo or mon. Raises ConfigurationError saying what to write.

    On the nights when the clock is moved it behaves as Debian's cron: a set time in the skipped hour comes once, right
    after it, and one in the hour shown twice comes at its first showing; a line whose minute or hour begins with `*`
    follows the hours that really pass.
    """
    fields = text.lower().split()
    if len(fields) != _CRON_FIELDS:
        raise ConfigurationError(f"'{text}' is no cron line: write minute hour day month weekday, as '30 6 * * mo-fr'")
    weekday = _SHORT_DAYS.sub(lambda found: _FULL[found[0]], fields[4])
    fields[4] = re.sub(r"-sun\b", "-7", weekday)
    line = " ".join(fields)
    try:
        next(CronSim(line, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as unreadable:
        wrong = str(unreadable).removeprefix("Bad ")
        raise ConfigurationError(
            f"The {wrong} of the cron line '{text}' is wrong: write it as '30 6 * * mo-fr'"
        ) from None
    except StopIteration:
        raise ConfigurationError(f"The cron line '{text}' never comes: change its day or month") from None
    return line


def cron_between(
    line: str, after: datetime, until: datetime, *, zone: tzinfo, days: Days, bank_days: BankDays
) -> Iterator[datetime]:
    """The moments (UTC) of a `cron_line`, strictly after `after` and up to and with `until`."""
    last, cron = after, CronSim(line, after.astimezone(zone))
    while (due := next(cron, None)) is not None and (moment := due.astimezone(UTC)) <= until:
        if not days.include(due.date(), bank_days):
            cron = CronSim(line, datetime.combine(due.date(), _LAST_SECOND, zone))
        # Of several times in the skipped hour, and after a start in the second showing of an hour, cronsim also
        # tells of moments that are not later than the one before.
        elif moment > last:
            last = moment
            yield moment


@dataclass(frozen=True, kw_only=True)
class MonthlyBankDay:
    """A bank day of each month: the nth before or after a day of the month, from the month's start, or from its end.

    `MonthlyBankDay(nth=3, before=12, at=time(6, 30))` is the third bank day before the 12th, at 06:30; the 12th itself
    never counts. With neither before, after nor from_end it is the nth of the month; with from_end, 1 is the last.
    """

    nth: int
    at: time
    before: int | None = None
    after: int | None = None
    from_end: bool = False

    def __post_init__(self) -> None:
        if (self.before is not None) + (self.after is not None) + self.from_end > 1:
            raise ConfigurationError("A monthly bank day counts from one place: keep one of before, after and from_end")
        if not 1 <= self.nth <= _MOST_BANK_DAYS:
            raise ConfigurationError(f"The nth bank day is from 1 to {_MOST_BANK_DAYS}: not every month has more")
        if not all(1 <= day <= _SAFE_DAY for day in (self.before, self.after) if day is not None):
            raise ConfigurationError(
                f"Count from a day of 1 to {_SAFE_DAY}, which every month has, or use from_end=True"
            )
        if self.at.tzinfo is not None:
            raise ConfigurationError("The time of a monthly bank day has no zone of its own: the schedule has one")

    def __str__(self) -> str:
        if self.before is not None:
            place = f"before day {self.before}"
        else:
            place = (
                f"after day {self.after}"
                if self.after is not None
                else "from the end"
                if self.from_end
                else "from the start"
            )
        return f"bank day {self.nth} {place} of each month, {self.at:%H:%M}"

    def day(self, year: int, month: int, bank_days: BankDays) -> date:
        """The day that belongs to this month; counted over its edge, it lies in the month before or after."""
        if self.before is not None:
            return bank_days.before(date(year, month, self.before), self.nth)
        if self.after is not None:
            return bank_days.after(date(year, month, self.after), self.nth)
        return bank_days.of_month(year, month, -self.nth if self.from_end else self.nth)

    def between(
        self, after: datetime, until: datetime, *, zone: tzinfo = OSLO, bank_days: BankDays
    ) -> Iterator[datetime]:
        """Its moments (UTC), strictly after `after` and up to and with `until`."""
        first, last = after.astimezone(zone).date(), until.astimezone(zone).date()
        # What belongs to one month may lie in the one before or after.
        for number in range(first.year * _MONTHS + first.month - 3, last.year * _MONTHS + last.month + 2):
            day = self.day(number // _MONTHS, number % _MONTHS + 1, bank_days)
            moment = shown_at(datetime.combine(day, self.at), zone)
            if after < moment <= until:
                yield moment
