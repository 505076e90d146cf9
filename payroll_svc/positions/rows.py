"""The same check from a table with one row for each position: rows of one person are judged together (PAY-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from common.batch import BatchDesk, Judgement
from common.norway.national_id import NationalIdText
from common.process import Subject
from common.spreadsheet import OwnCommas
from payroll_svc.percent import Percent
from payroll_svc.positions.check import RulesByDay, counted
from payroll_svc.positions.days import AskedDays, Days
from payroll_svc.positions.finding import Finding, judged
from payroll_svc.positions.holding import (
    Number,
    Position,
    PositionType,
    UnitCode,
    leave_text,
    not_before,
    read_leave,
)

LeaveText = Annotated[str, BeforeValidator(leave_text)]


class WorkforcePosition(AskedDays):
    """One position of one person; what stands in the same file about the same person is added up with it."""

    person_id: NationalIdText
    employee_no: Number = Field(examples=["101"])
    position_no: Number = Field(examples=["A"])
    unit: UnitCode | None = Field(
        description="Organisation number or code of the position's unit", examples=["311874322"]
    )
    percent: Percent = Field(description="Above 100.00 a person takes over", examples=["60.00"])
    type: PositionType = Field(description="Only FAST and VIKAR count")
    first_day: date = Field(validation_alias=AliasChoices("from", "first_day"), examples=["2020-01-01"])
    last_day: date | None = Field(
        default=None, validation_alias=AliasChoices("to", "last_day"), description="Left out: until further notice"
    )
    leave: Annotated[tuple[LeaveText, ...], OwnCommas(), Field(max_length=50)] = Field(
        default=(),
        description="Leaves as `01.11.2026 – 30.11.2026 50,00`: first and last day, and how much of a full position; "
        "without its last day: until further notice. Leaves that overlap add up.",
        examples=[["01.11.2026 – 30.11.2026 50,00"]],
    )

    @field_validator("unit")
    @classmethod
    def is_somewhere(cls, unit: str | None) -> str | None:
        if unit is None:
            raise PydanticCustomError("MISSING_FIELD", "A position belongs to a unit")
        return unit

    @field_validator("last_day")
    @classmethod
    def goes_forward(cls, last: date | None, info: ValidationInfo) -> date | None:
        return not_before(last, info.data.get("first_day"))

    @property
    def subject(self) -> Subject:
        return Subject("person", self.person_id)

    @property
    def position(self) -> Position:
        """The row as one of its person's positions."""
        return Position(
            employee_no=self.employee_no,
            position_no=self.position_no,
            unit=self.unit or "",
            percent=self.percent,
            type=self.type,
            first_day=self.first_day,
            last_day=self.last_day,
            leave=tuple(map(read_leave, self.leave)),
        )


class RowPlace(BaseModel, frozen=True):
    """Which row of a person speaks for the others."""

    employee_no: str
    position_no: str


class RowFinding(BaseModel, frozen=True):
    """What is said of a row: what was found about its person, in the person's first row, or which row that is."""

    person: Finding | None = None
    first: RowPlace | None = None


def judge_rows(rows: Sequence[WorkforcePosition], desk: BatchDesk) -> Judgement:
    """Add up the positions of each person, from whatever rows of the table they stand in."""
    rules = RulesByDay(desk)
    persons: defaultdict[tuple[str, Days], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        persons[row.person_id, row.days].append(place)
    said = [RowFinding()] * len(rows)
    found: list[Finding] = []
    for (_, days), places in persons.items():
        speaks = rows[places[0]]
        found.append(judged([rows[place].position for place in places], days, rules.on(days)))
        said[places[0]] = RowFinding(person=found[-1])
        others = RowFinding(first=RowPlace(employee_no=speaks.employee_no, position_no=speaks.position_no))
        for place in places[1:]:
            said[place] = others
    return Judgement(figures=counted(found, people=len(persons), positions=len(rows)), findings=said)
