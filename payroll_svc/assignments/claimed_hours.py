"""The hours of one assignment in one pay period, as the unit hands them in, with what can be checked at once (PAY-01)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from common.clock import OSLO
from common.norway.names import same_person
from common.norway.national_id import NationalIdText
from common.person import Name, Sought
from common.privacy.masking import numbers
from common.process import CaseInput, Subject
from common.refusals import FieldProblem
from common.settings import load
from common.spreadsheet import OwnCommas
from payroll_svc.assignments.benefit import BenefitKind
from payroll_svc.assignments.lines import WorkedLine, in_order, line_of, line_text, require_apart, total
from payroll_svc.assignments.pay_period import Period, days_of, registered_by, worked_by
from payroll_svc.assignments.settings import AssignmentSettings
from payroll_svc.cut_off import CUT_OFF_DAY

SETTINGS = load(AssignmentSettings)
MOST_LINES = 40
"""How many lines the form of a timesheet has."""
SKEW = timedelta(minutes=5)
"""How far the clock of a sender may be ahead of ours."""

_REMARK = re.compile(r"\s*\([^()]*\)$")
_CLOCK = {"type": "string", "pattern": "^[0-9]{1,2}[:.][0-9]{2}$"}
_LINE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "format": "timesheet-line"},
        *(
            {
                "type": "object",
                "properties": {"date": {"type": "string", "format": "date"}, **worked},
                "required": ["date", *worked],
                "additionalProperties": False,
            }
            for worked in (
                {"from": _CLOCK, "to": _CLOCK},
                {"hours": {"type": "number", "exclusiveMinimum": 0, "maximum": 24, "multipleOf": 0.25}},
            )
        ),
    ]
}

Line = Annotated[str, BeforeValidator(line_text), WithJsonSchema(_LINE_SCHEMA)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class ClaimedHours(CaseInput):
    """All hours of one assignment in one pay period. Another list for the same period corrects the one before.

    Codes of what is wrong with a field: MISSING_FIELD, INVALID_VALUE, ID_INVALID (`person_id`), DATE_OUT_OF_RANGE
    (`lines`, `approved_at`), SUSPECTED_DUPLICATE (`lines` that overlap) and NOT_AUTHORISED (`approved_by`).
    """

    person_id: NationalIdText
    family_name: Name = Field(examples=["Øyås"])
    given_name: Name = Field(examples=["Nina"])
    oppdrag_nr: Annotated[str, StringConstraints(min_length=1, max_length=20)] = Field(
        description="The assignment's number in the payroll system", examples=["OPP-7781"]
    )
    ytelse_code: BenefitKind = Field(description="What the assignment is for", examples=["STOTTEKONTAKT"])
    period: Period = Field(description="The pay period, by its month", examples=["2026-11"])
    lines: Annotated[tuple[Line, ...], OwnCommas()] = Field(
        max_length=MOST_LINES,
        json_schema_extra={"minItems": 1},
        description="All hours of the period, each line on one date of it. Objects with `date` and either `from` and "
        "`to` (`16:00`; the end of a day is `24:00`) or `hours`, or the same as text: `2026-11-04 16:00-19:00`, "
        "`2026-11-05 3,5`; in a table semicolons or line breaks stand between them. A line has whole quarters of an "
        "hour; work past midnight is two lines.",
        examples=[["2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30"]],
    )
    km: Annotated[int, Field(ge=0, le=99_999)] = Field(
        default=0, description="Whole kilometres driven; only where the contract has them", examples=[24]
    )
    expenses: Annotated[int, Field(ge=0, le=10_000_000)] = Field(
        default=0, description="Expenses in øre; any ask for `receipt_ref`", examples=[0]
    )
    receipt_ref: ShortText | None = Field(
        default=None, validate_default=True, description="Where the receipts of the expenses are kept", examples=[None]
    )
    approved_by: ShortText = Field(
        description="User name or name of the budget-holder who approved the list; never the holder of the assignment",
        examples=["enhl03"],
    )
    approved_at: AwareDatetime = Field(
        description="Not ahead of now, and not before the last date of the list",
        examples=["2026-11-19T08:02:00+01:00"],
    )
    vedtak_ref: ShortText = Field(
        description="Number of the decision behind the assignment; a remark in brackets after it is dropped",
        examples=["V-2026-3391"],
    )
    corrects: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="Number of the timesheet in the payroll system that this list takes the place of. Needed only "
        "where Roger did not register that one, or where the two lists have no date in common.",
        examples=[None],
    )

    @field_validator("lines")
    @classmethod
    def lines_fit(cls, lines: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """In one order, so that the same list is the same however it was written."""
        if not lines:  # said here, for a list whose every line is wrong is not said to have none
            raise PydanticKnownError("too_short", {"field_type": "List", "min_length": 1, "actual_length": 0})
        worked = in_order(line_of(line) for line in lines)
        require_apart(worked)
        if period := info.data.get("period"):
            first, last = days_of(period, SETTINGS.period_begins)
            if any(not first <= line.day <= last for line in worked):
                raise PydanticCustomError("DATE_OUT_OF_RANGE", "A line lies outside the pay period")
        return tuple(line.text for line in worked)

    @field_validator("receipt_ref")
    @classmethod
    def receipts_are_kept(cls, receipt: str | None, info: ValidationInfo) -> str | None:
        if receipt is None and info.data.get("expenses"):
            raise PydanticCustomError("MISSING_FIELD", "Expenses need the reference of their receipts")
        return receipt

    @field_validator("approved_by")
    @classmethod
    def approved_by_another(cls, approver: str, info: ValidationInfo) -> str:
        """Whoever approves is known by a user name or a name, which may not be the holder's."""
        found = list(numbers(approver))
        if info.data.get("person_id") in found or _names(approver, info):
            raise PydanticCustomError("NOT_AUTHORISED", "Nobody approves their own hours")
        if found:
            raise PydanticCustomError("INVALID_VALUE", "Name the approver by user name, never by a national id")
        return approver

    @field_validator("approved_at")
    @classmethod
    def approved_afterwards(cls, approved: datetime, info: ValidationInfo) -> datetime:
        lines: tuple[str, ...] = info.data.get("lines", ())
        if lines and approved.astimezone(OSLO).date() < line_of(lines[-1]).day:
            raise PydanticCustomError("DATE_OUT_OF_RANGE", "The list was approved before its last hours were worked")
        return approved

    @field_validator("vedtak_ref")
    @classmethod
    def without_remark(cls, decision: str) -> str:
        return _REMARK.sub("", decision) or decision

    @property
    def worked(self) -> tuple[WorkedLine, ...]:
        return tuple(line_of(line) for line in self.lines)

    @property
    def last_day(self) -> date:
        """The last date on which hours were worked."""
        return max(line.day for line in self.worked)

    @property
    def hundredths(self) -> int:
        """All its hours, in hundredths."""
        return total(self.worked)

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)

    def sought(self, number: str) -> Sought:
        return Sought(number, self.family_name, self.given_name)

    def deadline(self, now: datetime) -> datetime:
        return registered_by(now, CUT_OFF_DAY)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if any(worked_by(line.day, line.end) > now + SKEW for line in self.worked):
            yield FieldProblem("lines", "DATE_OUT_OF_RANGE", "A line lies ahead of now.")
        if self.approved_at > now + SKEW:
            yield FieldProblem("approved_at", "DATE_OUT_OF_RANGE", "The approval lies ahead of now.")


def _names(approver: str, info: ValidationInfo) -> bool:
    """Whether the approver's name is the holder's, whichever of the two names comes first."""
    family, given = info.data.get("family_name", ""), info.data.get("given_name", "")
    words = approver.replace(",", " ").split()
    return any(
        same_person(family, given, " ".join(words[cut:]), " ".join(words[:cut]))
        or same_person(family, given, " ".join(words[:cut]), " ".join(words[cut:]))
        for cut in range(1, len(words))
    )
