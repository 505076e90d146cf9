"""One order about somebody's authority to order, as a unit's leader signs it, with what can be checked at once (USR-04)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.calendar import BankDays, months_later, oslo_date
from common.norway.organisation import OrganisationNumber
from common.privacy.masking import mask
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at
from useradmin_svc.order import EmployeeNo, Order
from useradmin_svc.orderers.settings import OrdererSettings

SETTINGS = load(OrdererSettings)
_WORKING_DAYS = BankDays(closed=frozenset())
_WITHIN = 2
"""Working days."""


class OrdererAction(StrEnum):
    """What is to become of the authority (code list D.6)."""

    NEW = "NEW"
    DELETE = "DELETE"


class Signature(BaseModel, frozen=True):
    """That the leader of the units has signed."""

    by: str
    """The leader's employee number."""
    at: date
    reference: str

    def __repr__(self) -> str:
        return "Signature(…)"


def _without_unit(schema: dict[str, Any]) -> None:
    """The description does not ask for what may be left out."""
    schema["required"].remove("unit")


class OrderedAuthorisation(Order):
    """An order that somebody may order for units, or may not any more. No table holds it: send JSON, an array or NDJSON.

    `unit` may be left out: it is the first of `units`.
    """

    model_config = ConfigDict(json_schema_extra=_without_unit)

    action: OrdererAction
    units: Annotated[tuple[OrganisationNumber, ...], Field(max_length=20)] = Field(
        default=(),
        validate_default=True,
        description="The units that it is about; a DELETE without any is about all of the person's",
        examples=[["311874322"]],
    )
    signed_by: EmployeeNo | None = Field(
        default=None,
        validate_default=True,
        description="Employee number of who leads each of the units. A DELETE may come without a signature when the "
        "person does not work there any more",
        examples=["100777"],
    )
    signed_at: date | None = Field(
        default=None, validate_default=True, description="At most thirty days ago", examples=["2026-11-20"]
    )
    signature_ref: Annotated[str, StringConstraints(min_length=1, max_length=60)] | None = Field(
        default=None, validate_default=True, description="Where the signed paper is kept", examples=["ES-1"]
    )
    valid_to: date | None = Field(
        default=None,
        description="The last day; left out, and at the latest, 24 months after the signature. Not in a DELETE",
        examples=["2028-11-20"],
    )

    @model_validator(mode="before")
    @classmethod
    def belongs_to_its_first_unit(cls, given: Any) -> Any:
        if not isinstance(given, dict) or "unit" in given:
            return cast("Any", given)
        said = cast("dict[str, Any]", given)
        units = said.get("units")
        return {**said, "unit": cast("list[Any]", units)[0]} if isinstance(units, list | tuple) and units else said

    @field_validator("units")
    @classmethod
    def names_units(cls, units: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """Each once, in one order."""
        if not units and info.data.get("action") is OrdererAction.NEW:
            raise PydanticCustomError("MISSING_FIELD", "An authorisation is for units")
        return tuple(sorted(set(units)))

    @field_validator("signed_by", "signed_at", "signature_ref")
    @classmethod
    def is_signed_wholly(cls, said: Any, info: ValidationInfo) -> Any:
        """By whom, when and where: a new authorisation has all of it, an end all of it or nothing."""
        signed = info.data.get("signed_by") is not None
        needed = info.data.get("action") is OrdererAction.NEW or (info.field_name != "signed_by" and signed)
        if said is None and needed:
            raise PydanticCustomError("MISSING_FIELD", "A signature says by whom, when, and where it is kept")
        if said is not None and info.field_name != "signed_by" and not signed and "signed_by" in info.data:
            raise PydanticCustomError("INVALID_VALUE", "Say also who has signed")
        return said

    @field_validator("signature_ref")
    @classmethod
    def is_nobodys_number(cls, reference: str | None) -> str | None:
        if reference is not None and mask(reference) != reference:
            raise PydanticCustomError("INVALID_VALUE", "A person's national id must not stand here")
        return reference

    @field_validator("valid_to")
    @classmethod
    def ends_in_time(cls, last: date | None, info: ValidationInfo) -> date | None:
        if last is None:
            return None
        if info.data.get("action") is OrdererAction.DELETE:
            raise PydanticCustomError("INVALID_VALUE", "A DELETE ends the authorisations at once")
        signed: date | None = info.data.get("signed_at")
        if signed is not None and last > months_later(signed, SETTINGS.validity_months):
            months = SETTINGS.validity_months
            raise PydanticCustomError(
                "DATE_OUT_OF_RANGE", "That is more than {months} months after the signature", {"months": months}
            )
        return last

    @property
    def signature(self) -> Signature | None:
        """The leader's signature; None only where a DELETE came without one."""
        if self.signed_by is None or self.signed_at is None or self.signature_ref is None:
            return None
        return Signature(by=self.signed_by, at=self.signed_at, reference=self.signature_ref)

    def last_day(self, signature: Signature) -> date:
        """The last day of a new authorisation."""
        return self.valid_to or months_later(signature.at, SETTINGS.validity_months)

    def deadline(self, now: datetime) -> datetime:
        """A new orderer is there within two working days, one that ends is gone the same day."""
        today = oslo_date(now)
        if self.action is OrdererAction.DELETE:
            return shown_at(datetime.combine(today + timedelta(days=1), datetime.min.time()), OSLO)
        return shown_at(datetime.combine(_WORKING_DAYS.after(today, _WITHIN), SETTINGS.done_by), OSLO)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        yield from super().breaches(now)
        today = oslo_date(now)
        if self.signed_at is not None and self.signed_at > today:
            yield FieldProblem("signed_at", "DATE_OUT_OF_RANGE", "The signature lies ahead of today.")
        if self.signed_at is not None and self.signed_at < today - timedelta(days=SETTINGS.signature_days):
            message = f"A signature is taken for {SETTINGS.signature_days} days."
            yield FieldProblem("signed_at", "DATE_OUT_OF_RANGE", message)
        if self.valid_to is not None and self.valid_to < today:
            yield FieldProblem("valid_to", "DATE_OUT_OF_RANGE", "That day is over.")
