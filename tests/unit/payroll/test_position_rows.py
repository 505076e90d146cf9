"""`workforce-positions`: a table with a row for each position; its rows are judged person by person."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from positions_in_memory import HOME, SCHOOL, PositionsInMemory
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from common.batch import Judgement
from common.errors import AmbiguousHit, TemporaryId
from common.process import Outcome, OutcomeCode, Subject
from common.spreadsheet import columns_of, read
from common.testing import FixedClock, MemoryCase, MemoryDesk, MemoryLedger, Person, person
from payroll_svc.positions.check import PersonsPositions, judge
from payroll_svc.positions.finding import Finding, Verdict
from payroll_svc.positions.rows import RowFinding, WorkforcePosition, judge_rows
from payroll_svc.positions.rules import Limits
from payroll_svc.processes.position_percentage_checks import check_of_person
from payroll_svc.processes.workforce_positions import check_of_row


def a_row(of: Person | str, position_no: str = "A", percent: str = "60.00", **changes: Any) -> WorkforcePosition:
    given: dict[str, Any] = {
        "person_id": of if isinstance(of, str) else of.number,
        "period": "2026-11",
        "employee_no": "101",
        "position_no": position_no,
        "unit": SCHOOL,
        "percent": percent,
        "from": "2020-01-01",
        "type": "FAST",
    }
    return WorkforcePosition.model_validate(given | changes)


def said_of(judgement: Judgement, place: int) -> Any:
    return to_jsonable_python(judgement.findings[place])


class Office:
    """Works on the rows of one table."""

    def __init__(self, *rows: WorkforcePosition, desk: MemoryDesk | None = None) -> None:
        self.rows, self.ledger, self.system = rows, MemoryLedger(), PositionsInMemory()
        self.judgement = judge_rows(rows, desk or MemoryDesk())

    def perform(self, place: int) -> Outcome:
        case = MemoryCase(ledger=self.ledger, finding=said_of(self.judgement, place))
        return check_of_row(self.rows[place], case.run(self.system.screens(), clock=FixedClock()))


class TestRowsOfOnePerson:
    def test_are_added_up_wherever_they_stand(self) -> None:
        kari, ola = person(), person()
        office = Office(a_row(kari), a_row(ola), a_row(kari, "B", "50.00", unit=HOME))
        outcomes = [office.perform(place) for place in range(3)]
        assert [outcome.code for outcome in outcomes] == [OutcomeCode.REPORTED, OutcomeCode.NOOP, OutcomeCode.NOOP]
        assert outcomes[0].detail["units"] == [SCHOOL, HOME]
        assert outcomes[1].detail == {"maximum": "60.00"}
        assert outcomes[2].detail == {"with": {"employee_no": "101", "position_no": "A"}}

    def test_are_counted_as_one(self) -> None:
        kari, ola = person(), person()
        office = Office(a_row(kari), a_row(ola), a_row(kari, "B", "50.00"), a_row(ola, "B", "10.00", employee_no="9"))
        assert office.judgement.figures == {
            "people": 2,
            "positions": 4,
            "to_be_read": 0,
            "within": 0,
            "approved": 0,
            "over": 1,
            "for_a_person": 1,
        }

    def test_about_other_days_are_another_check(self) -> None:
        kari = person()
        office = Office(a_row(kari), a_row(kari, "B", "50.00", period="2026-12"))
        assert [office.perform(place).detail["maximum"] for place in (0, 1)] == ["60.00", "50.00"]

    def test_for_a_person_are_so_once(self) -> None:
        kari = person()
        office = Office(a_row(kari), a_row(kari, "B", "10.00", employee_no="102"))
        with pytest.raises(AmbiguousHit) as told:
            office.perform(0)
        assert told.value.detail == {"positions": ["101/A", "102/B"]}
        assert office.perform(1).code is OutcomeCode.NOOP

    def test_with_a_temporary_number_too(self) -> None:
        office = Office(a_row("201012345611"), a_row("201012345611", "B"))
        with pytest.raises(TemporaryId):
            office.perform(0)
        assert office.perform(1).code is OutcomeCode.NOOP


class TestARowAlone:
    def test_is_judged_alone(self) -> None:
        run = MemoryCase().run(PositionsInMemory().screens(), clock=FixedClock())
        assert check_of_row(a_row(person()), run).detail == {"maximum": "60.00"}


class TestRegisters:
    def test_are_looked_up_once_for_all(self) -> None:
        desk = MemoryDesk()
        desk.registers.store(
            "position-limits", [Limits.model_validate({"tolerance": "10.00"})], valid_from=date(2020, 1, 1)
        )
        kari = person()
        office = Office(a_row(kari), a_row(kari, "B", "50.00", unit=HOME), desk=desk)
        assert desk.used == {"position-limits": 1}
        assert office.perform(0).detail == {"maximum": "110.00", "registers": {"limits": 1}}


class TestABatchOfPersons:
    def test_is_judged_at_once_and_who_is_to_be_read_is_left(self) -> None:
        kari, ola = person(), person()
        told = PersonsPositions(person_id=kari.number, period="2026-11", positions=(a_row(kari).position,))
        unread = PersonsPositions(person_id=ola.number, period="2026-11")
        judgement = judge([told, unread], MemoryDesk())
        assert judgement.figures["to_be_read"] == 1
        assert judgement.findings[1] is None
        case = MemoryCase(finding=said_of(judgement, 0))
        outcome = check_of_person(told, case.run(PositionsInMemory().screens(), clock=FixedClock()))
        assert outcome.detail == {"maximum": "60.00"}
        assert case.recorded == {}

    def test_decides_by_what_was_judged(self) -> None:
        kari = person()
        told = PersonsPositions(person_id=kari.number, period="2026-11", positions=(a_row(kari).position,))
        judged = Finding(verdict=Verdict.WITHIN, maximum=42_00)
        case = MemoryCase(finding=to_jsonable_python(judged))
        assert check_of_person(told, case.run(clock=FixedClock())).detail == {"maximum": "42.00"}


class TestTheTable:
    def test_is_filled_in_as_people_write(self) -> None:
        kari = person()
        leaves = '"01.11.2026 – 15.11.2026 50,00; 16.11.2026 – 10"'
        lines = (
            "person_id;period;employee_no;position_no;unit;percent;type;from;to;leave",
            f"{kari.number};2026-11;101;A;{SCHOOL};80,5;fast;01.01.2020;;{leaves}",
            f"{kari.number};2026-11;101;B;{HOME};50;VIKAR;2026-11-01;30.11.2026;01.11.2026–30.11.2026 12,50",
        )
        content = "\n".join(lines)
        table = read(BytesIO(content.encode()), columns=columns_of(WorkforcePosition))
        rows = [WorkforcePosition.model_validate(row.values) for row in table]
        assert [row.problems for row in table] == [(), ()]
        assert [row.leave for row in rows] == [
            ("2026-11-01 – 2026-11-15 50.00", "2026-11-16 – 10.00"),
            ("2026-11-01 – 2026-11-30 12.50",),
        ]
        assert [(row.position.hundredths, row.position.type.value, len(row.position.leave)) for row in rows] == [
            (80_50, "FAST", 2),
            (50_00, "VIKAR", 1),
        ]

    def test_may_tell_leaves_as_programs_do(self) -> None:
        row = a_row(person(), leave=[{"from": "2026-11-01", "to": "2026-11-30", "percent": 50}])
        assert row.leave == ("2026-11-01 – 2026-11-30 50.00",)
        assert WorkforcePosition.model_validate(row.model_dump(mode="json", exclude_unset=True)) == row

    @pytest.mark.parametrize(
        "leave",
        [
            "50,00",
            "01.11.2026 50,00 30.11.2026",
            "31.11.2026 – 50,00",
            "02.11.2026 – 01.11.2026 50,00",
            "01.11.2026 – 100,01",
            "01.11.2026 – 5,0,0",
            {"from": "2026-11-01"},
            {"from": "2026-11-01", "percent": "50.00", "why": "child"},
            5,
        ],
    )
    def test_is_refused_with_a_leave_that_is_none(self, leave: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            a_row(person(), leave=[leave])
        assert {error["loc"][:2] for error in refused.value.errors()} == {("leave", 0)}

    def test_has_a_unit_for_each_position(self) -> None:
        with pytest.raises(ValidationError):
            a_row(person(), unit=None)

    def test_is_about_a_person(self) -> None:
        kari = person()
        assert a_row(kari).subject == Subject("person", kari.number)
        assert RowFinding.model_validate(to_jsonable_python(RowFinding())) == RowFinding()
