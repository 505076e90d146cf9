"""What SOFIE remembers of documents and their files, in one SQLite file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from sandbox.office.books import Books, Row
from sandbox.office.sessions import Actor
from sandbox.sofie.seeds import Lock, SeededDocument

WRITES: Final = ("reference", "export")
LOOKS: Final = ("list", "document")
SCHEMA: Final = """
create table if not exists document (
  number text primary key, case_ref text not null, party_id text not null, name text not null, protected integer not null,
  doc_type text not null, direction text not null, doc_date text not null, received text, sent text,
  officer text not null, archive_ref text not null, locked_by text not null);
create index if not exists document_waiting on document (archive_ref, number);
create table if not exists file (
  document text not null references document (number), nr integer not null, name text not null, role text not null,
  size integer not null, content blob not null, primary key (document, nr)) without rowid;
"""
_COLUMNS: Final = (
    *("number", "case_ref", "party_id", "name", "protected", "doc_type", "direction", "doc_date", "received", "sent"),
    *("officer", "archive_ref", "locked_by"),
)


class Store(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)

    def waiting(self, page: int, size: int) -> list[Row]:
        """A page of the documents that have no reference to the archive, by number."""
        return self._rows(
            "select number, case_ref, doc_type, doc_date from document where archive_ref = '' order by number"
            " limit ? offset ?",
            size,
            (page - 1) * size,
        )

    def count_waiting(self) -> int:
        return self._count("select count(*) from document where archive_ref = ''")

    def document(self, number: str) -> Row | None:
        """A document with its files, without their contents."""
        rows = self._rows("select * from document where number = ?", number)
        return rows[0] | {"files": self._files(number)} if rows else None

    def _files(self, number: str) -> list[Row]:
        return self._rows("select nr, name, role, size from file where document = ? order by nr", number)

    def contents(self, number: str) -> Iterator[tuple[str, bytes]]:
        """What a document's files are called when they leave, and what is in them; one at a time."""
        for file in self._files(number):
            rows = self._rows("select content from file where document = ? and nr = ?", number, file["nr"])
            yield f"{file['nr']}-{file['name']}", rows[0]["content"]

    def write_reference(self, document: Row, reference: str, actor: Actor) -> None:
        with self._db:
            _ = self._db.execute("begin immediate")
            _ = self._db.execute(
                "update document set archive_ref = ? where number = ?", (reference, document["number"])
            )
            self._log("reference", actor, document["party_id"], document["number"], reference)

    def note_export(self, document: Row, actor: Actor) -> None:
        self._log("export", actor, document["party_id"], document["number"])

    # the vendor's console

    def seed(self, documents: Iterable[SeededDocument]) -> int:
        """A document of the same number is replaced, with its files."""
        given = list(documents)
        marks = ", ".join(f":{column}" for column in _COLUMNS)
        with self._db:
            _ = self._db.execute("begin immediate")
            for document in given:
                _ = self._db.execute("delete from file where document = ?", (document.number,))
                _ = self._db.execute(
                    f"insert or replace into document ({', '.join(_COLUMNS)}) values ({marks})",  # noqa: S608
                    document.model_dump(mode="json", include=set(_COLUMNS)),
                )
                _ = self._db.executemany(
                    "insert into file (document, nr, name, role, size, content) values (?, ?, ?, ?, ?, ?)",
                    [
                        (document.number, nr, file.name, file.role, len(file.content_base64), file.content_base64)
                        for nr, file in enumerate(document.files, 1)
                    ],
                )
        return len(given)

    def lock(self, locks: Iterable[Lock]) -> int:
        """Let somebody have these documents open, or nobody; says how many that are."""
        sql = "update document set locked_by = ? where number = ?"
        with self._db:
            _ = self._db.execute("begin immediate")
            return sum(self._db.execute(sql, (lock.locked_by, lock.number)).rowcount for lock in locks)

    def all_documents(self, number: str) -> list[Row]:
        """In the shape of the seeds, with what is known of the files in place of their contents."""
        rows = self._rows("select * from document where ? in ('', number) order by number", number)
        return [row | {"protected": bool(row["protected"]), "files": self._files(row["number"])} for row in rows]

    def counts(self) -> Row:
        return {
            "documents": self._count("select count(*) from document"),
            "waiting": self.count_waiting(),
            "files": self._count("select count(*) from file"),
            "references_twice": self._count(
                "select count(*) from (select 1 from document where archive_ref != '' group by archive_ref"
                " having count(*) > 1)"
            ),
            "saved": {kind: self._count("select count(*) from log where kind = ?", kind) for kind in WRITES},
            "last_seq": self.last_seq(),
        }
