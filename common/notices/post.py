"""The post office: tasks are stored once, gathered into letters, and sent until they have left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids

from common import log, metrics
from common.db.pool import Connection, Pool, named_sql
from common.notices.letter import Item, Letter
from common.notices.ports import NotSent, Port
from common.task import AT_ONCE, NoticeRule, Task

SQL = named_sql("common.notices", "notices.sql")
_log = log.get(__name__)
_LEASE = 60.0  # seconds one attempt may take
_PAUSES = (60.0, 300.0, 900.0, 3600.0, 3600.0, 3600.0, 3600.0, 3600.0)
"""Seconds between attempts; after the last one a person has to look."""


def columns(tasks: Sequence[Task]) -> dict[str, list[Any]]:
    """The tasks as the statements take them."""
    return {
        "ids": [uuids.uuid7() for _ in tasks],
        "names": [task.name for task in tasks],
        "roles": [task.role for task in tasks],
        "units": [task.unit for task in tasks],
        "titles": [task.title for task in tasks],
        "texts": [task.text for task in tasks],
        "dues": [task.due for task in tasks],
    }


async def add_tasks(
    connection: Connection, tasks: Sequence[Task], *, process: str, about: str, batch: UUID | None = None
) -> None:
    """Store tasks that belong to no single case; the same name about the same thing is stored once.

    `process` decides how they are gathered and who may see them; `about` is `circuit:hspro`, or a batch's id.
    """
    values = columns(tasks) | {"process": process, "about": about, "batch": batch}
    await connection.execute(SQL["add_tasks"], values)


async def tell_of_cases(connection: Connection, tasks: Sequence[tuple[UUID, Task]]) -> None:
    """Store tasks of cases, within the transaction that ends them without a run."""
    if tasks:
        values = columns([task for _, task in tasks]) | {"cases": [case for case, _ in tasks]}
        await connection.execute(SQL["tell_of_cases"], values)


class PostOffice:
    """Makes letters of tasks and sees them off."""

    def __init__(self, pool: Pool, port: Port | None) -> None:
        self._pool, self._port = pool, port

    async def gather(self, rules: dict[str, NoticeRule], now: datetime) -> None:
        """Make a letter for every recipient whose tasks have waited long enough; without a port they stay tasks."""
        if self._port is None:
            return
        async with self._pool.connection() as connection:
            waiting = [row["process"] for row in await (await connection.execute(SQL["ungathered"])).fetchall()]
        for process in waiting:
            rule = rules.get(process, AT_ONCE)
            values = {
                "process": process,
                "now": now,
                "gather": rule.gather.total_seconds(),
                "per_day": rule.per_day,
            }
            async with self._pool.connection() as connection, connection.transaction():
                alone = await (await connection.execute(SQL["one_gathers"])).fetchone()
                if alone and alone["mine"]:
                    await connection.execute(SQL["gather"], values)

    async def send_all(self, now: datetime) -> int:
        """Send what waits, one after the other; gives how many left."""
        sent = 0
        while self._port is not None and (row := await self._lease(now)) is not None:
            letter = await self._letter(row)
            try:
                await self._port.send(letter)
            except NotSent as problem:
                await self._put_off(row, problem.code, now)
            else:
                sent += 1
                metrics.NOTICES.labels(letter.process, "sent").inc()
                await self._execute("sent", notice=letter.id, now=now)
        return sent

    async def _lease(self, now: datetime) -> dict[str, Any] | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL["lease_notice"], {"now": now, "lease": _LEASE})).fetchone()

    async def _letter(self, row: dict[str, Any]) -> Letter:
        async with self._pool.connection() as connection:
            items = await (await connection.execute(SQL["items"], {"notice": row["id"]})).fetchall()
        return Letter(
            id=row["id"],
            process=row["process"],
            role=row["role"],
            unit=row["unit"],
            created_at=row["created_at"],
            items=[Item(**item) for item in items],
        )

    async def _put_off(self, row: dict[str, Any], code: str, now: datetime) -> None:
        attempts: int = row["attempts"]
        give_up = attempts > len(_PAUSES)
        pause = _PAUSES[min(attempts, len(_PAUSES)) - 1]
        _log.warning("notice.not_sent", notice=str(row["id"]), role=row["role"], code=code, given_up=give_up)
        metrics.NOTICES.labels(row["process"], "given_up" if give_up else "put_off").inc()
        await self._execute("not_sent", notice=row["id"], code=code, give_up=give_up, now=now, pause=pause)

    async def _execute(self, statement: str, **values: Any) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(SQL[statement], values)
