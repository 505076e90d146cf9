"""Files go when their time is over, if no case has given them up before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common import log
from common.db.pool import Pool
from common.files.store import SQL

_log = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class KeptFiles:
    """What is kept of files."""

    files: int
    bytes: int
    overdue: int
    """That should be gone by now."""
    overdue_since: datetime | None


class Expiry:
    """Deletes in bites of `chunk`, at most `bites` in one round; the rest is for the next round."""

    def __init__(self, pool: Pool, *, chunk: int = 50, bites: int = 40) -> None:
        self._pool, self._chunk, self._bites = pool, chunk, bites

    async def purge(self, now: datetime) -> int:
        """Delete what is over at that moment; gives how many files."""
        deleted = 0
        for _ in range(self._bites):
            async with self._pool.connection() as connection, connection.transaction():
                found = await (await connection.execute(SQL["over"], {"now": now, "limit": self._chunk})).fetchall()
                # In a statement of its own: whoever named one of them before it was locked is seen now.
                values = {"now": now, "ids": [row["id"] for row in found]}
                deleted += (await connection.execute(SQL["delete_over"], values)).rowcount
            if len(found) < self._chunk:
                break
        if deleted:
            _log.info("files.purged", files=deleted)
        return deleted

    async def standing(self, now: datetime) -> KeptFiles:
        """What is kept at that moment, and what should not be."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["standing_files"], {"now": now})).fetchone()
        return KeptFiles(**row) if row else KeptFiles(files=0, bytes=0, overdue=0, overdue_since=None)
