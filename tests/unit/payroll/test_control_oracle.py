"""K01 to K15 beside the words of the domain's table: slow, day by day, in fractions, and with random rows near the limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pay_rows import CLEAN, KR, STANDARD, TODAY, B, W, a_row, an_account, hits, verdicts

from payroll_svc.control.row import Overtime, PayLine, PayRow, TaxCard
from payroll_svc.control.rules import Rule, Severity
from payroll_svc.control.thresholds import Thresholds

DAY = timedelta(days=1)
UNITS = ("311874322", "312900114")
AGREED = replace(STANDARD, agreed_units=frozenset({UNITS[1]}))


def near(*limits: int) -> st.SearchStrategy[int]:
    """Amounts at the limits, beside them, and anywhere."""
    beside = [limit + step for limit in limits for step in (-1, 0, 1)]
    return st.one_of(st.sampled_from(beside), st.integers(-60_000_000, 60_000_000))


def days_near(*days: date) -> st.SearchStrategy[date]:
    return st.sampled_from([day + step * DAY for day in days for step in (-1, 0, 1)])


@st.composite
def pay_rows(draw: st.DrawFn) -> PayRow:
    """A row of one of three people in December, or in June."""
    month = draw(st.sampled_from([date(2026, 12, 1), date(2026, 6, 1)]))
    person, pay_date = draw(st.integers(1, 3)), month + 10 * DAY
    before, fixed = draw(near(0, 20_000 * KR)), draw(near(0, 40_000 * KR))
    gross = draw(near(0, 1, 5_000 * KR, 10_000 * KR, 26_000 * KR, 14_000 * KR, 150_000 * KR, 500_000 * KR))
    line = st.builds(
        PayLine,
        st.sampled_from(["FASTLONN", "FERIEPENGER", "OVERTID", "SLUTTOPPGJØR"]),
        near(0, 80_000 * KR, 500_000 * KR),
        st.none() | days_near(month),
    )
    hours: dict[str, st.SearchStrategy[int]] = {"week": near(10_00, 20_00), "w4": near(25_00, 50_00)}
    overtime = {name: abs(draw(each)) for name, each in (hours | {"w52": near(200_00, 300_00)}).items()}
    changes: dict[str, Any] = {
        "month": month,
        "pay_date": pay_date,
        "employee_no": str(person),
        "person_id": f"person {person}",
        "knows_person": draw(st.sampled_from([True, True, False])),
        "position_no": draw(st.sampled_from(["A1", "B2"])),
        "unit": draw(st.none() | st.sampled_from(UNITS)),
        "position_code": draw(st.none() | st.just("7174")),
        "percent": draw(st.sampled_from([0, 1, 40_00, 40_01, 60_00, 100_00, 100_01])),
        "gross": gross,
        "net": draw(near(0)),
        "tax": draw(st.one_of(near(0), st.just(gross // 200 * 100), st.just(gross // 2))),
        "gross_prev": before,
        "fixed_pay": fixed,
        "tax_card": draw(st.sampled_from(TaxCard)),
        "account": draw(st.sampled_from(["", "12345678900", an_account(1), an_account(2)])),
        "employment_start": draw(days_near(month, pay_date, (month - DAY).replace(day=1), TODAY - 7 * DAY)),
        "employment_end": draw(st.none() | days_near(month, pay_date, month + 60 * DAY)),
        "contract_present": draw(st.booleans()),
        "unpaid_leave": draw(st.booleans()),
        "overtime": draw(st.none() | st.just(Overtime(**overtime, day=draw(st.none() | st.integers(12_99, 13_01))))),
        "lines": tuple(draw(st.lists(line, max_size=2))) * draw(st.sampled_from([1, 1, 7])),
    }
    return replace(CLEAN, **changes)


# --- the table, word by word -------------------------------------------------------------------------------------------


def slow(row: PayRow, report: Sequence[PayRow], limits: Thresholds) -> dict[Rule, Severity]:
    found = {
        Rule.NEGATIVE_NET: B if row.net < 0 else None,
        Rule.NO_TAX_CARD: _tax(row),
        Rule.ACCOUNT: B if row.net > 0 and not row.has_account else None,
        Rule.PAID_AFTER_END: B if _paid_after_end(row) else None,
        Rule.NOT_STARTED: B if row.employment_start > row.pay_date and row.gross > 0 else None,
        Rule.DEVIATION: W if _deviates(row) else None,
        Rule.LARGE: _large(row),
        Rule.OVER_100: W if _over_100(row, report) else None,
        Rule.DOUBLE_POSITION: W if _double(row, report) else None,
        Rule.NO_CONTRACT: W if not row.contract_present and row.employment_start + 7 * DAY <= TODAY else None,
        Rule.OVERTIME: W if _overtime(row, agreed=row.unit in limits.agreed_units) else None,
        Rule.ID: None if row.knows_person else B,
        Rule.SHARED_ACCOUNT: W if _shared(row, report) else None,
        Rule.ZERO_TAX: W if row.tax == 0 and row.gross > 10_000 * KR and row.tax_card is not TaxCard.EXEMPT else None,
        Rule.MISSING_PAY: W if _missing(row) else None,
    }
    return {rule: severity for rule, severity in found.items() if severity is not None}


def _tax(row: PayRow) -> Severity | None:
    """Half of what is taxable, less what is dropped of a krone."""
    if row.tax_card in {TaxCard.OK, TaxCard.EXEMPT}:
        return None
    half = Fraction(max(row.gross, 0), 2)
    return W if half - KR < row.tax <= half else B


def _last_day(row: PayRow) -> date:
    return row.employment_end or date(2030, 1, 1)


def _paid_after_end(row: PayRow) -> bool:
    if row.employment_end is None or row.employment_end >= row.month or row.gross <= 0:
        return False
    fine = [
        line.kind in {"FERIEPENGER", "ETTERBETALING", "SLUTTOPPGJOR", "SLUTTOPPGJØR"}
        or (line.kind == "OVERTID" and line.earned is not None and line.earned <= row.employment_end)
        for line in row.lines
    ]
    return not fine or not all(fine)


def _deviates(row: PayRow) -> bool:
    now = row.fixed_pay if row.month.month == 6 or len(row.lines) >= 13 else row.gross
    if row.gross_prev > 0:
        change = abs(now - row.gross_prev)
        return Fraction(change, row.gross_prev) > Fraction(30, 100) and change > 5_000 * KR
    is_new = row.employment_start >= (row.month - DAY).replace(day=1)
    return not is_new and now > 5_000 * KR


def _large(row: PayRow) -> Severity | None:
    amounts = [row.gross] if row.gross > 150_000 * KR else []
    amounts += [line.amount for line in row.lines if row.fixed_pay > 0 and line.amount > 2 * row.fixed_pay]
    if not amounts:
        return None
    return B if max(row.gross, *amounts) > 500_000 * KR else W


def _of_person(row: PayRow, report: Sequence[PayRow]) -> list[PayRow]:
    def key(of: PayRow) -> str:
        return of.person_id if of.knows_person else f"no id {of.employee_no}"

    return [other for other in report if key(other) == key(row)]


def _over_100(row: PayRow, report: Sequence[PayRow]) -> bool:
    """On some day of the month on which this row counts; of a change-over of one day the larger side does."""
    held = [other for other in _of_person(row, report) if other.percent]
    day = row.month
    while day.month == row.month.month:
        here = [other for other in held if other.employment_start <= day <= _last_day(other)]
        follows = [
            (old, new)
            for old in here
            for new in here
            if old.employment_start < new.employment_start == _last_day(old) < _last_day(new)
        ]
        leaving, arriving = (
            [other for other in here if any(other is pair[side] for pair in follows)] for side in (0, 1)
        )
        rest = [other for other in here if not any(other is each for each in (*leaving, *arriving))]
        total = sum(other.percent for other in rest)
        total += max(sum(other.percent for other in side) for side in (leaving, arriving))
        if total > 100_00 and any(other is row for other in here):
            return True
        day += DAY
    return False


def _double(row: PayRow, report: Sequence[PayRow]) -> bool:
    def same(other: PayRow) -> bool:
        by_code = None not in {row.unit, row.position_code}
        codes = (row.unit, row.position_code) == (other.unit, other.position_code)
        return row.position_no == other.position_no or (by_code and codes)

    def days(of: PayRow) -> range:
        return range(of.employment_start.toordinal(), _last_day(of).toordinal() + 1)

    def meet(one: range, other: range) -> bool:
        return max(one.start, other.start) < min(one.stop, other.stop)

    others = [other for other in _of_person(row, report) if other is not row]
    return any(same(other) and meet(days(row), days(other)) for other in others)


def _overtime(row: PayRow, *, agreed: bool) -> bool:
    hours = row.overtime
    if hours is None:
        return False
    week, w4, w52 = (20, 50, 300) if agreed else (10, 25, 200)
    told = [(hours.week, week), (hours.w4, w4), (hours.w52, w52), (hours.day or 0, 13)]
    return any(Fraction(worked, 100) > most for worked, most in told)


def _shared(row: PayRow, report: Sequence[PayRow]) -> bool:
    mine = _of_person(row, report)
    others = [other for other in report if not any(other is each for each in mine)]
    return row.has_account and any(other.account == row.account for other in others)


def _missing(row: PayRow) -> bool:
    active = row.employment_start <= row.pay_date and _last_day(row) >= row.month
    return active and row.percent > 0 and not row.unpaid_leave and row.gross == 0


@given(st.lists(pay_rows(), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_every_verdict_is_that_of_the_table(report: list[PayRow]) -> None:
    month, pay_date = report[0].month, report[0].pay_date
    rows = [
        replace(row, month=month, pay_date=pay_date)
        for row in report
        if row.employment_end is None or row.employment_start <= row.employment_end
    ]
    found = verdicts(*rows, limits=AGREED)
    assert [dict(verdict.hits) for verdict in found] == [slow(row, rows, AGREED) for row in rows]


# --- exactly at any limit, and one beyond it ---------------------------------------------------------------------------

LIMITED: dict[str, tuple[Rule, Callable[[int], dict[str, Any]]]] = {
    "deviation_amount": (Rule.DEVIATION, lambda at: {"gross": 1 + at, "gross_prev": 1}),
    "large_gross": (Rule.LARGE, lambda at: {"gross": at, "gross_prev": at, "fixed_pay": 10**9}),
    "full_percent": (Rule.OVER_100, lambda at: {"percent": at}),
    "overtime_week": (Rule.OVERTIME, lambda at: {"overtime": Overtime(week=at)}),
    "overtime_w4": (Rule.OVERTIME, lambda at: {"overtime": Overtime(w4=at)}),
    "overtime_w52": (Rule.OVERTIME, lambda at: {"overtime": Overtime(w52=at)}),
    "agreed_overtime_week": (Rule.OVERTIME, lambda at: {"unit": UNITS[1], "overtime": Overtime(week=at)}),
    "agreed_overtime_w4": (Rule.OVERTIME, lambda at: {"unit": UNITS[1], "overtime": Overtime(w4=at)}),
    "agreed_overtime_w52": (Rule.OVERTIME, lambda at: {"unit": UNITS[1], "overtime": Overtime(w52=at)}),
    "hours_in_a_day": (Rule.OVERTIME, lambda at: {"overtime": Overtime(day=at)}),
    "untaxed_gross": (Rule.ZERO_TAX, lambda at: {"gross": at, "gross_prev": at, "tax": 0}),
}


@pytest.mark.parametrize("name", LIMITED)
@given(limit=st.integers(1, 1_000_000))
@settings(max_examples=25, deadline=None)
def test_what_equals_a_limit_is_not_hit_wherever_the_limit_lies(name: str, limit: int) -> None:
    rule, changes = LIMITED[name]
    limits = replace(AGREED, **{name: limit})
    assert rule not in hits(limits=limits, **changes(limit))
    assert hits(limits=limits, **changes(limit + 1))[rule] is W


@given(factor=st.integers(1, 10), fixed=st.integers(1, 1_000_000))
@settings(max_examples=25, deadline=None)
def test_a_line_of_exactly_so_many_times_the_fixed_pay_is_not_hit(factor: int, fixed: int) -> None:
    limits = replace(STANDARD, large_line_factor=factor)
    at, beyond = ((PayLine("TILLEGG", factor * fixed + more),) for more in (0, 1))
    assert Rule.LARGE not in hits(limits=limits, fixed_pay=fixed, lines=at)
    assert hits(limits=limits, fixed_pay=fixed, lines=beyond)[Rule.LARGE] is W


@given(days=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_a_contract_is_late_on_its_very_day(days: int) -> None:
    limits = replace(STANDARD, contract_days=days)
    late, in_time = (a_row(contract_present=False, employment_start=TODAY - more * DAY) for more in (days, days - 1))
    found = verdicts(late, replace(in_time, person_id="another", employee_no="2", account=""), limits=limits)
    assert [Rule.NO_CONTRACT in verdict.hits for verdict in found] == [True, False]
