"""The report of a controlled run: it adds up, and names nobody (PAY-02)."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from control_office import FINAL, HOME, SCHOOL, TRIAL, Office, a_report_row
from hypothesis import given, settings
from hypothesis import strategies as st

from common.batch import EndedRow
from common.report.document import Bars, Histogram, Report
from common.report.page import Origin, page
from common.report.workbook import workbook
from common.testing import person
from payroll_svc.control.report import report
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.summary import RANGES, tell_the_payroll_office
from payroll_svc.screens.pay_row import Control, Mark

ORIGIN = Origin(
    batch=uuid4(),
    process="payroll-controls",
    called="Kontroll av lønnskjøring",
    rows=3,
    ended_at=datetime(2026, 12, 7, 18, tzinfo=UTC),
)
NEGATIVE: dict[str, Any] = {"net": -100, "deductions": 2_780_100}
NO_ACCOUNT: dict[str, Any] = {"account_no": None}
NO_CONTRACT: dict[str, Any] = {"contract_present": False}


def table(of: Report, title: str) -> list[tuple[Any, ...]]:
    return [row for found in of.tables if found.title == title for row in found.rows]


def figures(of: Report) -> dict[str, Any]:
    return {figure.label: figure.value for figure in of.figures}


@pytest.fixture
def controlled() -> tuple[Office, list[ReportedRow]]:
    office = Office()
    rows = [
        a_report_row(),
        a_report_row(**NEGATIVE, unit=HOME),
        a_report_row(**NO_ACCOUNT),
        a_report_row(**NO_CONTRACT, gross=6_000_000, net=4_620_000),
        a_report_row(unit=None),
        a_report_row(),
    ]
    office.know(*rows[:-1])
    office.know(rows[-1], tax=0)
    return office, rows


def test_rows_in_are_outcomes_out(controlled: tuple[Office, list[ReportedRow]]) -> None:
    office, rows = controlled
    made = report(office.ended(*rows), office.judge(*rows).figures)
    assert made.subtitle == "Prøvekjøring 2026-12-T1 for desember 2026, utbetaling 11.12.2026"
    outcomes = dict(table(made, "Utfall"))
    assert outcomes == {"Ingen treff": 2, "Holdt tilbake": 2, "Varslet": 1, "Til en saksbehandler": 1}
    assert sum(outcomes.values()) == figures(made)["Rader"] == len(rows)
    assert figures(made)["Stans"] == 2
    assert figures(made)["Holdt tilbake"] == 2
    assert figures(made)["Beløp holdt tilbake"] == 2_600_000
    assert figures(made)["Til en saksbehandler"] == 1
    assert figures(made)["Sum brutto"] == sum(row.gross for row in rows)
    by_rule = {(code, severity): number for code, severity, number, _ in table(made, "Treff etter regel og alvor")}
    assert by_rule == {
        ("K01", "Stans"): 1,
        ("K03", "Stans"): 1,
        ("K06", "Varsel"): 1,
        ("K10", "Varsel"): 1,
        ("K14", "Varsel"): 1,
    }
    assert table(made, "Rader etter enhet") == [
        ("Uten enhet", 1, 0, 0, 0),
        (SCHOOL, 4, 3, 1, 2_600_000),
        (HOME, 1, 1, 1, 0),
    ]
    assert [row[2:6] for row in table(made, "Rader med treff")] == [
        ("K03", "Stans", "Holdt tilbake", "Ja"),
        ("K01", "Stans", "Holdt tilbake", "Ja"),
        ("K06, K10", "Varsel", "Varslet", ""),
        ("K14", "Varsel", "Til en saksbehandler", ""),
    ]


def test_charts_count_every_row_once(controlled: tuple[Office, list[ReportedRow]]) -> None:
    office, rows = controlled
    made = report(office.ended(*rows), {})
    histogram, rules, units = made.charts
    assert isinstance(histogram, Histogram)
    assert isinstance(rules, Bars)
    assert isinstance(units, Bars)
    assert sum(sum(series.values) for series in histogram.series) == len(rows)
    assert histogram.labels == RANGES
    assert sum(sum(series.values) for series in rules.series) == 5
    assert sum(sum(series.values) for series in units.series) == 5
    assert units.labels == (SCHOOL, HOME)


@pytest.mark.parametrize(
    ("gross", "label"),
    [
        (-60_00, "under −50"),
        (49_99, "under −50"),
        (50_00, "−50 … −30"),
        (69_99, "−50 … −30"),
        (70_00, "−30 … −10"),
        (90_00, "−10 … 0"),
        (99_99, "−10 … 0"),
        (100_00, "0"),
        (100_01, "0 … 10"),
        (110_00, "0 … 10"),
        (130_00, "10 … 30"),
        (130_01, "30 … 50"),
        (200_00, "50 … 100"),
        (200_01, "over 100"),
    ],
)
def test_what_equals_the_limit_lies_with_what_is_not_hit(gross: int, label: str) -> None:
    row = a_report_row(gross=gross, gross_prev=100_00)
    made = report([EndedRow(case=uuid4(), row=0, input=row, state="done", code="NOOP", detail={"codes": {}})], {})
    (histogram,) = made.charts
    assert isinstance(histogram, Histogram)
    (at,) = [place for place in range(len(RANGES)) if any(series.values[place] for series in histogram.series)]
    assert RANGES[at] == label


@given(st.integers(1, 10**9), st.integers(-(10**9), 10**9))
@settings(max_examples=60, deadline=None)
def test_every_deviation_has_one_range(before: int, now: int) -> None:
    row = a_report_row(gross=now, gross_prev=before)
    made = report([EndedRow(case=uuid4(), row=0, input=row, state="done", code="NOOP", detail={"codes": {}})], {})
    (histogram,) = made.charts
    assert isinstance(histogram, Histogram)
    assert sum(sum(series.values) for series in histogram.series) == 1


def test_nobody_is_named(controlled: tuple[Office, list[ReportedRow]]) -> None:
    office, rows = controlled
    somebody = person(family_name="Bakkehaug", given_name="Aud-Kirsten")
    named = a_report_row(somebody, **NEGATIVE)
    office.know(named)
    written = report(office.ended(*rows, named), {}).model_dump_json()
    for secret in (somebody.number, "Bakkehaug", "Aud-Kirsten", named.account_no or ""):
        assert secret not in written
    assert named.employee_no in written


def test_every_hold_that_was_lifted_is_listed_whatever_else_came_of_its_row() -> None:
    """In the page, the workbook and as JSON, which are all made of the same tables."""
    office = Office()
    right, warned, still = (a_report_row(**NEGATIVE | more) for more in ({}, NO_CONTRACT, NO_ACCOUNT))
    office.know(right, warned, still)
    office.control(right, warned, still)
    paid: dict[str, Any] = {"net": 2_600_000, "deductions": 180_000}
    final = [office.final_run(right, **paid), office.final_run(warned, **paid), office.final_run(still)]
    ended = office.ended(*final)
    made = report(ended, {})
    assert made.subtitle.startswith(f"Hovedkjøring {FINAL}")
    assert figures(made)["Sperrer opphevet"] == 2
    assert dict(table(made, "Utfall")) == {"Sperre opphevet": 1, "Varslet": 1, "Holdt tilbake": 1}
    assert table(made, "Sperrer som er opphevet") == [
        (right.employee_no, "A1", TRIAL, 2_600_000, "", SCHOOL),
        (warned.employee_no, "A1", TRIAL, 2_600_000, "K10", SCHOOL),
    ]
    assert {row[0]: row[5] for row in table(made, "Rader med treff")} == {
        still.employee_no: "Ja",
        warned.employee_no: "Opphevet",
        right.employee_no: "Opphevet",
    }
    (task,) = tell_the_payroll_office(ended)
    assert "Sperrer opphevet: 2." in task.text
    shown = page(made, ORIGIN)
    assert "Sperrer som er opphevet" in shown
    sheet: Any = openpyxl.load_workbook(BytesIO(workbook(made, ORIGIN)))["Sperrer som er opphevet"]
    assert [row[:4] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        (right.employee_no, "A1", TRIAL, 26_000),
        (warned.employee_no, "A1", TRIAL, 26_000),
    ]


def test_a_hold_of_somebody_else_is_told_apart() -> None:
    office = Office()
    theirs = Control(mark=Mark.NONE, codes=(), hold=True, hold_by="kari.l", comment="")
    held, let_go = a_report_row(**NO_CONTRACT), a_report_row(**NO_ACCOUNT)
    office.know(held, control=theirs)
    office.know(let_go)
    office.control(held, let_go)
    office.put(let_go, office.control_of(let_go).model_copy(update={"hold": False, "hold_by": ""}))
    made = report(office.ended(held, let_go), {})
    assert [row[2:6] for row in table(made, "Rader med treff")] == [
        ("K03", "Stans", "Merket fra før", "Opphevet av andre"),
        ("K10", "Varsel", "Merket fra før", "Ja, fra før"),
    ]
    assert (figures(made)["Holdt tilbake"], figures(made)["Beløp holdt tilbake"]) == (1, 2_600_000)


def test_rows_that_were_withdrawn_are_in_it_with_what_was_found() -> None:
    office, row = Office(), a_report_row(**NEGATIVE)
    (finding,) = office.judge(row).findings
    ended = EndedRow(
        case=uuid4(), row=0, input=row, state="cancelled", code=None, finding=finding.model_dump(mode="json")
    )
    made = report([ended], {})
    assert table(made, "Utfall") == [("Trukket tilbake", 1)]
    assert figures(made)["Beløp holdt tilbake"] == 0
    assert [row[2] for row in table(made, "Rader med treff")] == ["K01"]


def test_the_office_is_told_once_it_is_done(controlled: tuple[Office, list[ReportedRow]]) -> None:
    office, rows = controlled
    (task,) = tell_the_payroll_office(office.ended(*rows))
    assert task.role == "payroll-officer"
    assert "Rader kontrollert: 6. Holdt tilbake: 2. Bare varsel: 2." in task.text
    assert "I arbeidslisten: 1." in task.text


def test_nothing_came_to_nothing() -> None:
    assert report([], {}).tables == ()
    assert tell_the_payroll_office([]) == ()


def test_held_rows_that_the_report_lacks_are_told_and_others_only_counted() -> None:
    office, row = Office(), a_report_row()
    office.know(row, a_report_row())
    told = [task.name for task in tell_the_payroll_office(office.ended(row))]
    assert told == ["controlled"]
    office, row = Office(), a_report_row()
    office.know(row)
    office.know(a_report_row(), control=Control(mark=Mark.NONE, codes=(), hold=True, hold_by="kari.l", comment=""))
    ended = office.ended(row)
    found = figures(report(ended, office.judge(row).figures))
    assert (found["Ikke i rapporten"], found["Av dem sperret"]) == (1, 1)
    assert [task.name for task in tell_the_payroll_office(ended)] == ["controlled", "held-not-in-report"]


def test_a_letter_tells_the_sum_of_more_than_a_few_rows_only() -> None:
    office, rows = Office(), [a_report_row(**NO_ACCOUNT) for _ in range(5)]
    office.know(*rows)
    (task,) = tell_the_payroll_office(office.ended(*rows))
    assert "Holdt tilbake: 5, til sammen 130\u00a0000,00 kr netto." in task.text
