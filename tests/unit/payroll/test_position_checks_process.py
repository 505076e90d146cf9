"""`position-percentage-checks`: every rule of PAY-04, at a payroll system in memory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from positions_in_memory import HOME, SCHOOL, PositionsInMemory, held
from pydantic import ValidationError

from common.clock import OSLO
from common.errors import (
    AmbiguousHit,
    BusinessException,
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    NameMismatch,
    PersonNotFound,
    ProtectedAddress,
    SubjectBusy,
    TemporaryId,
)
from common.norway.national_id import IdKind
from common.process import Outcome, OutcomeCode, Subject
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from payroll_svc.positions.check import PersonsPositions
from payroll_svc.positions.holding import Position
from payroll_svc.positions.rules import ApprovedSum, Limits
from payroll_svc.processes.position_percentage_checks import check_of_person

NOW = datetime(2026, 11, 10, 9, tzinfo=OSLO)
MONTH = "2026-11"


def substitute(percent: str = "50.00", **changes: Any) -> Position:
    """At the nursing home, in November, unless something else is said."""
    return held("B", percent, **{"unit": HOME, "type": "VIKAR", "from": "2026-11-01", "to": "2026-11-30"} | changes)


class Office:
    """A payroll system, the registers and the ledger, for several cases one after the other."""

    def __init__(self) -> None:
        self.payroll, self.registers, self.ledger = PositionsInMemory(), MemoryRegisters(), MemoryLedger()
        self.case = self.new_case()

    def new_case(self) -> MemoryCase:
        self.case = MemoryCase(registers=self.registers, ledger=self.ledger)
        return self.case

    def check(self, of: Person | str, *positions: Position, now: datetime = NOW, **changes: Any) -> Outcome:
        """A new case about these positions, or with none of them about what the payroll system has."""
        self.new_case()
        return self.again(of, *positions, now=now, **changes)

    def again(
        self, of: Person | str, *positions: Position, now: datetime = NOW, dies_at: str | None = None, **changes: Any
    ) -> Outcome:
        """Another run of the case before."""
        given: dict[str, Any] = {"person_id": of.number if isinstance(of, Person) else of}
        given |= {"positions": positions} if positions else {}
        given |= {} if "as_of" in changes else {"period": MONTH}
        run = self.case.run(self.payroll.screens(), clock=FixedClock(now), dies_at=dies_at)
        return check_of_person(PersonsPositions.model_validate(given | changes), run)

    def refused(self, code: type[BusinessException], of: Person | str, *positions: Position, **changes: Any) -> None:
        with pytest.raises(code):
            self.check(of, *positions, **changes)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def ove() -> Person:
    return person()


class TestTheSum:
    def test_of_exactly_100_is_nothing_to_tell(self, office: Office, ove: Person) -> None:
        outcome = office.check(ove, held(), substitute("40.00"))
        assert outcome == Outcome(OutcomeCode.NOOP, {"maximum": "100.00"})

    def test_of_a_hundredth_more_is_told(self, office: Office, ove: Person) -> None:
        outcome = office.check(ove, held(), substitute("40.01"))
        assert outcome.code is OutcomeCode.REPORTED
        assert outcome.detail == {
            "maximum": "100.01",
            "first_day": "2026-11-01",
            "last_day": "2026-11-30",
            "days": 30,
            "units": [SCHOOL, HOME],
            "employee_no": "101",
            "intervals": [
                {
                    "first_day": "2026-11-01",
                    "last_day": "2026-11-30",
                    "days": 30,
                    "maximum": "100.01",
                    "units": [SCHOOL, HOME],
                }
            ],
            "reminder": False,
        }

    def test_of_no_positions_is_nothing(self, office: Office, ove: Person) -> None:
        assert office.check(ove, positions=[]) == Outcome(OutcomeCode.NOOP, {"maximum": "0.00"})

    @pytest.mark.parametrize("type_", ["TIME", "OPPDRAG", "VERV"])
    def test_counts_permanent_positions_and_substitutes_only(self, office: Office, ove: Person, type_: str) -> None:
        assert office.check(ove, held(), substitute(type=type_)).detail["maximum"] == "60.00"

    def test_of_half_a_leave(self, office: Office, ove: Person) -> None:
        away = [{"from": "2026-11-10", "to": "2026-11-20", "percent": "30.00"}]
        outcome = office.check(ove, held(leave=away), substitute())
        spans = [(each["first_day"], each["last_day"]) for each in outcome.detail["intervals"]]
        assert spans == [("2026-11-01", "2026-11-09"), ("2026-11-21", "2026-11-30")]
        assert (outcome.detail["days"], outcome.detail["maximum"]) == (19, "110.00")

    def test_names_only_units_with_a_part_in_it(self, office: Office, ove: Person) -> None:
        elsewhere = held("C", "90.00", unit="313000001", **{"from": "2026-12-01"})
        on_leave = held("D", "90.00", unit="313000002", leave=[{"from": "2026-01-01", "percent": "90.00"}])
        assert office.check(ove, held(), substitute(), elsewhere, on_leave).detail["units"] == [SCHOOL, HOME]

    @pytest.mark.parametrize(("period", "days"), [("2026-02", 28), ("2028-02", 29), ("2026-03", 31), ("2026-10", 31)])
    def test_of_whole_months_whatever_the_clock_does(self, office: Office, ove: Person, period: str, days: int) -> None:
        always = held("B", "50.00", unit=HOME)
        assert office.check(ove, held(), always, period=period).detail["days"] == days


class TestOneDay:
    def test_is_looked_at_alone(self, office: Office, ove: Person) -> None:
        outcome = office.check(ove, held(), substitute(), as_of="2026-11-30")
        assert (outcome.detail["first_day"], outcome.detail["last_day"]) == ("2026-11-30", "2026-11-30")
        assert office.check(ove, held(), substitute(), as_of="2026-12-01").code is OutcomeCode.NOOP

    @pytest.mark.parametrize("asked", [{"period": None}, {"as_of": "2026-11-01", "period": MONTH}])
    def test_or_a_month_and_never_both(self, ove: Person, asked: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as refused:
            PersonsPositions.model_validate({"person_id": ove.number} | asked)
        assert [error["loc"] for error in refused.value.errors()] == [("as_of",)]

    @pytest.mark.parametrize("period", ["2026-13", "2026-00", "26-11", "2026-1"])
    def test_or_a_month_there_is(self, ove: Person, period: str) -> None:
        with pytest.raises(ValidationError) as refused:
            PersonsPositions.model_validate({"person_id": ove.number, "period": period})
        assert [error["loc"] for error in refused.value.errors()] == [("period",)]


class TestChangeOver:
    def test_on_one_day_is_not_told(self, office: Office, ove: Person) -> None:
        outcome = office.check(
            ove, held(percent="100.00", to="2026-11-15"), substitute("100.00", **{"from": "2026-11-15"})
        )
        assert outcome == Outcome(OutcomeCode.NOOP, {"maximum": "100.00"})

    def test_of_two_days_is_told(self, office: Office, ove: Person) -> None:
        late = substitute("100.00", **{"from": "2026-11-14"})
        outcome = office.check(ove, held(percent="100.00", to="2026-11-15"), late)
        assert (outcome.detail["first_day"], outcome.detail["days"]) == ("2026-11-14", 2)


class TestRegisters:
    def test_of_limits_set_a_tolerance(self, office: Office, ove: Person) -> None:
        office.registers.store(
            "position-limits", [Limits.model_validate({"tolerance": "10.00"})], valid_from=date(2026, 1, 1)
        )
        assert office.check(ove, held(), substitute()).detail == {"maximum": "110.00", "registers": {"limits": 1}}
        assert office.case.used == {"position-limits": 1}
        assert office.check(ove, held(), substitute("50.01")).code is OutcomeCode.REPORTED

    def test_of_limits_say_how_long_a_change_over_takes(self, office: Office, ove: Person) -> None:
        office.registers.store("position-limits", [Limits(change_over_days=2)], valid_from=date(2026, 1, 1))
        late = substitute("100.00", **{"from": "2026-11-14"})
        assert office.check(ove, held(percent="100.00", to="2026-11-15"), late).code is OutcomeCode.NOOP

    def approve(self, office: Office, **changes: Any) -> None:
        row = {"employee_no": "101", "unit": SCHOOL, "first_day": "2026-08-01", "last_day": "2026-11-30"}
        office.registers.store(
            "position-approvals", [ApprovedSum.model_validate(row | changes)], valid_from=date(2026, 8, 1)
        )

    @pytest.mark.parametrize("unit", [SCHOOL, HOME])
    def test_of_approvals_excuse_as_long_as_they_reach(self, office: Office, ove: Person, unit: str) -> None:
        self.approve(office, unit=unit)
        outcome = office.check(ove, held(), substitute())
        assert (outcome.code, outcome.tasks) == (OutcomeCode.NOOP, ())
        assert outcome.detail == {
            "maximum": "110.00",
            "reason": "APPROVED",
            "approved_until": "2026-11-30",
            "employee_no": "101",
            "registers": {"approvals": 1},
        }

    def test_and_not_a_day_longer(self, office: Office, ove: Person) -> None:
        self.approve(office, last_day="2026-11-29")
        outcome = office.check(ove, held(), substitute())
        assert (outcome.detail["first_day"], outcome.detail["days"]) == ("2026-11-30", 1)

    def test_nor_a_hundredth_more(self, office: Office, ove: Person) -> None:
        self.approve(office, up_to="110.00")
        assert office.check(ove, held(), substitute()).code is OutcomeCode.NOOP
        assert office.check(ove, held(), substitute("50.01")).code is OutcomeCode.REPORTED

    @pytest.mark.parametrize("other", [{"employee_no": "102"}, {"unit": "313000001"}])
    def test_of_somebody_else_or_somewhere_else_excuse_nothing(
        self, office: Office, ove: Person, other: dict[str, Any]
    ) -> None:
        self.approve(office, **other)
        assert office.check(ove, held(), substitute()).code is OutcomeCode.REPORTED


class TestForAPerson:
    def test_two_employee_records(self, office: Office, ove: Person) -> None:
        office.refused(AmbiguousHit, ove, held(), substitute("10.00", employee_no="102"))

    def test_but_not_when_one_of_them_is_history(self, office: Office, ove: Person) -> None:
        before = held("Z", employee_no="55", to="2026-10-31")
        assert office.check(ove, held(), before).code is OutcomeCode.NOOP

    def test_a_single_position_above_100(self, office: Office, ove: Person) -> None:
        office.refused(InvalidValue, ove, held(percent="100.01"))
        office.refused(InvalidValue, ove, held(percent="100.01", type="TIME"))
        assert office.check(ove, held(percent="100.00")).detail["maximum"] == "100.00"

    def test_a_substitute_without_an_end_whose_position_goes_on_elsewhere(self, office: Office, ove: Person) -> None:
        first = substitute("20.00", **{"from": "2026-10-01", "to": None})
        office.refused(ConflictInTarget, ove, first, substitute("20.00"))

    @pytest.mark.parametrize("kind", [IdKind.FHN, IdKind.DUF])
    def test_a_temporary_number(self, office: Office, kind: IdKind) -> None:
        number = {IdKind.FHN: "81234567802", IdKind.DUF: "201012345611"}[kind]
        office.refused(TemporaryId, number, held())

    def test_but_no_number_of_2032(self, office: Office) -> None:
        assert office.check(person(rule_2032=True), held(), substitute()).code is OutcomeCode.REPORTED
        assert office.check(person(IdKind.DNR), held(), substitute()).code is OutcomeCode.REPORTED


class TestSubstitutesWithoutAnEnd:
    OPEN = substitute(to=None)

    def test_are_looked_up_when_they_make_it_too_much(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), self.OPEN)
        assert office.check(ove, held(), self.OPEN).code is OutcomeCode.REPORTED
        assert office.payroll.opened == ["101"]

    def test_and_only_then(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), self.OPEN)
        office.check(ove, held(percent="50.00"), self.OPEN)
        office.check(ove, held(), substitute())
        assert office.payroll.opened == []

    def test_that_have_ended_there_are_for_a_person(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), substitute(to="2026-11-05"))
        office.refused(ConflictInTarget, ove, held(), self.OPEN)

    def test_that_are_not_there_any_more_are_for_a_person(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held())
        office.refused(ConflictInTarget, ove, held(), self.OPEN)

    @pytest.mark.parametrize("gone", [{"status": "Sluttet"}, {"until": date(2026, 11, 29)}])
    def test_of_somebody_who_has_left_are_for_a_person(self, office: Office, ove: Person, gone: dict[str, Any]) -> None:
        office.payroll.employ(ove, held(to="2026-11-20"), self.OPEN, **gone)
        office.refused(ConflictInTarget, ove, held(), self.OPEN)

    def test_of_somebody_who_leaves_after_the_month_go_on(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), self.OPEN, until=date(2026, 11, 30))
        assert office.check(ove, held(), self.OPEN).code is OutcomeCode.REPORTED

    def test_of_an_employee_number_that_is_not_known_prove_nothing(self, office: Office, ove: Person) -> None:
        assert office.check(ove, held(), self.OPEN).code is OutcomeCode.REPORTED

    def test_of_a_number_that_two_records_have_are_for_a_person(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), self.OPEN)
        office.payroll.employ(person(), held(), self.OPEN)
        office.refused(AmbiguousHit, ove, held(), self.OPEN)

    def test_of_another_person_are_for_a_person(self, office: Office, ove: Person) -> None:
        office.payroll.employ(person(), held(), self.OPEN)
        office.refused(ConflictInTarget, ove, held(), self.OPEN)


class TestReadFromThePayrollSystem:
    def test_when_the_case_tells_no_positions(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), substitute(), held("Z", "100.00", to="2025-01-01"))
        assert office.check(ove).detail["maximum"] == "110.00"

    def test_of_somebody_unknown(self, office: Office, ove: Person) -> None:
        office.refused(PersonNotFound, ove)

    def test_of_a_name_that_was_told(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held())
        assert office.check(ove, family_name=ove.family_name, given_name=ove.given_name).code is OutcomeCode.NOOP
        office.refused(NameMismatch, ove, family_name="Heltannet")

    def test_of_a_protected_address(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), remark="Adressesperre (kode 6)")
        office.refused(ProtectedAddress, ove)

    def test_of_two_records_with_positions(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held())
        office.payroll.employ(ove, held(), employee_no="102")
        office.refused(AmbiguousHit, ove)

    def test_of_two_records_one_of_which_is_history(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(to="2020-12-31"), employee_no="55", status="Sluttet", until=date(2020, 12, 31))
        office.payroll.employ(ove, held())
        assert office.check(ove).detail["maximum"] == "60.00"
        assert office.payroll.opened == ["55", "101"]

    def test_of_a_number_that_two_persons_have_or_had(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held())
        office.payroll.employ(person(), employee_no="102", remark=f"Tidligere nummer: {ove.number}")
        office.refused(AmbiguousHit, ove)

    def test_of_a_position_that_outlives_the_employment(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, substitute("10.00", to=None), status="Sluttet")
        office.refused(ConflictInTarget, ove)

    def test_of_a_former_number_nobody_else_is_at_work_on(self, office: Office) -> None:
        former, now = person(IdKind.DNR), person()
        office.payroll.employ(now, held(), substitute(), remark=f"Tidligere nummer: {former.number}")
        assert office.check(former).code is OutcomeCode.REPORTED
        assert office.case.platform is not None
        assert office.case.platform.held == [Subject("person", now.number)]
        # It is the same matter under either number.
        assert office.check(now).code is OutcomeCode.EXISTS
        office.new_case().busy.add(Subject("person", now.number))
        with pytest.raises(SubjectBusy):
            office.again(former)


class TestTasks:
    def test_go_to_all_units_involved(self, office: Office, ove: Person) -> None:
        tasks = office.check(ove, held(), substitute()).tasks
        assert [(task.unit, task.role, task.name) for task in tasks] == [
            (SCHOOL, "unit-leader", f"over:{SCHOOL}"),
            (HOME, "unit-leader", f"over:{HOME}"),
        ]
        assert {task.due for task in tasks} == {date(2026, 11, 19)}

    def test_say_who_and_when_and_how_much_and_no_national_id(self, office: Office, ove: Person) -> None:
        (task, _) = office.check(ove, held(), substitute()).tasks
        assert "Ansattnummer 101" in task.text
        assert "inntil 110,00\u00a0% fra 01.11.2026 til og med 30.11.2026" in task.text
        assert ove.number not in task.text
        assert ove.family_name not in task.text

    def test_have_some_days_after_the_cut_off(self, office: Office, ove: Person) -> None:
        late = datetime(2026, 11, 23, 9, tzinfo=OSLO)
        assert office.check(ove, held(), substitute(), now=late).tasks[0].due == date(2026, 11, 30)

    def test_of_one_unit_with_all_of_it_is_one(self, office: Office, ove: Person) -> None:
        assert [task.unit for task in office.check(ove, held(), substitute(unit=SCHOOL)).tasks] == [SCHOOL]


class TestTheNextMonth:
    BOTH = held(), held("B", "50.00", unit=HOME)
    DECEMBER = datetime(2026, 12, 8, 9, tzinfo=OSLO)

    def test_unchanged_is_a_reminder(self, office: Office, ove: Person) -> None:
        office.check(ove, *self.BOTH)
        outcome = office.check(ove, *reversed(self.BOTH), period="2026-12", now=self.DECEMBER)
        assert outcome.code is OutcomeCode.REPORTED
        assert (outcome.detail["reminder"], outcome.detail["since"]) == (True, MONTH)
        assert all(task.title.startswith("Påminnelse") and MONTH in task.text for task in outcome.tasks)

    def test_and_the_one_after_says_since_when(self, office: Office, ove: Person) -> None:
        for period, now in ((MONTH, NOW), ("2026-12", self.DECEMBER)):
            office.check(ove, *self.BOTH, period=period, now=now)
        outcome = office.check(ove, *self.BOTH, period="2027-01", now=datetime(2027, 1, 12, 9, tzinfo=OSLO))
        assert outcome.detail["since"] == MONTH

    @pytest.mark.parametrize(
        "changes", [{"percent": "50.01"}, {"to": "2027-05-31"}, {"unit": SCHOOL}, {"type": "VIKAR"}]
    )
    def test_changed_is_a_matter_of_its_own(self, office: Office, ove: Person, changes: dict[str, Any]) -> None:
        office.check(ove, *self.BOTH)
        changed = held("B", **{"percent": "50.00", "unit": HOME} | changes)
        outcome = office.check(ove, held(), changed, period="2026-12", now=self.DECEMBER)
        assert outcome.detail["reminder"] is False

    def test_what_has_no_part_in_it_changes_nothing(self, office: Office, ove: Person) -> None:
        office.check(ove, *self.BOTH)
        hourly = held("T", "10.00", type="TIME")
        outcome = office.check(ove, *self.BOTH, hourly, period="2026-12", now=self.DECEMBER)
        assert outcome.detail["reminder"] is True

    def test_after_a_month_without_is_new(self, office: Office, ove: Person) -> None:
        office.check(ove, *self.BOTH)
        outcome = office.check(ove, *self.BOTH, period="2027-01", now=datetime(2027, 1, 12, 9, tzinfo=OSLO))
        assert outcome.detail["reminder"] is False

    def test_somebody_elses_is_new(self, office: Office, ove: Person) -> None:
        office.check(ove, *self.BOTH)
        outcome = office.check(person(), *self.BOTH, period="2026-12", now=self.DECEMBER)
        assert outcome.detail["reminder"] is False

    def test_the_same_in_the_same_month_is_not_told_again(self, office: Office, ove: Person) -> None:
        office.check(ove, *self.BOTH)
        outcome = office.check(ove, *self.BOTH, as_of="2026-11-17")
        assert (outcome.code, outcome.tasks, outcome.detail["note"]) == (OutcomeCode.EXISTS, (), "REPORTED_BEFORE")

    def test_a_check_of_long_ago_is_told_as_any(self, office: Office, ove: Person) -> None:
        assert office.check(ove, *self.BOTH, period="2024-03").code is OutcomeCode.REPORTED


class TestTriedAgain:
    """A person lets Roger try again: the batch may have ended, and its report was made without this case."""

    def test_tells_the_payroll_office_besides_the_units(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), substitute(to="2026-11-20"))
        open_ended = held(), substitute(to=None)
        office.refused(ConflictInTarget, ove, *open_ended)
        office.payroll.held["101"] = list(open_ended)
        office.case.retried()
        outcome = office.again(ove, *open_ended)
        assert [task.role for task in outcome.tasks] == ["unit-leader", "unit-leader", "payroll-officer"]
        late = outcome.tasks[-1]
        assert "101" in late.text
        assert "110,00\u00a0%" in late.text
        assert not any(name in late.text for name in (ove.number, ove.family_name))

    def test_tells_nobody_of_what_is_within(self, office: Office, ove: Person) -> None:
        office.payroll.employ(ove, held(), substitute(to="2026-11-20"))
        office.refused(ConflictInTarget, ove, held(), substitute(to=None))
        office.case.retried()
        assert office.again(ove, held()).tasks == ()


WAYS: dict[str, tuple[Position, ...]] = {
    "told": (held(), substitute()),
    "read": (),
    "open": (held(), substitute(to=None)),
}


def prepared(way: str, ove: Person) -> Office:
    office = Office()
    office.payroll.employ(ove, held(), substitute(to=None if way == "open" else "2026-11-30"))
    return office


def deaths() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for way, positions in WAYS.items():
        ove = person()
        office = prepared(way, ove)
        office.check(ove, *positions)
        assert office.case.platform is not None
        found += [(way, point) for point in office.case.platform.reached]
    return found


@pytest.mark.parametrize(("way", "point"), deaths())
def test_a_robot_that_dies_anywhere_tells_it_all_the_same(way: str, point: str, ove: Person) -> None:
    office = prepared(way, ove)
    with pytest.raises(LeaseLost):
        office.check(ove, *WAYS[way], dies_at=point)
    outcome = office.again(ove, *WAYS[way])
    assert (outcome.code, outcome.detail["reminder"], len(outcome.tasks)) == (OutcomeCode.REPORTED, False, 2)


class TestInput:
    @pytest.mark.parametrize(
        ("changes", "place"),
        [
            ({"percent": "-0.01"}, "percent"),
            ({"percent": "60.001"}, "percent"),
            ({"percent": "1000.00"}, "percent"),
            ({"percent": True}, "percent"),
            ({"to": "2019-12-31"}, "to"),
            ({"from": 0}, "from"),
            ({"type": "FIRE"}, "type"),
            ({"unit": ""}, "unit"),
            ({"wage": 1}, "wage"),
            ({"leave": [{"from": "2026-11-01", "to": "2026-10-01", "percent": "10.00"}]}, "leave"),
            ({"leave": [{"from": "2026-11-01", "percent": "100.01"}]}, "leave"),
        ],
    )
    def test_of_a_position_is_refused(self, ove: Person, changes: dict[str, Any], place: str) -> None:
        position = {
            "employee_no": "101",
            "position_no": "A",
            "unit": SCHOOL,
            "percent": 60.0,
            "from": "2020-01-01",
            "type": "FAST",
        }
        PersonsPositions.model_validate({"person_id": ove.number, "period": MONTH, "positions": [position]})
        with pytest.raises(ValidationError) as refused:
            PersonsPositions.model_validate(
                {"person_id": ove.number, "period": MONTH, "positions": [position | changes]}
            )
        assert {error["loc"][:3] for error in refused.value.errors()} == {("positions", 0, place)}

    @pytest.mark.parametrize("field", ["employee_no", "position_no", "unit"])
    def test_never_takes_a_national_id_for_something_else(self, ove: Person, field: str) -> None:
        with pytest.raises(ValidationError):
            held(**{field: ove.number})

    def test_is_the_same_when_it_has_been_stored(self, ove: Person) -> None:
        away = [{"from": "2026-11-10", "percent": 30}]
        given = PersonsPositions.model_validate(
            {"person_id": ove.number, "period": MONTH, "positions": [held(leave=away), substitute()]}
        )
        stored = given.model_dump(mode="json", exclude_unset=True)
        assert PersonsPositions.model_validate(stored) == given
        assert given.subject == Subject("person", ove.number)
        assert ove.number not in repr(given)

    def test_is_due_five_bank_days_before_the_cut_off(self, ove: Person) -> None:
        given = PersonsPositions(person_id=ove.number, period=MONTH)
        assert given.deadline(NOW) == datetime(2026, 11, 13, 16, tzinfo=OSLO)
        assert given.deadline(datetime(2026, 11, 14, tzinfo=OSLO)) is None
