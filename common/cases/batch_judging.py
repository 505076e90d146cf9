"""The judgement over all rows of a batch: what each case is to know of the others, before any of them is worked on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuids
from pydantic_core import to_jsonable_python

from common.batch import Figures
from common.cases.batches import SQL
from common.cases.registers import Registers
from common.clock import OSLO, Clock, system
from common.db.pool import AWAY, Pool
from common.dismissal import dismiss
from common.errors import RegisterMissing
from common.privacy.crypto import CaseKey, Keyring
from common.process import CaseInput, Process
from common.register import InForce, R, Register

_PAGE = 1_000  # rows read, and findings written, in one statement
_TURN, _BEAT = 30.0, 5.0  # seconds without a sign after which another may judge; and between two signs

_Row = tuple[UUID, CaseKey, CaseInput]


class BatchJudging:
    """Asks a process's judgement and keeps what it says, sealed with each case.

    Any number of these may be at work at once. Findings are written in many pieces, and a judgement begun anew takes
    back those of the one before: were two to write at the same time, a batch could be let go with some of them missing.
    So there is a turn, which one takes and has for as long as it is heard of; nobody writes without it.
    """

    def __init__(
        self,
        pool: Pool,
        keyring: Keyring,
        *,
        clock: Clock = system,
        accepts_synthetic: bool = True,
        beat: float = _BEAT,
    ) -> None:
        self._pool, self._keyring, self._clock, self._accepts_synthetic = pool, keyring, clock, accepts_synthetic
        self._registers, self._beat = Registers(pool), beat

    async def take(self, batch: UUID) -> UUID | None:
        """The turn to judge a batch; None when it is judged by somebody else, or waits for no judgement."""
        turn = uuids.uuid7()
        values = {"batch": batch, "turn": turn, "pause": _TURN}
        async with self._pool.connection() as connection:
            taken = await (await connection.execute(SQL["take_judging"], values)).fetchone()
        return turn if taken else None

    async def judge(self, batch: UUID, process: Process, turn: UUID) -> Figures:
        """What the judgement counted; its findings stand with the cases then.

        It may be asked again after a crash: what it said before is replaced, as long as the batch waits for it. Whoever
        has lost the turn meanwhile changes nothing.
        """
        async with self._having(batch, turn):
            return await self._judge(batch, process, turn)

    @asynccontextmanager
    async def _having(self, batch: UUID, turn: UUID) -> AsyncGenerator[None]:
        """Be heard of, so that nobody else begins."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(self._beat)
                with suppress(*AWAY):
                    async with self._pool.connection() as connection:
                        await connection.execute(SQL["go_on_judging"], {"batch": batch, "turn": turn, "pause": _TURN})

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            await dismiss([beating])

    async def _judge(self, batch: UUID, process: Process, turn: UUID) -> Figures:
        rule = process.batch
        if rule is None or rule.judge is None:
            return {}
        rows = await self._rows("accepted", batch, process)
        before = {row[0]: row for row in await self._rows("accepted_before", batch, process)}
        if not rows and not before:
            return {}
        desk = _Desk(
            self._registers,
            asyncio.get_running_loop(),
            day=self._clock().astimezone(OSLO).date(),
            accepts_synthetic=self._accepts_synthetic,
        )
        everything = [*rows, *before.values()]
        judgement = await asyncio.to_thread(rule.judge, [given for _, _, given in everything], desk)
        findings = judgement.findings
        if findings and len(findings) != len(everything):
            message = f"a judgement gives one finding for each of {len(everything)} rows, and not {len(findings)}"
            raise TypeError(message)
        await self._keep(batch, turn, rows, findings[: len(rows)], desk.used)
        return judgement.figures

    async def _rows(self, statement: str, batch: UUID, process: Process) -> list[_Row]:
        found: list[_Row] = []
        after = -1
        while True:
            values = {"batch": batch, "after": after, "limit": _PAGE}
            async with self._pool.connection() as connection:
                page = await (await connection.execute(SQL[statement], values)).fetchall()
            if not page:
                return found
            found += await asyncio.to_thread(self._opened, process, page)
            after = page[-1]["row"]

    def _opened(self, process: Process, page: Sequence[dict[str, Any]]) -> list[_Row]:
        opened: list[_Row] = []
        for row in page:
            key = self._keyring.open_key(row["id"], row["key"])
            given = key.open_json("payload", row["payload"])["input"]
            opened.append((row["id"], key, process.input.model_validate(given, context={"accepts_synthetic": True})))
        return opened

    async def _keep(
        self, batch: UUID, turn: UUID, rows: list[_Row], findings: Sequence[Any], used: dict[str, int]
    ) -> None:
        here: dict[str, Any] = {"batch": batch, "turn": turn}
        registers = here | {"names": list(used), "versions": list(used.values())}
        async with self._pool.connection() as connection:
            await connection.execute(SQL["forget_findings"], here)
            await connection.execute(SQL["use_registers"], registers)
        said = ((row, finding) for row, finding in zip(rows, findings, strict=False) if finding is not None)
        while piece := list(islice(said, _PAGE)):
            sealed = await asyncio.to_thread(_sealed, piece)
            values = here | {"ids": [row[0] for row, _ in piece], "findings": sealed}
            async with self._pool.connection() as connection:
                await connection.execute(SQL["keep_findings"], values)


def _sealed(piece: list[tuple[_Row, Any]]) -> list[bytes]:
    return [key.seal_json("finding", to_jsonable_python(finding)) for (_, key, _), finding in piece]


class _Desk:
    """What a judgement, in its thread, may look things up in; see common.batch.BatchDesk."""

    def __init__(
        self, registers: Registers, loop: asyncio.AbstractEventLoop, *, day: date, accepts_synthetic: bool
    ) -> None:
        self._registers, self._loop, self._day = registers, loop, day
        self.accepts_synthetic = accepts_synthetic
        self.used: dict[str, int] = {}

    def today(self) -> date:
        return self._day

    def register(self, register: Register[R], *, on: date) -> InForce[R]:
        return asyncio.run_coroutine_threadsafe(self._in_force(register, on), self._loop).result()

    async def _in_force(self, register: Register[R], day: date) -> InForce[R]:
        version = await self._registers.in_force(register.name, day)
        if version is None:
            raise RegisterMissing(f"No version of the register {register.name} is in force on {day}")
        self.used[register.name] = version
        return register.read(await self._registers.table_of_case(register.name, version))
