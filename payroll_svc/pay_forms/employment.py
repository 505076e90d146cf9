"""The employee whom a pay form is about, as the payroll system knows them (PAY-03)."""

from __future__ import annotations

from pydantic import BaseModel

from common.errors import AmbiguousHit, ConflictInTarget, PersonNotFound
from common.process import Run
from payroll_svc.screens.employees import EmployeeFacts, EmployeeSearch, EmployeeToFind


class Employment(BaseModel, frozen=True):
    """One employee record: whose it is, and the positions it has or has had."""

    employee: EmployeeFacts
    positions: list[str]

    def __repr__(self) -> str:
        return f"Employment({self.employee.employee_no})"


def employment_of(run: Run, number: str, employee_no: str | None) -> Employment:
    """Open the record of that number; a person with one record needs none.

    Raises PersonNotFound, ConflictInTarget (the number is not that person's) and AmbiguousHit: several records and no
    number to tell them apart, or several persons.
    """
    hits = run.open(EmployeeSearch).search(EmployeeToFind(number=number))
    found = hits.employees()
    if not found:
        raise PersonNotFound
    file = hits.file(_chosen(found, employee_no))
    positions = sorted({position.position_no for position in file.positions()})
    return Employment(employee=file.employee(), positions=positions)


def _chosen(found: list[EmployeeFacts], employee_no: str | None) -> int:
    """Which of the hits, counted from 0."""
    if len({each.number for each in found}) > 1:
        raise AmbiguousHit
    places = [place for place, each in enumerate(found) if employee_no in {None, each.employee_no}]
    if not places:
        raise ConflictInTarget("The employee number is another person's")
    if len(places) > 1:
        raise AmbiguousHit("The person has several employee records")
    return places[0]
