"""What Bestillerregisteret remembers of units, employees, orderers and their authorisations, in one SQLite file."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from sandbox.office.books import Books, Row, row_id
from sandbox.office.sessions import Actor
from sandbox.orderers.seeds import Lock, SeededAuthorisation, SeededEmployee, SeededUnit

WRITES: Final = ("authorisation", "orderer", "end", "role")
LOOKS: Final = ("search", "orderer_page", "unit", "employee")
STATES: Final[Mapping[str, str]] = {"ACTIVE": "Aktiv", "EXPIRED": "Utløpt", "REVOKED": "Trukket"}
FIRST_USER, FIRST_NUMBER, HITS = 100, 7_000, 500
SCHEMA: Final = """
create table if not exists unit (
  unit text primary key, name text not null, type text not null, leader_no text not null, leader_name text not null);
create table if not exists employee (
  employee_no text primary key, national_id text not null, name text not null, user text not null);
create table if not exists orderer (
  id integer primary key autoincrement, orderer_id text not null unique, employee_no text not null,
  national_id text not null, name text not null, role integer not null, locked_by text not null);
create index if not exists orderer_by_employee on orderer (employee_no);
create table if not exists authorisation (
  id integer primary key autoincrement, number integer not null unique, orderer integer not null references orderer,
  unit text not null, first_day text not null, last_day text, signed_by text not null, signed text,
  signature text not null, revoked integer not null);
create index if not exists authorisation_by_orderer on authorisation (orderer);
create index if not exists authorisation_by_unit on authorisation (unit);
"""
_AUTHORISATION: Final = """
select a.*, coalesce(u.name, '') as unit_name, o.orderer_id, o.employee_no, o.national_id, o.name, o.locked_by,
  case when a.revoked then 'REVOKED' when a.last_day < :today then 'EXPIRED' else 'ACTIVE' end as state
