"""The rules of the control that look at one row: one small pure function each (PAY-02, K01 to K15).

What must see the whole report (K08, K09, K13) is in `rules_of_report`. Limits are strict: exactly 30 %, exactly
100.00 %, exactly 5 000 kr are not hit. All arithmetic is in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum

from payroll_svc.control.row import PayLine, PayRow, TaxCard
from payroll_svc.control.thresholds import Thresholds

OVERTIME_LINE = "OVERTID"
PAID_AFTERWARDS = frozenset({"FERIEPENGER", "ETTERBETALING", "SLUTTOPPGJOR", "SLUTTOPPGJØR"})
"""Pay lines that somebody who has left may still get; overtime as well, if it was earned before."""
_KRONE = 100


class Severity(StrEnum):
    """What follows from a hit."""

    BLOCK = "B"
    """The payment is held back."""
    WARN = "W"
    """Somebody looks at it."""


class Rule(StrEnum):
    """The rules by their codes."""

    NEGATIVE_NET = "K01"
    NO_TAX_CARD = "K02"
    ACCOUNT = "K03"
    PAID_AFTER_END = "K04"
    NOT_STARTED = "K05"
    DEVIATION = "K06"
    LARGE = "K07"
    OVER_100 = "K08"
    DOUBLE_POSITION = "K09"
    NO_CONTRACT = "K10"
    OVERTIME = "K11"
    ID = "K12"
    SHARED_ACCOUNT = "K13"
    ZERO_TAX = "K14"
    MISSING_PAY = "K15"


TITLES: Mapping[Rule, str] = {
    Rule.NEGATIVE_NET: "negativ nettolønn",
    Rule.NO_TAX_CARD: "skattekort mangler",
    Rule.ACCOUNT: "kontonummer mangler eller er feil",
    Rule.PAID_AFTER_END: "lønn etter sluttdato",
    Rule.NOT_STARTED: "lønn før startdato",
    Rule.DEVIATION: "stort avvik fra forrige måned",
    Rule.LARGE: "uvanlig stort beløp",
    Rule.OVER_100: "over 100 % stilling",
    Rule.DOUBLE_POSITION: "samme stilling to ganger",
    Rule.NO_CONTRACT: "arbeidsavtale mangler",
    Rule.OVERTIME: "overtid over grensen",
    Rule.ID: "ugyldig fødselsnummer",
    Rule.SHARED_ACCOUNT: "flere bruker samme konto",
    Rule.ZERO_TAX: "skatt er ikke trukket",
    Rule.MISSING_PAY: "lønn mangler",
}
"""What municipal staff read."""


def negative_net(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K01: nobody is paid less than nothing."""
    return Severity.BLOCK if row.net < 0 else None


def no_tax_card(row: PayRow, limits: Thresholds, _day: date) -> Severity | None:
    """K02: without a tax card half of what is taxable is withheld; anything else is stopped.

    Withheld tax is rounded down to whole kroner.
    """
    if row.tax_card not in {TaxCard.MISSING, TaxCard.WRONG_EMPLOYER}:
        return None
    short = max(row.gross, 0) * limits.missing_card_tax_percent - row.tax * 100
    return Severity.WARN if 0 <= short < _KRONE * 100 else Severity.BLOCK


