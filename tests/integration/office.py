"""A queue on a real database, and short ways to move cases through it and to see where they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from common.cases.checkpoints import Checkpoints
from common.cases.decisions import Decisions
from common.cases.draft import Draft, Receipt
from common.cases.endings import Ending, done
from common.cases.intake import Intake
from common.cases.queue import Claimed, Queue, Turn
from common.cases.states import State
from common.db.pool import Pool
from common.privacy.crypto import Keyring
from common.process import Outcome, OutcomeCode, Process
from common.settings import WorkerSettings
from common.testing import Chore, FixedClock, a_chore, a_keyring, a_process

PATIENCE = 20.0
DONE = done(Outcome(OutcomeCode.NOOP))
BACK = Ending(state=State.QUEUED, code="DRAINED")
TO_A_PERSON = Ending(state=State.MANUAL, code="NAME_MISMATCH")


@dataclass
class Office:
    """Intake, queue and people's decisions around one database."""

    pool: Pool
    keyring: Keyring = field(default_factory=a_keyring)
    settings: WorkerSettings = field(default_factory=WorkerSettings)
    processes: list[Process] = field(default_factory=lambda: [a_process()])
    accounts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    clock: FixedClock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.intake = Intake(self.pool, self.keyring)
        self.queue = Queue(self.pool, self.keyring, self.settings, self.accounts)
        self.decisions = Decisions(self.pool)
        self.checkpoints = Checkpoints(self.pool)

    async def submit(self, chore: Chore | None = None, *, to: Process | None = None, caller: str = "booking") -> UUID:
        (receipt,) = await self.intake.submit(
            to or self.processes[0], caller, [Draft(input=chore or a_chore())], self.clock()
        )
        assert isinstance(receipt, Receipt), receipt
        return receipt.case

    async def turn(self, shift: str = "s", ended: tuple[Claimed, Ending] | None = None) -> Turn:
        return await self.queue.turn(shift, self.processes, ended)

    async def claim(self, shift: str = "s", *processes: Process) -> Claimed:
        turn = await self.queue.turn(shift, processes or self.processes)
        assert turn.claimed is not None
        return turn.claimed

    async def idle(self, shift: str = "idle") -> bool:
        """Whether there is nothing to claim."""
        return (await self.queue.turn(shift, self.processes)).claimed is None

    async def end(self, case: Claimed, ending: Ending = DONE) -> bool:
        return await self.queue.finish("s", case, ending)

    async def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        async with self.pool.connection() as connection:
            cursor = await connection.execute(sql.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def case(self, case: UUID) -> dict[str, Any]:
        (row,) = await self.rows("select * from cases where id = %s", case)
        return row

    async def state(self, case: UUID) -> str:
        return (await self.case(case))["state"]

    async def moves(self, case: UUID) -> list[tuple[str, str | None, str, str | None, int]]:
        """Every event of a case: who, from, to, code, fence."""
        rows = await self.rows("select * from events where case_id = %s order by id", case)
        return [(row["actor"], row["from_state"], row["to_state"], row["code"], row["fence"]) for row in rows]

    async def expire(self, *cases: UUID) -> None:
        """Let the leases of these runs have ended a while ago."""
        await self.rows(
            "update cases set lease_until = now() - interval '1 hour' where id = any(%s) and state = 'running'",
            list(cases),
        )

    async def due_now(self) -> None:
        """Let every back-off be over."""
        await self.rows("update cases set not_before = now() - interval '1 second' where not_before is not null")

    async def work_off(self, shifts: Sequence[str], perform: Callable[[Claimed], Awaitable[Ending]]) -> None:
        """Let shifts work side by side until every one of them finds nothing more, with a sweep in between."""
        async with asyncio.timeout(PATIENCE * 2), asyncio.TaskGroup() as together:
            for shift in shifts:
                together.create_task(self._work(shift, perform))

    async def _work(self, shift: str, perform: Callable[[Claimed], Awaitable[Ending]]) -> None:
        ended: tuple[Claimed, Ending] | None = None
        while True:
            turn = await self.turn(shift, ended)
            ended = None
            if turn.claimed is not None:
                ended = (turn.claimed, await perform(turn.claimed))
            elif turn.starved is None and not (await self.queue.sweep()).anything and await self._all_taken():
                return
            else:
                await asyncio.sleep(0)

    async def _all_taken(self) -> bool:
        return not await self.rows("select 1 from cases where state in ('queued', 'running') limit 1")


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for something that must come true, with a generous limit."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.01)


def in_a_while(seconds: float) -> Ending:
    """Back to the queue, for so long."""
    return Ending(state=State.QUEUED, code="TARGET_DOWN", failed=True, delay=seconds)


MINUTE = timedelta(minutes=1)
