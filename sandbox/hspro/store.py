"""What HsPro remembers: people, journals, doses and the population register, in one SQLite file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.hspro import codes
from sandbox.hspro.dose_books import DoseBooks
from sandbox.hspro.seeds import SeededPerson
from sandbox.office.books import IMPORTED, Row, row_id
from sandbox.office.people import Person
from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists journal (
  id integer primary key autoincrement, number text not null, person_id integer not null references person,
  type text not null, state text not null, unit text not null, opened text not null, source text not null,
  created text not null, created_by text not null, details text not null);
create index if not exists journal_by_person on journal (person_id);
"""
WRITES: Final = ("journal", "person", "dose", "correction")
LOOKS: Final = ("search", "card", "doses")


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


class Store(DoseBooks):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

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
                person_id = self.insert_person(seeded, IMPORTED)
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
                for dose in seeded.doses:
                    self.seed_dose(person_id, dose, IMPORTED)
        return count

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
            **self.dose_counts(),
            "last_seq": self.last_seq(),
        }


def _journal(row: Row) -> Journal:
    return Journal(**{**row, "details": json.loads(row["details"])})
