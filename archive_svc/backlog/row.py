"""A journal post that waits for an answer, as the archive's list of them (restanser) shows it: a row of a control."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from archive_svc.backlog.age import age, waiting_since
from archive_svc.backlog.settings import BacklogSettings
from archive_svc.esa.noark import CaseStatus, PostStatus, PostType
from common.norway.calendar import oslo_date
from common.privacy.masking import mask
from common.process import CaseInput, Subject
from common.refusals import FieldProblem
from common.settings import load

BACKLOG = load(BacklogSettings)
_MOST_UNITS = 5_000

RunId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå._:-]{1,64}$")]
PostId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,32}$")]
CaseNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}/[0-9]{1,9}$")]


def _nobodys_number(initials: str) -> str:
    if mask(initials) != initials:
        raise PydanticCustomError("INVALID_VALUE", "Initials are never a person's number")
    return initials


Initials = Annotated[str, StringConstraints(pattern=r"^[\w.-]{0,32}$"), AfterValidator(_nobodys_number)]
Cutoff = Annotated[int, Field(ge=1, le=3650)]
Ages = tuple[int, int, int, int]
"""How many posts of each age: 0–30, 31–90, 91–180, over 180 days."""


def later_than(now: datetime, as_of: date | None) -> Iterable[FieldProblem]:
    """What is wrong with counting ages on a day to come: people would be reminded too early."""
    if as_of is not None and as_of > oslo_date(now):
        yield FieldProblem("as_of", "DATE_OUT_OF_RANGE", "Ages cannot be counted on a day to come")


class UnitBefore(BaseModel):
    """What the list had for a unit at the control before."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    unit: str = Field(max_length=32)
    on: date
    ages: Ages


class BacklogControl(CaseInput):
    """One post of the list. What stands here is what the list said; before anything is done the post is looked at."""

    as_of: date = Field(description="The day on which ages are counted; never one ahead", examples=["2026-12-01"])
    cutoff_age_days: Cutoff = Field(
        default=BACKLOG.cutoff_days, description="From which age on, in days, an officer is reminded"
    )
    run_id: RunId | None = Field(default=None, description="The run it belongs to", examples=["2026-Q4-BYARK"])
    journalpost_id: PostId = Field(examples=["JP-550001"])
    case_no: CaseNumber = Field(description="Number of its case file", examples=["2026/004411"])
    post_no: Annotated[int, Field(ge=1)] = Field(description="Its number in the case file")
    type: PostType = Field(description="I or N: only these wait for an answer")
    status: PostStatus
    doc_date: date | None = None
    received_date: date | None = None
    journal_date: date | None = Field(default=None, validate_default=True)
    due_date: date | None = None
    officer: Initials = Field(default="", description="Initials of who handles it", examples=["skol07"])
    case_status: CaseStatus
    leaving: Initials = Field(
        default="", description="Initials of an officer who leaves: the unit's leader hears of whatever they handle"
    )
    whole_list: bool = Field(
        default=False, description="The batch has all that the lists have of its units: leaders get a summary of it"
    )
    units_before: Annotated[tuple[UnitBefore, ...], Field(max_length=_MOST_UNITS)] = Field(
        default=(),
        description="What the lists of all units had at the control before; a run tells it with one of its rows",
    )

    @field_validator("type")
    @classmethod
    def waits(cls, value: PostType) -> PostType:
        if not value.waits_for_answer:
            raise PydanticCustomError("INVALID_VALUE", "Only posts of the types I and N wait for an answer")
        return value

    @field_validator("journal_date")
    @classmethod
    def has_some_date(cls, value: date | None, info: ValidationInfo) -> date | None:
        before = [info.data.get(name, date.min) for name in ("doc_date", "received_date")]
        if value is None and before == [None, None]:
            raise PydanticCustomError("MISSING_FIELD", "received_date, journal_date or doc_date is needed")
        return value

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        return later_than(now, self.as_of)

    @property
    def subject(self) -> Subject:
        return Subject("journal-post", self.journalpost_id)

    @property
    def since(self) -> date | None:
        """From which day it waits, by the list."""
        return waiting_since(received=self.received_date, journalled=self.journal_date, document_date=self.doc_date)

    @property
    def age(self) -> int:
        """By the list, on the day of the control."""
        return age(self.since or self.as_of, self.as_of)

    @property
    def call_number(self) -> str:
        """As people cite it: `2026/004411-3`."""
        return f"{self.case_no}-{self.post_no}"
