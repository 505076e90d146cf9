"""One pay form as the form portal hands it in, with what can be checked before the payroll system is asked (PAY-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.calendar import months_later, oslo_date
from common.norway.national_id import NationalIdText
from common.person import Name
from common.process import CaseInput, Subject
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at
from payroll_svc.pay_forms.fields import FormFields, FormType
from payroll_svc.pay_forms.settings import PayFormSettings
from payroll_svc.positions.holding import Number, not_before

SETTINGS = load(PayFormSettings)

FormId = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9ÆØÅæøå-]{1,32}$")]
Role = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-zÆØÅæøå][A-Za-z0-9ÆØÅæøå_-]{1,31}$")]


class Approval(BaseModel):
    """That somebody has approved the form, as the portal has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)

    role: Role = Field(examples=["LEDER"])
    person: Annotated[str, StringConstraints(min_length=1, max_length=80)] = Field(
        description="User name, as the payroll system shows it", examples=["enhl09"]
    )
    time: AwareDatetime = Field(examples=["2026-11-20T12:00:00+01:00"])

    def __repr__(self) -> str:
        return f"Approval({self.role})"

    __str__ = __repr__


class PayForm(CaseInput):
    """One approved form. No table holds it, for its approvals and fields: send JSON, an array or NDJSON."""

    form_id: FormId = Field(description="The form's number in the portal", examples=["SKJ-300145"])
    form_version: Annotated[int, Field(ge=1, le=999)] = Field(
        default=1, description="The same number and version is the same form"
    )
    form_type: FormType
    person_id: NationalIdText = Field(description="National id or D-number; with any other a person takes over")
    family_name: Name = Field(examples=["Nordhaug"])
    given_name: Name = Field(examples=["Ola"])
    employee_no: Number | None = Field(
        default=None, description="Needed where the person is employed more than once", examples=["109934"]
    )
    user_name: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = Field(
        default=None,
        description="The employee's own, where the portal knows it: nobody approves a form about themselves",
        examples=["marfje"],
    )
    effective_from: date = Field(description="At most twelve months ahead", examples=["2026-12-01"])
    effective_to: date | None = Field(
        default=None,
        validate_default=True,
        description="The last day, not before the first; needed for TEMPORARY_EXT",
        examples=["2027-05-31"],
    )
    fields: FormFields = Field(default=FormFields(), validate_default=True, description="What the form says")
    approvals: Annotated[tuple[Approval, ...], Field(max_length=20)] = Field(
        description="Every approval the portal has; the payroll system must show them too"
    )

    @field_validator("effective_to")
    @classmethod
    def ends_after_it_begins(cls, last: date | None, info: ValidationInfo) -> date | None:
        if last is None and info.data.get("form_type") is FormType.TEMPORARY_EXT:
            raise PydanticCustomError("MISSING_FIELD", "A temporary position is prolonged until a day")
        return not_before(last, info.data.get("effective_from"))

    @field_validator("fields")
    @classmethod
    def says_what_its_type_needs(cls, fields: FormFields, info: ValidationInfo) -> FormFields:
        form_type: FormType | None = info.data.get("form_type")
        missing = fields.missing(form_type) if form_type else []
        if missing:
            raise PydanticCustomError("MISSING_FIELD", "Needed for this type: {names}", {"names": ", ".join(missing)})
        return fields

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)

    @property
    def alias(self) -> Subject:
        return Subject("form", self.form_id)

    def deadline(self, now: datetime) -> datetime:
        """The same day's end of work, or the next day's: so what comes before the cut-off is active before the run."""
        today = oslo_date(now)
        ends = _end_of(today)
        return ends if now < ends else _end_of(today + timedelta(days=1))

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.effective_from > months_later(oslo_date(now), SETTINGS.months_ahead):
            months = SETTINGS.months_ahead
            yield FieldProblem("effective_from", "DATE_OUT_OF_RANGE", f"That is more than {months} months ahead.")


def _end_of(day: date) -> datetime:
    return shown_at(datetime.combine(day, SETTINGS.done_by), OSLO)
