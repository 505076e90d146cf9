"""One row of the control report as the payroll office hands it in (PAY-02).

Whatever the report carries is taken as it stands: an id or an account that is none is what the rules are there to find
(K12, K03), not a reason to refuse the row. A national id in the place of an employee's or position's number is one: by
those the payroll system is searched, and its report tells employees apart.

A row is its caller's by `reference`, where it has one, as every case is. What the domain calls the same case (the run,
the employee, the position) is deliberately not that key: a report that comes again after the run was calculated anew
has other amounts in the same rows, and must be controlled, not refused. Each such row is a case of its own, one at a
time for each person, and a row that is marked already ends as EXISTS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from common.exact import require_exact
from common.person import Name
from common.process import CaseInput, Subject
from payroll_svc.control.pay_day import approval_of, working_day_later
from payroll_svc.control.row import Overtime, PayLine, PayRow, RunType, TaxCard, known_id, plain_account
from payroll_svc.percent import Percent, hundredths
from payroll_svc.positions.holding import Number
from payroll_svc.two_decimals import SAME_SPELLING, two_decimals

_MOST_LINES = 100
_KIND, _AMOUNT, _DAY = r"[A-Za-z0-9ÆØÅæøå_-]{1,40}", r"[+-]?[0-9]{1,12}", r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_WRITTEN = rf"({_KIND}) *: *({_AMOUNT})(?: *: *({_DAY}))?"
_LINE = re.compile(_WRITTEN)
_LINE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": rf"^ *{_WRITTEN} *$"},
        {
            "type": "object",
            "properties": {
                "kind": {"type": "string", "pattern": f"^{_KIND}$"},
                "amount": {"type": "integer", "minimum": -(10**12) + 1, "maximum": 10**12 - 1},
                "earned": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            },
            "required": ["kind", "amount"],
            "additionalProperties": False,
        },
    ]
}

RunId = Annotated[str, StringConstraints(pattern=r"^[^\s:|](?:[^:|\r\n]{0,38}[^\s:|])?$")]
AsItStands = Annotated[str, StringConstraints(max_length=40)]
Ore = Annotated[int, Field(ge=-(10**12), le=10**12)]
Hours = Annotated[Decimal, Field(ge=0, max_digits=6, decimal_places=2), SAME_SPELLING, WithJsonSchema(two_decimals(4))]


def line_text(line: Any) -> Any:
    """A pay line as a cell of a table holds it: `FASTLONN:3980000`, and behind it the day it was earned, if told.

    Takes `{"kind": …, "amount": …, "earned": …}` as well. Raises ValueError with the code INVALID_VALUE, or
    DATE_OUT_OF_RANGE for a day that is none.
    """
    written = _written(cast("Mapping[str, Any]", line)) if isinstance(line, Mapping) else line
    found = _LINE.fullmatch(written.strip(" ")) if isinstance(written, str) else None
    if found is None:
        raise PydanticCustomError("INVALID_VALUE", "A pay line is written as FASTLONN:3980000, in whole øre")
    kind, amount, earned = found.groups()
    if earned is not None and not _is_day(earned):
        raise PydanticCustomError("DATE_OUT_OF_RANGE", "A pay line was earned on a day of the calendar")
    return ":".join(part for part in (kind.upper(), str(int(amount)), earned) if part)


def _written(told: Mapping[str, Any]) -> str | None:
    """The text of a line that is told as an object; None for what is no such object."""
    kind, amount, earned = told.get("kind"), told.get("amount"), told.get("earned")
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not (isinstance(kind, str) and whole and (earned is None or isinstance(earned, str))):
        return None
    if not told.keys() <= {"kind", "amount", "earned"} or ":" in kind:
        return None
    return f"{kind}:{amount}" + (f":{earned}" if earned is not None else "")


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


PayLineText = Annotated[str, BeforeValidator(line_text), WithJsonSchema(_LINE_SCHEMA)]


class OvertimeHours(BaseModel):
    """Overtime so far, in hours."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    week: Hours = Field(default=Decimal(0), description="Within 7 days", examples=[0])
    w4: Hours = Field(default=Decimal(0), description="Within 4 weeks in a row", examples=[0])
    w52: Hours = Field(default=Decimal(0), description="Within 52 weeks", examples=[12])
    day: Hours | None = Field(
        default=None, description="The most hours in all, ordinary ones included, within 24 hours", examples=[None]
    )

    @field_validator("*", mode="before")
    @classmethod
    def nothing_is_guessed(cls, value: Any, info: ValidationInfo) -> Any:
        """A value is taken for what its field declares."""
        require_exact(cls, info.field_name, value)
        return value

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__


