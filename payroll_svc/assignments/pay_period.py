"""The calendar of assignment hours: a period's days, until when hours are taken, and by when they must be registered."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import StringConstraints

from common.clock import OSLO
from common.norway.calendar import months_later
from payroll_svc.cut_off import BANK_DAYS

Period = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""The month a pay period is named after: `2026-11`."""
OFFICE_OPENS = time(8)


def days_of(period: str, begins: int) -> tuple[date, date]:
    """The first and the last day of a period that begins on that day of the month.

    Where that is not the first, it begins in the month before: 2026-11 from the 21st is 21 October to 20 November.
    """
    year, month = int(period[:4]), int(period[5:])
    if begins == 1:
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    return months_later(date(year, month, begins), -1), date(year, month, begins - 1)


def registered_by(came: datetime, cut_off: int) -> datetime:
    """When what came then must be registered: as the office opens on the bank day after the cut-off that it came by.

    What comes through the day of the cut-off is paid by the next run, what comes later by that of the next month.
    """
    day = came.astimezone(OSLO).date()
    last = day.replace(day=cut_off)
    return datetime.combine(BANK_DAYS.after(last if day <= last else months_later(last, 1)), OFFICE_OPENS, OSLO)


def worked_by(day: date, end: int | None) -> datetime:
    """The moment from which hours of that date are over; without a time of day, as soon as the date has begun."""
    return datetime.combine(day, time(), OSLO) + timedelta(minutes=end or 0)
