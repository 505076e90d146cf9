"""`workforce-checks`: the overview of the payroll system becomes a check for each person; and when the clock starts it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from positions_in_memory import HOME, SCHOOL, PositionsInMemory, held

from common.clock import OSLO
from common.errors import NotConfirmed
from common.process import Firing, Outcome, OutcomeCode, Subject
from common.testing import FixedClock, MemoryCase, person
from payroll_svc.positions.check import PersonsPositions
from payroll_svc.positions.days import Days, answer_by, month_before, month_of_next_cut_off
from payroll_svc.processes.workforce_checks import (
    WorkforceCheck,
    check_before_cut_off,
    check_of_workforce,
    workforce_of_the_month,
)
from payroll_svc.service import payroll

NOW = datetime(2026, 11, 12, 5, tzinfo=OSLO)


@pytest.fixture
def payroll_system() -> PositionsInMemory:
    return PositionsInMemory()


def checked(system: PositionsInMemory, case: MemoryCase | None = None, **changes: Any) -> Outcome:
    given = changes if "as_of" in changes else {"period": "2026-11"} | changes
    run = (case or MemoryCase()).run(system.screens(), clock=FixedClock(NOW))
    return check_of_workforce(WorkforceCheck.model_validate(given), run)


def handed_over(outcome: Outcome) -> list[PersonsPositions]:
    (handover,) = outcome.handovers
    assert handover.process == "position-percentage-checks"
    return [row for row in handover.rows if isinstance(row, PersonsPositions)]


class TestTheOverview:
    def test_becomes_one_check_for_each_person(self, payroll_system: PositionsInMemory) -> None:
        kari, ola, ove = person(), person(), person()
        payroll_system.employ(kari, held(), held("B", unit=HOME), held("C"), employee_no="101")
        payroll_system.employ(ola, held(), employee_no="102")
        payroll_system.employ(ove, held(to="2026-10-31"), employee_no="103")
        outcome = checked(payroll_system, reference="workforce-2026-11", priority=3)
        assert (outcome.code, outcome.detail) == (
            OutcomeCode.CREATED,
            {"people": 2, "positions": 4, "left_out": []},
        )
        rows = handed_over(outcome)
        assert [(row.person_id, row.period, row.as_of, row.priority, row.reference) for row in rows] == [
            (kari.number, "2026-11", None, 3, None),
            (ola.number, "2026-11", None, 3, None),
        ]
        assert [[each.position_no for each in row.positions or ()] for row in rows] == [["A", "B", "C"], ["A"]]
        assert payroll_system.opened == ["2026-11 1", "2026-11 2"] * 2

    def test_hands_over_what_can_be_stored_and_read_again(self, payroll_system: PositionsInMemory) -> None:
        away = [{"from": "2026-11-10", "percent": "12.50"}]
        payroll_system.employ(person(), held(leave=away), held("B", "33.33", unit=HOME, to="2026-11-30"))
        (row,) = handed_over(checked(payroll_system, test=True))
        assert PersonsPositions.model_validate(row.model_dump(mode="json", exclude_unset=True)) == row
        assert row.test

    def test_of_one_person_on_two_records_is_one_check(self, payroll_system: PositionsInMemory) -> None:
        kari = person()
        payroll_system.employ(kari, held(), employee_no="101")
        payroll_system.employ(kari, held(), employee_no="102")
        (row,) = handed_over(checked(payroll_system))
        assert [each.employee_no for each in row.positions or ()] == ["101", "102"]

    def test_of_one_day_leaves_out_who_holds_nothing_then(self, payroll_system: PositionsInMemory) -> None:
        kari, ola = person(), person()
        payroll_system.employ(kari, held(to="2026-11-14"), employee_no="101")
        payroll_system.employ(ola, held(), employee_no="102")
        (row,) = handed_over(checked(payroll_system, as_of="2026-11-15"))
        assert (row.person_id, row.period, row.as_of) == (ola.number, None, date(2026, 11, 15))

    def test_of_a_units_request_has_its_people_with_all_of_their_positions(
        self, payroll_system: PositionsInMemory
    ) -> None:
        kari, ola = person(), person()
        payroll_system.employ(kari, held(unit=SCHOOL), held("B", unit=HOME), employee_no="101")
        payroll_system.employ(ola, held(unit=SCHOOL), employee_no="102")
        (row,) = handed_over(checked(payroll_system, unit=HOME))
        assert (row.person_id, row.unit, len(row.positions or ())) == (kari.number, HOME, 2)

    def test_of_nobody_is_nothing_to_do(self, payroll_system: PositionsInMemory) -> None:
        outcome = checked(payroll_system)
        assert (outcome.code, outcome.handovers) == (OutcomeCode.NOOP, ())

    def test_with_a_number_that_is_none_leaves_that_one_out_and_says_so(
        self, payroll_system: PositionsInMemory
    ) -> None:
        kari, nobody = person(), person()
        wrong = f"{nobody.number[:-1]}{(int(nobody.number[-1]) + 1) % 10}"
        payroll_system.employ(kari, held(), employee_no="101")
        payroll_system.employ(nobody, held(), employee_no="102")
        payroll_system.records[1] = payroll_system.records[1].model_copy(update={"number": wrong})
        outcome = checked(payroll_system)
        assert (outcome.detail["people"], outcome.detail["left_out"]) == (1, ["102"])
        (task,) = outcome.tasks
        assert (task.role, "102" in task.text, wrong in task.text) == ("payroll-officer", False, False)

    def test_of_made_up_people_is_left_out_where_they_must_not_be(self, payroll_system: PositionsInMemory) -> None:
        payroll_system.employ(person(), held())
        outcome = checked(payroll_system, MemoryCase(accepts_synthetic=False))
        assert (outcome.code, outcome.detail["left_out"]) == (OutcomeCode.NOOP, ["101"])

    def test_is_about_a_month_as_one_thing(self) -> None:
        days = WorkforceCheck(period="2026-11"), WorkforceCheck(as_of=date(2026, 11, 3))
        assert {check.subject for check in days} == {Subject("workforce", "2026-11")}


class TestAChangeWhileItIsRead:
    def test_is_read_again(self, payroll_system: PositionsInMemory) -> None:
        people = [person() for _ in range(3)]
        for place, each in enumerate(people[:2]):
            payroll_system.employ(each, held(), held("B"), employee_no=str(102 + place))

        def somebody_is_employed() -> None:
            if len(payroll_system.records) == 2:
                payroll_system.employ(people[2], held(), employee_no="101")

        payroll_system.between_pages = somebody_is_employed
        assert {row.person_id for row in handed_over(checked(payroll_system))} == {each.number for each in people}

    def test_that_leaves_their_number_as_it_was_is_seen(self, payroll_system: PositionsInMemory) -> None:
        """The first goes when it has been read, and another comes at the end: the third moves to a page that is over."""
        gone, kari, missed, ola, new = (person() for _ in range(5))
        for place, each in enumerate((gone, kari, missed, ola)):
            payroll_system.employ(each, held(), employee_no=str(101 + place))

        def somebody_changes_places() -> None:
            if payroll_system.records[0].number == gone.number:
                del payroll_system.records[0]
                payroll_system.employ(new, held(), employee_no="105")

        payroll_system.between_pages = somebody_changes_places
        found = [row.person_id for row in handed_over(checked(payroll_system))]
        assert found == [each.number for each in (kari, missed, ola, new)]

    def test_each_time_is_tried_later(self, payroll_system: PositionsInMemory) -> None:
        payroll_system.employ(person(), held(), held("B"), held("C"))

        def another_one() -> None:
            payroll_system.held["101"].append(held("D"))

        payroll_system.between_pages = another_one
        with pytest.raises(NotConfirmed):
            checked(payroll_system)


class TestTheClock:
    def firing(self, due: datetime) -> Firing:
        return Firing(schedule="monthly-workforce-check", due_at=due)

    def test_is_off_until_it_is_switched_on(self) -> None:
        assert list(workforce_of_the_month(self.firing(NOW))) == []

    def test_starts_the_month_whose_run_comes_next(self) -> None:
        check = check_before_cut_off(self.firing(NOW))
        assert (check.period, check.reference) == ("2026-11", "monthly-workforce-check:2026-11")
        assert month_of_next_cut_off(date(2026, 11, 20)) == "2026-11"
        assert month_of_next_cut_off(date(2026, 11, 21)) == "2026-12"
        assert month_of_next_cut_off(date(2026, 12, 31)) == "2027-01"

    def test_comes_in_time_for_five_bank_days_before_the_cut_off(self) -> None:
        schedule = payroll.schedules["monthly-workforce-check"]
        for due in islice(schedule.coming(datetime(2026, 1, 1, tzinfo=UTC)), 24):
            deadline = check_before_cut_off(self.firing(due)).deadline(due)
            assert deadline is not None
            assert timedelta(0) < deadline - due < timedelta(days=7)


class TestMonths:
    @pytest.mark.parametrize(
        ("month", "last"), [("2026-02", 28), ("2028-02", 29), ("2100-02", 28), ("2026-11", 30), ("2026-12", 31)]
    )
    def test_have_so_many_days(self, month: str, last: int) -> None:
        days = Days.of_month(month)
        assert (days.first.day, days.last.day, days.month) == (1, last, month)

    def test_follow_each_other(self) -> None:
        assert [month_before(month) for month in ("2027-01", "2026-12", "2026-03")] == ["2026-12", "2026-11", "2026-02"]

    def test_end_for_units_on_the_last_bank_day_before_the_cut_off(self) -> None:
        assert answer_by("2026-11", date(2026, 11, 19)) == date(2026, 11, 19)
        assert answer_by("2026-11", date(2026, 11, 20)) == date(2026, 11, 27)
