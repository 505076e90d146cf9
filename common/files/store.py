"""Files in PostgreSQL, where every worker reaches them: taken in piece by piece, within what a deployment has room for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import uuid_utils.compat as uuids

from common.db.pool import Pool, named_sql
from common.files.pieces import Facts, Sealing
from common.files.settings import KEPT, FileSettings
from common.privacy.crypto import Keyring
from common.refusals import FilesFull, StoreFull, Unavailable

SQL = named_sql("common.files", "files.sql")
LEAST = 1 << 16
"""Bytes that a file counts for, however small it is: many small ones are a burden too."""
_BROKEN_OFF = timedelta(hours=1)
"""Without another piece for so long, what has come of a file is deleted."""
_AGAIN = 60  # seconds, for callers


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file that Roger has, as its owner is told of it."""

    sha256: str
    size: int
    handed_at: datetime
    expires_at: datetime
    existing: bool = True
    """It was handed over before."""


class Arrival:
    """A file on its way in."""

    def __init__(self, file: UUID, caller: str, sealing: Sealing, announced: int) -> None:
        self.file, self.caller, self.sealing = file, caller, sealing
        self.announced = announced
        """Bytes that are set aside for it."""

    @property
    def facts(self) -> Facts:
        """What it comes to so far."""
        return self.sealing.facts


class FileStore:
    """Takes files in."""

    def __init__(self, pool: Pool, keyring: Keyring, settings: FileSettings) -> None:
        self._pool, self._keyring, self._settings = pool, keyring, settings

    async def begin(self, caller: str, now: datetime, *, announced: int = 0) -> Arrival:
        """Begin to take a file in, of so many bytes if its sender says so; raises FilesFull or StoreFull.

        What is announced is set aside before anybody looks whether there is room: of two that begin at once, each sees
        the other, and neither finds out when most of it has arrived.
        """
        file = uuids.uuid7()
        key = self._keyring.new_key(file)
        values = {"id": file, "caller": caller, "key": key.wrapped, "announced": announced}
        values |= {"now": now, "expires_at": now + _BROKEN_OFF}
        async with self._pool.connection() as connection:
            await connection.execute(SQL["begin"], values)
        arrival = Arrival(file, caller, Sealing(key), announced)
        try:
            await self._require_room(arrival, announced)
        except (FilesFull, StoreFull):
            await self.withdraw(arrival)
            raise
        return arrival

    async def add(self, arrival: Arrival, content: bytes, now: datetime) -> None:
        """Store the next piece; raises FilesFull or StoreFull for more than was announced.

        Of those that announce nothing two at once may pass a limit by a piece each.
        """
        size = arrival.facts.size + len(content)
        if size > arrival.announced:
            await self._require_room(arrival, size)
        number = arrival.sealing.pieces
        sealed = await asyncio.to_thread(arrival.sealing.seal, content)
        values = {"id": arrival.file, "number": number, "size": size, "content": sealed}
        values |= {"now": now, "expires_at": now + _BROKEN_OFF}
        async with self._pool.connection() as connection:
            if await (await connection.execute(SQL["add_piece"], values)).fetchone() is None:
                raise _gone()

    async def complete(self, arrival: Arrival, now: datetime) -> Handed:
        """All of it is here. The same of the same caller is kept once, for as long as if it had come only now."""
        facts = arrival.facts
        times = {"now": now, "expires_at": now + timedelta(hours=self._settings.hours), "ends_at": now + KEPT}
        marks = self._marks(arrival.caller, facts.sha256)
        while True:
            try:
                existing = await self._complete(arrival, marks, times)
            except psycopg.errors.UniqueViolation:
                continue  # the same was completed this instant: now it stands
            return Handed(
                sha256=facts.sha256, size=facts.size, handed_at=now, expires_at=times["expires_at"], existing=existing
            )

    async def _complete(self, arrival: Arrival, marks: list[bytes], times: dict[str, Any]) -> bool:
        async with self._pool.connection() as connection, connection.transaction():
            standing = await (await connection.execute(SQL["standing"], {"marks": marks})).fetchone()
            if standing is not None:
                await connection.execute(SQL["handed_over_again"], times | {"id": standing["id"]})
                await connection.execute(SQL["delete"], {"id": arrival.file})
                return True
            values = {"id": arrival.file, "mark": marks[0], "pieces": arrival.sealing.pieces}
            values |= {"facts": arrival.sealing.sealed_facts(), "size": arrival.facts.size} | times
            if await (await connection.execute(SQL["complete"], values)).fetchone() is None:
                raise _gone()
        return False

    async def withdraw(self, arrival: Arrival) -> None:
        """Nothing more will come of it."""
        async with self._pool.connection() as connection:
            await connection.execute(SQL["delete"], {"id": arrival.file})

    async def known(self, caller: str, sha256: str) -> Handed | None:
        """What this caller has handed over under that hash; None if nothing, or if it is gone."""
        values = {"marks": self._marks(caller, sha256)}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["known"], values)).fetchone()
        return None if row is None else Handed(sha256=sha256, **row)

    def _marks(self, caller: str, sha256: str) -> list[bytes]:
        return marks_of(self._keyring, caller, sha256)

    async def _require_room(self, arrival: Arrival, size: int) -> None:
        """Raises FilesFull or StoreFull when there is none for it at that size."""
        values = {"caller": arrival.caller, "file": arrival.file, "least": LEAST}
        async with self._pool.connection() as connection:
            found = await (await connection.execute(SQL["room"], values)).fetchone()
        others = found or {"of_caller": 0, "of_all": 0}
        counted = max(size, LEAST)
        if others["of_caller"] + counted > self._settings.per_caller:
            raise FilesFull(retry_after=_AGAIN)
        if others["of_all"] + counted > self._settings.in_all:
            raise StoreFull(retry_after=_AGAIN)


def marks_of(keyring: Keyring, caller: str, sha256: str) -> list[bytes]:
    """Under what a caller's file is found: the blind indexes under every index key, the one in use first."""
    return keyring.blind_all("file", f"{caller}|{sha256}")


def _gone() -> Unavailable:
    """It was deleted while it arrived: nothing of it had come for too long."""
    return Unavailable("What had come of this file is gone: send it again")
