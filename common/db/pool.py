"""The way to PostgreSQL of what moves cases: a pool of plain connections, and statements by their names."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import LiteralString, cast

from psycopg import AsyncConnection, InternalError, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from common import metrics
from common.settings import DatabaseSettings

AWAY = (OperationalError, InternalError)
"""What is raised when the database does not answer, or has ended the session of a worker that was frozen in mid-turn."""

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

# No transaction is ever held across a wait: one left open slows every claim down, so the server ends it.
_SESSION = "-c idle_in_transaction_session_timeout=5000 -c timezone=UTC"

_KEEP_TRYING = 5.0  # seconds


def pool(settings: DatabaseSettings, *, name: str, size: int | None = None) -> Pool:
    """A pool of autocommitting connections, not opened yet; `name` is what the server's activity list shows."""
    made = AsyncConnectionPool(
        settings.url,
        connection_class=AsyncConnection[DictRow],
        min_size=1,
        max_size=size or settings.pool_max,
        open=False,
        name=name,
        timeout=settings.connect_timeout,
        # The pool doubles the pauses between its tries; beyond this it begins anew, or it would lag behind a server
        # that is back after an hour by minutes.
        reconnect_timeout=_KEEP_TRYING,
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "application_name": name,
            **session(settings),
        },
    )
    metrics.CONNECTIONS.watch(made)
    return made


def session(settings: DatabaseSettings) -> dict[str, object]:
    """How a connection begins.

    A pooler in transaction mode gives each transaction another session, so nothing may be prepared in one. It refuses
    options too, which are then the role's (`roger db roles`).
    """
    if settings.pooler:
        return {"connect_timeout": settings.connect_timeout, "prepare_threshold": None}
    return {"connect_timeout": settings.connect_timeout, "options": _SESSION}


def named_sql(package: str, file: str) -> Mapping[str, LiteralString]:
    """The statements of an SQL file, by the name after `-- name:` above each."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    statements: dict[str, LiteralString] = {}
    for part in text.split("-- name: ")[1:]:
        name, _, body = part.partition("\n")
        # The file ships with the code: it is as literal as a string in it.
        statements[name.split()[0]] = cast("LiteralString", body.strip())
    return statements
