"""What every system keeps besides its own tables: the log of what was done, and wrong tries to sign in. One SQLite file.

One connection for the whole process: handlers are coroutines on one thread, and every statement is over in microseconds.
"""

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sandbox.office.sessions import Actor

SCHEMA: Final = """
create table if not exists log (
  seq integer primary key autoincrement, at real not null, kind text not null, account text not null,
  session text not null, national_id text not null, number text not null, source text not null);
create table if not exists account (name text primary key, wrong_tries integer not null default 0);
"""
SIGN_INS: Final = ("sign_in", "sign_in_refused")
IMPORTED: Final = "Import"

Row = dict[str, Any]


class Books:
    """A system's database; its own tables follow the common ones."""

    def __init__(self, path: Path, schema: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=wal", "synchronous=normal", "cache_size=-32000", "temp_store=memory"):
            _ = self._db.execute(f"pragma {pragma}")
        _ = self._db.executescript(SCHEMA + schema)

    def close(self) -> None:
        self._db.close()

    def _rows(self, sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in self._db.execute(sql, values)]

    def _count(self, sql: str, *values: object) -> int:
        return int(self._db.execute(sql, values).fetchone()[0])

    # the log

    def look(self, kind: str, national_id: str, actor: Actor, number: str = "") -> None:
        self._log(kind, actor, national_id, number)

    def _log(self, kind: str, actor: Actor, national_id: str, number: str = "", source: str = "") -> None:
        # The last statement before the commit, so that its time is the time of the commit.
        _ = self._db.execute(
            "insert into log (at, kind, account, session, national_id, number, source) values (?, ?, ?, ?, ?, ?, ?)",
            (time.time(), kind, actor.account, actor.session, national_id, number, source),
        )

    def log_since(self, seq: int, kinds: Iterable[str]) -> list[Row]:
        wanted = tuple(kinds)
        marks = ", ".join("?" * len(wanted))
        return self._rows(f"select * from log where seq > ? and kind in ({marks}) order by seq", seq, *wanted)  # noqa: S608

    # accounts

    def wrong_tries(self, account: str) -> int:
        rows = self._rows("select wrong_tries from account where name = ?", account)
        return int(rows[0]["wrong_tries"]) if rows else 0

    def count_try(self, account: str, *, wrong: bool) -> None:
        """Count wrong tries in a row; a right one starts the count anew."""
        _ = self._db.execute(
            "insert into account (name, wrong_tries) values (?, ?) on conflict (name) do update set"
            " wrong_tries = case when excluded.wrong_tries = 0 then 0 else wrong_tries + 1 end",
            (account, int(wrong)),
        )

    def note_sign_in(self, actor: Actor, *, refused: bool) -> None:
        self._log("sign_in_refused" if refused else "sign_in", actor, "")

    def last_seq(self) -> int:
        return self._count("select coalesce(max(seq), 0) from log")

    def reset(self) -> None:
        """Empty every table."""
        with self._db:
            _ = self._db.execute("begin immediate")
            for table in self._tables():
                _ = self._db.execute(f"delete from {table}")  # noqa: S608

    def _tables(self) -> list[str]:
        rows = self._rows("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
        return [row["name"] for row in rows]


def row_id(cursor: sqlite3.Cursor) -> int:
    """The id of the row that was just inserted."""
    if cursor.lastrowid is None:
        raise RuntimeError("SQLite gave no row id")
    return cursor.lastrowid
