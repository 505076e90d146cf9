"""The day of the month after which nothing more reaches the payroll run, and the bank days around it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.settings import CalendarSettings, load


class CutOffSettings(BaseSettings):
    """When the month's payroll run is closed to changes."""

    model_config = SettingsConfigDict(env_prefix="ROGER_PAYROLL_", extra="ignore")

    cut_off_day: Annotated[int, Field(ge=10, le=28)] = 20
    """Through which day of the month changes, and hours of assignments, reach the next payroll run."""


CUT_OFF_DAY = load(CutOffSettings).cut_off_day
BANK_DAYS = load(CalendarSettings).bank_days
