"""`assignment-hours` on the payroll system's real pages, in one browser."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from payroll_office import PayrollOffice, a_payroll_office

from common.errors import (
    ConflictInTarget,
    InvalidValue,
    LeaseLost,
    PeriodClosed,
    ProtectedAddress,
    RecordLocked,
    SuspectedDuplicate,
)
from common.process import Outcome, OutcomeCode
from common.testing import MemoryCase, Person, person
from payroll_svc.assignments.benefit import BenefitKind
from payroll_svc.assignments.claimed_hours import MOST_LINES, ClaimedHours
from payroll_svc.assignments.rates import AssignmentRate
from payroll_svc.processes.assignment_hours import register_hours

pytestmark = pytest.mark.browser

RATE = 214_55
NUMBER = "OPP-7781"


@dataclass
class Town:
    """Somebody with an assignment, and the office where lists are performed."""

    office: PayrollOffice
    holder: Person

    def seed(self, number: str = NUMBER, **changes: Any) -> None:
        row = {
            "assignment_no": number,
            "national_id": self.holder.number,
            "family_name": self.holder.family_name,
            "given_name": self.holder.given_name,
            "kind": "STOTTEKONTAKT",
            "from": "2026-01-01",
            "decision": "V-2026-3391",
            "hours_per_month": 6_000,
            "km": True,
        }
        self.office.payroll.post("assignments", [row | changes])

    def a_list(self, **changes: Any) -> ClaimedHours:
        row: dict[str, Any] = {
            "person_id": self.holder.number,
            "family_name": self.holder.family_name,
            "given_name": self.holder.given_name,
            "oppdrag_nr": NUMBER,
            "ytelse_code": "STOTTEKONTAKT",
            "period": "2026-11",
            "lines": ["2026-11-04 20:00-24:00", "2026-11-05 3,25"],
            "km": 24,
            "expenses": 1_200_50,
            "receipt_ref": "Bilag 17",
            "approved_by": "enhl03",
            "approved_at": "2026-11-19T08:02:00+01:00",
            "vedtak_ref": "V-2026-3391",
        }
        return ClaimedHours.model_validate(row | changes)

    def later(self, **changes: Any) -> ClaimedHours:
        return self.a_list(**{"lines": ["2026-11-05 2"], "approved_at": "2026-11-20T08:00:00+01:00"} | changes)

    def perform(self, claimed: ClaimedHours, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        return self.office.perform(register_hours, claimed, case, unproven)

    def sheets(self, status: str = "CURRENT") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.office.payroll.get("timesheets", assignment=NUMBER)
        return [sheet for sheet in found if sheet["status"] == status]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[PayrollOffice]:
    with a_payroll_office(tmp_path_factory) as office:
        yield office


def opened(office: PayrollOffice) -> None:
    """Only a rate and an open period."""
    office.payroll.empty()
    office.payroll.post("rates", [{"kind": "STOTTEKONTAKT", "from": "2026-01-01", "rate": RATE}])
    office.payroll.post("periods", [{"period": "2026-11", "state": "OPEN"}])


@pytest.fixture
def town(whole: PayrollOffice) -> Town:
    office = whole.fresh()
    opened(office)
    rate = AssignmentRate(ytelse_code=BenefitKind.STOTTEKONTAKT, rate=RATE, first_day=date(2026, 1, 1))
    office.registers.store("assignment-rates", [rate], valid_from=date(2026, 1, 1))
    town = Town(office, person())
    town.seed()
    return town


class TestRegistered:
    def test_as_it_was_filled_in(self, town: Town) -> None:
        made = town.perform(town.a_list())
        (sheet,) = town.sheets()
        assert (made.code, made.detail["timesheet"]) == (OutcomeCode.CREATED, str(sheet["number"]))
        assert (made.detail["hours"], made.detail["amount"], sheet["amount"]) == ("7.25", 155_549, 155_549)
        told = ("km", "expenses", "receipt", "approved_by", "approved_at", "decision")
        assert [sheet[name] for name in told] == [
            24,
            1_200_50,
            "Bilag 17",
            "enhl03",
            "2026-11-19T08:02",
            "V-2026-3391",
        ]
        lines = [(line["date"], line["start"], line["end"], line["hours"]) for line in sheet["lines"]]
        assert lines == [("2026-11-04", "20:00", "24:00", 400), ("2026-11-05", "", "", 325)]

    def test_with_as_many_lines_as_the_form_has(self, town: Town) -> None:
        lines = [f"2026-11-{1 + n // 4:02} {n % 4:02}:00-{n % 4:02}:15" for n in range(MOST_LINES)]
        assert town.perform(town.a_list(lines=lines)).detail["hours"] == "10.00"
        assert len(town.sheets()[0]["lines"]) == MOST_LINES

    def test_once(self, town: Town) -> None:
        first, again = town.perform(town.a_list()), town.perform(town.a_list())
        assert (first.code, again.code) == (OutcomeCode.CREATED, OutcomeCode.EXISTS)
        assert len(town.sheets()) == 1


class TestCorrected:
    def test_a_shorter_list_leaves_nothing_of_the_longer_one(self, town: Town) -> None:
        first = town.perform(town.a_list())
        again = town.perform(town.later(km=0, expenses=0, receipt_ref=None))
        assert (again.code, again.detail["replaces"]) == (OutcomeCode.UPDATED, first.detail["timesheet"])
        (sheet,) = town.sheets()
        assert [(line["date"], line["hours"]) for line in sheet["lines"]] == [("2026-11-05", 200)]
        assert (sheet["km"], sheet["expenses"], sheet["receipt"]) == (0, 0, "")
        assert [str(old["number"]) for old in town.sheets("REPLACED")] == [first.detail["timesheet"]]

    def test_what_somebody_else_made_only_by_name(self, town: Town) -> None:
        office = [{"period": "2026-11", "approved_by": "NN", "lines": [{"date": "2026-11-05", "hours": 300}]}]
        opened(town.office)
        town.seed(timesheets=office)
        with pytest.raises(SuspectedDuplicate):
            town.perform(town.later())
        (standing,) = town.sheets()
        assert town.perform(town.later(corrects=str(standing["number"]))).code is OutcomeCode.UPDATED


class TestForAPerson:
    def test_no_such_assignment(self, town: Town) -> None:
        with pytest.raises(InvalidValue):
            town.perform(town.a_list(oppdrag_nr="OPP-0"))

    def test_a_closed_period(self, town: Town) -> None:
        town.office.payroll.post("periods", [{"period": "2026-11", "state": "CLOSED"}])
        with pytest.raises(PeriodClosed):
            town.perform(town.a_list())
        assert town.sheets() == []

    def test_a_locked_assignment(self, town: Town) -> None:
        town.office.payroll.post("locks", [{"record": "assignment", "key": [NUMBER], "locked_by": "Turid"}])
        with pytest.raises(RecordLocked):
            town.perform(town.a_list())
        assert town.sheets() == []

    def test_another_rate(self, town: Town) -> None:
        rate = RATE + 14  # 101.5 øre more for the list
        town.office.payroll.post("rates", [{"kind": "STOTTEKONTAKT", "from": "2026-01-01", "rate": rate}])
        with pytest.raises(ConflictInTarget):
            town.perform(town.a_list())
        assert town.sheets() == []

    def test_hours_of_the_same_evening_on_another_assignment(self, town: Town) -> None:
        evening = {"date": "2026-11-04", "start": "23:30", "end": "24:00"}
        town.seed("OPP-2", timesheets=[{"period": "2026-11", "lines": [evening, {"date": "2026-11-05", "hours": 200}]}])
        with pytest.raises(SuspectedDuplicate):
            town.perform(town.a_list())
        assert town.perform(town.a_list(lines=["2026-11-04 20:00-23:30"])).code is OutcomeCode.CREATED

    def test_a_holder_with_a_protected_address(self, town: Town) -> None:
        town.seed("OPP-3", protection=7)
        with pytest.raises(ProtectedAddress):
            town.perform(town.a_list(oppdrag_nr="OPP-3"))


class TestKilled:
    @pytest.mark.parametrize("fault", ["timesheet", "correction"])
    def test_between_save_and_proof_stands_once(self, town: Town, fault: str) -> None:
        claimed, case = town.a_list(), town.office.case()
        if fault == "correction":
            town.perform(town.later(approved_at="2026-11-10T08:00:00+01:00"))
        with pytest.raises(LeaseLost):
            town.perform(claimed, case, unproven=fault)
        assert len(town.sheets()) == 1
        outcome = town.perform(claimed, case)
        assert outcome.code is (OutcomeCode.CREATED if fault == "timesheet" else OutcomeCode.UPDATED)
        assert len(town.sheets()) == 1
        assert len(town.sheets("REPLACED")) == (fault == "correction")

    def test_whose_save_answered_with_an_error_stands_once(self, town: Town) -> None:
        town.office.payroll.fault("error_after_save", what="timesheet", times=1)
        assert town.perform(town.a_list()).code is OutcomeCode.CREATED
        assert town.office.payroll.get("summary")["timesheets"] == 1
