"""The payroll system's pages for employees: the search, its hits, and an employee's file with the positions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form
from common.errors import UiChanged
from common.person import PersonFacts, facts
from payroll_svc.percent import plain, read_percent
from payroll_svc.positions.holding import Position, PositionType, read_day, read_leave
from payroll_svc.screens.payroll_target import PayrollScreen, PayrollSystem

TYPES = {
    "Fast": PositionType.FAST,
    "Vikar": PositionType.VIKAR,
    "Timelønn": PositionType.TIME,
    "Oppdrag": PositionType.OPPDRAG,
    "Verv": PositionType.VERV,
}


class EmployeeFacts(PersonFacts, frozen=True):
    """What the payroll system shows of one employee record; a person may have several."""

    employee_no: str
    employed_until: date | None = None

    @property
    def has_left(self) -> bool:
        return self.status == "Sluttet"


class EmployeeToFind(Form):
    """Whom to look for; None leaves a field alone."""

    employee_no: Annotated[str | None, label("Ansattnr.")] = None
    number: Annotated[str | None, label("Fødselsnr.")] = None


@PayrollSystem.looked_at
class EmployeeSearch(PayrollScreen):
    path = "/ansatte"
    ready = (heading("Finn ansatt"), label("Fødselsnr."))
    untouched = (EmployeeToFind, button("Finn"))

    def search(self, sought: EmployeeToFind) -> EmployeeList:
        """Look employees up by employee number or national id, former numbers included."""
        return self.submit(sought, button("Finn"), expect=EmployeeList)


class EmployeeList(PayrollScreen):
    """What the search gave: a table of employees, or "Ingen ansatt funnet"."""

    ready = heading("Ansattliste")
    none = text("Ingen ansatt funnet")
    employees_found = table("Ansatte")

    def employees(self) -> list[EmployeeFacts]:
        return [] if self.shows(self.none) else [_facts(row) for row in self.rows(self.employees_found)]

    def file(self, place: int) -> EmployeeFile:
        """Open the file of one of the hits, counted from 0."""
        return self.rows(self.employees_found)[place].press(link("Velg"), expect=EmployeeFile)


class EmployeeFile(PayrollScreen):
    ready = (heading("Ansatt"), table("Stillinger"))
    position_list = table("Stillinger")

    def employee(self) -> EmployeeFacts:
        shown = self.terms()
        until = shown["Ansatt til"].strip()
        return _facts(shown).model_copy(update={"employed_until": read_day(until) if until[:1].isdecimal() else None})

    def positions(self) -> list[Position]:
        """All positions of the record, past ones included; raises UiChanged for what cannot be read."""
        employee_no = self.terms()["Ansattnr."]
        # An empty list is shown as one cell that says so.
        return [position_of(row, employee_no) for row in self.rows(self.position_list) if row["Fra"]]


def position_of(row: Mapping[str, str], employee_no: str) -> Position:
    """A line of a table of positions; raises UiChanged for what cannot be read."""
    try:
        return Position(
            employee_no=employee_no,
            position_no=row["Stillingsnr."],
            unit=row["Enhet"],
            type=TYPES[row["Type"]],
            percent=Decimal(plain(read_percent(row["Prosent"]))),
            first_day=read_day(row["Fra"]),
            last_day=read_day(row["Til"]) if row["Til"][:1].isdecimal() else None,
            leave=tuple(read_leave(part) for part in map(str.strip, row["Permisjon"].split(";")) if part),
        )
    except (ValueError, KeyError):
        raise UiChanged("The payroll system shows a position in a way that the robot does not know") from None


def _facts(shown: Mapping[str, str]) -> EmployeeFacts:
    person = facts(shown["Navn"], shown["Fødselsnr."], shown["Status"], shown.get("Merknad", ""))
    return EmployeeFacts(**vars(person), employee_no=shown["Ansattnr."])