class ReportedRow(CaseInput):
    """One row of the control report. Amounts are whole øre and may be negative."""

    run_id: RunId = Field(description="The run as the payroll system names it", examples=["2026-12-T1"])
    run_type: RunType
    pay_date: Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))] = Field(examples=["2026-12-11"])
    period: Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")] = Field(
        description="The month that is paid", examples=["2026-12"]
    )
    orgnr: AsItStands | None = Field(default=None, description="The employer", examples=["310456780"])
    person_id: AsItStands | None = Field(
        default=None,
        description="National id or D-number, as the report has it; one that is none is a finding (K12)",
        examples=["17838410103"],
    )
    family_name: Name | None = Field(default=None, examples=["Nordhaug"])
    given_name: Name | None = Field(default=None, examples=["Ola"])
    employee_no: Number = Field(examples=["104417"])
    position_no: Number = Field(examples=["A1"])
    position_code: AsItStands | None = Field(
        default=None,
        description="Which sort of position it is; twice in one unit is a finding (K09)",
        examples=["7174"],
    )
    stillingsprosent: Percent = Field(description="Size of the position in per cent", examples=["80.00"])
    gross: Ore = Field(examples=[1_250_000])
    net: Ore = Field(examples=[-31_500])
    tax: Ore = Field(examples=[430_000])
    deductions: Ore = Field(examples=[851_500])
    gross_prev: Ore = Field(description="Gross pay of the month before", examples=[3_980_000])
    fixed_pay: Ore = Field(description="The fixed monthly pay of the position", examples=[3_980_000])
    tax_card_status: TaxCard
    account_no: AsItStands | None = Field(
        default=None, description="As the report has it; one that is none is a finding (K03)", examples=["12345678903"]
    )
    employment_start: date = Field(examples=["2019-08-01"])
    employment_end: date | None = Field(default=None, examples=[None])
    contract_present: bool = Field(description="Whether there is a written contract", examples=[True])
    unpaid_leave: bool = Field(default=False, description="On unpaid leave for the whole month")
    overtime_hours: OvertimeHours | None = Field(default=None, description="Left out: nothing is known of overtime")
    pay_lines: Annotated[tuple[PayLineText, ...], Field(max_length=_MOST_LINES)] = Field(
        default=(),
        description="`KIND:amount`, or `KIND:amount:day` where it was earned before; objects with `kind`, `amount` and "
        "`earned` are taken, too",
        examples=[["FASTLONN:3980000"]],
    )

    @cached_property
    def known_id(self) -> str | None:
        """The digits of the national id, if it is one anywhere; where made-up persons are none is not asked here."""
        return known_id(self.person_id, accepts_synthetic=True)

    @property
    def subject(self) -> Subject:
        return Subject("person", self.known_id) if self.known_id else self.alias

    @property
    def alias(self) -> Subject:
        return Subject("employee", self.employee_no)

    def deadline(self, now: datetime) -> datetime | None:
        """Within one working day, and before the payment file is approved where that is still to come."""
        approval, within = approval_of(self.pay_date), working_day_later(now)
        return min(approval, within) if approval > now else within

    def pay_row(self, *, accepts_synthetic: bool) -> PayRow:
        """The row as the rules see it."""
        known = self.known_id if accepts_synthetic else known_id(self.person_id, accepts_synthetic=False)
        year, month = map(int, self.period.split("-"))
        return PayRow(
            run_type=self.run_type,
            pay_date=self.pay_date,
            month=date(year, month, 1),
            employee_no=self.employee_no,
            position_no=self.position_no,
            person_id=known or (self.person_id or ""),
            knows_person=known is not None,
            unit=self.unit,
            position_code=self.position_code,
            percent=hundredths(self.stillingsprosent),
            gross=self.gross,
            net=self.net,
            tax=self.tax,
            deductions=self.deductions,
            gross_prev=self.gross_prev,
            fixed_pay=self.fixed_pay,
            tax_card=self.tax_card_status,
            account=plain_account(self.account_no),
            employment_start=self.employment_start,
            employment_end=self.employment_end,
            contract_present=self.contract_present,
            unpaid_leave=self.unpaid_leave,
            overtime=self._overtime(),
            lines=tuple(_line(text) for text in self.pay_lines),
        )

    def _overtime(self) -> Overtime | None:
        hours = self.overtime_hours
        if hours is None:
            return None
        return Overtime(
            week=hundredths(hours.week),
            w4=hundredths(hours.w4),
            w52=hundredths(hours.w52),
            day=None if hours.day is None else hundredths(hours.day),
        )


def _line(text: str) -> PayLine:
    kind, amount, *earned = text.split(":")
    return PayLine(kind, int(amount), date.fromisoformat(earned[0]) if earned else None)
