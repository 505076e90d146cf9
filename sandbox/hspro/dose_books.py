"""What HsPro remembers of vaccination: the doses of each person, and the batches there are."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sandbox.hspro import codes
from sandbox.hspro.seeds import Lot, SeededDose
from sandbox.office.books import Row, row_id
from sandbox.office.people import PeopleBooks, Person
from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists dose (
  id integer primary key autoincrement, number text not null, person_id integer not null references person,
  vaccine text not null, given text not null, dose_no integer not null, batch text not null, transfer text not null,
  message text not null, source text not null, created text not null, created_by text not null,
  corrected integer not null default 0, details text not null);
create index if not exists dose_by_person on dose (person_id);
create table if not exists lot (
  vaccine text not null, batch text not null, expiry text not null, transfer text not null, message text not null,
  primary key (vaccine, batch));
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    id: int
    number: str
    person_id: int
    vaccine: str
    given: str
    dose_no: int
    batch: str
    transfer: str
    message: str
    source: str
    created: str
    created_by: str
    corrected: int
    details: Mapping[str, str]


class DoseBooks(PeopleBooks):
    """The books of a system that also keeps vaccinations."""

    def __init__(self, path: Path, schema: str) -> None:
        super().__init__(path, SCHEMA + schema)

    def doses_of(self, person_id: int) -> list[Dose]:
        """Vaccine by vaccine, the oldest first."""
        rows = self._rows("select * from dose where person_id = ? order by vaccine, given, id", person_id)
        return [_dose(row) for row in rows]

    def dose(self, dose_id: int) -> Dose | None:
        rows = self._rows("select * from dose where id = ?", dose_id)
        return _dose(rows[0]) if rows else None

    def lots(self) -> list[Lot]:
        return [Lot.model_validate(row) for row in self._rows("select * from lot order by vaccine, batch")]

    def lot(self, vaccine: str, batch: str) -> Lot | None:
        rows = self._rows("select * from lot where vaccine = ? and batch = ?", vaccine, batch)
        return Lot.model_validate(rows[0]) if rows else None

    def save_dose(self, person: Person, values: Mapping[str, str], actor: Actor) -> None:
        """Register a dose. Nothing stops the same one from being registered twice: that is the user's responsibility."""
        with self._db:
            _ = self._db.execute("begin immediate")
            number = self._insert_dose(person.id, self._columns(values), actor.account)
            self._log("dose", actor, person.national_id, number, values["kilde"])

    def correct_dose(self, dose: Dose, person: Person, values: Mapping[str, str], actor: Actor) -> None:
        """Replace what stands of a dose; it is sent to SYSVAK again."""
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(
                "update dose set vaccine = :vaccine, given = :given, dose_no = :dose_no, batch = :batch,"
                " transfer = :transfer, message = :message, source = :source, details = :details,"
                " corrected = corrected + 1 where id = :id",
                {**self._columns(values), "id": dose.id},
            )
            self._log("correction", actor, person.national_id, dose.number, values["kilde"])

    def _columns(self, values: Mapping[str, str]) -> Row:
        lot = self.lot(values["vaksine"], values["batchnr"])
        return {
            "vaccine": values["vaksine"],
            "given": datetime.strptime(values["vaksinasjonsdato"], "%d.%m.%Y").date().isoformat(),  # noqa: DTZ007
            "dose_no": int(values["dosenr"]),
            "batch": values["batchnr"],
            "transfer": lot.transfer if lot else "ACCEPTED",
            "message": lot.message if lot else "",
            "source": values["kilde"],
            "details": json.dumps(dict(values), ensure_ascii=False),
        }

    def _insert_dose(self, person_id: int, columns: Row, created_by: str) -> str:
        created = datetime.now(UTC).astimezone().date().isoformat()
        cursor = self._db.execute(
            "insert into dose (number, person_id, vaccine, given, dose_no, batch, transfer, message, source, created,"
            " created_by, details) values ('', :person_id, :vaccine, :given, :dose_no, :batch, :transfer, :message,"
            " :source, :created, :created_by, :details)",
            {**columns, "person_id": person_id, "created": created, "created_by": created_by},
        )
        number = f"V{row_id(cursor):06d}"
        _ = self._db.execute("update dose set number = ? where id = ?", (number, row_id(cursor)))
        return number

    # the vendor's console

    def seed_dose(self, person_id: int, dose: SeededDose, created_by: str) -> None:
        """One dose from before; within the caller's transaction."""
        given = {
            "vaksine": dose.vaccine,
            "batchnr": dose.batch,
            "vaksinasjonsdato": f"{dose.given:%d.%m.%Y}",
            "dosenr": str(dose.dose_no),
            "kilde": dose.source,
        }
        columns = dose.model_dump(mode="json") | {"details": json.dumps(given)}
        _ = self._insert_dose(person_id, columns, created_by)

    def seed_lots(self, lots: Iterable[Lot]) -> int:
        rows = [lot.model_dump(mode="json") for lot in lots]
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.executemany(
                "insert or replace into lot (vaccine, batch, expiry, transfer, message)"
                " values (:vaccine, :batch, :expiry, :transfer, :message)",
                rows,
            )
        return len(rows)

    def doses_by_national_id(self, national_id: str) -> list[Row]:
        rows = self._rows(
            "select d.*, p.national_id from dose d join person p on p.id = d.person_id"
            " where p.national_id = ? order by d.id",
            national_id,
        )
        return [{**row, "details": json.loads(row["details"])} for row in rows]

    def dose_counts(self) -> Row:
        vaccines = self._rows("select vaccine, count(*) as n from dose group by vaccine")
        return {
            "doses": dict.fromkeys(codes.VACCINES, 0) | {row["vaccine"]: row["n"] for row in vaccines},
            "double_doses": self._count(
                "select count(*) from (select 1 from dose d join person p on p.id = d.person_id"
                " group by p.national_id, d.vaccine, d.given having count(*) > 1)"
            ),
            "corrections": self._count("select coalesce(sum(corrected), 0) from dose"),
            "lots": self._count("select count(*) from lot"),
        }


def _dose(row: Row) -> Dose:
    return Dose(**{**row, "details": json.loads(row["details"])})
