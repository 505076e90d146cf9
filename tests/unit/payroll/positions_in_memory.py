"""The payroll system's employees and positions without a page: the same screens, answered from memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from common.browser.screen import Page
from common.testing import Person
from payroll_svc.positions.days import Days
from payroll_svc.positions.holding import Position
from payroll_svc.screens.employees import (
    EmployeeFacts,
    EmployeeFile,
    EmployeeList,
    EmployeeSearch,
    EmployeeToFind,
)
from payroll_svc.screens.workforce import ListedPosition, Workforce, WorkforcePage

NO_PAGE = cast("Page", None)
SCHOOL, HOME = "311874322", "312900114"


def held(position_no: str = "A", percent: str = "60.00", **changes: Any) -> Position:
    """A permanent position at the school, unless something else is said."""
    given = {
        "employee_no": "101",
        "position_no": position_no,
        "unit": SCHOOL,
        "percent": percent,
        "from": "2020-01-01",
        "to": None,
        "type": "FAST",
    }
    return Position.model_validate(given | changes)


@dataclass
class PositionsInMemory:
    """Employee records with their positions. Pages hold two positions, so that an overview has several."""

    records: list[EmployeeFacts] = field(default_factory=list[EmployeeFacts])
    held: dict[str, list[Position]] = field(default_factory=dict[str, list[Position]])
    per_page: int = 2
    between_pages: Callable[[], None] = lambda: None
    opened: list[str] = field(default_factory=list[str])
    """Whose files were opened, and which pages of the overview, in that order."""

    def employ(
        self,
        person: Person,
        *positions: Position,
        employee_no: str = "101",
        status: str = "Aktiv",
        remark: str = "",
        until: date | None = None,
    ) -> None:
        self.records.append(
            EmployeeFacts(
                number=person.number,
                family_name=person.family_name,
                given_name=person.given_name,
                status=status,
                remark=remark,
                employee_no=employee_no,
                employed_until=until,
            )
        )
        self.held[employee_no] = [each.model_copy(update={"employee_no": employee_no}) for each in positions]

    def screens(self) -> dict[type, object]:
        return {EmployeeSearch: _Search(self), Workforce: _Workforce(self)}

    def find(self, sought: EmployeeToFind) -> list[EmployeeFacts]:
        return [
            record
            for record in self.records
            if (sought.employee_no in {None, record.employee_no})
            and (sought.number in {None, record.number} or record.formerly(sought.number or ""))
        ]

    def listed(self, month: str) -> list[ListedPosition]:
        days = Days.of_month(month)
        return [
            ListedPosition(number=record.number, position=position)
            for record in sorted(self.records, key=lambda record: record.employee_no)
            for position in self.held[record.employee_no]
            if position.holds_in(days)
        ]


class _Search(EmployeeSearch):
    def __init__(self, payroll: PositionsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._payroll = payroll

    def search(self, sought: EmployeeToFind) -> EmployeeList:
        return _Hits(self._payroll, sought)


class _Hits(EmployeeList):
    def __init__(self, payroll: PositionsInMemory, sought: EmployeeToFind) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._sought = payroll, sought

    def employees(self) -> list[EmployeeFacts]:
        listed = {"remark": "", "employed_until": None}  # the list shows neither
        return [record.model_copy(update=listed) for record in self._payroll.find(self._sought)]

    def file(self, place: int) -> EmployeeFile:
        record = self._payroll.find(self._sought)[place]
        self._payroll.opened.append(record.employee_no)
        return _File(self._payroll, record)


class _File(EmployeeFile):
    def __init__(self, payroll: PositionsInMemory, record: EmployeeFacts) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._record = payroll, record

    def employee(self) -> EmployeeFacts:
        return self._record

    def positions(self) -> list[Position]:
        return list(self._payroll.held[self._record.employee_no])


class _Workforce(Workforce):
    def __init__(self, payroll: PositionsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._payroll = payroll

    def show(self, month: str) -> WorkforcePage:
        return _Page(self._payroll, month, 1)


class _Page(WorkforcePage):
    """As it was when it was loaded."""

    def __init__(self, payroll: PositionsInMemory, month: str, number: int) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._month, self._number = payroll, month, number
        self._listed = payroll.listed(month)
        payroll.opened.append(f"{month} {number}")

    def total(self) -> int:
        return len(self._listed)

    def positions(self) -> list[ListedPosition]:
        size = self._payroll.per_page
        return self._listed[(self._number - 1) * size : self._number * size]

    def place(self) -> tuple[int, int]:
        return self._number, max(1, -(-len(self._listed) // self._payroll.per_page))

    def next_page(self) -> WorkforcePage:
        self._payroll.between_pages()
        return _Page(self._payroll, self._month, self._number + 1)
