"""What Varde Lønn remembers of assignments, and of the hours that were worked on them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sandbox.office.books import IMPORTED, Row, row_id
from sandbox.office.people import remark
from sandbox.office.sessions import Actor
from sandbox.payroll.hours_form import Line, Sheet, hours_between, priced
from sandbox.payroll.period_books import PeriodBooks
from sandbox.payroll.seeds import SeededAssignment, SeededTimesheet, WorkLine

SCHEMA: Final = """
create table if not exists assignment (
  id integer primary key autoincrement, assignment_no text not null, national_id text not null,
  family_name text not null, given_name text not null, kind text not null, first_day text not null, last_day text,
  decision text not null, hours_per_month integer not null, carried_over integer not null, km integer not null,
  relation text not null, remark text not null, locked_by text not null);
create index if not exists assignment_by_number on assignment (assignment_no);
create index if not exists assignment_by_national_id on assignment (national_id);
create table if not exists timesheet (
  id integer primary key autoincrement, number integer not null unique, assignment_id integer not null
  references assignment, period text not null, lines text not null, hours integer not null, amount integer not null,
  km integer not null, expenses integer not null, receipt text not null, approved_by text not null,
  approved_at text not null, decision text not null, reference text not null, status text not null, replaces integer,
  created_by text not null);
