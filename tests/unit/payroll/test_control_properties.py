"""What must hold of the control whatever a report carries (PAY-02)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pay_rows import CLEAN, DECEMBER, KR, PAY_DATE, STANDARD, TODAY, B, W, an_account, somebody, verdicts

from payroll_svc.control.evaluation import Verdict, again, evaluate, hits_of_row
from payroll_svc.control.exceptions import NO_EXCEPTIONS, Accepted, Exceptions
from payroll_svc.control.row import Overtime, PayLine, PayRow, TaxCard
from payroll_svc.control.rules import ROW_RULES, Rule, deviation, large

amounts = st.integers(-60_000_000, 60_000_000)
days = st.dates(date(2026, 9, 1), date(2027, 2, 1))
lines = st.builds(
    PayLine,
    st.sampled_from(["FASTLONN", "FERIEPENGER", "ETTERBETALING", "OVERTID"]),
    amounts,
    st.none() | days,
)
hours = st.builds(
    Overtime,
    week=st.integers(0, 3_000),
    w4=st.integers(0, 6_000),
    w52=st.integers(0, 40_000),
    day=st.none() | st.integers(0, 2_000),
)
people = st.integers(1, 4)


@st.composite
def pay_rows(draw: st.DrawFn) -> PayRow:
    """A row of one of a few people, so that they meet."""
    person = draw(people)
    changes: dict[str, Any] = {
        "employee_no": f"{person}{draw(st.integers(0, 1))}",
        "person_id": f"person {person}",
        "knows_person": draw(st.booleans()),
        "position_no": draw(st.sampled_from(["A1", "B2", "C3"])),
        "unit": draw(st.none() | st.sampled_from(["311874322", "312900114"])),
        "position_code": draw(st.none() | st.just("7174")),
        "percent": draw(st.integers(0, 12_000)),
        "gross": draw(amounts),
        "net": draw(amounts),
        "tax": draw(amounts),
        "gross_prev": draw(amounts),
        "fixed_pay": draw(amounts),
        "tax_card": draw(st.sampled_from(TaxCard)),
        "account": draw(st.just("") | st.just("12345678900") | st.integers(1, 3).map(an_account)),
        "employment_start": draw(days),
        "employment_end": draw(st.none() | days),
        "contract_present": draw(st.booleans()),
        "unpaid_leave": draw(st.booleans()),
        "overtime": draw(st.none() | hours),
        "lines": tuple(draw(st.lists(lines, max_size=3))),
    }
    return replace(CLEAN, **changes)


reports = st.lists(pay_rows(), min_size=1, max_size=7)


@given(reports, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_rows_does_not_matter(report: list[PayRow], chance: Any) -> None:
    order = list(range(len(report)))
    chance.shuffle(order)
    found = verdicts(*report)
    assert verdicts(*(report[place] for place in order)) == [found[place] for place in order]


@given(reports)
@settings(max_examples=60, deadline=None)
def test_a_clean_stranger_changes_nothing(report: list[PayRow]) -> None:
    *found, of_stranger = verdicts(*report, somebody())
    assert found == verdicts(*report)
    assert of_stranger == Verdict()


@given(reports)
@settings(max_examples=60, deadline=None)
def test_a_row_is_as_severe_as_its_worst_hit(report: list[PayRow]) -> None:
    for verdict in verdicts(*report):
        expected = B if B in verdict.hits.values() else W if verdict.hits else None
        assert verdict.severity is expected
        assert list(verdict.hits) == sorted(verdict.hits)


@given(reports)
@settings(max_examples=60, deadline=None)
def test_alone_a_row_has_the_hits_that_need_no_other(report: list[PayRow]) -> None:
    for row, verdict in zip(report, verdicts(*report), strict=True):
        of_row = hits_of_row(row, STANDARD, TODAY)
        assert {rule: severity for rule, severity in verdict.hits.items() if rule in ROW_RULES} == of_row
        (alone,) = verdicts(row)
        assert alone.hits.items() <= verdict.hits.items()


@given(reports)
@settings(max_examples=100, deadline=None)
def test_looked_at_again_with_the_same_facts_a_verdict_stays(report: list[PayRow]) -> None:
    for row, verdict in zip(report, verdicts(*report), strict=True):
        assert again(row, verdict, STANDARD, NO_EXCEPTIONS, day=TODAY) == verdict


@given(reports)
@settings(max_examples=100, deadline=None)
def test_what_is_accepted_is_left_out_and_nothing_else(report: list[PayRow]) -> None:
    row, employee = Rule.DEVIATION, report[0].employee_no
    fine = Exceptions.of([Accepted(employee, row, PAY_DATE, PAY_DATE)])
    for each, plain, excused in zip(
        report, verdicts(*report), evaluate(report, STANDARD, fine, day=TODAY), strict=True
    ):
        left_out = {row} if each.employee_no == employee else set[Rule]()
        assert set(excused.hits) == set(plain.hits) - left_out
        assert set(excused.excused) == set(plain.hits) & left_out


@given(before=st.integers(1, 60_000_000), percent=st.integers(1, 200), sign=st.sampled_from([1, -1]))
@settings(max_examples=100, deadline=None)
def test_exactly_the_percentage_is_not_hit_and_an_ore_more_is(before: int, percent: int, sign: int) -> None:
    before *= 100  # so that the percentage of it is whole
    limits = replace(STANDARD, deviation_percent=percent, deviation_amount=0, large_gross=10**12)
    at = before + sign * before * percent // 100
    row = replace(CLEAN, gross_prev=before)
    assert deviation(replace(row, gross=at), limits, TODAY) is None
    assert deviation(replace(row, gross=at + sign), limits, TODAY) is W
    assert deviation(replace(row, gross=at - sign), limits, TODAY) is None


@given(amount=st.integers(0, 10**12), limit=st.integers(0, 10**12))
@settings(max_examples=60, deadline=None)
def test_an_amount_is_large_above_its_limit_only(amount: int, limit: int) -> None:
    limits = replace(STANDARD, large_gross=limit, block_gross=2 * limit)
    found = large(replace(CLEAN, gross=amount), limits, TODAY)
    assert found is (B if amount > 2 * limit else W if amount > limit else None)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 20_000), st.integers(0, 20_000))
@settings(max_examples=100, deadline=None)
def test_two_positions_are_too_much_only_where_they_meet(ends: int, starts: int, one: int, other: int) -> None:
    """Against the plain rule, day by day; a change-over of one day is none."""
    assume(starts != ends)
    leaving = somebody(percent=one, employment_end=DECEMBER + timedelta(days=ends))
    arriving = replace(leaving, position_no="B2", percent=other, employment_end=None)
    arriving = replace(arriving, employment_start=DECEMBER + timedelta(days=starts))
    most = max(
        sum(row.percent for row in (leaving, arriving) if _holds(row, DECEMBER + timedelta(days=day)))
        for day in range(31)
    )
    found = verdicts(leaving, arriving)
    assert any(Rule.OVER_100 in verdict.hits for verdict in found) is (most > 100_00)


def _holds(row: PayRow, day: date) -> bool:
    return row.employment_start <= day <= (row.employment_end or date.max)


def test_twelve_thousand_rows_are_one_pass() -> None:
    """Not quadratic: as many people on one account, and with one position number, as a report has."""
    report = [somebody() for _ in range(12_000)]
    assert {verdict.severity for verdict in verdicts(*report)} == {None}
    crowd = [replace(row, account=CLEAN.account, gross=39_800 * KR) for row in report[:300]]
    assert {tuple(verdict.hits) for verdict in verdicts(*crowd)} == {(Rule.SHARED_ACCOUNT,)}
