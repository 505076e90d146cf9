"""The way to a person's employee records in the payroll system, for what a case does not tell (PAY-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from common.errors import AmbiguousHit, ConflictInTarget, PersonNotFound
from common.person import Sought, require_right
from common.process import Run
from payroll_svc.positions.days import Days
from payroll_svc.positions.finding import Finding
from payroll_svc.positions.holding import Position
from payroll_svc.screens.employees import EmployeeFacts, EmployeeFile, EmployeeList, EmployeeSearch, EmployeeToFind


class Holder(BaseModel, frozen=True):
    """A person's positions as the payroll system has them."""

    number: str
    """The national id that the payroll system knows the person under now."""
    positions: tuple[Position, ...]

    def __repr__(self) -> str:
        return "Holder(…)"

    __str__ = __repr__


class EmployeeRecords:
    """The employee records of one person; names that the case does not tell are not compared."""

    def __init__(self, run: Run, number: str, *, family_name: str | None = None, given_name: str | None = None) -> None:
        self._run, self.number = run, number
        self._family_name, self._given_name = family_name, given_name

    def holder(self, days: Days) -> Holder:
        """The positions of all records of the person.

        Raises PersonNotFound, AmbiguousHit (records of several persons), ConflictInTarget (a position without an end
        on the record of somebody who has left) and what `require_right` raises.
        """
        number, positions = self.number, list[Position]()
        for file in self._files(EmployeeToFind(number=self.number)):
            employee, held = file.employee(), file.positions()
            require_ended(employee, held, days)
            number = employee.number
            positions += held
        return Holder(number=number, positions=tuple(positions))

    def require_going_on(self, found: Finding, days: Days) -> None:
        """The substitutes that a finding rests on have not finished: their positions stand there without an end, too.

        Raises ConflictInTarget otherwise, and AmbiguousHit for several records of that number. An employee number that the payroll system does not know proves nothing.
        """
        hits = self._run.open(EmployeeSearch).search(EmployeeToFind(employee_no=found.employee_no))
        known = len(hits.employees())
        if not known:
            return
        if known > 1:
            raise AmbiguousHit("Several employee records have the same number")
        file = hits.file(0)
        employee, held = file.employee(), file.positions()
        self._require_right(employee)
        require_ended(employee, held, days)
        going_on = {position.position_no for position in held if position.last_day is None}
        if not going_on.issuperset(found.substitutes):
            raise ConflictInTarget(
                "A substitute's position has no end in the case, but has ended in the payroll system"
            )

    def _files(self, sought: EmployeeToFind) -> Iterator[EmployeeFile]:
        """The file of each record, one after the other."""
        hits = self._search(sought)
        found = hits.employees()
        if not found:
            raise PersonNotFound
        if len({employee.number for employee in found}) > 1:
            raise AmbiguousHit
        for place in range(len(found)):
            file = (hits if place == 0 else self._search(sought)).file(place)
            self._require_right(file.employee())
            yield file

    def _search(self, sought: EmployeeToFind) -> EmployeeList:
        return self._run.open(EmployeeSearch).search(sought)

    def _require_right(self, employee: EmployeeFacts) -> None:
        family_name = employee.family_name if self._family_name is None else self._family_name
        given_name = employee.given_name if self._given_name is None else self._given_name
        require_right(self._run, employee, Sought(self.number, family_name, given_name))


def require_ended(employee: EmployeeFacts, positions: list[Position], days: Days) -> None:
    """Whoever has left holds no position without an end; raises ConflictInTarget (PAY-04 names finished substitutes)."""
    if not _has_left_by(employee, days.last):
        return
    if any(position.counts and position.last_day is None and position.holds_in(days) for position in positions):
        raise ConflictInTarget("A position has no end, although its holder's employment has ended")


def _has_left_by(employee: EmployeeFacts, day: date) -> bool:
    if employee.employed_until is not None:
        return employee.employed_until < day
    return employee.has_left
