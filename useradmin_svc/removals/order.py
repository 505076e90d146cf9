"""An order to remove somebody from a unit, or from the networks, as the order form sends it (USR-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.calendar import months_later, oslo_date
from common.privacy.masking import mask
from common.refusals import FieldProblem
from common.settings import load
from useradmin_svc.order import AT_ONCE, Order
from useradmin_svc.removals.settings import RemovalSettings

REMOVALS = load(RemovalSettings)
SECURITY_WITHIN = timedelta(minutes=15)
_END_OF_DAY = time(23, 59)


class Scope(StrEnum):
    """From what somebody is removed (code list D.6)."""

    UNIT = "UNIT"
    TK_NETT = "TK_NETT"


class Removal(Order):
    """Somebody leaves a unit, or the municipality."""

    scope: Scope = Field(description="`UNIT`: what belongs to the unit; `TK_NETT`: the account, in both networks")
    last_day: date = Field(
        description="The last day at work; it is carried out that day at 23:59", examples=["2026-11-30"]
    )
    handover_to: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå._-]{1,40}$")] | None = Field(
        default=None,
        description="The user name of whoever takes over what is open; never a national id",
        examples=["kardah"],
    )
    legal_hold: bool = Field(default=False, description="What the account holds must be kept: it is never deleted")
    security: bool = Field(default=False, description="Out at once, whatever the last day")

    @field_validator("handover_to")
    @classmethod
    def is_no_number(cls, user_name: str | None) -> str | None:
        """Tasks name it: a person's number must not pass for a user name."""
        if user_name is not None and mask(user_name) != user_name:
            raise PydanticCustomError("INVALID_VALUE", "A user name, never a person's number")
        return user_name

    def earliest(self, now: datetime) -> datetime | None:
        """The end of the last day, Norwegian time; at once for security."""
        asked = super().earliest(now)
        if self.security:
            return asked
        leaves = end_of(self.last_day)
        return leaves if asked is None else max(asked, leaves)

    def urgency(self, now: datetime) -> int:
        return AT_ONCE if self.security else super().urgency(now)

    def deadline(self, now: datetime) -> datetime | None:
        return now + SECURITY_WITHIN if self.security else super().deadline(now)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        """A last day far ahead is a mistake in a date."""
        yield from super().breaches(now)
        if self.last_day > months_later(oslo_date(now), REMOVALS.months_ahead):
            yield FieldProblem(
                "last_day", "DATE_OUT_OF_RANGE", f"That is more than {REMOVALS.months_ahead} months ahead."
            )


def end_of(day: date) -> datetime:
    """The last minute of a day in Norway."""
    return datetime.combine(day, _END_OF_DAY, OSLO)
