"""The report of a check of many people: what is counted, what is shown of whom, and nobody's name or national id."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from positions_in_memory import HOME, SCHOOL, PositionsInMemory, held

from common.batch import EndedRow
from common.clock import OSLO
from common.errors import BusinessException
from common.report.document import Bars, Histogram, Kind, Report, Timeline, Tone
from common.testing import FixedClock, MemoryCase, MemoryDesk, MemoryLedger, MemoryRegisters, Person, person
from payroll_svc.positions.check import PersonsPositions, judge
from payroll_svc.positions.holding import Position
from payroll_svc.positions.report import report, tell_the_payroll_office
from payroll_svc.positions.rows import WorkforcePosition, judge_rows
from payroll_svc.positions.rules import ApprovedSum
from payroll_svc.processes.position_percentage_checks import check_of_person

OCTOBER, NOVEMBER = datetime(2026, 10, 12, 9, tzinfo=OSLO), datetime(2026, 11, 12, 9, tzinfo=OSLO)


class Office:
    """Works on whole batches, as a worker does."""

    def __init__(self) -> None:
        self.ledger, self.registers, self.people = MemoryLedger(), MemoryRegisters(), dict[str, Person]()

    def row(self, employee_no: str, *positions: Position, period: str = "2026-11") -> PersonsPositions:
        who = self.people.setdefault(employee_no, person())
        told = tuple(each.model_copy(update={"employee_no": employee_no}) for each in positions)
        return PersonsPositions(person_id=who.number, period=period, positions=told)

    def report(self, *rows: PersonsPositions, now: datetime = NOVEMBER) -> Report:
        judgement = judge(rows, MemoryDesk(registers=self.registers))
        return report(self.ended(*rows, now=now), judgement.figures)

    def ended(self, *rows: PersonsPositions, now: datetime = NOVEMBER) -> list[EndedRow[PersonsPositions]]:
        return [self._ended(place, row, now) for place, row in enumerate(rows)]

    def _ended(self, place: int, row: PersonsPositions, now: datetime) -> EndedRow[PersonsPositions]:
        case = MemoryCase(ledger=self.ledger, registers=self.registers)
        ending: dict[str, Any]
        try:
            outcome = check_of_person(row, case.run(PositionsInMemory().screens(), clock=FixedClock(now)))
            ending = {"state": "done", "code": outcome.code.value, "detail": outcome.detail}
        except BusinessException as broken:
            ending = {"state": "manual", "code": broken.code, "detail": broken.detail}
        return EndedRow(case=uuid4(), row=place, input=row, **ending)


@pytest.fixture
def office() -> Office:
    return Office()


def figures(of: Report) -> dict[str, Any]:
    return {figure.label: figure.value for figure in of.figures}


def a_workforce(office: Office) -> list[PersonsPositions]:
    """One of each: far below, exactly full, over, far over for some days, on two records, too large."""
    short = held("B", "100.00", unit=HOME, **{"from": "2026-11-10", "to": "2026-11-12"})
    return [
        office.row("101", held(percent="20.00")),
        office.row("102", held(percent="100.00")),
        office.row("103", held(), held("B", "50.00", unit=HOME)),
        office.row("104", held(percent="80.00"), short),
        office.row("105", held(percent="100.01")),
        office.row("106"),
    ]


class TestFigures:
    def test_count_people(self, office: Office) -> None:
        assert figures(office.report(*a_workforce(office))) == {
            "Personer": 6,
            "Stillinger": 7,
            "Innenfor": 3,
            "Over grensen": 2,
            "Av dem nye": 2,
            "Av dem påminnelser": 0,
            "Høyeste sum": 180_00,
            "Over med godkjenning": 0,
            "Til en saksbehandler": 1,
        }

    def test_tell_new_from_known(self, office: Office) -> None:
        both = held(), held("B", "50.00", unit=HOME)
        office.report(office.row("103", *both, period="2026-10"), now=OCTOBER)
        found = figures(office.report(office.row("103", *both), office.row("104", *both)))
        assert (found["Av dem nye"], found["Av dem påminnelser"]) == (1, 1)

    def test_of_nobody(self, office: Office) -> None:
        empty = office.report()
        assert (figures(empty)["Personer"], empty.subtitle, empty.charts, empty.tables) == (0, "", (), ())

    def test_add_up_to_everybody(self, office: Office) -> None:
        rows = a_workforce(office)
        ended = office.ended(*rows)
        ended[0] = replace(ended[0], state="cancelled", code=None, detail=None)
        found = figures(report(ended, judge(rows, MemoryDesk(registers=office.registers)).figures))
        ends = ("Innenfor", "Over grensen", "Over med godkjenning", "Til en saksbehandler", "Trukket tilbake")
        assert [found[name] for name in ends] == [2, 2, 0, 1, 1]
        assert sum(found[name] for name in ends) == found["Personer"]

    def test_say_which_days_they_are_about(self, office: Office) -> None:
        day = PersonsPositions(person_id=person().number, as_of=date(2026, 11, 5), positions=())
        assert office.report(office.row("101", held())).subtitle == "november 2026"
        assert office.report(day).subtitle == "05.11.2026"
        assert office.report(day, office.row("101", held())).subtitle == "november 2026"
        both = office.row("101", held()), office.row("102", held(), period="2026-12")
        assert office.report(*both).subtitle == "01.11.2026 til 31.12.2026"


class TestCharts:
    def test_show_how_the_sums_are_spread(self, office: Office) -> None:
        histogram = next(chart for chart in office.report(*a_workforce(office)).charts if isinstance(chart, Histogram))
        within, over = histogram.series
        assert dict(zip(histogram.labels, within.values, strict=True)) == {
            "0": 1,
            "under 50": 1,
            "50–79,99": 0,
            "80–99,99": 0,
            "100": 1,
            "100,01–110": 0,
            "110,01–125": 0,
            "125,01–150": 0,
            "over 150": 0,
        }
        assert [over.values[histogram.labels.index(label)] for label in ("100,01–110", "over 150")] == [1, 1]

    @pytest.mark.parametrize(
        ("percent", "label"), [("49.99", "under 50"), ("50.00", "50–79,99"), ("99.99", "80–99,99")]
    )
    def test_put_a_limit_where_it_belongs(self, office: Office, percent: str, label: str) -> None:
        histogram = office.report(office.row("101", held(percent=percent))).charts[0]
        assert isinstance(histogram, Histogram)
        assert histogram.series[0].values[histogram.labels.index(label)] == 1

    def test_show_each_person_on_a_timeline_by_employee_number(self, office: Office) -> None:
        timeline = next(chart for chart in office.report(*a_workforce(office)).charts if isinstance(chart, Timeline))
        assert (timeline.first, timeline.last) == (date(2026, 11, 1), date(2026, 11, 30))
        assert [
            (row.label, [(each.first.day, each.last.day, each.label, each.tone) for each in row.intervals])
            for row in timeline.rows
        ] == [
            ("104", [(10, 12, "180,00\u00a0%", Tone.SERIOUS)]),
            ("103", [(1, 30, "110,00\u00a0%", Tone.WARNING)]),
        ]

    def test_count_a_person_in_every_unit_involved(self, office: Office) -> None:
        both = held(), held("B", "50.00", unit=HOME)
        office.report(office.row("103", *both, period="2026-10"), now=OCTOBER)
        alone = held(), held("B", "50.00")
        again = office.report(office.row("103", *both), office.row("104", *both), office.row("105", *alone))
        bars = next(chart for chart in again.charts if isinstance(chart, Bars))
        assert bars.labels == (SCHOOL, HOME)
        assert [series.values for series in bars.series] == [(2, 1), (1, 1)]


class TestTables:
    def test_list_who_is_over(self, office: Office) -> None:
        over = next(table for table in office.report(*a_workforce(office)).tables if table.title == "Over grensen")
        assert over.rows[0] == ("104", 180_00, date(2026, 11, 10), date(2026, 11, 12), 3, f"{SCHOOL}, {HOME}", "")
        assert over.columns[1].kind is Kind.PERCENT

    def test_list_who_has_an_approval(self, office: Office) -> None:
        row = {"employee_no": "103", "unit": HOME, "first_day": "2026-08-01", "last_day": "2027-06-30"}
        office.registers.store("position-approvals", [ApprovedSum.model_validate(row)], valid_from=date(2026, 8, 1))
        found = office.report(office.row("103", held(), held("B", "50.00", unit=HOME)))
        assert [table.rows for table in found.tables] == [(("103", 110_00, date(2027, 6, 30)),)]
        assert figures(found)["Over med godkjenning"] == 1

    def test_say_why_people_must_look(self, office: Office) -> None:
        (reasons,) = office.report(office.row("105", held(percent="100.01"))).tables
        assert [(number, "verdi" in str(reason)) for reason, number in reasons.rows] == [(1, True)]

    def test_and_no_more_holds_a_name_or_a_national_id(self, office: Office) -> None:
        shown = office.report(*a_workforce(office)).model_dump_json()
        assert not any(who.number in shown or who.family_name in shown for who in office.people.values())


def test_the_payroll_office_hears_of_the_end(office: Office) -> None:
    (task,) = tell_the_payroll_office(office.ended(*a_workforce(office)))
    assert task.role == "payroll-officer"
    assert task.text.startswith("6 personer er kontrollert. 2 har stillinger")
    assert "1 står i arbeidslisten" in task.text


def test_rows_that_another_one_speaks_for_are_not_counted(office: Office) -> None:
    kari = person()
    given = {"person_id": kari.number, "period": "2026-11", "employee_no": "101", "unit": SCHOOL, "type": "FAST"}
    rows = [
        WorkforcePosition.model_validate(given | {"position_no": place, "percent": "30.00", "from": "2026-01-01"})
        for place in "AB"
    ]
    judgement = judge_rows(rows, MemoryDesk())
    details: list[dict[str, Any]] = [{"maximum": "60.00"}, {"with": {"employee_no": "101", "position_no": "A"}}]
    ended = [
        EndedRow(
            case=uuid4(),
            row=place,
            input=rows[place],
            state="done",
            code="NOOP",
            detail=detail,
            finding=finding.model_dump(mode="json"),
        )
        for place, (detail, finding) in enumerate(zip(details, judgement.findings, strict=True))
    ]
    found = figures(report(ended, judgement.figures))
    assert (found["Personer"], found["Stillinger"]) == (1, 2)
