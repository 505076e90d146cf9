"""Registers in PostgreSQL: versions that stay as they are, and which of them a case was decided by."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from common.cases.checkpoints import place
from common.cases.queue import Claimed
from common.db.pool import Pool, named_sql
from common.errors import LeaseLost, RobotFault
from common.privacy.crypto import canonical
from common.register import RegisterTable
from common.run import Checkpoint

_SQL = named_sql("common.cases", "registers.sql")
_KEPT = 32
"""Tables kept in memory: they never change, and most cases are decided by the newest."""
_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of a register, without its rows."""

    version: int
    valid_from: date
    signer: str
    caller: str
    stored_at: datetime
    row_count: int


@dataclass(frozen=True)
class Stored:
    """What became of a table that was handed in."""

    version: int
    existing: bool
    """The same table from the same day stood already."""


class Registers:
    """The stored versions of a service's registers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._tables: OrderedDict[tuple[str, int], RegisterTable] = OrderedDict()

    async def store(self, name: str, *, rows: Sequence[Any], valid_from: date, signer: str, caller: str) -> Stored:
        """Add a version; the same rows from the same day again are the version that stands."""
        values = {
            "name": name,
            "valid_from": valid_from,
            "rows": Jsonb(list(rows)),
            "digest": hashlib.sha256(canonical(list(rows))).digest(),
            "signer": signer,
            "caller": caller,
            "actor": f"caller:{caller}",
        }
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_SQL["lock_register"], values)
            same = await (await connection.execute(_SQL["same_version"], values)).fetchone()
            if same is not None:
                return Stored(same["version"], existing=True)
            added = await (await connection.execute(_SQL["add_version"], values)).fetchone()
        if added is None:
            message = "an insert without a conflict clause gives its row"
            raise AssertionError(message)
        return Stored(added["version"], existing=False)

    async def in_force(self, name: str, day: date) -> int | None:
        """The version in force on a day."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["in_force"], {"name": name, "day": day})
            row = await cursor.fetchone()
        return row["version"] if row else None

    async def all_in_force(self, day: date) -> dict[str, int]:
        """Of every register that has one, the version in force on a day."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["newest_of"], {"day": day})
            return {row["name"]: row["version"] for row in await cursor.fetchall()}

    async def versions(self, name: str) -> list[Version]:
        """The newest versions first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["versions_of"], {"name": name, "limit": _SHOWN})
            return [Version(**row) for row in await cursor.fetchall()]

    async def version(self, name: str, version: int) -> Version | None:
        """One version without its rows."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["one_version"], {"name": name, "version": version})
            row = await cursor.fetchone()
        return Version(**row) if row else None

    async def table(self, name: str, version: int) -> RegisterTable | None:
        """One version with its rows."""
        kept = self._tables.get((name, version))
        if kept is not None:
            self._tables.move_to_end((name, version))
            return kept
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["rows_of"], {"name": name, "version": version})
            row = await cursor.fetchone()
        if row is None:
            return None
        found = self._tables[name, version] = RegisterTable(**row)
        while len(self._tables) > _KEPT:
            self._tables.popitem(last=False)
        return found

    async def table_of_case(self, name: str, version: int) -> RegisterTable:
        """A version that a case is decided by; raises RobotFault when the database lacks it."""
        found = await self.table(name, version)
        if found is None:
            raise RobotFault(f"Version {version} of the register {name} is not in the database")
        return found

    async def use(self, case: Claimed, checkpoint: Checkpoint, name: str, version: int) -> None:
        """Store which version a run decides by, and the checkpoint that says so; raises LeaseLost."""
        values = {
            "id": case.id,
            "fence": case.fence,
            "point": checkpoint.name,
            "mark": checkpoint.mark,
            "value": case.key.seal_json(place(case, checkpoint.name), checkpoint.value),
            "name": name,
            "version": version,
        }
        async with self._pool.connection() as connection:
            if await (await connection.execute(_SQL["use_register"], values)).fetchone() is None:
                raise LeaseLost
