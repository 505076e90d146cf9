"""A control report of made-up employees: as it is handed in, in each form, and as the payroll system has the same run."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from itertools import count
from typing import Any

import openpyxl

from common.norway.check_digits import K2_WEIGHTS, check_digit
from common.norway.synthetic import national_id

_FIRST_BIRTH = date(1950, 1, 1)
_BIRTHS = 18_000
_UNITS = ("311874322", "974557746", "310456780")
_GROSS, _NET, _TAX, _DEDUCTIONS = 3_980_000, 2_600_000, 1_200_000, 180_000
_LINES = (("FASTLONN", 3_900_000), ("KVELDSTILLEGG", 50_000), ("HELGETILLEGG", 30_000))
_OVERTIME = {"week": 4.5, "w4": 9.0, "w52": 61.5}


@dataclass(frozen=True, kw_only=True)
class Report:
    """One payroll run of so many employees, each with one clean row, but for what is said."""

    run_id: str
    size: int
    first: int = 0
    """The place of its first employee among all who are made up: reports with other places are about others."""
    warned: int = 0
    """So many rows, the first ones, are without a written contract (K10)."""
    held: int = 0
    """And so many come to a negative net pay (K01)."""
    pay_date: date = field(default_factory=lambda: datetime.now(UTC).date() + timedelta(days=10))

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """As JSON has them."""
        accounts = _accounts(self.first)
        for place in range(self.size):
            serial, broken = self.first + place, place - self.warned
            row = self._row(serial, next(accounts))
            if broken < 0:
                row["contract_present"] = False
            elif broken < self.held:
                row |= {"net": -31_500, "deductions": _GROSS - _TAX + 31_500}
            yield row

    def lines(self) -> bytes:
        """Newline-delimited JSON."""
        return b"".join(json.dumps(row).encode() + b"\n" for row in self.rows)

    def arrays(self, most: int) -> list[bytes]:
        """JSON arrays of at most so many rows."""
        rows = list(self.rows)
        return [json.dumps(rows[start : start + most]).encode() for start in range(0, len(rows), most)]

    def comma_separated(self) -> bytes:
        """CSV as a spreadsheet program in Norway saves it."""
        file = StringIO()
        writer = csv.writer(file, delimiter=";")
        for number, row in enumerate(map(_cells, self.rows)):
            if not number:
                writer.writerow(row)
            writer.writerow(_written(value) for value in row.values())
        return file.getvalue().encode()

    def workbook(self) -> bytes:
        """XLSX with real dates and numbers."""
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Saker")
        for number, row in enumerate(map(_cells, self.rows)):
            if not number:
                sheet.append(list(row))
            sheet.append(list(row.values()))
        file = BytesIO()
        book.save(file)
        return file.getvalue()

    def run(self) -> dict[str, Any]:
        """The run as its stand-in is told of it."""
        return {
            "run_id": self.run_id,
            "run_type": "TRIAL",
            "pay_date": self.pay_date.isoformat(),
            "period": f"{self.pay_date:%Y-%m}",
            "rows": [_standing(row) for row in self.rows],
        }

    def _row(self, serial: int, account: str) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "run_type": "TRIAL",
            "pay_date": self.pay_date.isoformat(),
            "period": f"{self.pay_date:%Y-%m}",
            "person_id": national_id(_FIRST_BIRTH + timedelta(days=serial % _BIRTHS), serial // _BIRTHS),
            "family_name": "Sæther",
            "given_name": "Kari Ånes",
            "employee_no": str(100_000 + serial),
            "position_no": "A1",
            "unit": _UNITS[serial % len(_UNITS)],
            "stillingsprosent": "80.00",
            "gross": _GROSS,
            "net": _NET,
            "tax": _TAX,
            "deductions": _DEDUCTIONS,
            "gross_prev": _GROSS,
            "fixed_pay": 3_900_000,
            "tax_card_status": "OK",
            "account_no": account,
            "employment_start": "2019-08-01",
            "contract_present": True,
            "overtime_hours": _OVERTIME,
            "pay_lines": [f"{kind}:{amount}" for kind, amount in _LINES],
        }


def _accounts(first: int) -> Iterator[str]:
    """Valid account numbers, one after the other; those whose check digit would be 10 are left out."""
    for serial in count(first * 2):
        stem = f"1234{serial:06}"
        if (digit := check_digit(stem, K2_WEIGHTS)) < 10:
            yield f"{stem}{digit}"


def _standing(row: dict[str, Any]) -> dict[str, Any]:
    """The row as the payroll system has it: hundredths, and its own names."""
    same = ("employee_no", "position_no", "family_name", "given_name", "unit", "gross", "net", "tax", "deductions")
    return {name: row[name] for name in (*same, "gross_prev", "fixed_pay", "employment_start", "contract_present")} | {
        "national_id": row["person_id"],
        "percent": 80_00,
        "tax_card": row["tax_card_status"],
        "account": row["account_no"],
        "overtime": {name: round(hours * 100) for name, hours in _OVERTIME.items()},
        "pay_lines": [{"kind": kind, "amount": amount} for kind, amount in _LINES],
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """The row of a table: what is nested has dotted columns, a list is one cell."""
    flat = {name: value for name, value in row.items() if name != "overtime_hours"}
    flat |= {f"overtime_hours.{name}": hours for name, hours in row["overtime_hours"].items()}
    flat |= {name: date.fromisoformat(row[name]) for name in ("pay_date", "employment_start")}
    return flat | {"stillingsprosent": float(row["stillingsprosent"]), "pay_lines": "; ".join(row["pay_lines"])}


def _written(value: Any) -> str:
    match value:
        case bool():
            return "ja" if value else "nei"
        case float():
            return str(value).replace(".", ",")
        case date():
            return f"{value:%d.%m.%Y}"
        case _:
            return str(value)
