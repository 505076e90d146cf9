"""What a deployment says about hours of assignments."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DayOfMonth = Annotated[int, Field(ge=1, le=28)]


class AssignmentSettings(BaseSettings):
    """When hours are registered, and how many."""

    model_config = SettingsConfigDict(env_prefix="ROGER_ASSIGNMENTS_", extra="ignore")

    period_begins: DayOfMonth = 1
    """The day of the month on which a pay period begins: 1 is the calendar month, 21 the period from the 21st of the
    month before through the 20th."""
    months: Annotated[int, Field(ge=1, le=36)] = 3
    """Months after a date within which its hours are registered without a person."""
    earlier_years: bool = False
    """Whether hours of an earlier calendar year may be registered without a person."""
    tolerance_percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] = Decimal(0)
    """By how many per cent a list may go beyond the hours of the decision."""
