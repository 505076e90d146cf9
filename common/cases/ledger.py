"""The ledger in PostgreSQL: values sealed, keys blind, and of two cases that reach for one key exactly one first."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from psycopg import Rollback

from common.cases.queue import Claimed
from common.db.pool import Connection, Pool, named_sql
from common.errors import LeaseLost
from common.ledger import Fact
from common.privacy.crypto import Keyring

_SQL = named_sql("common.cases", "ledger.sql")


class Ledger:
    """What cases have made known to later ones."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def remember(self, case: Claimed, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        """Enter a fact, or give the one that stands under the key; raises LeaseLost."""
        keys = self._keys(kind, key)
        fact = uuids.uuid7()
        sealing = self._keyring.new_key(fact)
        values = {
            "id": case.id,
            "fence": case.fence,
            "kind": kind,
            "keys": keys,
            "fact": fact,
            "wrapped": sealing.wrapped,
            "value": sealing.seal_json(_place(kind), value),
            "until": until,
            "today": today,
        }
        async with self._pool.connection() as connection:
            while True:
                if await self._enter(connection, values):
                    return Fact(value=value, until=until, ours=True)
                standing = await self._look_up(connection, values, case.id)
                # Gone again, if its last day ended or it was purged between the two.
                if standing is not None:
                    return standing

    async def remembered(self, case: UUID, kind: str, key: str, *, today: date) -> Fact | None:
        """What stands under a key on a day, as that case sees it."""
        async with self._pool.connection() as connection:
            return await self._look_up(connection, {"kind": kind, "keys": self._keys(kind, key), "today": today}, case)

    async def all_of(self, case: UUID, kind: str, *, today: date) -> list[Fact]:
        """Every fact of a kind that stands on a day, the oldest first, as that case sees it."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["all_of_kind"], {"kind": kind, "today": today})).fetchall()
        return await asyncio.to_thread(lambda: [self._opened(row, kind, case) for row in rows])

    async def _enter(self, connection: Connection, values: dict[str, Any]) -> bool:
        """Whether the fact now stands under all its keys; otherwise it stands under none."""
        entered = False
        async with connection.transaction():
            if await (await connection.execute(_SQL["still_held"], values)).fetchone() is None:
                raise LeaseLost
            await connection.execute(_SQL["forget_ended"], values)
            cursor = await connection.execute(_SQL["enter"], values)
            entered = cursor.rowcount == len(values["keys"])
            if not entered:
                raise Rollback
        return entered

    async def _look_up(self, connection: Connection, values: dict[str, Any], case: UUID) -> Fact | None:
        row = await (await connection.execute(_SQL["look_up"], values)).fetchone()
        return None if row is None else self._opened(row, values["kind"], case)

    def _opened(self, row: dict[str, Any], kind: str, case: UUID) -> Fact:
        value = self._keyring.open_key(row["id"], row["wrapped_key"]).open_json(_place(kind), row["value"])
        return Fact(value=value, until=row["ends"], ours=row["case_id"] == case)

    def _keys(self, kind: str, key: str) -> list[bytes]:
        return self._keyring.blind_all(f"ledger:{kind}", key)


def _place(kind: str) -> str:
    return f"ledger:{kind}"
