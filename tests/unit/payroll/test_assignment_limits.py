"""The rules of PAY-01 one by one, at their boundaries, and the register of rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from assignment_office import RATE, RATES, Office, an_assignment
from hypothesis import given
from hypothesis import strategies as st

from common.errors import InvalidValue, LimitExceeded, NeedsJudgement, PeriodClosed
from payroll_svc.assignments.benefit import BenefitKind, Relation
from payroll_svc.assignments.claimed_hours import SETTINGS, ClaimedHours
from payroll_svc.assignments.limits import require_covered, require_in_time, require_relation
from payroll_svc.assignments.rates import ONE_KRONE, AssignmentRate, Pay, pay_of, rates
from payroll_svc.assignments.settings import AssignmentSettings

OFFICE = Office()


def worked(*lines: str, **changes: Any) -> ClaimedHours:
    """A list of these lines, approved long afterwards."""
    period = lines[0][:7]
    return OFFICE.a_list(lines=list(lines), period=period, approved_at="2028-06-01T08:00:00+02:00", **changes)


class TestInTime:
    @pytest.mark.parametrize(
        ("first", "today", "closed"),
        [
            ("2026-08-23", "2026-11-23", False),
            ("2026-08-23", "2026-11-24", True),
            ("2026-11-30", "2026-12-31", False),
            ("2027-11-30", "2028-02-29", False),
            ("2027-11-30", "2028-03-01", True),
        ],
    )
    def test_three_months_after_the_first_date(self, first: str, today: str, *, closed: bool) -> None:
        claimed, settings = worked(f"{first} 3"), AssignmentSettings(earlier_years=True)
        if not closed:
            require_in_time(claimed, date.fromisoformat(today), settings)
            return
        with pytest.raises(PeriodClosed):
            require_in_time(claimed, date.fromisoformat(today), settings)

    def test_in_the_calendar_year(self) -> None:
        claimed = worked("2026-12-31 3")
        require_in_time(claimed, date(2026, 12, 31), SETTINGS)
        with pytest.raises(PeriodClosed):
            require_in_time(claimed, date(2027, 1, 1), SETTINGS)
        require_in_time(claimed, date(2027, 1, 1), AssignmentSettings(earlier_years=True))

    def test_the_oldest_line_decides(self) -> None:
        with pytest.raises(PeriodClosed):
            require_in_time(worked("2026-08-31 3", "2026-08-01 3"), date(2026, 11, 2), SETTINGS)


class TestHours:
    @pytest.mark.parametrize(
        ("month", "carried", "percent", "fits"),
        [
            (650, 0, "0", True),
            (625, 0, "0", False),
            (625, 25, "0", True),
            (625, 0, "4", True),
            (625, 0, "3.99", False),
            (0, 650, "100", True),
            (0, 625, "100", False),  # what was carried over does not grow
        ],
    )
    def test_as_many_as_the_decision_gives(self, month: int, carried: int, percent: str, *, fits: bool) -> None:
        assignment = an_assignment(OFFICE.holder, hours_per_month=month, carried_over=carried)
        settings = AssignmentSettings(tolerance_percent=Decimal(percent))
        if fits:
            require_covered(OFFICE.a_list(), assignment, settings)
            return
        with pytest.raises(LimitExceeded):
            require_covered(OFFICE.a_list(), assignment, settings)

    @given(
        st.integers(1, 96).map(lambda quarters: 25 * quarters),
        st.integers(0, 3_000),
        st.integers(0, 500),
        st.integers(0, 10_000),
    )
    def test_exactly(self, hundredths: int, month: int, carried: int, percent: int) -> None:
        claimed = worked(f"2026-11-05 {Decimal(hundredths) / 100}")
        assignment = an_assignment(OFFICE.holder, hours_per_month=month, carried_over=carried)
        room = month * (1 + Fraction(percent, 10_000)) + carried
        settings = AssignmentSettings(tolerance_percent=Decimal(percent) / 100)
        if hundredths <= room:
            require_covered(claimed, assignment, settings)
            return
        with pytest.raises(LimitExceeded):
            require_covered(claimed, assignment, settings)


class TestRelation:
    @pytest.mark.parametrize(
        ("stands", "asked", "fits"),
        [
            ("CONTRACTOR", {"CONTRACTOR"}, True),
            ("EMPLOYEE", {"EMPLOYEE"}, True),
            ("EMPLOYEE", {"CONTRACTOR"}, False),
            ("CONTRACTOR", {"CONTRACTOR", "EMPLOYEE"}, False),  # it changes in the middle of the list
        ],
    )
    def test_is_never_changed(self, stands: str, asked: set[str], *, fits: bool) -> None:
        assignment = an_assignment(OFFICE.holder, relation=stands)
        pay = Pay(exact=0, relations=frozenset(Relation(one) for one in asked), version=1)
        if fits:
            require_relation(assignment, pay)
            return
        with pytest.raises(NeedsJudgement):
            require_relation(assignment, pay)


class TestRates:
    def pay(self, claimed: ClaimedHours, *rows: AssignmentRate) -> Pay:
        office = Office()
        office.registers.store("assignment-rates", rows, valid_from=date(2026, 1, 1))
        return pay_of(claimed, office.payroll.case.run())

    def test_each_date_has_its_own(self) -> None:
        before = AssignmentRate(
            ytelse_code=BenefitKind.STOTTEKONTAKT, rate=200_00, first_day=date(2026, 1, 1), last_day=date(2026, 11, 17)
        )
        after = AssignmentRate(ytelse_code=BenefitKind.STOTTEKONTAKT, rate=300_01, first_day=date(2026, 11, 18))
        pay = self.pay(OFFICE.a_list(), before, after)
        assert (pay.exact, pay.version) == (300 * 200_00 + 350 * 300_01, 2)

    def test_a_date_without_one_is_for_a_person(self) -> None:
        late = AssignmentRate(ytelse_code=BenefitKind.STOTTEKONTAKT, rate=RATE, first_day=date(2026, 11, 5))
        with pytest.raises(InvalidValue):
            self.pay(OFFICE.a_list(), late)

    def test_no_benefit_has_two_on_a_day(self) -> None:
        again = RATES[0].model_copy(update={"first_day": date(2026, 7, 1)})
        assert rates.check is not None
        assert list(rates.check(RATES)) == []
        assert [problem.row for problem in rates.check([*RATES, again])] == [2]

    @given(st.integers(0, 10**7), st.integers(-300, 300))
    def test_an_amount_agrees_within_a_krone(self, amount: int, off: int) -> None:
        pay = Pay(exact=amount * 100, relations=frozenset(), version=1)
        assert pay.agrees(amount + off) is (abs(off) <= ONE_KRONE)

    def test_and_nothing_is_rounded_on_the_way(self) -> None:
        pay = Pay(exact=10_050, relations=frozenset(), version=1)  # 100.5 øre
        assert [pay.agrees(amount) for amount in (0, 1, 200, 201)] == [False, True, True, False]