from authorisation a join orderer o on o.id = a.orderer left join unit u on u.unit = a.unit
"""
_INSERT: Final = """
insert into authorisation (number, orderer, unit, first_day, last_day, signed_by, signed, signature, revoked)
values (:number, :orderer, :unit, :first_day, :last_day, :signed_by, :signed, :signature, :revoked)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """A new authorisation, as the form has it."""

    unit: str
    first_day: date
    last_day: date | None
    signed_by: str
    signed: date | None
    signature: str
    revoked: bool = False

    def columns(self) -> dict[str, Any]:
        return {
            "unit": self.unit,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day and self.last_day.isoformat(),
            "signed_by": self.signed_by,
            "signed": self.signed and self.signed.isoformat(),
            "signature": self.signature,
            "revoked": int(self.revoked),
        }


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    # units and employees

    def unit(self, unit: str) -> Row | None:
        return self._one("select * from unit where unit = ?", unit)

    def employee(self, employee_no: str) -> Row | None:
        return self._one("select * from employee where employee_no = ?", employee_no)

    def _one(self, sql: str, *values: object) -> Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    # orderers and authorisations

    def find(self, *, orderer_id: str, employee_no: str, unit: str) -> list[Row]:
        """Orderers of whom everything that is given is true; an empty text leaves it open."""
        return self._rows(
            "select * from orderer o where ? in ('', orderer_id) and ? in ('', employee_no) and (? = '' or exists"
            " (select 1 from authorisation a where a.orderer = o.id and a.unit = ?)) order by orderer_id limit ?",
            orderer_id,
            employee_no,
            unit,
            unit,
            HITS,
        )

    def orderer(self, orderer: int) -> Row | None:
        return self._one("select * from orderer where id = ?", orderer)

    def authorisations(self, orderer: int) -> list[Row]:
        return self._authorisations("a.orderer = :of order by a.id", orderer)

    def authorisations_for(self, unit: str) -> list[Row]:
        return self._authorisations("a.unit = :of order by o.orderer_id, a.id", unit)

    def authorisation(self, authorisation: int) -> Row | None:
        """An authorisation with its orderer."""
        found = self._authorisations("a.id = :of", authorisation)
        return found[0] if found else None

    def _authorisations(self, which: str, of: object) -> list[Row]:
        today = datetime.now(UTC).astimezone().date().isoformat()
        return [dict(row) for row in self._db.execute(f"{_AUTHORISATION} where {which}", {"of": of, "today": today})]

    def is_active(self, orderer: int) -> bool:
        return any(each["state"] == "ACTIVE" for each in self.authorisations(orderer))

    def authorise(self, orderer: Row, signing: Signing, actor: Actor) -> int:
        """Enter an authorisation. Nothing stops one more of the same kind."""
        with self._db:
            _ = self._db.execute("begin immediate")
            made = self._insert(orderer["id"], signing)
            number = f"{orderer['orderer_id']}/{signing.unit}"
            self._log("authorisation", actor, orderer["national_id"], number, signing.signature)
        return made

    def make_orderer(self, employee: Row, signing: Signing, actor: Actor) -> int:
        """Make an employee an orderer with the role. Nothing stops a second Bestiller-ID of the same employee."""
        with self._db:
            _ = self._db.execute("begin immediate")
            user = employee["user"]
            if not user or self._one("select 1 from orderer where orderer_id = ?", user):
                user = self._next_user()
            orderer = self._insert_orderer(user, employee["employee_no"], employee["national_id"], employee["name"])
            made = self._insert(orderer, signing)
            self._log("orderer", actor, employee["national_id"], f"{user}/{signing.unit}", signing.signature)
        return made

    def end(self, authorisation: Row, last_day: date, actor: Actor) -> None:
        """Withdraw an authorisation as of a day."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(
                "update authorisation set revoked = 1, last_day = ? where id = ?",
                (last_day.isoformat(), authorisation["id"]),
            )
            number = f"{authorisation['orderer_id']}/{authorisation['unit']}"
            self._log("end", actor, authorisation["national_id"], number, last_day.isoformat())

    def turn_role(self, orderer: Row, actor: Actor, *, on: bool) -> None:
        """Let an orderer into the order form, or shut the orderer out."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute("update orderer set role = ? where id = ?", (int(on), orderer["id"]))
            self._log("role", actor, orderer["national_id"], orderer["orderer_id"], "on" if on else "off")

    def _next_user(self) -> str:
        taken = self._count(
            "select coalesce(max(cast(substr(orderer_id, 5) as integer)), 0) from orderer"
            " where orderer_id glob 'best[0-9]*'"
        )
        return f"best{max(taken, FIRST_USER) + 1}"

    def _insert_orderer(self, user: str, employee_no: str, national_id: str, name: str, *, role: bool = True) -> int:
        return row_id(
            self._db.execute(
                "insert into orderer (orderer_id, employee_no, national_id, name, role, locked_by)"
                " values (?, ?, ?, ?, ?, '')",
                (user, employee_no, national_id, name, int(role)),
            )
        )

    def _insert(self, orderer: int, signing: Signing) -> int:
        number = self._count("select coalesce(max(number), ?) + 1 from authorisation", FIRST_NUMBER)
        return row_id(self._db.execute(_INSERT, {"number": number, "orderer": orderer, **signing.columns()}))

    # the vendor's console

    def seed_units(self, units: Iterable[SeededUnit]) -> int:
        """A unit that is there already is replaced."""
        told = [(each.unit, each.name, each.type, each.leader.employee_no, each.leader.name) for each in units]
        return self._seed(
            "insert or replace into unit (unit, name, type, leader_no, leader_name) values (?, ?, ?, ?, ?)", told
        )

    def seed_employees(self, employees: Iterable[SeededEmployee]) -> int:
        """An employee who is there already is replaced."""
        told = [(each.employee_no, each.national_id, each.name, each.user) for each in employees]
        return self._seed(
            "insert or replace into employee (employee_no, national_id, name, user) values (?, ?, ?, ?)", told
        )

    def _seed(self, sql: str, told: list[tuple[str, ...]]) -> int:
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany(sql, told)
        return len(told)

    def seed_authorisations(self, authorisations: Iterable[SeededAuthorisation]) -> int:
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, each in enumerate(authorisations, start=1):  # noqa: B007
                known = self._one("select id from orderer where orderer_id = ?", each.user)
                orderer = (
                    known["id"]
                    if known
                    else self._insert_orderer(each.user, each.employee_no, each.national_id, each.name, role=each.role)
                )
                signing = Signing(
                    unit=each.unit,
                    first_day=each.first,
                    last_day=each.last,
                    signed_by=each.signed_by,
                    signed=each.signed,
                    signature=each.signature_ref,
                    revoked=each.state == "REVOKED",
                )
                _ = self._insert(orderer, signing)
        return count

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these orderers open, or nobody; says how many that are."""
        sql = "update orderer set locked_by = ? where orderer_id = ?"
        with self._db:
            _ = self._db.execute("begin immediate")
            return sum(self._db.execute(sql, (lock.locked_by, *lock.key)).rowcount for lock in locks)

    def all_orderers(self) -> list[Row]:
        """Every orderer with all authorisations, as they stand today."""
        found = self._rows("select * from orderer order by id")
        return [each | {"authorisations": [_told(one) for one in self.authorisations(each["id"])]} for each in found]

    def counts(self) -> Row:
        states = [each["state"] for each in self._authorisations("a.id > :of", 0)]
        return {
            "units": self._count("select count(*) from unit"),
            "employees": self._count("select count(*) from employee"),
            "orderers": self._count("select count(*) from orderer"),
            "orderers_twice": self._count(
                "select count(*) from (select 1 from orderer group by employee_no having count(*) > 1)"
            ),
            "with_role": self._count("select count(*) from orderer where role = 1"),
            "authorisations": {state: states.count(state) for state in STATES},
            "authorisations_twice": self._count(
                "select count(*) from (select 1 from authorisation where not revoked"
                " group by orderer, unit, signature having count(*) > 1)"
            ),
            "saved": {kind: self._count("select count(*) from log where kind = ?", kind) for kind in WRITES},
            "last_seq": self.last_seq(),
        }


def _told(row: Row) -> Row:
    names = ("number", "unit", "unit_name", "signed_by", "signed", "signature", "state")
    return {name: row[name] for name in names} | {"from": row["first_day"], "to": row["last_day"]}
