"""Durable points of a case: read once at the start of a run, committed one by one, fenced and sealed."""

from __future__ import annotations

from common.cases.queue import Claimed
from common.cases.statements import SQL
from common.db.pool import Pool
from common.errors import LeaseLost
from common.run import Checkpoint, Mark


class Checkpoints:
    """The checkpoints of cases in PostgreSQL."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def recall(self, case: Claimed) -> dict[str, Checkpoint]:
        """Everything recorded in the present epoch of the case, by name."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL["recall"], {"id": case.id, "epoch": case.epoch})
            rows = await cursor.fetchall()
        return {
            row["name"]: Checkpoint(
                name=row["name"],
                mark=Mark(row["mark"]),
                value=case.key.open_json(place(case, row["name"]), row["value"]),
                fence=row["fence"],
            )
            for row in rows
        }

    async def commit(self, case: Claimed, checkpoint: Checkpoint) -> None:
        """Store one checkpoint at once; raises LeaseLost when the case is no longer this run's."""
        values = {
            "id": case.id,
            "fence": case.fence,
            "name": checkpoint.name,
            "mark": checkpoint.mark,
            "value": case.key.seal_json(place(case, checkpoint.name), checkpoint.value),
        }
        async with self._pool.connection() as connection:
            if await (await connection.execute(SQL["commit_checkpoint"], values)).fetchone() is None:
                raise LeaseLost


def place(case: Claimed, name: str) -> str:
    """Where in its case a checkpoint is sealed to."""
    return f"checkpoint:{case.epoch}:{name}"
