"""What people do to processes and targets, with who and why: pause, resume, close a circuit; and the log of it all.

Reasons are what people write: whatever looks like a national id in them is masked before it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from common.db.pool import Connection, Pool, named_sql
from common.privacy.masking import mask

SQL = named_sql("common.cases", "operations.sql")

Kind = Literal["process", "target", "schedule"]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One line of the log."""

    id: int
    at: datetime
    actor: str
    kind: str
    name: str
    action: str
    reason: str | None


class Operations:
    """Each is one statement with its line in the log, and may be repeated: what is so already stays as it is."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def pause(self, kind: Kind, name: str, *, actor: str, reason: str) -> bool:
        """Let nothing more be claimed; what runs ends in its own time. False when it was paused already."""
        async with self._pool.connection() as connection:
            return await pause(connection, kind, name, actor=actor, reason=reason) is not None

    async def resume(self, kind: Kind, name: str, *, actor: str) -> bool:
        """Let cases go on; False when it was not paused."""
        return await self._act("resume", kind=kind, name=name, actor=actor)

    async def close_circuit(self, target: str, *, actor: str) -> bool:
        """A person knows that the target is back; False when the circuit was not open."""
        return await self._act("close_circuit", target=target, actor=actor)

    async def page(
        self, *, limit: int, before: int | None = None, kind: str | None = None, name: str | None = None
    ) -> list[Operation]:
        """The log, newest first."""
        values = {"limit": limit, "before": before, "kind": kind, "name": name}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["page"], values)).fetchall()
        return [Operation(**row) for row in rows]

    async def _act(self, statement: str, **values: str) -> bool:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], values)).fetchone() is not None


async def pause(
    connection: Connection, kind: Kind, name: str, *, actor: str, reason: str, code: str | None = None
) -> datetime | None:
    """Pause within a transaction of the caller's; gives since when, or None when it was paused already."""
    values = {"kind": kind, "name": name, "actor": actor, "reason": mask(reason), "code": code}
    row = await (await connection.execute(SQL["pause"], values)).fetchone()
    return row["since"] if row else None


async def note(
    connection: Connection, kind: str, name: str, action: str, *, actor: str, reason: str | None = None
) -> None:
    """Add a line to the log, with what it tells of."""
    why = None if reason is None else mask(reason)
    await connection.execute(SQL["note"], {"kind": kind, "name": name, "action": action, "actor": actor, "reason": why})
