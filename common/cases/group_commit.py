"""Single submits that come at the same moment, stored together: one transaction instead of one each.

Every caller still waits until its own case is committed. Under load this is most of what intake costs the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from common.cases.draft import Draft, Prepared, Receipt
from common.cases.intake import Intake, count
from common.db.pool import AWAY, Pool
from common.process import Process
from common.refusals import Refusal

_GONE = (*AWAY, TimeoutError, OSError)
_AT_ONCE = 2
"""Transactions side by side: while one is being made durable, the next is sent."""
_MOST = 100
_PATIENCE = 5.0
"""Seconds one transaction may take. Those it was for have been told by then that nobody answered."""


@dataclass(eq=False)
class _Submit:
    process: Process
    caller: str
    row: Prepared
    answer: asyncio.Future[Receipt | Refusal] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class GroupCommit:
    """Takes single drafts of everybody and stores them in as few transactions as there is time for."""

    def __init__(self, pool: Pool, intake: Intake) -> None:
        self._pool, self._intake = pool, intake
        self._waiting: list[_Submit] = []
        self._storing: set[asyncio.Task[None]] = set()

    async def submit(self, process: Process, caller: str, draft: Draft, now: datetime) -> Receipt | Refusal:
        """As `Intake.submit` with one draft. Given up before its transaction has begun, it is not stored."""
        [row] = await self._intake.prepare(process, caller, [draft], now)
        asked = _Submit(process, caller, row)
        self._waiting.append(asked)
        if len(self._storing) < _AT_ONCE:
            task = asyncio.create_task(self._store())
            self._storing.add(task)
        return await asked.answer

    async def _store(self) -> None:
        try:
            while self._waiting:
                await self._store_some()
        finally:
            # Here, not when the task is seen to be done: whoever comes between would find two that store no more.
            self._storing.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _store_some(self) -> None:
        group: list[_Submit] = []
        try:
            async with asyncio.timeout(_PATIENCE), self._pool.connection() as connection:
                # Taken with the connection in hand: until then others may join, and whoever goes away is left out.
                group = self._next()
                if not group:
                    return
                first, rows = group[0], [asked.row for asked in group]
                answers = await self._intake.store(connection, first.process, first.caller, rows)
        except _GONE as problem:
            _refuse(group or self._next(), problem)
        except Exception:  # noqa: BLE001  one of them cannot be stored; the others are not to suffer for it
            await self._one_by_one(group)
        else:
            count(first.process, answers)
            _answer(group, answers)

    def _next(self) -> list[_Submit]:
        """Those of the longest waiting one's process and caller; whoever has gone away is left out."""
        self._waiting = [asked for asked in self._waiting if not asked.answer.done()]
        if not self._waiting:
            return []
        first = self._waiting[0]
        group = [one for one in self._waiting if one.process is first.process and one.caller == first.caller][:_MOST]
        taken = set(map(id, group))
        self._waiting = [asked for asked in self._waiting if id(asked) not in taken]
        return group

    async def _one_by_one(self, group: Sequence[_Submit]) -> None:
        for asked in group:
            try:
                if not asked.answer.done():
                    async with asyncio.timeout(_PATIENCE):
                        _answer([asked], await self._intake.store_now(asked.process, asked.caller, [asked.row]))
            except Exception as problem:  # noqa: BLE001  it is the answer of who waits for it
                _refuse([asked], problem)


def _answer(group: Sequence[_Submit], answers: Sequence[Receipt | Refusal]) -> None:
    for asked, answer in zip(group, answers, strict=True):
        if not asked.answer.done():
            asked.answer.set_result(answer)


def _refuse(group: Sequence[_Submit], problem: Exception) -> None:
    for asked in group:
        if not asked.answer.done():
            asked.answer.set_exception(problem)
