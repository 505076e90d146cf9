"""An order for accounts in the networks as the order form hands it in (USR-02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, cast

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.errors import DateOutOfRange
from common.norway.calendar import is_working_day, months_later, oslo_date
from common.norway.organisation import OrganisationNumber
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at
from useradmin_svc.accounts.settings import AccountSettings
from useradmin_svc.directory.entry import Network
from useradmin_svc.order import AT_ONCE, Order
from useradmin_svc.units import Word

SETTINGS = load(AccountSettings)
LONGEST_WAIT = timedelta(hours=1)
"""How long somebody who has started already may be without an account."""
_DAY = timedelta(days=1)


class Action(StrEnum):
    """What is to be done (code list D.6)."""

    NEW = "NEW"
    CHANGE = "CHANGE"
    MOVE = "MOVE"
    REACTIVATE = "REACTIVATE"

    @property
    def lets_in(self) -> bool:
        """Whether somebody may get an account of which they do not know the secret."""
        return self in {Action.NEW, Action.REACTIVATE}


class Reach(StrEnum):
    """In which networks."""

    TK = "TK"
    ELEV = "ELEV"
    BOTH = "BOTH"

    @property
    def networks(self) -> tuple[Network, ...]:
        return tuple(Network) if self is Reach.BOTH else (Network(self.value),)


class AccountOrder(Order):
    """One order. Pupils are ordered for elsewhere: their kind of belonging is no type of employment here."""

    network: Reach
    action: Action
    from_unit: OrganisationNumber | None = Field(
        default=None, validate_default=True, description="MOVE: the unit that is left", examples=["312900114"]
    )
    mailbox: bool | None = Field(
        default=None, description="Whether the account has one; what is not said stays, and a new account has none"
    )
    groups: Annotated[tuple[Word, ...], Field(max_length=30)] | None = Field(
        default=None,
        description="Besides those of the unit; CHANGE without it leaves memberships alone",
        examples=[["SKOLE-ALLE"]],
    )

    @field_validator("from_unit")
    @classmethod
    def is_left_by_a_move(cls, left: str | None, info: ValidationInfo) -> str | None:
        moves = cast("Action | None", info.data.get("action")) is Action.MOVE
        if moves and left is None:
            raise PydanticCustomError("MISSING_FIELD", "A MOVE says which unit is left")
        if left is not None and (not moves or left == info.data.get("unit")):
            raise PydanticCustomError("INVALID_VALUE", "Only a MOVE leaves a unit, and for another one")
        return left

    @property
    def networks(self) -> tuple[Network, ...]:
        return self.network.networks

    @property
    def units(self) -> tuple[str, ...]:
        """Whose orderer this must be."""
        return (self.unit,) if self.from_unit is None else (self.unit, self.from_unit)

    @property
    def last_day(self) -> date | None:
        """The last day of the employment."""
        return None if self.employment is None else self.employment.last_day

    @property
    def called(self) -> str:
        """The networks, as staff call them."""
        return " og ".join(network.called for network in self.networks)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        yield from super().breaches(now)
        if self.action.lets_in and self.person.mobile is None:
            yield FieldProblem("subject.mobile", "MISSING_FIELD", "An initial secret needs somewhere to be sent to.")
        if self.employment is None:
            if self.action is not Action.CHANGE:
                yield FieldProblem("employment", "MISSING_FIELD", "An account lasts as long as an employment.")
            return
        if self.last_day is not None and self.last_day < oslo_date(now):
            yield FieldProblem("employment.to", "DATE_OUT_OF_RANGE", "The employment is over.")
        if self._too_far_off(now):
            months = SETTINGS.months_ahead
            yield FieldProblem("employment.from", "DATE_OUT_OF_RANGE", f"That is more than {months} months ahead.")

    def require_current(self, today: date) -> None:
        """An order may have waited for a person: raises DateOutOfRange when its employment is over by now."""
        if self.last_day is not None and self.last_day < today:
            raise DateOutOfRange("The employment is over")

    def earliest(self, now: datetime) -> datetime | None:
        """Some days before the start, for a secret sent long before is of no use; who moves keeps what they have until then."""
        start = self._start(now)
        if start is None:
            return self.not_before
        first = _midnight(start if self.action is Action.MOVE else start - SETTINGS.days_ahead * _DAY)
        return first if self.not_before is None else max(first, self.not_before)

    def deadline(self, now: datetime) -> datetime | None:
        """The last working day before the start; whoever has started waits at most an hour, whoever moves half a day."""
        if self.employment is None or self.action is Action.CHANGE:
            return None
        start = self._start(now)
        if start is None:
            return now + LONGEST_WAIT
        if self.action is Action.MOVE:
            return shown_at(datetime.combine(start, time(12)), OSLO)
        day = start - _DAY
        while not is_working_day(day):
            day -= _DAY
        return max(shown_at(datetime.combine(day, SETTINGS.done_by), OSLO), now + LONGEST_WAIT)

    def urgency(self, now: datetime) -> int:
        """Whoever starts today comes first, or has started already."""
        if self.employment is None or self.action is Action.CHANGE or self._start(now) is not None:
            return self.priority
        return AT_ONCE

    def _start(self, now: datetime) -> date | None:
        """The first day, if that lies ahead (and not so far that the order is refused)."""
        if self.employment is None or self.action is Action.CHANGE or self._too_far_off(now):
            return None
        first = self.employment.first_day
        return first if first > oslo_date(now) else None

    def _too_far_off(self, now: datetime) -> bool:
        first = None if self.employment is None else self.employment.first_day
        return first is not None and first > months_later(oslo_date(now), SETTINGS.months_ahead)


def _midnight(day: date) -> datetime:
    return shown_at(datetime.combine(day, time(0)), OSLO)
