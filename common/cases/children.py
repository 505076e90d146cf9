"""Children: the cases that became of rows which a case, their parent, has handed over. The parent ended before them.

That all children of a case have ended, and all that came of them, is found in the rows, noted with the handovers and
written to the case's log in one statement: whoever dies before it has left nothing behind, and whoever comes second
finds it noted. It cannot become untrue again: what is done, closed or cancelled stays so, and what waits for a person
has not ended.
"""

from __future__ import annotations

from uuid import UUID

from common.cases.feed import CHILDREN_ENDED
from common.db.pool import Pool, named_sql

SQL = named_sql("common.cases", "children.sql")
_AT_ONCE = 500


class Children:
    """Notices when all children of a case have ended. Any number of these may be at work at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def end(self) -> list[UUID]:
        """The cases that were found so now: children first, then their parents, whose last child that may have been."""
        ended: list[UUID] = []
        while found := await self._some():
            ended += found
        return ended

    async def _some(self) -> list[UUID]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL["end_children"], {"limit": _AT_ONCE, "code": CHILDREN_ENDED})
            return [row["id"] for row in await cursor.fetchall()]
