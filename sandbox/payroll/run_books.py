"""What Varde Lønn remembers of payroll runs: their rows, and what was done about them in the control."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.office.books import Books, Row
from sandbox.office.money import kroner
from sandbox.office.sessions import Actor
from sandbox.payroll.codes import MARKS, TAX_CARDS, yes_no
from sandbox.payroll.seeds import SeededRow, SeededRun

SCHEMA: Final = """
create table if not exists run (
  id integer primary key autoincrement, run_id text not null unique, run_type text not null, pay_date text not null,
  period text not null, status text not null, carries_from text);
create table if not exists pay_row (
  id integer primary key autoincrement, run_id text not null references run (run_id), employee_no text not null,
  position_no text not null, national_id text not null, family_name text not null, given_name text not null,
  unit text not null, percent integer not null, gross integer not null, net integer not null, tax integer not null,
  deductions integer not null, gross_prev integer not null, fixed_pay integer not null, tax_card text not null,
  account text not null, employment_start text, employment_end text, contract_present integer not null,
  overtime_week integer not null, overtime_w4 integer not null, overtime_w52 integer not null, pay_lines text not null,
  mark text not null, codes text not null, hold integer not null, hold_by text not null, comment text not null,
  locked_by text not null);
create index if not exists pay_row_in_order on pay_row (run_id, employee_no, position_no);
create index if not exists pay_row_by_employee on pay_row (employee_no);
create table if not exists control (
  id integer primary key autoincrement, row text not null, account text not null, mark text not null,
  codes text not null, hold integer not null, comment text not null, was_held integer not null,
  repeated integer not null);
