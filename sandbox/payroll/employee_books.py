"""What Varde Lønn remembers of employees and their positions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.office.books import Books, Row, row_id
from sandbox.office.money import kroner
from sandbox.office.people import norwegian_date, remark
from sandbox.payroll.codes import POSITION_TYPES
from sandbox.payroll.seeds import SeededEmployee, SeededLeave, SeededPosition

SCHEMA: Final = """
create table if not exists employee (
  id integer primary key autoincrement, employee_no text not null, national_id text not null, family_name text not null,
  given_name text not null, birth_date text not null, status text not null, protection integer, account text not null,
  tax_card text not null, employment_start text, employment_end text);
create index if not exists employee_by_number on employee (employee_no);
create index if not exists employee_by_national_id on employee (national_id);
create table if not exists former_number (number text not null, employee_id integer not null references employee);
create index if not exists former_number_by_number on former_number (number);
create index if not exists former_number_by_employee on former_number (employee_id);
create table if not exists position (
  id integer primary key autoincrement, employee_id integer not null references employee, employee_no text not null,
  position_no text not null, unit text not null, type text not null, percent integer not null, first_day text not null,
  last_day text not null, leaves text not null, fixed_pay integer not null);
create index if not exists position_by_employee on position (employee_id);
create index if not exists position_in_order on position (employee_no, position_no, first_day, last_day);
"""
NO_END: Final = "9999-12-31"
"""Sorts after every day; a page shows nothing for it."""
WORKFORCE_PAGE: Final = 500
_POSITION: Final = "p.position_no, p.unit, p.type, p.percent, p.first_day, p.last_day, p.leaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    id: int
    employee_no: str
    national_id: str
    family_name: str
    given_name: str
    birth_date: str
    status: str
    protection: int | None
    account: str
    tax_card: str
    employment_start: str | None
    employment_end: str | None
    former_numbers: tuple[str, ...] = ()
    units: str = ""

    @property
    def name(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    @property
    def remark(self) -> str:
        return remark(self.protection, self.former_numbers)


class EmployeeBooks(Books):
    """The books of a system that knows who is employed, and in which positions."""

    def __init__(self, path: Path, schema: str = "") -> None:
        super().__init__(path, SCHEMA + schema)

    def find_employees(self, *, employee_no: str = "", national_id: str = "") -> list[Employee]:
        """Everybody with this number, and with this national id now or formerly, as far as either is given."""
        if national_id:
            sql = "select id from employee where national_id = ?1 union select employee_id from former_number where number = ?1"
            rows = self._rows(sql, national_id)
        else:
            rows = self._rows("select id from employee where employee_no = ? order by id", employee_no)
        found = [self.employee(row["id"]) for row in rows]
        return [one for one in found if one is not None and employee_no in ("", one.employee_no)]

    def employee(self, employee_id: int) -> Employee | None:
        rows = self._rows("select * from employee where id = ?", employee_id)
        if not rows:
            return None
        former = self._rows("select number from former_number where employee_id = ?", employee_id)
        units = self._rows("select distinct unit from position where employee_id = ? order by position_no", employee_id)
        return Employee(
            **rows[0],
            former_numbers=tuple(row["number"] for row in former),
            units=", ".join(row["unit"] for row in units),
        )

    def employee_of_number(self, employee_no: str) -> Employee | None:
        """The first of this number, for the records that name an employee by it."""
        rows = self._rows("select id from employee where employee_no = ? order by id limit 1", employee_no)
        return self.employee(rows[0]["id"]) if rows else None

    def positions_of(self, employee_id: int) -> list[tuple[str, ...]]:
        """As the employee's page shows them: number, unit, type, percent, from, to, leaves."""
        sql = f"select {_POSITION} from position p where p.employee_id = ? order by p.position_no, p.first_day"  # noqa: S608
        return [_position(row) for row in self._db.execute(sql, (employee_id,))]

    # the workforce

    def count_workforce(self, first: str, last: str) -> int:
        """Positions that hold on any of these days."""
        return self._count("select count(*) from position where first_day <= ? and last_day >= ?", last, first)

    def workforce(self, first: str, last: str, page: int) -> Iterator[tuple[str, ...]]:
        """One page of them, as it is shown: employee number, national id, name, and the position."""
        # The index alone leads to the page; only what stands on it is read from the tables.
        sql = (
            "select e.employee_no, e.national_id, e.family_name || ', ' || e.given_name, "  # noqa: S608
            f"{_POSITION} from (select id from position where first_day <= ? and last_day >= ?"
            " order by employee_no, position_no, first_day limit ? offset ?) w join position p on p.id = w.id"
            " join employee e on e.id = p.employee_id order by p.employee_no, p.position_no, p.first_day"
        )
        for number, national_id, name, *position in self._db.execute(
            sql, (last, first, WORKFORCE_PAGE, (page - 1) * WORKFORCE_PAGE)
        ):
            yield number, national_id, name, *_position(position)

    # the vendor's console

    def seed_employees(self, employees: Iterable[SeededEmployee]) -> int:
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, employee in enumerate(employees, start=1):  # noqa: B007
                self._insert_employee(employee)
        return count

    def _insert_employee(self, employee: SeededEmployee) -> None:
        cursor = self._db.execute(
            "insert into employee (employee_no, national_id, family_name, given_name, birth_date, status, protection,"
            " account, tax_card, employment_start, employment_end) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                employee.employee_no,
                employee.national_id,
                employee.family_name,
                employee.given_name,
                employee.birth_date.isoformat(),
                employee.status,
                employee.protection,
                employee.account or "",
                employee.tax_card,
                employee.employment_start and employee.employment_start.isoformat(),
                employee.employment_end and employee.employment_end.isoformat(),
            ),
        )
        employee_id = row_id(cursor)
        _ = self._db.executemany(
            "insert into former_number (number, employee_id) values (?, ?)",
            [(number, employee_id) for number in employee.previous_ids],
        )
        _ = self._db.executemany(
            "insert into position (employee_id, employee_no, position_no, unit, type, percent, first_day, last_day,"
            " leaves, fixed_pay) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(employee_id, employee.employee_no, *_columns(position)) for position in employee.positions],
        )

    def employee_counts(self) -> Row:
        return {
            "employees": self._count("select count(*) from employee"),
            "positions": self._count("select count(*) from position"),
        }


def _position(stored: Sequence[Any]) -> tuple[str, ...]:
    """How a position reads."""
    number, unit, kind, percent, first, last, leaves = stored
    end = "" if last == NO_END else norwegian_date(last)
    return number, unit, POSITION_TYPES[kind], kroner(percent), norwegian_date(first), end, leaves


def _columns(position: SeededPosition) -> tuple[Any, ...]:
    return (
        position.position_no,
        position.unit,
        position.type,
        position.percent,
        position.first.isoformat(),
        position.last.isoformat() if position.last else NO_END,
        "; ".join(_leave(leave) for leave in position.leaves),
        position.fixed_pay,
    )


def _leave(leave: SeededLeave) -> str:
    end = f"{leave.last:%d.%m.%Y}" if leave.last else ""
    return f"{leave.first:%d.%m.%Y}–{end} {kroner(leave.percent)}"
