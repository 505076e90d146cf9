"""One item of a meeting as the secretary hands it in, with what can be checked at once (ARC-03)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from archive_svc.protocols.settings import ProtocolSettings
from archive_svc.protocols.wording import fingerprint
from archive_svc.screens.meetings.target import Result
from common.clock import OSLO
from common.norway.calendar import BankDays, oslo_date
from common.privacy.masking import mask
from common.process import CaseInput, Subject, composed
from common.refusals import FieldProblem
from common.settings import load
from common.wall_clock import shown_at

SETTINGS = load(ProtocolSettings)
_WORKING_DAYS = BankDays(closed=frozenset())
_DAY = timedelta(days=1)
_MOST_RECIPIENTS = 60


def _one_line(text: str) -> str:
    """With one blank between words, as a page shows it; what cannot be seen is refused, for the archive would not keep it."""
    line = " ".join(text.split())
    if not line.isprintable():
        raise PydanticCustomError("INVALID_VALUE", "Write it with visible characters only")
    return line


def _nobody(text: str) -> str:
    """It is told in the clear: in references and searches."""
    if mask(text) != text:
        raise PydanticCustomError("INVALID_VALUE", "Name a body or a group, never a person's number")
    return text


ItemNo = Annotated[str, StringConstraints(pattern=r"^(PS|DS|RS|FO) [1-9][0-9]{0,3}/[0-9]{2}$")]
CaseFileNo = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}/[0-9]{6}$")]
Body = Annotated[
    str,
    StringConstraints(pattern=r"^[^\s:][^:\r\n]{0,58}[^\s:]$"),
    AfterValidator(_one_line),
    AfterValidator(_nobody),
]
"""Without a colon: it is a part of a reference whose parts a colon divides."""
Group = Annotated[
    str, StringConstraints(pattern=r"^[^\s:][^:\r\n]{0,29}$"), AfterValidator(_one_line), AfterValidator(_nobody)
]
PersonName = Annotated[
    str, StringConstraints(min_length=2, max_length=120, pattern=r"^[^\r\n]+$"), AfterValidator(_one_line)
]
Verbatim = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=200_000)]
"""Letter for letter: not even spaces at its ends are taken away."""


class Part(BaseModel):
    """A part of what is handed in."""

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


class Votes(Part):
    """How many voted for the decision, and how many against it."""

    in_favour: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(alias="for", examples=[9])
    against: Annotated[int, Field(strict=True, ge=0, le=1000)] = Field(examples=[2])

    @property
    def cast(self) -> int:
        return self.in_favour + self.against


class Recipient(Part):
    """Somebody whom the decision is to be sent to."""

    group: Group = Field(default="Parter", description="Recipients of one group get one letter", examples=["Naboer"])
    name: PersonName = Field(examples=["Ånes Bygg AS"])
    number: Annotated[str, StringConstraints(pattern=r"^([0-9]{9}|[0-9]{11})?$")] = Field(
        default="", description="Organisation number or national id, where it is known"
    )


class DecidedItem(CaseInput):
    """An item of a meeting whose minutes are approved. No table holds it: send JSON, an array or NDJSON."""

    model_config = ConfigDict(populate_by_name=True)

    body: Body = Field(description="The political body, as the meeting module calls it", examples=["Formannskapet"])
    meeting_date: date = Field(examples=["2026-12-01"])
    item_no: ItemNo = Field(
        description="Number of the item: PS, DS, RS or FO, running number, year", examples=["PS 12/26"]
    )
    case_no: CaseFileNo = Field(description="The case file that the item belongs to", examples=["2026/004411"])
    decision_text: Verbatim = Field(
        description="The decision, letter for letter; only line breaks may be written in another way",
        examples=["Formannskapet vedtar:\n\n1. Planen godkjennes."],
    )
    votes: Votes
    conflict_of_interest: Annotated[tuple[PersonName, ...], Field(max_length=100)] = Field(
        default=(), description="Who was disqualified, named as in the minutes", examples=[["Dahle, Per"]]
    )
    status: Result = Field(description="BE treated, UT postponed, TB sent back")
    recipients: Annotated[tuple[Recipient, ...], Field(max_length=_MOST_RECIPIENTS)] = Field(
        default=(), description="Whom the decision concerns: a draft of a letter is made for each group"
    )

    @field_validator("conflict_of_interest")
    @classmethod
    def names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise PydanticCustomError("INVALID_VALUE", "Somebody is named twice")
        return tuple(sorted(names))

    @property
    def subject(self) -> Subject:
        """The item of the meeting: two cases about it are the same case."""
        return Subject("political-item", f"{self.body}:{self.meeting_date}:{self.item_no}")

    @property
    def type(self) -> str:
        """`PS`, `DS`, `RS` or `FO`."""
        return self.item_no[:2]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the decision."""
        return fingerprint(self.decision_text)

    @property
    def archive_reference(self) -> str:
        """By which the archive finds the protocol again: `SP:Formannskapet:2026-12-01:PS 12/26`."""
        return f"{SETTINGS.registration_type}:{self.body}:{self.meeting_date}:{self.item_no}"

    def deadline(self, now: datetime) -> datetime:
        """The end of the working day by which it is archived."""
        last = _WORKING_DAYS.after(oslo_date(now), SETTINGS.working_days)
        return shown_at(datetime.combine(last + _DAY, datetime.min.time()), OSLO)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.meeting_date > oslo_date(now):
            yield FieldProblem("meeting_date", "DATE_OUT_OF_RANGE", "The meeting lies ahead of today.")
