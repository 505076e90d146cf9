"""The work list: what people must know or do, as they may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from common.cases.sight import ALL, Sight
from common.db.pool import Pool
from common.db.tables import Case, NoticeRow, TaskRow
from common.notices.post import SQL


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """A task, and whether it has reached its recipient."""

    task: TaskRow
    notice: NoticeRow | None


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """What the list is narrowed to; `None` leaves that open."""

    process: str | None = None
    role: str | None = None
    unit: str | None = None
    case: UUID | None = None
    open: bool | None = None
    """Not done yet, or done."""
    sight: Sight = ALL
    """What the asker may see: tasks of a case that lies within. A task of no case, about a batch or a target, is for
    who may see everybody's; and if it names a unit, for who is not bound to others."""


class Worklist:
    """Reads tasks, newest first, and marks them done."""

    def __init__(self, engine: AsyncEngine, pool: Pool) -> None:
        self._engine, self._pool = engine, pool

    async def page(self, narrowed: TaskFilter, *, limit: int, before: UUID | None = None) -> Sequence[TaskView]:
        """Up to `limit` tasks, those behind `before` first."""
        query = select(TaskRow, NoticeRow).join(NoticeRow, col(NoticeRow.id) == col(TaskRow.notice), isouter=True)
        for column, value in (
            (TaskRow.process, narrowed.process),
            (TaskRow.role, narrowed.role),
            (TaskRow.unit, narrowed.unit),
            (TaskRow.case_id, narrowed.case),
        ):
            if value is not None:
                query = query.where(col(column) == value)
        if narrowed.open is not None:
            done_at = col(TaskRow.done_at)
            query = query.where(done_at.is_(None) if narrowed.open else done_at.is_not(None))
        if narrowed.sight != ALL:
            within = col(TaskRow.case_id).in_(narrowed.sight.of(select(Case.id)))
            if narrowed.sight.caller is None and narrowed.sight.units is not None:
                of_unit = col(TaskRow.unit).in_(narrowed.sight.units)
                within = or_(within, and_(col(TaskRow.case_id).is_(None), of_unit))
            query = query.where(within)
        if before is not None:
            query = query.where(col(TaskRow.id) < before)
        async with AsyncSession(self._engine) as session:
            rows = (await session.exec(query.order_by(col(TaskRow.id).desc()).limit(limit))).all()
        return [TaskView(task=task, notice=notice) for task, notice in rows]

    async def done(self, task: UUID, actor: str, sight: Sight = ALL) -> bool:
        """Somebody has dealt with it; the first to say so is remembered. False when there is no such task within."""
        values = {"task": task, "actor": actor, **sight.values}
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL["do_task"], values)
            return await cursor.fetchone() is not None
