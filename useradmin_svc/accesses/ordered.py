"""One order about somebody's access to a program, with what can be checked before any system is asked (USR-01)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.calendar import is_working_day, months_later, oslo_date
from common.norway.organisation import OrganisationNumber
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at
from useradmin_svc.accesses.registers import ProgramCode, RoleCode
from useradmin_svc.accesses.settings import AccessSettings
from useradmin_svc.order import SETTINGS as ORDERS
from useradmin_svc.order import SKEW, EmployeeNo, Employment, Order, Part

SETTINGS = load(AccessSettings)
_DAY = timedelta(days=1)


class Action(StrEnum):
    """What is to become of the access (code list D.6)."""

    NEW = "NEW"
    CHANGE = "CHANGE"
    DELETE = "DELETE"


class Approval(Part):
    """That somebody besides the orderer has approved the order."""

    role: Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-zÆØÅæøå][A-Za-z0-9ÆØÅæøå_-]{1,31}$")] = (
        Field(description="In which capacity", examples=["SYSTEM_OWNER"])
    )
    person: EmployeeNo = Field(description="The approver's employee number", examples=["100301"])
    at: AwareDatetime = Field(description="At most 30 days ago", examples=["2026-11-20T13:00:00+01:00"])


def _listed(given: Any) -> Any:
    """One role may stand for a list of one."""
    return (given,) if isinstance(given, str) else given


def _in_order(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


class OrderedAccess(Order):
    """An order about one person's access to one program. No table holds it: send JSON, an array or NDJSON."""

    action: Action
    program: ProgramCode = Field(description="As the register `programs` has it", examples=["ESA"])
    roles: Annotated[tuple[RoleCode, ...], Field(max_length=30), BeforeValidator(_listed)] = Field(
        default=(),
        validate_default=True,
        validation_alias=AliasChoices("roles", "role"),
        description="All roles that the person shall have in the program (also `role`, for one). Needed for NEW and "
        "CHANGE; a DELETE names none, for it ends the access altogether",
        examples=[["SAKSBEHANDLER"]],
    )
    data_scope: Annotated[tuple[OrganisationNumber, ...], Field(max_length=50)] = Field(
        default=(),
        validate_default=True,
        description="The units whose data may be seen; left out: the unit that orders",
        examples=[["312900114"]],
    )
    valid_from: date | None = Field(
        default=None,
        validate_default=True,
        description="The first day; Roger leaves the order alone until then. Needed for NEW and CHANGE, at most twelve "
        "months ahead",
        examples=["2026-12-01"],
    )
    valid_to: date | None = Field(
        default=None,
        description="The last day, not after the employment's. Left out, a new access ends with the employment, and a "
        "changed one when it would have ended",
        examples=["2027-06-30"],
    )
    approvals: Annotated[tuple[Approval, ...], Field(max_length=20)] = Field(
        default=(), description="A sensitive program needs its owner's", examples=[[]]
    )

    @field_validator("roles")
    @classmethod
    def roles_fit_the_action(cls, roles: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Each once, in one order: the same roles are the same however they were written."""
        match info.data.get("action"):
            case Action.DELETE if roles:
                raise PydanticCustomError(
                    "INVALID_VALUE", "A DELETE ends the whole access: to take away single roles, order a CHANGE"
                )
            case Action.NEW | Action.CHANGE if not roles:
                raise PydanticCustomError("MISSING_FIELD", "An access has at least one role")
            case _:
                return _in_order(roles)

    @field_validator("data_scope")
    @classmethod
    def sees_its_own_unit(cls, scope: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        own: str | None = info.data.get("unit")
        return _in_order(scope or ((own,) if own else ()))

    @field_validator("valid_from")
    @classmethod
    def begins_some_day(cls, first: date | None, info: ValidationInfo) -> date | None:
        if first is None and info.data.get("action") in {Action.NEW, Action.CHANGE}:
            raise PydanticCustomError("MISSING_FIELD", "An access holds from some day on")
        _require_employed(first, info)
        return first

    @field_validator("valid_to")
    @classmethod
    def ends_in_time(cls, last: date | None, info: ValidationInfo) -> date | None:
        first: date | None = info.data.get("valid_from")
        if last is None:
            return None
        if info.data.get("action") is Action.DELETE:
            raise PydanticCustomError("INVALID_VALUE", "A DELETE ends the access on the day given as valid_from")
        if first is not None and last < first:
            raise PydanticCustomError("DATE_OUT_OF_RANGE", "The access ends before it begins")
        _require_employed(last, info)
        return last

    @property
    def employed_until(self) -> date | None:
        """The last day of the employment that the order rests on, where it has one."""
        return None if self.employment is None else self.employment.last_day

    def earliest(self, now: datetime) -> datetime | None:
        """Not before the first day that it shall hold."""
        asked = super().earliest(now)
        if self.valid_from is None:
            return asked
        begins = shown_at(datetime.combine(self.valid_from, datetime.min.time()), OSLO)
        return begins if asked is None else max(asked, begins)

    def deadline(self, now: datetime) -> datetime:
        """A new access is there within a working day, or on its first day; one that ends is gone on its day."""
        today = oslo_date(now)
        first = max(today, self.valid_from or today)
        if self.action is Action.DELETE:
            return shown_at(datetime.combine(first + _DAY, datetime.min.time()), OSLO)
        return shown_at(datetime.combine(max(first, _next_working_day(today)), SETTINGS.done_by), OSLO)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        yield from super().breaches(now)
        today = oslo_date(now)
        if self.valid_from is not None and self.valid_from > months_later(today, SETTINGS.months_ahead):
            message = f"That is more than {SETTINGS.months_ahead} months ahead."
            yield FieldProblem("valid_from", "DATE_OUT_OF_RANGE", message)
        if self.valid_to is not None and self.valid_to < today:
            yield FieldProblem("valid_to", "DATE_OUT_OF_RANGE", "That day is over.")
        if any(approval.at > now + SKEW for approval in self.approvals):
            yield FieldProblem("approvals", "DATE_OUT_OF_RANGE", "An approval lies ahead of now.")
        if any(approval.at < now - timedelta(days=ORDERS.valid_days) for approval in self.approvals):
            message = f"An approval is valid for {ORDERS.valid_days} days."
            yield FieldProblem("approvals", "DATE_OUT_OF_RANGE", message)


def _require_employed(day: date | None, info: ValidationInfo) -> None:
    """Nobody has an access after the employment that the order rests on."""
    employment: Employment | None = info.data.get("employment")
    ends = None if employment is None else employment.last_day
    if day is not None and ends is not None and day > ends and info.data.get("action") is not Action.DELETE:
        raise PydanticCustomError("DATE_OUT_OF_RANGE", "That is after the employment has ended")


def _next_working_day(day: date) -> date:
    following = day + _DAY
    while not is_working_day(following):
        following += _DAY
    return following
