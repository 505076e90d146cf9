"""What the payroll system of the tests knows: people, a run, forms and assignments, each to be changed at will."""

from __future__ import annotations

from typing import Any

OLA = "17838410103"
FORMER = "52849310119"
NINA = "08888010077"


def employee(**different: Any) -> dict[str, Any]:
    """Ola, who has two positions."""
    return {
        "employee_no": "104417",
        "national_id": OLA,
        "family_name": "Nordhaug",
        "given_name": "Ola",
        "birth_date": "1984-03-17",
        "account": "12345678903",
        "employment_start": "2019-08-01",
        "positions": [
            position("A1", percent=8000, leaves=[{"from": "2026-11-01", "to": "2026-11-30", "percent": 5000}]),
            position("B1", unit="312900114", type="VIKAR", percent=2050, to="2026-12-31"),
        ],
    } | different


def position(number: str, **different: Any) -> dict[str, Any]:
    return {
        "position_no": number,
        "unit": "311874322",
        "type": "FAST",
        "percent": 10000,
        "from": "2019-08-01",
    } | different


def row(**different: Any) -> dict[str, Any]:
    """A row of the run with a negative net amount."""
    return {
        "employee_no": "104417",
        "position_no": "A1",
        "national_id": OLA,
        "family_name": "Nordhaug",
        "given_name": "Ola",
        "unit": "311874322",
        "percent": 8000,
        "gross": 1250000,
        "net": -31500,
        "tax": 430000,
        "deductions": 851500,
        "gross_prev": 3980000,
        "fixed_pay": 3980000,
        "tax_card": "MISSING",
        "account": "12345678903",
        "employment_start": "2019-08-01",
        "contract_present": False,
        "overtime": {"week": 250, "w4": 600, "w52": 1200},
        "pay_lines": [{"kind": "FASTLONN", "amount": 1130000}, {"kind": "OVERTID", "amount": 120000}],
    } | different


def run(*rows: dict[str, Any], **different: Any) -> dict[str, Any]:
    return {
        "run_id": "2026-12-T1",
        "run_type": "TRIAL",
        "pay_date": "2026-12-11",
        "period": "2026-12",
        "rows": list(rows),
    } | different


def form(**different: Any) -> dict[str, Any]:
    return {
        "form_id": "SKJ-300145",
        "form_type": "CHANGE_PERCENT",
        "employee_no": "104417",
        "effective_from": "2026-12-01",
        "details": {"Prosent": "75,00", "Lønnstrinn": "48"},
        "approvals": [{"role": "LEDER", "person": "enhl09", "at": "2026-11-20T12:00:00+01:00"}],
        "future_lines": 2,
    } | different


def assignment(**different: Any) -> dict[str, Any]:
    return {
        "assignment_no": "OPP-7781",
        "national_id": NINA,
        "family_name": "Øyås",
        "given_name": "Nina",
        "kind": "STOTTEKONTAKT",
        "from": "2026-01-01",
        "decision": "V-2026-3391",
        "hours_per_month": 800,
        "km": True,
    } | different


def timesheet(*lines: dict[str, Any], **different: Any) -> dict[str, Any]:
    return {"period": "2026-11", "reference": "R-1", "approved_by": "enhl03", "lines": list(lines)} | different
