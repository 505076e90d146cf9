"""Which days a check is about: a whole month, or one day (PAY-04)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.calendar import oslo_date
from common.process import CaseInput
from common.settings import load
from payroll_svc.cut_off import BANK_DAYS, CUT_OFF_DAY
from payroll_svc.positions.settings import PositionSettings

POSITIONS = load(PositionSettings)
_DONE_BY = time(16)
_ANSWER_WITHIN = 5  # bank days, where the cut-off has passed
_MONTHS = 12

Month = Annotated[str, StringConstraints(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")]


@dataclass(frozen=True, kw_only=True)
class Days:
    """The first and the last day, both included."""

    first: date
    last: date

    @classmethod
    def of_month(cls, month: str) -> Self:
        """All days of `2026-11`."""
        year, number = int(month[:4]), int(month[5:])
        return cls(first=date(year, number, 1), last=date(year, number, calendar.monthrange(year, number)[1]))

    @property
    def month(self) -> str:
        """The month that the check belongs to: `2026-11`."""
        return f"{self.last:%Y-%m}"


def month_before(month: str) -> str:
    """`2026-12` for `2027-01`."""
    year, number = divmod(int(month[:4]) * _MONTHS + int(month[5:]) - 2, _MONTHS)
    return f"{year:04}-{number + 1:02}"


def month_of_next_cut_off(day: date) -> str:
    """Whose payroll run changes of that day still reach."""
    later = day.day > CUT_OFF_DAY
    return f"{(day.replace(day=1) + timedelta(days=31 * later)):%Y-%m}"


def cut_off(month: str) -> date:
    """The day after which changes no longer reach the month's payroll run."""
    return Days.of_month(month).first.replace(day=CUT_OFF_DAY)


def answer_by(month: str, today: date) -> date:
    """By when units must have answered: the last bank day before the cut-off, or some bank days from now."""
    last = BANK_DAYS.before(cut_off(month))
    return last if last >= today else BANK_DAYS.after(today, _ANSWER_WITHIN)


class AskedDays(CaseInput):
    """A case about a month, or about one day: exactly one of the two."""

    period: Month | None = Field(default=None, description="The month, as yyyy-mm; or `as_of`", examples=["2026-11"])
    as_of: date | None = Field(
        default=None, validate_default=True, description="One day, instead of `period`", examples=[None]
    )

    @field_validator("as_of")
    @classmethod
    def one_of_the_two(cls, as_of: date | None, info: ValidationInfo) -> date | None:
        if "period" not in info.data:
            return as_of  # what is wrong with the month is said already
        if as_of is None and info.data["period"] is None:
            raise PydanticCustomError("MISSING_FIELD", "Say which month (period) or which day (as_of) is meant")
        if as_of is not None and info.data["period"] is not None:
            raise PydanticCustomError("INVALID_VALUE", "Say either a month (period) or a day (as_of), not both")
        return as_of

    @property
    def days(self) -> Days:
        """The days that are looked at."""
        if self.as_of is not None:
            return Days(first=self.as_of, last=self.as_of)
        return Days.of_month(self.period or "")

    def deadline(self, now: datetime) -> datetime | None:
        """So many bank days before the month's cut-off (PAY-04: five); None where that has passed."""
        day = BANK_DAYS.before(cut_off(self.days.month), POSITIONS.done_before)
        return datetime.combine(day, _DONE_BY, OSLO) if day >= oslo_date(now) else None
