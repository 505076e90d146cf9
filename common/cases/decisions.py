"""What people decide about a case: release, try again, close, cancel."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from common.cases.statements import SQL
from common.db.pool import Pool


class Handled(StrEnum):
    """How a person dealt with a case that Roger could not."""

    DONE_MANUALLY = "DONE_MANUALLY"
    REJECTED = "REJECTED"


class Decisions:
    """People's moves. Each gives False when the case is not in a state that allows it; nothing has changed then."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def retry(self, case: UUID, actor: str) -> bool:
        """Let Roger try a manual case again, with fresh budgets; recorded steps are not replayed."""
        return await self._move("retry", case, actor)

    async def close(self, case: UUID, actor: str, handled: Handled) -> bool:
        """A person has dealt with a manual case."""
        return await self._move("close", case, actor, code=handled.value)

    async def cancel(self, case: UUID, actor: str) -> bool:
        """Withdraw a case that Roger has not begun."""
        return await self._move("cancel", case, actor)

    async def release(self, case: UUID, actor: str) -> bool:
        """A second person lets a case go; refused to whoever submitted it."""
        return await self._move("release", case, actor)

    async def _move(self, statement: str, case: UUID, actor: str, **values: str) -> bool:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL[statement], {"id": case, "actor": actor, **values})
            return await cursor.fetchone() is not None
