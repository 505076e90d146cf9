"""People as every system knows them: found by number, under former ones too, or fetched from the population register."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field

from sandbox.office.books import Books, Row, row_id
from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists person (
  id integer primary key autoincrement, national_id text not null, family_name text not null, given_name text not null,
  birth_date text not null, status text not null, protection integer, created_by text not null);
create index if not exists person_by_national_id on person (national_id);
create table if not exists former_number (number text not null, person_id integer not null references person);
create index if not exists former_number_by_number on former_number (number);
create index if not exists former_number_by_person on former_number (person_id);
create table if not exists register (number text not null, entry text not null);
create index if not exists register_by_number on register (number);
"""
STATUSES: Final[Mapping[str, str]] = {"RESIDENT": "Bosatt", "DECEASED": "Død", "EMIGRATED": "Utvandret"}


def protection_text(protection: int | None) -> str:
    return f"kode {protection}" if protection else ""


def remark(protection: int | None, former_numbers: Sequence[str]) -> str:
    """Say what whoever opens this person must know first."""
    protected = [f"Adressesperre: {protection_text(protection)}"] if protection else []
    return "; ".join([*protected, *(f"Tidligere nummer: {number}" for number in former_numbers)])


def norwegian_date(iso: str) -> str:
    """Turn 2026-03-09 into 09.03.2026."""
    year, month, day = iso.split("-")
    return f"{day}.{month}.{year}"


def norwegian_time(iso: str) -> str:
    """Turn 2026-03-09T12:05 into 09.03.2026 12:05."""
    date, _, time = iso.partition("T")
    year, month, day = date.split("-")
    return f"{day}.{month}.{year} {time[:5]}".strip()


class Individual(BaseModel, frozen=True, extra="forbid"):
    """A person as the population register knows them."""

    national_id: str = Field(pattern=r"^\d{11}$")
    family_name: str
    given_name: str
    birth_date: date
    status: Literal["RESIDENT", "DECEASED", "EMIGRATED"] = "RESIDENT"
    protection: Literal[6, 7] | None = None
    previous_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: int
    national_id: str
    family_name: str
    given_name: str
    birth_date: str
    status: str
    protection: int | None
    former_numbers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    @property
    def remark(self) -> str:
        """What the list of hits must warn about."""
        return remark(self.protection, self.former_numbers)


class PeopleBooks(Books):
    """The books of a system that is about people."""

    def __init__(self, path: Path, schema: str) -> None:
        super().__init__(path, SCHEMA + schema)

    def find(self, number: str) -> list[Person]:
        """Find everyone with this national id, now or formerly."""
        now = self._rows("select * from person where national_id = ? order by id", number)
        formerly = self._rows(
            "select p.* from person p join former_number f on f.person_id = p.id"
            " where f.number = ? and p.national_id <> ? order by p.id",
            number,
            number,
        )
        return [_person(row) for row in now] + [_person(row, number) for row in formerly]

    def person(self, person_id: int) -> Person | None:
        former = [
            row["number"] for row in self._rows("select number from former_number where person_id = ?", person_id)
        ]
        rows = self._rows("select * from person where id = ?", person_id)
        return _person(rows[0], *former) if rows else None

    def in_register(self, number: str) -> Individual | None:
        rows = self._rows("select entry from register where number = ? limit 1", number)
        return Individual.model_validate_json(rows[0]["entry"]) if rows else None

    def save_person(self, entry: Individual, actor: Actor) -> int:
        with self._db:
            _ = self._db.execute("begin immediate")
            person_id = self.insert_person(entry, actor.account)
            self._log("person", actor, entry.national_id)
        return person_id

    def insert_person(self, entry: Individual, created_by: str) -> int:
        cursor = self._db.execute(
            "insert into person (national_id, family_name, given_name, birth_date, status, protection, created_by)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                entry.national_id,
                entry.family_name,
                entry.given_name,
                entry.birth_date.isoformat(),
                entry.status,
                entry.protection,
                created_by,
            ),
        )
        person_id = row_id(cursor)
        _ = self._db.executemany(
            "insert into former_number (number, person_id) values (?, ?)",
            [(number, person_id) for number in entry.previous_ids],
        )
        return person_id

    def seed_register(self, entries: Iterable[Individual]) -> int:
        rows = [
            (number, entry.model_dump_json(), index)
            for index, entry in enumerate(entries)
            for number in (entry.national_id, *entry.previous_ids)
        ]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany("insert into register (number, entry) values (?, ?)", [row[:2] for row in rows])
        return len({row[2] for row in rows})


def _person(row: Row, *former_numbers: str) -> Person:
    columns = {name: value for name, value in row.items() if name != "created_by"}
    return Person(**columns, former_numbers=former_numbers)
