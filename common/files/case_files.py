"""What a run gets of the files that were handed over for its case, and how it gives them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common import log
from common.cases.queue import Claimed
from common.db.pool import Pool
from common.errors import LeaseLost
from common.files.pieces import Facts, open_facts
from common.files.store import SQL
from common.privacy.crypto import CaseKey, Keyring

_log = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file of a case, still sealed."""

    id: UUID
    key: CaseKey
    facts: Facts


class CaseFiles:
    """The files of cases, for whoever performs them."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool, self._keyring = pool, keyring

    async def find(self, case: Claimed, sha256: str) -> Kept | None:
        """The file of that hash, if the case is bound to one; raises Unreadable.

        Looked for in what is sealed, not by a keyed hash: those of an index key that is gone are found as well.
        """
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["of_case"], {"case": case.id})).fetchall()
        kept = (self._opened(row) for row in rows)
        return next((file for file in kept if file.facts.sha256 == sha256), None)

    def _opened(self, row: dict[str, Any]) -> Kept:
        key = self._keyring.open_key(row["id"], row["key"])
        return Kept(id=row["id"], key=key, facts=open_facts(key, row["facts"]))

    async def piece(self, kept: Kept, number: int) -> bytes | None:
        """One of its pieces, sealed; None if there is none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["piece"], {"id": kept.id, "number": number})).fetchone()
        return row["content"] if row else None

    async def discard(self, case: Claimed) -> None:
        """Delete the files of a case, but what another open case needs; raises LeaseLost, and then nothing has gone."""
        async with self._pool.connection() as connection, connection.transaction():
            found = await (await connection.execute(SQL["hold_of_case"], {"case": case.id})).fetchall()
            held = await connection.execute(SQL["hold_case"], {"case": case.id, "fence": case.fence})
            if await held.fetchone() is None:
                raise LeaseLost
            await connection.execute(SQL["give_up"], {"case": case.id})
            gone = await connection.execute(SQL["delete_unneeded"], {"ids": [row["id"] for row in found]})
        if gone.rowcount:
            _log.info("files.discarded", case=str(case.id), files=gone.rowcount)
