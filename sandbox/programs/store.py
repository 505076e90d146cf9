"""What Programportalen remembers of programs and of who may use them, in one SQLite file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sandbox.office.books import Books, Row, row_id
from sandbox.office.sessions import Actor
from sandbox.programs.seeds import Lock, SeededAccess, SeededProgram

WRITES: Final = ("access", "change", "block", "reopen")
LOOKS: Final = ("search", "access_page")
STATES: Final[Mapping[str, str]] = {"ACTIVE": "Aktiv", "DISABLED": "Sperret"}
HITS: Final = 500
SCHEMA: Final = """
create table if not exists program (
  code text primary key, name text not null, licences integer, roles text not null);
create table if not exists access (
  id integer primary key autoincrement, program text not null references program (code), user_name text not null,
  national_id text not null, name text not null, roles text not null, units text not null, first_day text not null,
  last_day text, state text not null, open_items integer not null, locked_by text not null);
create index if not exists access_by_user on access (user_name);
create index if not exists access_by_person on access (national_id);
create index if not exists access_by_program on access (program, state);
"""
_INSERT: Final = """
insert into access (program, user_name, national_id, name, roles, units, first_day, last_day, state, open_items, locked_by)
values (:program, :user_name, :national_id, :name, :roles, :units, :first_day, :last_day, :state, :open_items, :locked_by)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What an access allows: roles and units as they are shown, `A, B`."""

    roles: str
    units: str
    first_day: date
    last_day: date | None

    def columns(self) -> dict[str, Any]:
        return {
            "roles": self.roles,
            "units": self.units,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    user_name: str
    national_id: str
    name: str


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    # programs

    def programs(self) -> list[Row]:
        """Every program by code, with its roles and how many accesses count against its licences."""
        rows = self._rows(
            "select *, (select count(*) from access a where a.program = code and a.state = 'ACTIVE') as used"
            " from program order by code"
        )
        return [row | {"roles": listed(row["roles"])} for row in rows]

    def program(self, code: str) -> Row | None:
        return next((each for each in self.programs() if each["code"] == code), None)

    # accesses

    def find(self, *, program: str, user_name: str, national_id: str) -> list[Row]:
        """Accesses of which everything that is given is true; an empty text leaves it open."""
        return self._rows(
            "select * from access where ? in ('', program) and ? in ('', user_name) and ? in ('', national_id)"
            " order by program, user_name, id limit ?",
            program,
            user_name,
            national_id,
            HITS,
        )

    def access(self, access: int) -> Row | None:
        rows = self._rows("select * from access where id = ?", access)
        return rows[0] if rows else None

    def create(self, program: str, holder: Holder, allowed: Allowed, actor: Actor) -> int:
        """Make an access. Nothing stops a second one of the same user: that is the administrator's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            cursor = self._db.execute(
                _INSERT,
                {
                    "program": program,
                    "user_name": holder.user_name,
                    "national_id": holder.national_id,
                    "name": holder.name,
                    **allowed.columns(),
                    "state": "ACTIVE",
                    "open_items": 0,
                    "locked_by": "",
                },
            )
            self._log("access", actor, holder.national_id, f"{program}/{holder.user_name}", allowed.roles)
        return row_id(cursor)

    def save(self, what: str, access: Row, allowed: Allowed, state: str, actor: Actor) -> None:
        """Write over what the access allowed before, and say how the log is to call that."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(
                "update access set roles = :roles, units = :units, first_day = :first_day, last_day = :last_day,"
                " state = :state where id = :id",
                {**allowed.columns(), "state": state, "id": access["id"]},
            )
            number = f"{access['program']}/{access['user_name']}"
            self._log(what, actor, access["national_id"], number, allowed.roles)

    # the vendor's console

    def seed_programs(self, programs: Iterable[SeededProgram]) -> int:
        """A program that is there already is replaced; its accesses stay."""
        told = [(each.code, each.name or each.code, each.licences, ", ".join(sorted(each.roles))) for each in programs]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany(
                "insert or replace into program (code, name, licences, roles) values (?, ?, ?, ?)", told
            )
        return len(told)

    def seed_accesses(self, accesses: Iterable[SeededAccess]) -> int:
        told = [_columns(each) for each in accesses]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany(_INSERT, told)
        return len(told)

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these accesses open, or nobody; says how many that are."""
        sql = "update access set locked_by = ? where program = ? and user_name = ?"
        with self._db:
            _ = self._db.execute("begin immediate")
            return sum(self._db.execute(sql, (lock.locked_by, *lock.key)).rowcount for lock in locks)

    def all_accesses(self, user_name: str) -> list[Row]:
        """In the shape of the seeds, with their ids."""
        rows = self._rows("select * from access where ? in ('', user_name) order by id", user_name)
        return [_told(row) for row in rows]

    def counts(self) -> Row:
        return {
            "programs": self._count("select count(*) from program"),
            "accesses": self._count("select count(*) from access"),
            "active": self._count("select count(*) from access where state = 'ACTIVE'"),
            "disabled": self._count("select count(*) from access where state = 'DISABLED'"),
            "accesses_twice": self._count(
                "select count(*) from (select 1 from access group by program, user_name having count(*) > 1)"
            ),
            "over_licence": sum(
                each["licences"] is not None and each["used"] > each["licences"] for each in self.programs()
            ),
            "saved": {kind: self._count("select count(*) from log where kind = ?", kind) for kind in WRITES},
            "last_seq": self.last_seq(),
        }


def listed(shown: str) -> list[str]:
    """The pieces of `A, B`."""
    return [piece for each in shown.split(",") if (piece := each.strip())]


def _columns(access: SeededAccess) -> dict[str, Any]:
    allowed = Allowed(
        roles=", ".join(sorted(access.roles)),
        units=", ".join(sorted(access.units)),
        first_day=access.first,
        last_day=access.last,
    )
    return {
        "program": access.program,
        "user_name": access.user_name,
        "national_id": access.person,
        "name": access.name,
        **allowed.columns(),
        "state": access.state,
        "open_items": access.open_items,
        "locked_by": access.locked_by,
    }


def _told(row: Row) -> Row:
    same = {name: row[name] for name in ("id", "program", "user_name", "name", "state", "open_items", "locked_by")}
    return same | {
        "person": row["national_id"],
        "roles": listed(row["roles"]),
        "units": listed(row["units"]),
        "from": row["first_day"],
        "to": row["last_day"],
    }
