"""A database put back into another cluster: transactions are numbered from the start again, and all readers with them.

The feed is read in the order of transactions. Where the new cluster's numbers are lower than those in the log, readers
stand ahead of everything that will happen for a long time, and what happens to old cases would be given behind moves
that lie in that future. So the log's numbers from before are brought below the new ones, and each reader is set in front
of the first move it has not read; a little may be told again, under the same ids.
"""

from __future__ import annotations

from common import log
from common.benefits.account import SQL as BENEFITS
from common.db.pool import Pool, named_sql

_log = log.get(__name__)
_SQL = named_sql("common.errands", "renumber.sql")
_NEVER = 2**62
"""Above every transaction's number."""


async def renumber(pool: Pool) -> bool:
    """Whether that had happened, and is mended now. Cheap when it has not: one row is read.

    All in one transaction: whoever dies in it leaves everything as it was, and the next one begins anew.
    """
    async with pool.connection() as connection:
        if not await (await connection.execute(_SQL["ahead"])).fetchone():
            return False
    async with pool.connection() as connection, connection.transaction():
        # Whoever counts benefits waits for this row, so nothing is counted twice meanwhile.
        await connection.execute(_SQL["lock"])
        found = await (await connection.execute(_SQL["border"])).fetchone()
        if found is None:
            return False
        await connection.execute(BENEFITS["count"], {"since": found["counted"], "until": _NEVER})
        webhooks = (await connection.execute(_SQL["webhooks"], found)).rowcount
        await connection.execute(_SQL["deliveries"], found)
        moves = (await connection.execute(_SQL["events"], found)).rowcount
        await connection.execute(_SQL["counted"], found)
    _log.warning("feed.renumbered", moves=moves, webhooks=webhooks)
    return True
