"""What every order to user administration carries, whatever it is about (domain B2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from common.norway.national_id import NationalIdText
from common.norway.organisation import OrganisationNumber
from common.norway.phone import PhoneNumber, is_mobile
from common.person import Name, Sought, require_lasting_id
from common.privacy.masking import mask
from common.process import CaseInput, Run, Subject, composed
from common.refusals import FieldProblem
from common.settings import load
from useradmin_svc.settings import OrderSettings

SETTINGS = load(OrderSettings)
SKEW = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""
AT_ONCE = 1
"""The priority of what cannot wait."""

EmployeeNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$")]
OrderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå._/-]{1,64}$")]
OrdererId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå._-]{1,40}$")]


class Part(BaseModel):
    """A part of an order."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, populate_by_name=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def text_is_composed(cls, value: Any) -> Any:
        return composed(value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class OrderedFor(Part):
    """Whom an order is about."""

    person_id: NationalIdText = Field(description="National id or D-number; with any other a person takes over")
    family_name: Name = Field(examples=["Løvås"])
    given_name: Name = Field(examples=["Ane"])
    employee_no: EmployeeNo = Field(examples=["119001"])
    mobile: PhoneNumber | None = Field(default=None, description="Where an initial secret's link is sent to")

    @field_validator("mobile")
    @classmethod
    def takes_messages(cls, number: str | None) -> str | None:
        if number is not None and not is_mobile(number):
            raise PydanticCustomError("INVALID_VALUE", "A mobile number begins with 4 or 9")
        return number


class EmploymentType(StrEnum):
    """What kind of position it is (code list D.5)."""

    FAST = "FAST"
    VIKAR = "VIKAR"
    TIME = "TIME"
    OPPDRAG = "OPPDRAG"
    VERV = "VERV"

    @property
    def temporary(self) -> bool:
        """Whether it must have an end."""
        return self is not EmploymentType.FAST


class Employment(Part):
    """The employment that an order rests on."""

    type: EmploymentType
    first_day: date = Field(alias="from", examples=["2026-12-01"])
    to: date | None = Field(
        default=None, validate_default=True, description="Needed for temporary ones", examples=["2027-06-30"]
    )

    @field_validator("to")
    @classmethod
    def ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        kind, first = cast("EmploymentType | None", info.data.get("type")), info.data.get("first_day")
        if last is None and kind is not None and kind.temporary:
            raise PydanticCustomError("MISSING_FIELD", "A temporary employment has a last day")
        if last is not None and first is not None and last < first:
            raise PydanticCustomError("DATE_OUT_OF_RANGE", "The last day lies before the first")
        return last

    @property
    def last_day(self) -> date | None:
        """The last day of it; None where it has no end."""
        return self.to


class Order(CaseInput):
    """An order by somebody who is authorised to order for a unit. No table holds it: send JSON, an array or NDJSON."""

    model_config = ConfigDict(populate_by_name=True)

    order_id: OrderId = Field(
        description="The order form's number; also its reference, unless another is given", examples=["BRK-9002"]
    )
    orderer_id: OrdererId = Field(description="Who ordered: the user of the order form", examples=["best22"])
    person: OrderedFor = Field(alias="subject", description="Whom it is about")
    unit: OrganisationNumber = Field(description="The unit that orders", examples=["311874322"])  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]  an order always has one
    employment: Employment | None = None
    reason: Annotated[str, StringConstraints(min_length=1, max_length=250)] | None = None
    ordered_at: AwareDatetime | None = Field(
        default=None,
        description="When it was ordered, at most 30 days ago; without it, when Roger got it",
        examples=["2026-11-20T12:00:00+01:00"],
    )

    @field_validator("order_id", "orderer_id")
    @classmethod
    def is_nobody(cls, told: str) -> str:
        """Both are told in the clear: in a directory's remarks, in tasks, in a search. No person's number may pass for one."""
        if mask(told) != told:
            raise PydanticCustomError("INVALID_VALUE", "A person's number is no number of an order, and no user name")
        return told

    @model_validator(mode="before")
    @classmethod
    def is_known_by_its_number(cls, given: Any) -> Any:
        """The order's number is its reference."""
        if isinstance(given, dict) and "order_id" in given and not {"reference", "source_id"} & given.keys():
            return {**cast("dict[str, Any]", given), "reference": cast("dict[str, Any]", given)["order_id"]}
        return cast("Any", given)

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person.person_id)

    @property
    def alias(self) -> Subject:
        return Subject("order", self.order_id)

    def ordered(self, run: Run) -> datetime:
        """When it was ordered: who may order is judged by that."""
        return self.ordered_at or run.case.submitted_at

    def sought(self, run: Run) -> Sought:
        """Whom it is about; raises TemporaryId without a lasting national id or D-number."""
        number = require_lasting_id(self.person.person_id, accepts_synthetic=run.case.accepts_synthetic)
        return Sought(number, self.person.family_name, self.person.given_name)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        """An order is valid for thirty days."""
        if self.ordered_at is None:
            return
        if self.ordered_at > now + SKEW:
            yield FieldProblem("ordered_at", "DATE_OUT_OF_RANGE", "That lies ahead of now.")
        if self.ordered_at < now - timedelta(days=SETTINGS.valid_days):
            yield FieldProblem("ordered_at", "DATE_OUT_OF_RANGE", f"An order is valid for {SETTINGS.valid_days} days.")
