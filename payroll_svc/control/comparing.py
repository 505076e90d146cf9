"""Whether the report and the payroll system say the same of a row; where they do not, the system is trusted (PAY-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from common.norway.names import same_person
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import Overtime, PayLine, PayRow, known_id
from payroll_svc.screens.pay_row import PayRowFacts
from payroll_svc.screens.run_list import ListedRow, RunFacts

LISTED = ("percent", "gross", "net", "tax", "deductions", "gross_prev", "fixed_pay", "account", "tax_card")
"""What the list shows beside the unit."""
_ON_PAGE = (*LISTED, "employment_start", "employment_end", "contract_present")


def listed_alike(row: PayRow, listed: ListedRow) -> bool:
    """Whether the list of the run says of a row what the report does."""
    same = all(getattr(row, name) == getattr(listed, name) for name in LISTED)
    return same and row.unit in {None, listed.unit}


def run_differs(row: ReportedRow, run: RunFacts) -> list[str]:
    """What the report says otherwise of the run than the payroll system."""
    return [name for name in ("run_type", "period", "pay_date") if getattr(row, name) != getattr(run, name)]


def differences(reported: ReportedRow, row: PayRow, shown: PayRowFacts) -> list[str]:
    """The names of what the report says otherwise than the payroll system; what it leaves out is no difference."""
    return list(_differences(reported, row, shown))


def _differences(reported: ReportedRow, row: PayRow, shown: PayRowFacts) -> Iterator[str]:
    yield from run_differs(reported, shown.run)
    yield from (name for name in _ON_PAGE if getattr(row, name) != getattr(shown, name))
    if row.unit not in {None, shown.unit}:
        yield "unit"
    if row.person_id != _person_id(shown):
        yield "person_id"
    if reported.family_name and reported.given_name and not _same_name(reported, shown.name):
        yield "name"
    if row.overtime is not None and replace(row.overtime, day=None) != shown.overtime:
        yield "overtime_hours"
    if row.lines and _without_days(row.lines) != _without_days(shown.lines):
        yield "pay_lines"


def as_shown(row: PayRow, shown: PayRowFacts, *, accepts_synthetic: bool) -> PayRow:
    """The row with the facts of the payroll system; of what its page does not show, the report's."""
    known = known_id(shown.person_id, accepts_synthetic=accepts_synthetic)
    return replace(
        row,
        **{name: getattr(shown, name) for name in _ON_PAGE if name != "employment_start"},
        employment_start=shown.employment_start or row.employment_start,
        unit=shown.unit,
        person_id=known or shown.person_id,
        knows_person=known is not None,
        overtime=_overtime(row.overtime, shown.overtime),
        lines=tuple(_with_day(line, row.lines) for line in shown.lines),
    )


def _person_id(shown: PayRowFacts) -> str:
    return known_id(shown.person_id, accepts_synthetic=True) or shown.person_id


def _same_name(reported: ReportedRow, name: str) -> bool:
    family, _, given = name.partition(", ")
    return same_person(reported.family_name or "", reported.given_name or "", family, given)


def _overtime(told: Overtime | None, shown: Overtime) -> Overtime:
    return replace(shown, day=told.day if told is not None else None)


def _without_days(lines: tuple[PayLine, ...]) -> Counter[tuple[str, int]]:
    return Counter((line.kind, line.amount) for line in lines)


def _with_day(line: PayLine, told: tuple[PayLine, ...]) -> PayLine:
    """The page does not show when a line was earned: the same line of the report may."""
    return next((each for each in told if (each.kind, each.amount) == (line.kind, line.amount)), line)
