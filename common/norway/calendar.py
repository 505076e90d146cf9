"""Which days are worked in Norway: public holidays, working days, bank days, and counting in bank days.

A day is a `date` as the calendar on a Norwegian wall shows it; `oslo_date` gives it for a moment.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

import holidays

from common.clock import OSLO
from common.errors import ConfigurationError

_SATURDAY = 5
_LEAP_YEAR = 2024
_DAY = timedelta(days=1)

MonthDay = tuple[int, int]
"""Month and day of the month: (12, 24)."""


def oslo_date(moment: datetime) -> date:
    """The date in Norway at an aware moment; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone")
    return moment.astimezone(OSLO).date()


def public_holiday(day: date) -> str | None:
    """The Norwegian name of the public holiday on this day, if it is one; ordinary Sundays are none."""
    return _public_holidays(day.year).get(day)


def is_public_holiday(day: date) -> bool:
    """Whether this day is a public holiday (1 and 17 May included, ordinary Sundays not)."""
    return public_holiday(day) is not None


def is_working_day(day: date) -> bool:
    """Monday to Friday, except public holidays; 24 and 31 December are working days."""
    return day.weekday() < _SATURDAY and not is_public_holiday(day)


def months_later(day: date, months: int) -> date:
    """The same day so many months later (or earlier), or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, kw_only=True)
class BankDays:
    """The days on which banks settle payments: working days, except some that only banks keep."""

    closed: frozenset[MonthDay] = frozenset({(12, 24)})
    """Working days of every year that are no bank days. Norges Bank's settlement keeps 24 December and not the 31st."""

    def includes(self, day: date) -> bool:
        return is_working_day(day) and (day.month, day.day) not in self.closed

    def before(self, day: date, nth: int = 1) -> date:
        """The nth bank day before `day`, which itself never counts."""
        return self._nth(nth, _days(day - _DAY, -_DAY))

    def after(self, day: date, nth: int = 1) -> date:
        """The nth bank day after `day`, which itself never counts."""
        return self._nth(nth, _days(day + _DAY, _DAY))

    def of_month(self, year: int, month: int, nth: int) -> date:
        """The nth bank day of a month, or counted from its end: -1 is the last.

        Raises ValueError when the month has fewer.
        """
        last = calendar.monthrange(year, month)[1]
        days = [day for number in range(1, last + 1) if self.includes(day := date(year, month, number))]
        if not 1 <= abs(nth) <= len(days):
            raise ValueError(f"{year}-{month:02} has {len(days)} bank days, there is no number {nth}")
        return days[nth - 1] if nth > 0 else days[nth]

    def _nth(self, nth: int, days: Iterator[date]) -> date:
        if nth < 1:
            raise ValueError("Bank days are counted from one")
        return next(islice(filter(self.includes, days), nth - 1, None))


BANK_DAYS = BankDays()


def parse_month_days(text: str) -> frozenset[MonthDay]:
    """Days of every year out of `12-24 12-31`; raises ConfigurationError for what is no month and day."""
    found: set[MonthDay] = set()
    for each in text.replace(",", " ").split():
        try:
            day = datetime.strptime(f"{_LEAP_YEAR}-{each}", "%Y-%m-%d").replace(tzinfo=OSLO)
        except ValueError:
            raise ConfigurationError(f"'{each}' is no day of the year: write month and day, as 12-24") from None
        found.add((day.month, day.day))
    return frozenset(found)


def _days(first: date, step: timedelta) -> Iterator[date]:
    day = first
    while True:
        yield day
        day += step


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("NO", years=year, language="no"))
