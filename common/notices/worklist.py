"""The work list: what people must know or do, as they may see it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from common.db.engine import Pool
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
    caller: str | None = None
    """Only tasks of this caller's cases, of these processes."""
    processes: Collection[str] = ()


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
        if narrowed.caller is not None:
            own = select(Case.id).where(col(Case.caller) == narrowed.caller, col(Case.process).in_(narrowed.processes))
            query = query.where(col(TaskRow.case_id).in_(own))
        if before is not None:
            query = query.where(col(TaskRow.id) < before)
        async with AsyncSession(self._engine) as session:
            rows = (await session.exec(query.order_by(col(TaskRow.id).desc()).limit(limit))).all()
        return [TaskView(task=task, notice=notice) for task, notice in rows]

    async def done(self, task: UUID, actor: str) -> bool:
        """Somebody has dealt with it; the first to say so is remembered. False when there is no such task."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL["do_task"], {"task": task, "actor": actor})
            return await cursor.fetchone() is not None