create index if not exists timesheet_by_assignment on timesheet (assignment_id, period);
"""
FIRST_NUMBER: Final = 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    id: int
    assignment_no: str
    national_id: str
    family_name: str
    given_name: str
    kind: str
    first_day: str
    last_day: str | None
    decision: str
    hours_per_month: int
    carried_over: int
    km: bool
    relation: str
    remark: str
    locked_by: str

    @property
    def holder(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    @property
    def state(self) -> str:
        today = datetime.now(UTC).astimezone().date().isoformat()
        return "Avsluttet" if self.last_day is not None and self.last_day < today else "Aktiv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timesheet:
    """A sheet as it was saved."""

    id: int
    number: int
    assignment_id: int
    period: str
    status: str
    sheet: Sheet


class AssignmentBooks(PeriodBooks):
    """The books of a system that pays by the hour."""

    def __init__(self, path: Path, schema: str = "") -> None:
        super().__init__(path, SCHEMA + schema)

    def find_assignments(self, assignment_no: str) -> list[Assignment]:
        rows = self._rows("select * from assignment where assignment_no = ? order by id", assignment_no)
        return [_assignment(row) for row in rows]

    def assignment(self, assignment: int) -> Assignment | None:
        rows = self._rows("select * from assignment where id = ?", assignment)
        return _assignment(rows[0]) if rows else None

    def timesheets(self, assignment_id: int, period: str) -> list[Timesheet]:
        sql = "select * from timesheet where assignment_id = ? and period = ? order by number"
        return [_timesheet(row) for row in self._rows(sql, assignment_id, period)]

    def timesheet(self, timesheet: int) -> Timesheet | None:
        rows = self._rows("select * from timesheet where id = ?", timesheet)
        return _timesheet(rows[0]) if rows else None

    def hours_elsewhere(self, assignment: Assignment, period: str) -> list[tuple[str, Line]]:
        """What stands on the holder's other assignments."""
        rows = self._rows(
            "select a.assignment_no, t.lines from timesheet t join assignment a on a.id = t.assignment_id"
            " where a.national_id = ? and a.id <> ? and t.period = ? and t.status = 'CURRENT' order by t.number",
            assignment.national_id,
            assignment.id,
            period,
        )
        return [(row["assignment_no"], line) for row in rows for line in _lines(row["lines"])]

    def save_timesheet(
        self, assignment: Assignment, period: str, sheet: Sheet, actor: Actor, *, instead_of: Timesheet | None
    ) -> int:
        """Save a sheet, or one instead of another. Nothing stops the same one twice: that is the user's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            if instead_of is not None:
                _ = self._db.execute("update timesheet set status = 'REPLACED' where id = ?", (instead_of.id,))
            timesheet, number = self._insert_timesheet(
                assignment.id, period, sheet, actor.account, replaces=instead_of and instead_of.number
            )
            kind = "correction" if instead_of else "timesheet"
            self._log(kind, actor, assignment.national_id, str(number), sheet.reference)
        return timesheet

    def _insert_timesheet(
        self, assignment_id: int, period: str, sheet: Sheet, by: str, *, replaces: int | None = None
    ) -> tuple[int, int]:
        number = self._count("select coalesce(max(number), ?) + 1 from timesheet", FIRST_NUMBER)
        cursor = self._db.execute(
            "insert into timesheet (number, assignment_id, period, lines, hours, amount, km, expenses, receipt,"
            " approved_by, approved_at, decision, reference, status, replaces, created_by)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'CURRENT', ?, ?)",
            (
                *(number, assignment_id, period, json.dumps([asdict(line) for line in sheet.lines])),
                *(sheet.hours, sheet.amount, sheet.km, sheet.expenses, sheet.receipt, sheet.approved_by),
                *(sheet.approved_at, sheet.decision, sheet.reference, replaces, by),
            ),
        )
        return row_id(cursor), number

    # the vendor's console

    def seed_assignments(self, assignments: Iterable[SeededAssignment]) -> int:
        """The hours of their timesheets are paid by the rates that are there already."""
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, assignment in enumerate(assignments, start=1):  # noqa: B007
                cursor = self._db.execute(
                    "insert into assignment (assignment_no, national_id, family_name, given_name, kind, first_day,"
                    " last_day, decision, hours_per_month, carried_over, km, relation, remark, locked_by)"
                    " values (:assignment_no, :national_id, :family_name, :given_name, :kind, :first, :last, :decision,"
                    " :hours_per_month, :carried_over, :km, :relation, :remark, :locked_by)",
                    assignment.model_dump(mode="json", exclude={"timesheets", "protection", "former"})
                    | {"remark": remark(assignment.protection, assignment.former)},
                )
                for seeded in assignment.timesheets:
                    sheet = self._seeded(assignment.kind, seeded)
                    _ = self._insert_timesheet(row_id(cursor), seeded.period, sheet, IMPORTED)
        return count

    def _seeded(self, kind: str, seeded: SeededTimesheet) -> Sheet:
        return Sheet(
            lines=tuple(self._seeded_line(kind, line) for line in seeded.lines),
            km=seeded.km,
            expenses=seeded.expenses,
            approved_by=seeded.approved_by,
            reference=seeded.reference,
        )

    def _seeded_line(self, kind: str, line: WorkLine) -> Line:
        start, end, day = line.start or "", line.end or "", line.date.isoformat()
        hours = hours_between(start, end) if start and end else line.hours or 0
        return priced(day, start, end, hours, self.rate_on(kind, day) or 0)

    def timesheets_of_number(self, assignment_no: str) -> list[Row]:
        rows = self._rows(
            "select t.*, a.assignment_no, a.national_id from timesheet t join assignment a on a.id = t.assignment_id"
            " where a.assignment_no = ? order by t.number",
            assignment_no,
        )
        return [row | {"lines": json.loads(row["lines"])} for row in rows]

    def assignment_counts(self) -> Row:
        return {
            "assignments": self._count("select count(*) from assignment"),
            "timesheets": self._count("select count(*) from timesheet"),
            "corrections": self._count("select count(*) from timesheet where replaces is not null"),
            "timesheets_current_twice": self._count(
                "select count(*) from (select 1 from timesheet where status = 'CURRENT'"
                " group by assignment_id, period, lines having count(*) > 1)"
            ),
        }


def _assignment(row: Row) -> Assignment:
    columns: dict[str, Any] = row | {"km": bool(row["km"])}
    return Assignment(**columns)


def _timesheet(row: Row) -> Timesheet:
    kept = ("km", "expenses", "receipt", "approved_by", "approved_at", "decision", "reference")
    sheet = Sheet(lines=_lines(row["lines"]), **{name: row[name] for name in kept})
    told = ("id", "number", "assignment_id", "period", "status")
    return Timesheet(sheet=sheet, **{name: row[name] for name in told})


def _lines(stored: str) -> tuple[Line, ...]:
    return tuple(Line(**line) for line in json.loads(stored))
