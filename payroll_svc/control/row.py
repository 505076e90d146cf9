"""One row of a control report as the rules see it: amounts in whole øre, percentages and hours in hundredths (PAY-02).

It knows nothing of files, cases or pages, so that the rules can be used, and tested, without any of them.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from common.errors import IdInvalid
from common.norway.account import account_number
from common.norway.national_id import parse

_BETWEEN_DIGITS = re.compile(r"[\s.\-]")


class RunType(StrEnum):
    """What kind of payroll run it is."""

    TRIAL = "TRIAL"
    FINAL = "FINAL"
    EXTRA = "EXTRA"


class TaxCard(StrEnum):
    """What the payroll system knows of the employee's tax card."""

    OK = "OK"
    MISSING = "MISSING"
    WRONG_EMPLOYER = "WRONG_EMPLOYER"
    EXEMPT = "EXEMPT"
    """Frikort."""


@dataclass(frozen=True, slots=True)
class PayLine:
    """One pay line of a row."""

    kind: str
    amount: int
    earned: date | None = None
    """When it was earned, where the report says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime:
    """Hours in hundredths."""

    week: int = 0
    w4: int = 0
    w52: int = 0
    day: int | None = None
    """The most hours in all, ordinary ones included, within 24 hours; None where nobody counted."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PayRow:
    """What one employee is to be paid for one position in one run."""

    run_type: RunType
    pay_date: date
    month: date
    """The first day of the month that the run pays."""
    employee_no: str
    position_no: str
    person_id: str
    """The national id if it is one, as plain digits; otherwise whatever stands there."""
    knows_person: bool
    """Whether `person_id` is a valid id; a synthetic one is none in production."""
    unit: str | None = None
    position_code: str | None = None
    percent: int
    gross: int
    net: int
    tax: int
    deductions: int
    gross_prev: int
    fixed_pay: int
    tax_card: TaxCard
    account: str
    """Without blanks and full stops; empty where there is none."""
    employment_start: date
    employment_end: date | None
    contract_present: bool
    unpaid_leave: bool = False
    overtime: Overtime | None = None
    """None where the report says nothing of it."""
    lines: tuple[PayLine, ...] = field(default=())
    """Empty where the report says nothing of them."""

    @property
    def person(self) -> str:
        """One key for all rows of one person: the national id, or the employee where that is no valid one."""
        return self.person_id if self.knows_person else f"employee {self.employee_no}"

    @property
    def month_ends(self) -> date:
        """The last day of the month that the run pays."""
        return self.month.replace(day=calendar.monthrange(self.month.year, self.month.month)[1])

    @property
    def month_before(self) -> date:
        """The first day of the month before."""
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def ended_before(self) -> bool:
        """Whether the employment was over before the month began."""
        return self.employment_end is not None and self.employment_end < self.month

    @property
    def starts_later(self) -> bool:
        """Whether the employment begins after pay day."""
        return self.employment_start > self.pay_date

    @property
    def has_account(self) -> bool:
        """Whether salary can be paid to its account, as far as the number tells."""
        return is_account(self.account)


def known_id(text: str | None, *, accepts_synthetic: bool) -> str | None:
    """The digits of a valid national id; None for what is none."""
    try:
        return parse(text or "", accept_synthetic=accepts_synthetic).number
    except IdInvalid:
        return None


def plain_account(text: str | None) -> str:
    """An account number without what people set between its digits; empty where there is none."""
    return _BETWEEN_DIGITS.sub("", text or "")


def is_account(digits: str) -> bool:
    """Whether it is an account number: eleven digits with the right check digit (modulo 11)."""
    try:
        return account_number(digits) == digits
    except ValueError:
        return False
