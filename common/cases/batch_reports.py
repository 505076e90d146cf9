"""Reports of batches in PostgreSQL: each made once, with the end of its batch, and sealed under a key of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from common.cases.sight import Sight
from common.db.pool import Connection, Pool, named_sql
from common.privacy.crypto import Keyring
from common.report.document import Report

_SQL = named_sql("common.cases", "batch_reports.sql")
_CONTENT, _HEADING = "report", "report:heading"


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A report as it is stored; its heading can be opened by itself."""

    batch: UUID
    key: bytes = field(repr=False)
    heading: bytes = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A report in a list."""

    batch: UUID
    process: str
    caller: str
    rows: int
    ended_at: datetime
    title: str
    subtitle: str


def sealed(keyring: Keyring, batch: UUID, report: Report) -> Sealed:
    """The report of a batch, ready to be stored."""
    key = keyring.new_key(batch)
    return Sealed(
        batch=batch,
        key=key.wrapped,
        heading=key.seal_json(_HEADING, {"title": report.title, "subtitle": report.subtitle}),
        content=key.seal(_CONTENT, report.model_dump_json().encode()),
    )


async def keep(connection: Connection, report: Sealed) -> None:
    """Store it, in the transaction that ends its batch."""
    await connection.execute(_SQL["keep"], vars(report))


class BatchReports:
    """Reads of reports."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def of(self, batch: UUID) -> Report | None:
        """The report of a batch, if it has one; raises Unreadable."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SQL["of"], {"batch": batch})).fetchone()
        return None if row is None else await asyncio.to_thread(self._opened, batch, row)

    async def page(self, *, sight: Sight, limit: int, before: UUID | None = None) -> list[Heading]:
        """Batches with a report, the newest first."""
        values = {**sight.values, "limit": limit, "before": before}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["page"], values)).fetchall()
        return [self._heading(row) for row in rows]

    def _opened(self, batch: UUID, row: dict[str, Any]) -> Report:
        content = self._keyring.open_key(batch, row["key"]).open(_CONTENT, row["content"])
        return Report.model_validate_json(content)

    def _heading(self, row: dict[str, Any]) -> Heading:
        told = self._keyring.open_key(row["id"], row["key"]).open_json(_HEADING, row["heading"])
        same = {name: row[name] for name in ("process", "caller", "rows", "ended_at")}
        return Heading(batch=row["id"], **same, title=told["title"], subtitle=told["subtitle"])
