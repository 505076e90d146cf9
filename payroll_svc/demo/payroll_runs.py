"""The payroll runs of the demo: their rows, as the payroll system has them and as the report tells them, and the tables."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from common.norway.calendar import BANK_DAYS
from payroll_svc.control.registers import rows_of
from payroll_svc.control.thresholds import Thresholds
from payroll_svc.demo.town import LONG_AGO, UNITS, Town

SCHOOL, HOME, TOWN_HALL = UNITS
FULL_PAY = 3_980_000
EXCUSED, LAPSED, COUPLE = "X1", "X2", "X3"
"""The numbers of positions whose holders the payroll office has excepted, had excepted, or knows to share an account."""
_YEAR = timedelta(days=365)
_RUN_TYPES = {"T": "TRIAL", "H": "FINAL", "E": "EXTRA"}


def pay_day(town: Town) -> date:
    """Some bank days ahead, so that nothing is late."""
    return BANK_DAYS.after(town.today, 4)


def run_id(town: Town, letter: str) -> str:
    return f"{pay_day(town):%Y-%m}-{letter}"


def seeded(town: Town, person: dict[str, Any] | None = None, **facts: Any) -> dict[str, Any]:
    """A row as the payroll system has it: somebody's full pay, as last month, unless facts say otherwise."""
    employee = town.employed(person or town.person())
    row = {name: employee[name] for name in ("employee_no", "national_id", "family_name", "given_name", "account")}
    return {
        **row,
        "position_no": "A1",
        "unit": town.chance.choice((SCHOOL, HOME)),
        "percent": 100_00,
        "gross": FULL_PAY,
        "net": FULL_PAY - 1_200_000,
        "tax": 1_200_000,
        "deductions": 0,
        "gross_prev": FULL_PAY,
        "fixed_pay": FULL_PAY,
        "tax_card": "OK",
        "employment_start": LONG_AGO,
        "employment_end": None,
        "contract_present": True,
        "overtime": {"week": 0, "w4": 0, "w52": 12_00},
        "pay_lines": [{"kind": "FASTLONN", "amount": FULL_PAY}],
        **facts,
    }


def told(town: Town, row: dict[str, Any], letter: str = "T1", **changes: Any) -> dict[str, Any]:
    """The same row as the control report has it."""
    same = ("employee_no", "position_no", "family_name", "given_name", "unit", "gross", "net", "tax", "deductions")
    more = ("gross_prev", "fixed_pay", "employment_start", "employment_end", "contract_present", "pay_lines")
    return {
        **{name: row[name] for name in (*same, *more)},
        "run_id": run_id(town, letter),
        "run_type": _RUN_TYPES[letter[0]],
        "pay_date": pay_day(town).isoformat(),
        "period": f"{pay_day(town):%Y-%m}",
        "person_id": row["national_id"],
        "account_no": row["account"],
        "tax_card_status": row["tax_card"],
        "stillingsprosent": row["percent"] / 100,
        "overtime_hours": {name: hours / 100 for name, hours in row["overtime"].items()},
        **changes,
    }


def run_of(
    town: Town, letter: str, rows: list[dict[str, Any]], *, status: str = "CALCULATED", carries_from: str | None = None
) -> dict[str, Any]:
    """A run as the console takes it."""
    return {
        "run_id": run_id(town, letter),
        "run_type": _RUN_TYPES[letter[0]],
        "pay_date": pay_day(town).isoformat(),
        "period": f"{pay_day(town):%Y-%m}",
        "status": status,
        "carries_from": carries_from and run_id(town, carries_from),
        "rows": rows,
    }


def registers_of(town: Town) -> dict[str, list[dict[str, Any]]]:
    """Nobody of the demo releases what another has handed in: however much is held, nothing waits."""
    limits = rows_of(Thresholds(release_rows=10**6, release_amount=10**12))
    agreed = {"name": "UNION_AGREEMENT", "value": 1, "unit": TOWN_HALL}
    first, until = pay_day(town) - timedelta(days=30), pay_day(town) + timedelta(days=300)
    couples = [row["employee_no"] for row in in_positions(town, COUPLE)]
    return {
        "control-thresholds": [*(row.model_dump(mode="json") for row in limits), agreed],
        "control-exceptions": [
            *(_exception(row, first, until) for row in in_positions(town, EXCUSED)),
            *(_exception(row, first - 2 * _YEAR, until - 2 * _YEAR) for row in in_positions(town, LAPSED)),
        ],
        "control-shared-accounts": [
            {"employee_no": one, "shares_with": other} for one, other in zip(couples[::2], couples[1::2], strict=True)
        ],
    }


def _exception(row: dict[str, Any], first: date, until: date) -> dict[str, Any]:
    return {"employee_no": row["employee_no"], "rule": "K10", "first_day": str(first), "until": str(until)}


def in_positions(town: Town, number: str) -> list[dict[str, Any]]:
    """The rows of the trial run that have this position number."""
    return [row for row in town.pay_rows if row["position_no"] == number]
