"""Rows of a control report for tests: a clean one, and what is said of it otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from common.norway.account import account_number
from payroll_svc.control.evaluation import Verdict, evaluate
from payroll_svc.control.exceptions import NO_EXCEPTIONS, Exceptions
from payroll_svc.control.row import PayRow, RunType, TaxCard
from payroll_svc.control.rules import Rule, Severity
from payroll_svc.control.thresholds import STANDARD, Thresholds

TODAY = date(2026, 12, 7)
PAY_DATE = date(2026, 12, 11)
DECEMBER = date(2026, 12, 1)
KR = 100
B, W = Severity.BLOCK, Severity.WARN
_employees = count(200_001)

CLEAN = PayRow(
    run_type=RunType.TRIAL,
    pay_date=PAY_DATE,
    month=DECEMBER,
    employee_no="104417",
    position_no="A1",
    person_id="17838410103",
    knows_person=True,
    unit="311874322",
    percent=80_00,
    gross=39_800 * KR,
    net=26_000 * KR,
    tax=12_000 * KR,
    deductions=1_800 * KR,
    gross_prev=39_800 * KR,
    fixed_pay=39_800 * KR,
    tax_card=TaxCard.OK,
    account="12345678903",
    employment_start=date(2019, 8, 1),
    employment_end=None,
    contract_present=True,
)


def an_account(serial: int) -> str:
    """A valid account number that differs for each serial; none of those whose check digit would be 10."""
    for digit in range(10):
        number = f"1234{serial:06}{digit}"
        try:
            return account_number(number)
        except ValueError:
            continue
    return an_account(serial + 500_000)


def a_row(**changes: Any) -> PayRow:
    """A clean row, but for what is said."""
    return replace(CLEAN, **changes)


def somebody(**changes: Any) -> PayRow:
    """A clean row of somebody whom no other row is about."""
    serial = next(_employees)
    own = {"employee_no": str(serial), "person_id": f"person {serial}", "account": an_account(serial)}
    return a_row(**own | changes)


def hits_of(
    *rows: PayRow, limits: Thresholds = STANDARD, exceptions: Exceptions = NO_EXCEPTIONS, day: date = TODAY
) -> list[dict[Rule, Severity]]:
    """The hits of each row of a report."""
    return [dict(verdict.hits) for verdict in verdicts(*rows, limits=limits, exceptions=exceptions, day=day)]


def verdicts(
    *rows: PayRow, limits: Thresholds = STANDARD, exceptions: Exceptions = NO_EXCEPTIONS, day: date = TODAY
) -> list[Verdict]:
    return evaluate(rows, limits, exceptions, day=day)


def hits(limits: Thresholds = STANDARD, day: date = TODAY, **changes: Any) -> dict[Rule, Severity]:
    """The hits of a clean row that is changed so."""
    (found,) = hits_of(a_row(**changes), limits=limits, day=day)
    return found