def account(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K03: what is to be paid needs an account it can be paid to."""
    return Severity.BLOCK if row.net > 0 and not row.has_account else None


def paid_after_end(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K04: who left before the month began gets only what was earned before."""
    if not row.ended_before or row.gross <= 0:
        return None
    earned_before = row.lines and all(_may_follow(line, row.employment_end) for line in row.lines)
    return None if earned_before else Severity.BLOCK


def _may_follow(line: PayLine, end: date | None) -> bool:
    if line.kind == OVERTIME_LINE:
        return line.earned is not None and end is not None and line.earned <= end
    return line.kind in PAID_AFTERWARDS


def not_started(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K05: nobody is paid who begins after pay day."""
    return Severity.BLOCK if row.starts_later and row.gross > 0 else None


def deviation(row: PayRow, limits: Thresholds, _day: date) -> Severity | None:
    """K06: pay is far from last month's; or there was none, and the employee is not new this month or the last.

    A negative amount of last month is no pay either.
    """
    pay = compared_pay(row, limits)
    if row.gross_prev <= 0:
        hit = row.employment_start < row.month_before and pay > limits.deviation_amount
        return Severity.WARN if hit else None
    change = abs(pay - row.gross_prev)
    hit = change * 100 > limits.deviation_percent * row.gross_prev and change > limits.deviation_amount
    return Severity.WARN if hit else None


def compared_pay(row: PayRow, limits: Thresholds) -> int:
    """What is compared with last month's pay: fixed pay only where much else is paid out as well."""
    fixed_only = row.month.month == limits.holiday_pay_month or len(row.lines) >= limits.many_pay_lines
    return row.fixed_pay if fixed_only else row.gross


def large(row: PayRow, limits: Thresholds, _day: date) -> Severity | None:
    """K07: an unusual amount; a line is one when it exceeds the fixed pay so and so often, where there is fixed pay."""
    line = max((line.amount for line in row.lines), default=0)
    large_line = row.fixed_pay > 0 and line > limits.large_line_factor * row.fixed_pay
    if row.gross <= limits.large_gross and not large_line:
        return None
    amount = max(row.gross, line if large_line else 0)
    return Severity.BLOCK if amount > limits.block_gross else Severity.WARN


def no_contract(row: PayRow, limits: Thresholds, day: date) -> Severity | None:
    """K10: a written contract must be there seven days after the first one (exactly seven are enough to be hit)."""
    late = (day - row.employment_start).days >= limits.contract_days
    return Severity.WARN if late and not row.contract_present else None


def overtime(row: PayRow, limits: Thresholds, _day: date) -> Severity | None:
    """K11: more overtime than the law, or the agreement with the unions, allows; more hours than a day bears."""
    hours = row.overtime
    if hours is None:
        return None
    most = limits.overtime_of(row.unit)
    hit = hours.week > most.week or hours.w4 > most.w4 or hours.w52 > most.w52
    hit = hit or (hours.day is not None and hours.day > limits.hours_in_a_day)
    return Severity.WARN if hit else None


def invalid_id(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K12: the national id is none, or is a synthetic one in production."""
    return None if row.knows_person else Severity.BLOCK


def zero_tax(row: PayRow, limits: Thresholds, _day: date) -> Severity | None:
    """K14: no tax has been withheld from more than a small amount, and the card exempts nobody."""
    hit = row.tax == 0 and row.gross > limits.untaxed_gross and row.tax_card is not TaxCard.EXEMPT
    return Severity.WARN if hit else None


def missing_pay(row: PayRow, _limits: Thresholds, _day: date) -> Severity | None:
    """K15: somebody employed in the month, and not on unpaid leave, gets nothing."""
    active = not row.ended_before and not row.starts_later
    hit = active and row.percent > 0 and not row.unpaid_leave and row.gross == 0
    return Severity.WARN if hit else None


RowRule = Callable[[PayRow, Thresholds, date], "Severity | None"]

ROW_RULES: Mapping[Rule, RowRule] = {
    Rule.NEGATIVE_NET: negative_net,
    Rule.NO_TAX_CARD: no_tax_card,
    Rule.ACCOUNT: account,
    Rule.PAID_AFTER_END: paid_after_end,
    Rule.NOT_STARTED: not_started,
    Rule.DEVIATION: deviation,
    Rule.LARGE: large,
    Rule.NO_CONTRACT: no_contract,
    Rule.OVERTIME: overtime,
    Rule.ID: invalid_id,
    Rule.ZERO_TAX: zero_tax,
    Rule.MISSING_PAY: missing_pay,
}
"""Every rule that needs no other row, in the order of the codes. The day is the one on which the control is made."""
