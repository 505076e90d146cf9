"""What HsPro remembers: people, journals and the population register, in one SQLite file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.hspro import codes
from sandbox.hspro.seeds import Individual, SeededPerson
from sandbox.office.books import IMPORTED, Books, Row, row_id
from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists person (
  id integer primary key autoincrement, national_id text not null, family_name text not null, given_name text not null,
  birth_date text not null, status text not null, protection integer, created_by text not null);
create index if not exists person_by_national_id on person (national_id);
create table if not exists former_number (number text not null, person_id integer not null references person);
create index if not exists former_number_by_number on former_number (number);
create index if not exists former_number_by_person on former_number (person_id);
create table if not exists journal (
  id integer primary key autoincrement, number text not null, person_id integer not null references person,
  type text not null, state text not null, unit text not null, opened text not null, source text not null,
  created text not null, created_by text not null, details text not null);
create index if not exists journal_by_person on journal (person_id);
create table if not exists register (number text not null, entry text not null);
create index if not exists register_by_number on register (number);
"""
WRITES: Final = ("journal", "person")
LOOKS: Final = ("search", "card")


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
        return codes.remark(self.protection, self.former_numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    id: int
    number: str
    person_id: int
    type: str
    state: str
    unit: str
    opened: str
    source: str
    created: str
    created_by: str
    details: Mapping[str, str]


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    # people

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
            person_id = self._insert_person(entry, actor.account)
            self._log("person", actor, entry.national_id)
        return person_id

    def _insert_person(self, entry: Individual, created_by: str) -> int:
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

    # journals

    def journals_of(self, person_id: int) -> list[Journal]:
        return [_journal(row) for row in self._rows("select * from journal where person_id = ? order by id", person_id)]

    def journal(self, journal_id: int) -> Journal | None:
        rows = self._rows("select * from journal where id = ?", journal_id)
        return _journal(rows[0]) if rows else None

    def save_journal(self, person: Person, values: Mapping[str, str], actor: Actor) -> int:
        """Create a journal. Nothing stops a second one of the same type: that is the user's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            journal_id, number = self._insert_journal(
                person.id,
                type=values["journaltype"],
                state="ACTIVE",
                unit=values["enhet"],
                opened=datetime.strptime(values["apnet_dato"], "%d.%m.%Y").date().isoformat(),  # noqa: DTZ007
                source=values["kilde"],
                created_by=actor.account,
                details=json.dumps(dict(values), ensure_ascii=False),
            )
            self._log("journal", actor, person.national_id, number, values["kilde"])
        return journal_id

    def _insert_journal(self, person_id: int, **columns: str) -> tuple[int, str]:
        created = columns.pop("created", "") or datetime.now(UTC).astimezone().date().isoformat()
        cursor = self._db.execute(
            "insert into journal (number, person_id, type, state, unit, opened, source, created, created_by, details)"
            " values ('', :person_id, :type, :state, :unit, :opened, :source, :created, :created_by, :details)",
            {**columns, "person_id": person_id, "created": created},
        )
        journal_id = row_id(cursor)
        number = f"{created[:4]}-{journal_id:06d}"
        _ = self._db.execute("update journal set number = ? where id = ?", (number, journal_id))
        return journal_id, number

    # the vendor's console

    def seed_people(self, people: Iterable[SeededPerson]) -> int:
        count = 0
        with self._db:
            _ = self._db.execute("begin immediate")
            for count, seeded in enumerate(people, start=1):  # noqa: B007
                person_id = self._insert_person(seeded, IMPORTED)
                for journal in seeded.journals:
                    opened = journal.opened.isoformat()
                    _ = self._insert_journal(
                        person_id,
                        type=journal.type,
                        state=journal.state,
                        unit=codes.UNIT_OF_TYPE[journal.type],
                        opened=opened,
                        source="",
                        created=opened,
                        created_by=IMPORTED,
                        details="{}",
                    )
        return count

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

    def journals_by_national_id(self, national_id: str) -> list[Row]:
        rows = self._rows(
            "select j.*, p.national_id from journal j join person p on p.id = j.person_id"
            " where p.national_id = ? order by j.id",
            national_id,
        )
        return [{**row, "details": json.loads(row["details"])} for row in rows]

    def counts(self) -> Row:
        types = self._rows("select type, count(*) as n from journal group by type")
        return {
            "people": self._count("select count(*) from person"),
            "people_twice": self._count(
                "select count(*) from (select 1 from person group by national_id having count(*) > 1)"
            ),
            "register": self._count("select count(*) from register"),
            "journals": dict.fromkeys(codes.JOURNAL_TYPES, 0) | {row["type"]: row["n"] for row in types},
            "duplicates": self._count(
                "select count(*) from (select 1 from journal j join person p on p.id = j.person_id"
                " where j.type = 'SMITTEVERN' group by p.national_id having count(*) > 1)"
            ),
            "last_seq": self.last_seq(),
        }


def _person(row: Row, *former_numbers: str) -> Person:
    columns = {name: value for name, value in row.items() if name != "created_by"}
    return Person(**columns, former_numbers=former_numbers)


def _journal(row: Row) -> Journal:
    return Journal(**{**row, "details": json.loads(row["details"])})
