"""After a rotation every stored data key is wrapped anew under the master key in use, so that the old one can go.

It walks each table once, in bites, while everything runs; what it has read and somebody deletes or changes meanwhile
stays as they left it. Payloads are not touched: only the few bytes of each row's own key.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from common import log
from common.clock import Clock, system
from common.db.pool import Pool, named_sql
from common.privacy.crypto import Keyring, Unreadable, version_of

_log = log.get(__name__)
_SQL = named_sql("common.privacy", "rewrapping.sql")
PLACES = ("case_contents", "evidence", "ledger", "webhooks", "batch_reports", "entrusted", "files")
_BITE = 2_000
_BITES = 50
"""A round takes so many of each place; the next one goes on from there."""
LATE = timedelta(minutes=15)
"""A process that has not seen the new key yet may seal under the old one for so long: a walk counts from then on."""

Row = tuple[UUID, bytes]


class Rewrapping:
    """Brings a service's database under the current master key."""

    def __init__(
        self, pool: Pool, keyring: Keyring, clock: Clock = system, *, bite: int = _BITE, bites: int = _BITES
    ) -> None:
        self._pool, self._keyring, self._clock = pool, keyring, clock
        self._bite, self._bites = bite, bites

    async def go_on(self) -> bool:
        """One round; gives whether every place is done. Reads one small table when there is nothing to do."""
        version = self._keyring.master_version
        if version == self._keyring.oldest_master:
            return True
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["places"], {"version": version})).fetchall()
        stand = {row["place"]: row for row in rows}
        return all([await self._walk(place, version, stand.get(place)) for place in PLACES])

    async def _walk(self, place: str, version: int, stand: dict[str, Any] | None) -> bool:
        if stand is not None and stand["done_at"] is not None:
            return True
        after: UUID | None = stand["after"] if stand else None
        # Before the rows are read: whoever was late until then has written by now, and is walked past.
        settled = self._clock() > self._keyring.sealing_since + LATE
        moved = 0
        for _ in range(self._bites):
            found = await self._read(place, after)
            moved += await self._rewrap(place, version, found)
            if len(found) < self._bite:
                # Come to the end too early, it begins once more.
                await self._note(place, version, None, done=settled)
                if moved:
                    _log.info("keys.rewrapped", place=place, version=version, rows=moved)
                return settled
            after = found[-1][0]
            await self._note(place, version, after, done=False)
        _log.info("keys.rewrapped", place=place, version=version, rows=moved)
        return False

    async def _read(self, place: str, after: UUID | None) -> list[Row]:
        async with self._pool.connection() as connection:
            rows = await (
                await connection.execute(_SQL[f"read_{place}"], {"after": after, "limit": self._bite})
            ).fetchall()
        return [(row["id"], row["key"]) for row in rows]

    async def _rewrap(self, place: str, version: int, rows: list[Row]) -> int:
        old = [(id_, key) for id_, key in rows if version_of(key) != version]
        if not old:
            return 0
        new = await asyncio.to_thread(self._sealed_anew, old)
        values = {"ids": [row[0] for row in new], "old": [row[1] for row in new], "new": [row[2] for row in new]}
        async with self._pool.connection() as connection:
            return (await connection.execute(_SQL[f"write_{place}"], values)).rowcount

    def _sealed_anew(self, rows: list[Row]) -> list[tuple[UUID, bytes, bytes]]:
        done: list[tuple[UUID, bytes, bytes]] = []
        for id_, key in rows:
            try:
                done.append((id_, key, self._keyring.rewrapped(id_, key)))
            except Unreadable:
                # Damaged, or sealed under a key that was lost: it hinders nobody else, and `roger keys status` counts it.
                _log.error("keys.unreadable", row=str(id_))
        return done

    async def _note(self, place: str, version: int, after: UUID | None, *, done: bool) -> None:
        values = {"place": place, "version": version, "after": after, "done": done}
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["note"], values)

    async def everything(self, tell: Callable[[str, int], object] = lambda _place, _rows: None) -> int:
        """Walk through all places now, whatever has been noted; gives how many keys were wrapped anew."""
        version, moved = self._keyring.master_version, 0
        for place in PLACES:
            after, seen = None, 0
            while rows := await self._read(place, after):
                moved += await self._rewrap(place, version, rows)
                after, seen = rows[-1][0], seen + len(rows)
                tell(place, seen)
        return moved

    async def count(self, tell: Callable[[str, int], object] = lambda _place, _rows: None) -> Counter[tuple[str, int]]:
        """How many rows of each place are under which master key: a walk through everything, in bites."""
        found: Counter[tuple[str, int]] = Counter()
        for place in PLACES:
            after = None
            while rows := await self._read(place, after):
                found.update((place, version_of(key)) for _, key in rows)
                after = rows[-1][0]
                tell(place, sum(number for (where, _), number in found.items() if where == place))
        return found
