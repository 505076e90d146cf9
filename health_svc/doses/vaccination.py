"""One dose as the health worker's form tells it, with what can be checked before HsPro is asked (HLT-03)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from common.clock import OSLO
from common.norway.national_id import NationalIdText
from common.person import Name
from common.process import CaseInput, Reference, Subject
from common.refusals import FieldProblem

PROGRAMME_BEGAN = date(2020, 12, 27)
"""The first day on which anybody in Norway was vaccinated against covid-19."""
SKEW = timedelta(minutes=5)
"""How far the clock of a station may be ahead of ours."""
OLDEST = timedelta(days=30)
"""How late a dose may be told, unless it corrects an earlier form or was given abroad."""

MOST_ANSWERS = 30
"""So many questions may be asked before a dose."""

_FORM = "7b7f3c1e-0001-4a10-9c55-000000000001"
_BATCH = re.compile(r"[A-Z0-9-]{3,20}", re.ASCII)

VaccineCode = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2,3}[0-9]{2}$")]
Question = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z_]{1,39}$")]
HprNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{7,9}$")]


def batch_number(text: Any) -> Any:
    """A batch number as lists hold it, however it was typed or scanned: without blanks around it, in capitals.

    Raises ValueError with the code INVALID_VALUE.
    """
    if not isinstance(text, str):
        return text
    number = text.strip().upper()
    if not _BATCH.fullmatch(number):
        raise PydanticCustomError(
            "INVALID_VALUE", "A batch number has 3 to 20 characters: letters A to Z, digits, hyphens"
        )
    return number


BatchNumber = Annotated[str, BeforeValidator(batch_number)]


class Site(StrEnum):
    """Where on the body."""

    LEFT_ARM = "LEFT_ARM"
    RIGHT_ARM = "RIGHT_ARM"
    OTHER = "OTHER"


class Indication(StrEnum):
    """Why this person is vaccinated now."""

    AGE = "AGE"
    RISK_GROUP = "RISK_GROUP"
    HEALTH_WORKER = "HEALTH_WORKER"
    NURSING_HOME = "NURSING_HOME"
    CRITICAL_JOB = "CRITICAL_JOB"
    OTHER = "OTHER"


class Vaccination(CaseInput):
    """One dose that one person was given. `form_id` is the caller's own key: it is the case's reference too.

    Codes of what is wrong with a field: MISSING_FIELD, INVALID_VALUE, ID_INVALID (`person_id`) and DATE_OUT_OF_RANGE
    (`vaccinated_at`, `expiry_date`).
    """

    reference: Reference | None = Field(
        default=None,
        validation_alias=AliasChoices("reference", "source_id"),
        description="The form's id once more, or left out: a form is known by that alone.",
        examples=[_FORM],
    )
    form_id: UUID = Field(
        description="The form's own id, made when it is opened, and the case's `reference`. Sent again with the same "
        "content it gives the same case; with other content it is refused.",
        examples=[_FORM],
    )
    corrects: UUID | None = Field(
        default=None, description="The `form_id` of the form whose dose this one corrects", examples=[None]
    )
    person_id: NationalIdText
    family_name: Name = Field(examples=["Nordhaug"])
    given_name: Name = Field(examples=["Ola"])
    vaccinated_at: AwareDatetime = Field(
        description="When the dose was given: from 27 December 2020, at most 5 minutes ahead; at most 30 days ago "
        "unless it corrects a form or was given abroad",
        examples=["2026-11-22T09:11:00+01:00"],
    )
    vaccine_code: VaccineCode = Field(description="SYSVAK's code of the vaccine", examples=["BNT03"])
    batch_no: BatchNumber = Field(
        description="The batch as printed: 3 to 20 letters, digits and hyphens; capitals and blanks around it do not "
        "matter",
        examples=["SYN1234"],
    )
    expiry_date: date | None = Field(
        default=None, description="The batch's last day as printed; not before the day of the dose", examples=[None]
    )
    dose_no: Annotated[int, Field(ge=1, le=5)] = Field(description="1 for the first dose", examples=[1])
    site: Site
    vaccinator_hpr: HprNumber = Field(description="HPR number of who gave it: 7 to 9 digits", examples=["9999101"])
    prescriber_hpr: HprNumber | None = Field(
        default=None, description="HPR number of who prescribed it, where that is somebody else", examples=[None]
    )
    indication: Indication
    given_abroad: bool = Field(default=False, description="Given abroad: a person looks at the documentation")
    contraindication_answers: Annotated[dict[Question, bool], Field(max_length=MOST_ANSWERS)] = Field(
        description="The answers to the questions asked before the dose, by the question's code; any `true`, and any "
        "question of the register `vaccination-questions` without an answer, is followed up by a person",
        examples=[{"ALLERGIC_REACTION": False}],
    )
    consent: bool = Field(description="The person has consented; nothing is registered without", examples=[True])
    reaction_observed: bool = Field(
        description="A reaction was seen while the person waited; followed up by a person", examples=[False]
    )
    remark: Annotated[str, StringConstraints(max_length=500)] = Field(
        default="", description="Anything a person must read; followed up by a person", examples=[""]
    )

    @model_validator(mode="before")
    @classmethod
    def form_is_the_reference(cls, given: Any) -> Any:
        """A form sent again must be recognised, so its id is the one key of the case."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        own = _canonical(fields.get("form_id"))
        said = {_canonical(fields[name]) for name in ("reference", "source_id") if fields.get(name) is not None}
        if said - {own}:
            raise PydanticCustomError("INVALID_VALUE", "A vaccination's reference is its form_id; leave it out")
        return {name: value for name, value in fields.items() if name != "source_id"} | {"reference": own}

    @field_validator("corrects")
    @classmethod
    def corrects_another(cls, corrects: UUID | None, info: ValidationInfo) -> UUID | None:
        if corrects is not None and corrects == info.data.get("form_id"):
            raise PydanticCustomError("INVALID_VALUE", "A form cannot correct itself")
        return corrects

    @field_validator("expiry_date")
    @classmethod
    def not_expired(cls, expiry: date | None, info: ValidationInfo) -> date | None:
        given: datetime | None = info.data.get("vaccinated_at")
        if expiry is not None and given is not None and expiry < given.astimezone(OSLO).date():
            raise PydanticCustomError("DATE_OUT_OF_RANGE", "The batch had expired on the day of the dose")
        return expiry

    @field_validator("consent")
    @classmethod
    def consented(cls, consent: bool) -> bool:  # noqa: FBT001  a field's value
        if not consent:
            raise PydanticCustomError("INVALID_VALUE", "Without consent nothing is registered")
        return consent

    @property
    def day(self) -> date:
        """The day of the dose in Norway."""
        return self.vaccinated_at.astimezone(OSLO).date()

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.vaccinated_at > now + SKEW:
            yield FieldProblem("vaccinated_at", "DATE_OUT_OF_RANGE", "The dose lies ahead of now.")
        if self.vaccinated_at < datetime.combine(PROGRAMME_BEGAN, time(), OSLO):
            yield FieldProblem("vaccinated_at", "DATE_OUT_OF_RANGE", "The dose is older than the programme.")
        elif self.vaccinated_at < now - OLDEST and not (self.given_abroad or self.corrects):
            yield FieldProblem("vaccinated_at", "DATE_OUT_OF_RANGE", "The dose is more than 30 days old.")


def _canonical(form_id: Any) -> str | None:
    """The one spelling of a form's id; None for what is none."""
    try:
        return str(UUID(str(form_id)))
    except ValueError:
        return None