"""
LIST_PAGE: Final = 250
_HITS: Final = 200
_COLUMNS: Final = (
    *("run_id", "employee_no", "position_no", "national_id", "family_name", "given_name", "unit", "percent", "gross"),
    *("net", "tax", "deductions", "gross_prev", "fixed_pay", "tax_card", "account", "employment_start"),
    *("employment_end", "contract_present", "overtime_week", "overtime_w4", "overtime_w52", "pay_lines", "mark"),
    *("codes", "hold", "hold_by", "comment", "locked_by"),
)
_INSERT: Final = f"insert into pay_row ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_CARRY: Final = """
update pay_row set hold = before.hold, hold_by = before.hold_by, comment = before.comment
from pay_row before
where pay_row.run_id = :run and before.run_id = :before and before.employee_no = pay_row.employee_no
  and before.position_no = pay_row.position_no and pay_row.hold = 0 and pay_row.comment = ''
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    run_id: str
    run_type: str
    pay_date: str
    period: str
    status: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What somebody has found out about a row."""

    mark: str
    codes: str
    hold: bool
    comment: str


class RunBooks(Books):
    """The books of a system that calculates pay."""

    def __init__(self, path: Path, schema: str = "") -> None:
        super().__init__(path, SCHEMA + schema)

    def runs(self, only: str | None = None) -> list[Run]:
        """The newest first, or one."""
        return [
            Run(**row)
            for row in self._rows(
                "select run_id, run_type, pay_date, period, status,"
                " (select count(*) from pay_row p where p.run_id = run.run_id) as rows"
                " from run where run_id = coalesce(?, run_id) order by period desc, id desc",
                only,
            )
        ]

    def run_list(self, run_id: str, page: int) -> Iterator[tuple[str, ...]]:
        """One page of a run's rows, as the list shows them."""
        sql = (
            "select employee_no, position_no, family_name || ', ' || given_name, unit, percent, gross, net, tax,"
            " deductions, gross_prev, fixed_pay, account, tax_card, mark, codes, hold, hold_by"
            " from pay_row join (select id as place from pay_row where run_id = ?"
            " order by employee_no, position_no, id limit ? offset ?) on place = id"
            " order by employee_no, position_no, id"
        )
        for row in self._db.execute(sql, (run_id, LIST_PAGE, (page - 1) * LIST_PAGE)):
            amounts = [kroner(amount) for amount in row[4:11]]
            mark = MARKS[row[13]] if row[13] else ""
            yield *row[:4], *amounts, row[11], TAX_CARDS[row[12]], mark, row[14], yes_no(row[15]), row[16]

    def run_sums(self, run_id: str) -> tuple[int, int]:
        """Gross and net of all rows of a run."""
        found = self._rows(
            "select coalesce(sum(gross), 0) as gross, coalesce(sum(net), 0) as net from pay_row where run_id = ?",
            run_id,
        )
        return found[0]["gross"], found[0]["net"]

    def find_rows(self, *, run_id: str, employee_no: str, position_no: str) -> list[Row]:
        return self._rows(
            "select * from pay_row where employee_no = ? and ? in ('', run_id) and ? in ('', position_no)"
            " order by run_id, position_no, id limit ?",
            employee_no,
            run_id,
            position_no,
            _HITS,
        )

    def pay_row(self, row_id: int) -> Row | None:
        """A row, with what its run says of itself."""
        rows = self._rows(
            "select p.*, r.run_type, r.pay_date, r.period, r.status from pay_row p join run r on r.run_id = p.run_id"
            " where p.id = ?",
            row_id,
        )
        return rows[0] | {"pay_lines": json.loads(rows[0]["pay_lines"])} if rows else None

    def save_control(self, row: Row, control: Control, actor: Actor) -> None:
        """Write what was found over what was written there before."""
        with self._db:
            _ = self._db.execute("begin immediate")
            before = self._rows("select mark, codes, hold, hold_by, comment from pay_row where id = ?", row["id"])[0]
            after = {
                "mark": control.mark,
                "codes": control.codes,
                "hold": int(control.hold),
                "comment": control.comment,
            }
            hold_by = (before["hold_by"] or actor.account) if control.hold else ""
            _ = self._db.execute(
                "update pay_row set mark = :mark, codes = :codes, hold = :hold, comment = :comment, hold_by = :hold_by"
                " where id = :id",
                after | {"hold_by": hold_by, "id": row["id"]},
            )
            number = number_of(row)
            _ = self._db.execute(
                "insert into control (row, account, mark, codes, hold, comment, was_held, repeated)"
                " values (:row, :account, :mark, :codes, :hold, :comment, :was_held, :repeated)",
                after
                | {
                    "row": number,
                    "account": actor.account,
                    "was_held": before["hold"],
                    "repeated": all(before[name] == value for name, value in after.items()),
                },
            )
            self._log("control", actor, row["national_id"], number, control.codes)

    # the vendor's console

    def seed_runs(self, runs: Sequence[SeededRun]) -> int:
        """A run that is there already is calculated anew: its rows are replaced."""
        with self._db:
            _ = self._db.execute("begin immediate")
            for run in runs:
                _ = self._db.execute("delete from pay_row where run_id = ?", (run.run_id,))
                _ = self._db.execute(
                    "insert or replace into run (run_id, run_type, pay_date, period, status, carries_from)"
                    " values (?, ?, ?, ?, ?, ?)",
                    (run.run_id, run.run_type, run.pay_date.isoformat(), run.period, run.status, run.carries_from),
                )
                _ = self._db.executemany(_INSERT, _values(run.run_id, run.rows))
                if run.carries_from:
                    _ = self._db.execute(_CARRY, {"run": run.run_id, "before": run.carries_from})
        return sum(len(run.rows) for run in runs)

    def rows_of_run(self, run_id: str) -> list[Row]:
        return self._rows("select * from pay_row where run_id = ? order by employee_no, position_no, id", run_id)

    def run_counts(self) -> Row:
        return {
            "runs": self._count("select count(*) from run"),
            "rows": self._count("select count(*) from pay_row"),
            "rows_marked": self._count("select count(*) from pay_row where mark <> ''"),
            "rows_held": self._count("select count(*) from pay_row where hold = 1"),
            "controls": self._count("select count(*) from control"),
            "controls_repeated": self._count("select count(*) from control where repeated = 1"),
            "holds_lifted": self._count("select count(*) from control where was_held = 1 and hold = 0"),
        }


def number_of(row: Row) -> str:
    """How the log names a row."""
    return f"{row['run_id']}/{row['employee_no']}/{row['position_no']}"


def _values(run_id: str, rows: Iterable[SeededRow]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (
            *(run_id, row.employee_no, row.position_no, row.national_id, row.family_name, row.given_name, row.unit),
            *(row.percent, row.gross, row.net, row.tax, row.deductions, row.gross_prev, row.fixed_pay, row.tax_card),
            row.account or "",
            row.employment_start and row.employment_start.isoformat(),
            row.employment_end and row.employment_end.isoformat(),
            *(row.contract_present, row.overtime.week, row.overtime.w4, row.overtime.w52),
            json.dumps([{"kind": line.kind, "amount": line.amount} for line in row.pay_lines]),
            *(row.mark, ", ".join(row.codes), row.hold, row.hold_by, row.comment, row.locked_by),
        )
