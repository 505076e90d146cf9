"""The checks of positions on the payroll system's real pages, in one browser; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import Any

import pytest
from payroll_office import PayrollOffice, a_payroll_office

from common.clock import OSLO
from common.errors import AmbiguousHit, ConflictInTarget, PersonNotFound, ProtectedAddress
from common.process import OutcomeCode
from common.testing import FixedClock, Person, person
from payroll_svc.positions.check import PersonsPositions
from payroll_svc.positions.holding import Leave, PositionType
from payroll_svc.processes.position_percentage_checks import check_of_person
from payroll_svc.processes.workforce_checks import WorkforceCheck, check_of_workforce

pytestmark = pytest.mark.browser

NOW = datetime(2026, 11, 12, 9, tzinfo=OSLO)
MONTH = "2026-11"
SCHOOL, HOME = "311874322", "312900114"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[PayrollOffice]:
    with a_payroll_office(tmp_path_factory) as office:
        yield office


@pytest.fixture
def office(whole: PayrollOffice) -> PayrollOffice:
    """An empty payroll system, and nothing remembered."""
    empty = whole.fresh()
    empty.clock = FixedClock(NOW)
    return empty


def position(number: str = "A1", percent: int = 60_00, **facts: Any) -> dict[str, Any]:
    return {"position_no": number, "unit": SCHOOL, "percent": percent, "from": "2019-08-01"} | facts


def substitute(**facts: Any) -> dict[str, Any]:
    return position("B1", 50_00, unit=HOME, type="VIKAR", **{"from": "2026-11-01"} | facts)


def employee(of: Person, *positions: dict[str, Any], employee_no: str = "104417", **facts: Any) -> dict[str, Any]:
    return {
        "employee_no": employee_no,
        "national_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "birth_date": of.birth_date.isoformat(),
        "employment_start": "2019-08-01",
        "positions": list(positions),
    } | facts


def asked(of: Person, **facts: Any) -> PersonsPositions:
    return PersonsPositions.model_validate({"person_id": of.number, "period": MONTH} | facts)


class TestAnEmployeesFile:
    def test_is_read_with_its_leaves(self, office: PayrollOffice) -> None:
        kari = person()
        away = [
            {"from": "2026-11-01", "to": "2026-11-09", "percent": 20_00},
            {"from": "2026-11-25", "percent": 100_00},
        ]
        office.payroll.post("employees", [employee(kari, position(leaves=away), substitute(to="2026-12-31"))])
        outcome = office.perform(check_of_person, asked(kari, family_name=kari.family_name, given_name=kari.given_name))
        assert (outcome.code, outcome.detail["maximum"]) == (OutcomeCode.REPORTED, "110.00")
        assert (outcome.detail["first_day"], outcome.detail["last_day"]) == ("2026-11-10", "2026-11-24")
        assert outcome.detail["employee_no"] == "104417"

    def test_of_nobody_and_of_somebody_without_positions(self, office: PayrollOffice) -> None:
        kari, ola = person(), person()
        office.payroll.post("employees", [employee(ola)])
        with pytest.raises(PersonNotFound):
            office.perform(check_of_person, asked(kari))
        assert office.perform(check_of_person, asked(ola)).detail["maximum"] == "0.00"

    def test_of_two_records_and_of_a_protected_address(self, office: PayrollOffice) -> None:
        kari, ola = person(), person()
        records = [employee(kari, position()), employee(kari, position(), employee_no="104418")]
        office.payroll.post("employees", [*records, employee(ola, position(), employee_no="9", protection=6)])
        with pytest.raises(AmbiguousHit):
            office.perform(check_of_person, asked(kari))
        with pytest.raises(ProtectedAddress):
            office.perform(check_of_person, asked(ola))

    def test_of_a_former_number(self, office: PayrollOffice) -> None:
        former, now = person(), person()
        office.payroll.post("employees", [employee(now, position(), previous_ids=[former.number])])
        assert office.perform(check_of_person, asked(former)).detail["maximum"] == "60.00"

    def test_tells_that_a_substitute_has_finished(self, office: PayrollOffice) -> None:
        kari, ola = person(), person()
        left = {"status": "LEFT", "employment_end": "2026-11-08"}
        office.payroll.post(
            "employees",
            [employee(kari, position(), substitute()), employee(ola, substitute(), employee_no="9", **left)],
        )
        told = [
            {"employee_no": "104417", "position_no": "A1", "unit": SCHOOL, "percent": 60, "from": "2019-08-01"},
            {"employee_no": "104417", "position_no": "B1", "unit": HOME, "percent": 50, "from": "2026-11-01"},
        ]
        positions = [told[0] | {"type": "FAST"}, told[1] | {"type": "VIKAR"}]
        assert office.perform(check_of_person, asked(kari, positions=positions)).code is OutcomeCode.REPORTED
        with pytest.raises(ConflictInTarget):
            office.perform(check_of_person, asked(ola))


class TestTheOverview:
    def test_of_several_pages_is_read_until_two_readings_agree(self, office: PayrollOffice) -> None:
        people = [person() for _ in range(300)]
        office.payroll.post(
            "employees",
            [
                employee(each, position(percent=12_34), substitute(to="2026-11-30"), employee_no=str(100_000 + place))
                for place, each in enumerate(people)
            ],
        )
        outcome = office.perform(check_of_workforce, WorkforceCheck(period=MONTH))
        assert outcome.detail == {"people": 300, "positions": 600, "left_out": []}
        (handover,) = outcome.handovers
        checks = [row for row in handover.rows if isinstance(row, PersonsPositions)]
        assert [check.person_id for check in checks] == [each.number for each in people]
        assert [each["number"] for each in office.payroll.get("looks") if each["kind"] == "workforce"] == [
            *(f"{MONTH} 1", f"{MONTH} 2"),
            *(f"{MONTH} 1", f"{MONTH} 2"),
        ]

    def test_shows_every_type_and_every_leave(self, office: PayrollOffice) -> None:
        kari = person()
        kinds = ("FAST", "VIKAR", "TIME", "OPPDRAG", "VERV")
        away = [{"from": "2026-11-02", "percent": 7_50}]
        held = [position(f"P{place}", 10_00, type=kind, leaves=away) for place, kind in enumerate(kinds)]
        office.payroll.post("employees", [employee(kari, *held)])
        outcome = office.perform(check_of_workforce, WorkforceCheck(period=MONTH))
        (check,) = outcome.handovers[0].rows
        assert isinstance(check, PersonsPositions)
        assert [each.type for each in check.positions or ()] == [PositionType(kind) for kind in kinds]
        leave = Leave.model_validate({"from": "2026-11-02", "percent": "7.50"})
        assert {each.leave for each in check.positions or ()} == {(leave,)}

    def test_of_a_month_without_anybody(self, office: PayrollOffice) -> None:
        assert office.perform(check_of_workforce, WorkforceCheck(period=MONTH)).code is OutcomeCode.NOOP
