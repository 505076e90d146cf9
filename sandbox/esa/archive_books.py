"""The tables of the archive, and how its records are looked up; all that writes stands in modules of its own."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sandbox.esa.listing import Listing, Page
from sandbox.esa.records import CaseFile, Document, Party, Post
from sandbox.office.books import Books, Row

SCHEMA: Final = """
create table if not exists casefile (
  id integer primary key autoincrement, number text not null unique, title text not null, public_title text not null,
  part text not null, series text not null, klass text not null, unit text not null, officer text not null,
  status text not null, access text not null, legal_basis text not null,
  locked_by text not null default '', locked_since text not null default '', created_by text not null);
create index if not exists casefile_by_class on casefile (klass, series);
create index if not exists casefile_by_series on casefile (part, series, number);
create table if not exists post (
  id integer primary key, case_id integer not null references casefile on delete cascade, number integer not null, type text not null,
  status text not null, title text not null, public_title text not null, document_date text not null, received text,
  sent text, dispatch text not null default '', journalled text, due text, officer text not null, unit text not null, access text not null,
  legal_basis text not null, external_reference text not null, answers integer,
  write_off_code text not null default '', write_off_on text, write_off_by integer,
  locked_by text not null default '', locked_since text not null default '', created_by text not null,
  unique (case_id, number));
create index if not exists post_by_reference on post (external_reference);
create index if not exists post_waiting on post (unit, id) where type in ('I', 'N') and write_off_code = '';
create table if not exists party (
  post_id integer not null references post on delete cascade, place integer not null, role text not null,
  name text not null, number text not null, primary key (post_id, place)) without rowid;
create table if not exists document (
  id integer primary key autoincrement, post_id integer not null references post on delete cascade,
  number integer not null, role text not null, title text not null, format text not null, checksum text not null,
  original text not null, file text not null default '', created_by text not null, unique (post_id, number));
create table if not exists officer (
  initials text primary key, name text not null, unit text not null, email text not null, active integer not null,
  leads integer not null) without rowid;
create table if not exists part (name text not null, series text not null, primary key (name, series)) without rowid;
"""
FIRST_POST: Final = 500_001
_CASE: Final = (
    "select id, number, title, public_title, part, series, klass, unit, officer, status, access, legal_basis, locked_by,"
    " locked_since from casefile"
)
_POST: Final = (
    "select p.id, p.case_id, c.number as case_number, c.status as case_status, p.number, p.type, p.status, p.title,"
    " p.public_title, p.document_date, p.received, p.sent, p.dispatch, p.journalled, p.due, p.officer, p.unit, p.access,"
    " p.legal_basis, p.external_reference, p.answers, p.write_off_code, p.write_off_on, p.write_off_by, p.locked_by,"
    " p.locked_since from post p join casefile c on c.id = p.case_id"
)
_DOCUMENT: Final = "select id, number, role, title, format, checksum, original, file from document"
WAITING: Final = "p.type in ('I', 'N') and p.write_off_code = '' and p.status <> 'U'"
"""What restanse means: it waits for an answer, and has not been cancelled."""


class ArchiveBooks(Books):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SCHEMA)
        _ = self._db.execute("pragma foreign_keys = on")

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """All or nothing, and nobody writes between what is asked here and what is written."""
        with self._db:
            _ = self._db.execute("begin immediate")
            yield self._db

    # case files

    def case_file(self, case_id: int) -> CaseFile | None:
        rows = self._rows(f"{_CASE} where id = ?", case_id)
        return CaseFile(**rows[0]) if rows else None

    def case_id(self, number: str) -> int | None:
        rows = self._rows("select id from casefile where number = ?", number)
        return int(rows[0]["id"]) if rows else None

    def case_files(self, wanted: dict[str, str], listing: Listing, *, closed_too: bool) -> Page[CaseFile]:
        """Those in which these columns hold exactly this."""
        meant = [f"{column} = :{column}" for column in wanted]
        meant += [] if closed_too else ["status in ('B', 'R', 'P')"]
        found = self._page(_CASE, "casefile", " and ".join(meant) or "true", wanted, listing)
        return found.of(lambda row: CaseFile(**row))

    # journal posts

    def post(self, post_id: int) -> Post | None:
        rows = self._rows(f"{_POST} where p.id = ?", post_id)
        return Post(**rows[0]) if rows else None

    def posts(self, case_id: int) -> list[Post]:
        return [Post(**row) for row in self._rows(f"{_POST} where p.case_id = ? order by p.number", case_id)]

    def posts_of_case(self, case_id: int, listing: Listing) -> Page[Post]:
        return self._posts("p.case_id = :case_id", {"case_id": case_id}, listing)

    def posts_found(self, wanted: dict[str, Any], listing: Listing) -> Page[Post]:
        """Those in which these columns hold exactly this."""
        return self._posts(" and ".join(f"p.{column} = :{column}" for column in wanted), wanted, listing)

    def posts_waiting(self, part: str, unit: str, listing: Listing) -> Page[Post]:
        """What is in restanse, in a part and a unit or in all of them."""
        meant = f"{WAITING} and (:part = '' or c.part = :part) and (:unit = '' or p.unit = :unit)"
        return self._posts(meant, {"part": part, "unit": unit}, listing)

    def _posts(self, meant: str, values: dict[str, Any], listing: Listing) -> Page[Post]:
        return self._page(_POST, "post p join casefile c on c.id = p.case_id", meant, values, listing).of(
            lambda row: Post(**row)
        )

    def parties(self, post_id: int) -> list[Party]:
        rows = self._rows("select role, name, number from party where post_id = ? order by place", post_id)
        return [Party(**row) for row in rows]

    def documents(self, post_id: int) -> list[Document]:
        return [Document(**row) for row in self._rows(f"{_DOCUMENT} where post_id = ? order by number", post_id)]

    def document(self, document_id: int) -> Document | None:
        rows = self._rows(f"{_DOCUMENT} where id = ?", document_id)
        return Document(**rows[0]) if rows else None

    # the archive itself

    def parts(self) -> dict[str, list[str]]:
        """Every part of the archive with its series."""
        found: dict[str, list[str]] = {}
        for row in self._rows("select name, series from part order by name, series"):
            found.setdefault(row["name"], []).extend([row["series"]] if row["series"] else [])
        return found

    def newest(self, part: str, series: str, most: int) -> list[CaseFile]:
        """The newest case files of a series, for the tree."""
        rows = self._rows(f"{_CASE} where part = ? and series = ? order by number desc limit ?", part, series, most)
        return [CaseFile(**row) for row in rows]

    def officers(self, listing: Listing) -> Page[Row]:
        return self._page("select * from officer", "officer", "true", {}, listing)

    def _page(self, select: str, of: str, meant: str, values: dict[str, Any], listing: Listing) -> Page[Row]:
        """One page of what is meant, in the order that is asked for."""
        total = int(self._db.execute(f"select count(*) from {of} where {meant}", values).fetchone()[0])  # noqa: S608
        rows: Sequence[Any] = self._db.execute(
            f"{select} where {meant} order by {listing.order} limit :_many offset :_from",
            {**values, "_many": listing.size, "_from": listing.size * (listing.number - 1)},
        ).fetchall()
        return Page(rows=[dict(row) for row in rows], total=total, listing=listing)
