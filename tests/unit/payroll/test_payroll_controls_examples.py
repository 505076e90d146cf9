"""The domain's own examples of PAY-02, at the moment they were written for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from control_office import Office

from common.clock import OSLO
from common.process import OutcomeCode
from payroll_svc.control.reported import ReportedRow
from payroll_svc.screens.pay_row import Mark

COMMON: dict[str, Any] = {
    "run_id": "2026-12-T1",
    "run_type": "TRIAL",
    "pay_date": "2026-12-11",
    "period": "2026-12",
    "tax_card_status": "OK",
    "employment_end": None,
}
OLA = COMMON | {
    "person_id": "17838410103",
    "family_name": "Nordhaug",
    "given_name": "Ola",
    "employee_no": "104417",
    "position_no": "A1",
    "unit": "311874322",
    "stillingsprosent": 80.0,
    "gross": 1_250_000,
    "net": -31_500,
    "tax": 430_000,
    "deductions": 851_500,
    "gross_prev": 3_980_000,
    "account_no": "12345678903",
    "employment_start": "2019-08-01",
    "contract_present": True,
    "overtime_hours": {"week": 0, "w4": 0, "w52": 12},
    "fixed_pay": 3_980_000,
}
AHMED = COMMON | {
    "person_id": "21859610371",
    "family_name": "Yusuf",
    "given_name": "Ahmed",
    "employee_no": "118203",
    "position_no": "B7",
    "unit": "312900114",
    "stillingsprosent": 50.0,
    "gross": 2_250_000,
    "net": 1_600_000,
    "tax": 650_000,
    "deductions": 0,
    "gross_prev": 0,
    "account_no": "12345678900",
    "employment_start": "2026-11-16",
    "contract_present": False,
    "overtime_hours": {"week": 2, "w4": 6, "w52": 6},
    "fixed_pay": 2_250_000,
}
CODES = [("K01", "K06"), ("K03", "K10")]


@pytest.fixture
def rows() -> list[ReportedRow]:
    return [ReportedRow.model_validate(payload) for payload in (OLA, AHMED)]


@pytest.fixture
def office(rows: list[ReportedRow]) -> Office:
    office = Office()
    office.know(*rows)
    office.clock.now = datetime.fromisoformat("2026-12-07T08:00:00+01:00")
    return office


def test_as_one_report_both_are_held(office: Office, rows: list[ReportedRow]) -> None:
    assert [ended.code for ended in office.control(*rows)] == [OutcomeCode.HELD, OutcomeCode.HELD]
    controls = [office.control_of(row) for row in rows]
    assert [(control.mark, control.codes, control.hold) for control in controls] == [
        (Mark.STOP, codes, True) for codes in CODES
    ]


@pytest.mark.parametrize("place", [0, 1])
def test_one_by_one_as_well(office: Office, rows: list[ReportedRow], place: int) -> None:
    assert office.case(rows[place]).code is OutcomeCode.HELD
    assert office.control_of(rows[place]).codes == CODES[place]


def test_they_are_due_within_a_working_day(office: Office, rows: list[ReportedRow]) -> None:
    assert rows[0].deadline(office.clock()) == datetime(2026, 12, 8, 8, tzinfo=OSLO)
    friday = datetime(2026, 12, 4, 15, tzinfo=OSLO)
    assert rows[0].deadline(friday) == datetime(2026, 12, 7, 15, tzinfo=OSLO)
    late = datetime(2026, 12, 9, 15, tzinfo=OSLO)
    assert rows[0].deadline(late) == datetime(2026, 12, 10, 8, tzinfo=OSLO)
    too_late = datetime(2026, 12, 10, 9, tzinfo=OSLO)
    assert rows[0].deadline(too_late) == datetime(2026, 12, 11, 9, tzinfo=OSLO)
    assert rows[0].pay_date == date(2026, 12, 11)
