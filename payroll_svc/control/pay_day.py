"""By when a payroll run must have been controlled: before banks are told to pay (PAY-02)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from common.clock import OSLO
from common.norway.calendar import is_working_day
from common.settings import load
from payroll_svc.control.settings import ControlSettings
from payroll_svc.cut_off import BANK_DAYS

CONTROL = load(ControlSettings)


def approval_day(pay_date: date) -> date:
    """The day on which the payment file is approved: so many bank days before pay day."""
    return BANK_DAYS.before(pay_date, CONTROL.release_bank_days) if CONTROL.release_bank_days else pay_date


@lru_cache(maxsize=100)
def approval_of(pay_date: date) -> datetime:
    """The moment at which the payment file is approved."""
    return datetime.combine(approval_day(pay_date), CONTROL.release_at, OSLO)


@lru_cache(maxsize=10)
def working_day_later(now: datetime) -> datetime:
    """The same time of the next working day in Norway."""
    local = now.astimezone(OSLO)
    day = local.date() + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, time(local.hour, local.minute, local.second), OSLO)
