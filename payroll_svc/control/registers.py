"""The payroll office's own tables for the control: its limits, and what it has accepted (PAY-02).

Registers hold nobody's national id and no account number: employees are told apart by their numbers, and a shared
account is a pair of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from common.errors import RegisterMissing
from common.norway.calendar import months_later
from common.process import InForce, Register, RegisterRow
from common.refusals import FieldProblem
from common.register import R
from payroll_svc.control.exceptions import Accepted, Exceptions
from payroll_svc.control.rules import Rule
from payroll_svc.control.thresholds import STANDARD, Thresholds
from payroll_svc.service import payroll

LONGEST_EXCEPTION_MONTHS = 12

EmployeeNo = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9ÆØÅæøå/._-]{1,20}$")]


class Limit(StrEnum):
    """The limits by name; each has one row, but for the agreements."""

    MISSING_CARD_TAX_PERCENT = "MISSING_CARD_TAX_PERCENT"
    DEVIATION_PERCENT = "DEVIATION_PERCENT"
    DEVIATION_AMOUNT = "DEVIATION_AMOUNT"
    HOLIDAY_PAY_MONTH = "HOLIDAY_PAY_MONTH"
    MANY_PAY_LINES = "MANY_PAY_LINES"
    LARGE_GROSS = "LARGE_GROSS"
    LARGE_LINE_FACTOR = "LARGE_LINE_FACTOR"
    BLOCK_GROSS = "BLOCK_GROSS"
    FULL_PERCENT = "FULL_PERCENT"
    CHANGEOVER_DAYS = "CHANGEOVER_DAYS"
    CONTRACT_DAYS = "CONTRACT_DAYS"
    OVERTIME_WEEK = "OVERTIME_WEEK"
    OVERTIME_W4 = "OVERTIME_W4"
    OVERTIME_W52 = "OVERTIME_W52"
    AGREED_OVERTIME_WEEK = "AGREED_OVERTIME_WEEK"
    AGREED_OVERTIME_W4 = "AGREED_OVERTIME_W4"
    AGREED_OVERTIME_W52 = "AGREED_OVERTIME_W52"
    HOURS_IN_A_DAY = "HOURS_IN_A_DAY"
    UNTAXED_GROSS = "UNTAXED_GROSS"
    RELEASE_ROWS = "RELEASE_ROWS"
    RELEASE_AMOUNT = "RELEASE_AMOUNT"
    UNION_AGREEMENT = "UNION_AGREEMENT"
    """Whether there is an agreement on overtime (1) or none (0): for one unit, or for all that have no row."""


class ThresholdRow(RegisterRow):
    """One limit."""

    name: Limit = Field(description="Grensen")
    value: Annotated[int, Field(ge=0, le=10**12)] = Field(
        description="Beløp i hele øre, prosent av stilling og timer i hundredeler (10000 er 100,00), ellers hele tall; "
        "UNION_AGREEMENT: 1 for avtale om utvidet overtid, 0 for ingen",
        examples=[30],
    )
    unit: Annotated[str, StringConstraints(min_length=1, max_length=32)] | None = Field(
        default=None, description="Bare for UNION_AGREEMENT: enheten det gjelder; tom: alle andre", examples=[None]
    )


class ExceptionRow(RegisterRow):
    """A rule that does not count for an employee for a time."""

    employee_no: EmployeeNo = Field(description="Ansattnummer; aldri fødselsnummer", examples=["104417"])
    rule: Rule = Field(description="Regelen som ikke skal slå ut")
    first_day: date = Field(description="Første utbetalingsdag unntaket gjelder for", examples=["2026-12-01"])
    until: date = Field(
        description="Siste utbetalingsdag unntaket gjelder for; høyst 12 måneder etter den første",
        examples=["2027-11-30"],
    )


class SharedAccount(RegisterRow):
    """Two employees who are known to have one account: spouses."""

    employee_no: EmployeeNo = Field(description="Ansattnummer; aldri fødselsnummer", examples=["104417"])
    shares_with: EmployeeNo = Field(description="Ansattnummeret til den andre", examples=["118203"])


def _complete(rows: Sequence[ThresholdRow]) -> Iterable[FieldProblem]:
    """Every limit has one value; an agreement has one for each unit, and need not be named."""
    named = Counter((row.name, row.unit) for row in rows)
    for place, row in enumerate(rows):
        if row.unit is not None and row.name is not Limit.UNION_AGREEMENT:
            yield FieldProblem("unit", "INVALID_VALUE", "This limit holds for all units", row=place)
        if row.name is Limit.UNION_AGREEMENT and row.value > 1:
            yield FieldProblem("value", "INVALID_VALUE", "There is an agreement (1) or none (0)", row=place)
        if named[row.name, row.unit] > 1:
            yield FieldProblem("name", "INVALID_VALUE", "This limit has two rows", row=place)
    missing = [limit for limit in Limit if limit is not Limit.UNION_AGREEMENT and (limit, None) not in named]
    if missing:
        message = f"The table must be complete; these are missing: {', '.join(missing)}"
        yield FieldProblem("name", "MISSING_FIELD", message)


def _within_a_year(rows: Sequence[ExceptionRow]) -> Iterable[FieldProblem]:
    for place, row in enumerate(rows):
        if row.until < row.first_day:
            yield FieldProblem("until", "DATE_OUT_OF_RANGE", "The exception ends before it begins", row=place)
        elif row.until > months_later(row.first_day, LONGEST_EXCEPTION_MONTHS):
            message = f"An exception holds for at most {LONGEST_EXCEPTION_MONTHS} months"
            yield FieldProblem("until", "DATE_OUT_OF_RANGE", message, row=place)


def _of_two(rows: Sequence[SharedAccount]) -> Iterable[FieldProblem]:
    for place, row in enumerate(rows):
        if row.employee_no == row.shares_with:
            yield FieldProblem("shares_with", "INVALID_VALUE", "An account is shared by two employees", row=place)


threshold_rows = payroll.register(
    "control-thresholds", row=ThresholdRow, title="Grenser for lønnskontroll", entry="grense", check=_complete
)
exception_rows = payroll.register(
    "control-exceptions", row=ExceptionRow, title="Unntak fra lønnskontroll", entry="unntak", check=_within_a_year
)
shared_account_rows = payroll.register(
    "control-shared-accounts", row=SharedAccount, title="Ansatte som deler konto", entry="par", check=_of_two
)


class Lookup(Protocol):
    """Where registers are looked up: a run, or the desk of a batch."""

    def register(self, register: Register[R], *, on: date) -> InForce[R]:
        """The version in force on a day; raises RegisterMissing."""
        ...


class ControlTables:
    """What the registers say for a pay day; each is looked up once, when it is asked for."""

    def __init__(self, lookup: Lookup, pay_date: date) -> None:
        self._lookup, self._day = lookup, pay_date

    @cached_property
    def thresholds(self) -> Thresholds:
        """The limits in force; raises RegisterMissing."""
        return thresholds_of(self._lookup.register(threshold_rows, on=self._day).rows)

    @cached_property
    def exceptions(self) -> Exceptions:
        """What has been accepted; without the registers nothing has."""
        return Exceptions.of(
            (Accepted(row.employee_no, row.rule, row.first_day, row.until) for row in self._rows(exception_rows)),
            ((row.employee_no, row.shares_with) for row in self._rows(shared_account_rows)),
        )

    def _rows(self, register: Register[R]) -> Sequence[R]:
        try:
            return self._lookup.register(register, on=self._day).rows
        except RegisterMissing:
            return ()


def thresholds_of(rows: Iterable[ThresholdRow]) -> Thresholds:
    """The limits that a complete table names."""
    values: dict[str, int] = {}
    agreed: dict[str | None, int] = {}
    for row in rows:
        if row.name is Limit.UNION_AGREEMENT:
            agreed[row.unit] = row.value
        else:
            values[row.name.lower()] = row.value
    units = {unit: value for unit, value in agreed.items() if unit is not None}
    return Thresholds(
        **values,
        agreed_units=frozenset(unit for unit, value in units.items() if value),
        unagreed_units=frozenset(unit for unit, value in units.items() if not value),
        agreed_everywhere=bool(agreed.get(None)),
    )


def rows_of(limits: Thresholds = STANDARD) -> list[ThresholdRow]:
    """The table that says these limits, without agreements: where a municipality starts from."""
    named = (limit for limit in Limit if limit is not Limit.UNION_AGREEMENT)
    return [ThresholdRow(name=limit, value=getattr(limits, limit.lower())) for limit in named]
