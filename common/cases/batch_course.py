"""The course of a batch once its rows arrive: its rule is asked, it is let go, it ends; or nothing of it is done.

Every step is found again in the rows of the database, so whoever dies between two of them is followed by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, LiteralString, TypeVar, cast
from uuid import UUID

import uuid_utils.compat as uuids
from psycopg.types.json import Jsonb

from common import log
from common.batch import BatchRule, EndedRow, Figures
from common.cases import batch_reports
from common.cases.batch_judging import BatchJudging
from common.cases.batches import SQL, BatchState, Code
from common.cases.bell import Bell
from common.cases.statements import SQL as CASES
from common.clock import OSLO, Clock, system
from common.db.pool import AWAY, Pool
from common.errors import BusinessException, RegisterMissing
from common.notices.post import add_tasks
from common.privacy.crypto import Keyring
from common.privacy.masking import mask
from common.process import CaseInput, Process
from common.task import Task

T = TypeVar("T")

_log = log.get(__name__)
ACTOR = "batches"
_AT_ONCE = 1_000  # cases moved in one transaction
_PAGE = 500  # rows read at once for a rule
_ROUND, _ROUNDS = 100, 50  # batches looked at together, and how often in one errand
_ASK_AGAIN = 900.0  # seconds after a rule has failed
_RELEASER, _OPERATIONS = "releaser", "robot-operations"
_OVERDUE = "release-overdue"


class BatchCourse:
    """Moves batches on. Any number of these may be at work at once: each step is taken once."""

    def __init__(
        self,
        pool: Pool,
        keyring: Keyring,
        bell: Bell,
        processes: dict[str, Process],
        *,
        clock: Clock = system,
        accepts_synthetic: bool = True,
    ) -> None:
        self._pool, self._keyring, self._bell, self._processes = pool, keyring, bell, processes
        self._judging = BatchJudging(pool, keyring, clock=clock, accepts_synthetic=accepts_synthetic)

    async def move_on(self, *, abandoned_after: float) -> None:
        """Take every step that can be taken now; `abandoned_after` seconds without a row end an upload."""
        await self._refuse_abandoned(abandoned_after)
        plain = [name for name, process in self._processes.items() if process.batch is None]
        await self._execute(SQL["end_plain"], {"processes": plain})
        for _ in range(_ROUNDS):
            values: dict[str, Any] = {"processes": list(self._processes), "limit": _ROUND}
            wanting = await self._execute(SQL["wanting"], values)
            for batch in wanting:
                await self._see_to(batch, self._processes[batch["process"]])
            if len(wanting) < _ROUND:
                break
        for process in self._processes.values():
            await self._tell_of_overdue(process)

    async def _see_to(self, batch: dict[str, Any], process: Process) -> None:
        try:
            await self._step(batch, process)
        except AWAY:
            raise
        except Exception as problem:  # noqa: BLE001  an author's rule may raise anything; the other batches go on
            await self._rule_failed(batch["id"], process, problem)

    async def _step(self, batch: dict[str, Any], process: Process) -> None:
        if batch["state"] == BatchState.RECEIVED:
            await self.prepare(batch["id"], process)
        elif batch["state"] == BatchState.REFUSED:
            await self.withdraw(batch["id"], batch["code"], batch["refused_by"])
        else:
            await self.let_go(batch["id"], batch["released_by"])
            await self.end(batch["id"], process)

    async def prepare(self, batch: UUID, process: Process) -> None:
        """Ask the process's rule over all rows that were taken, and decide whether a second person must release them."""
        rule: BatchRule[Any] = process.batch or BatchRule()
        figures: Figures = {}
        turn: UUID | None = None
        try:
            if rule.judge is not None:
                turn = await self._judging.take(batch)
                if turn is None:
                    return  # somebody else judges it
                figures = await self._judging.judge(batch, process, turn)
            elif rule.before is not None:
                figures = await self._asked(rule.before, lambda walk: self._inputs(process, walk), "accepted", batch)
        except RegisterMissing:
            raise  # nothing is wrong with the rows: they wait until the register is there
        except BusinessException as broken:
            if await self._refuse(batch, broken.code, ACTOR, states=[BatchState.RECEIVED]):
                await self.withdraw(batch, broken.code, ACTOR)
            return
        figures = _required(figures)
        waits = rule.release is not None and rule.release(figures)
        state = BatchState.AWAITING_RELEASE if waits else BatchState.OPEN
        release_by = rule.release_by(figures) if waits and rule.release_by is not None else None
        values = {"batch": batch, "turn": turn, "state": state, "figures": Jsonb(figures), "release_by": release_by}
        if await self._execute(SQL["judged"], values) and not waits:
            await self.let_go(batch, None)

    async def let_go(self, batch: UUID, released_by: str | None) -> None:
        """Queue the cases of an open batch, some at a time."""
        values = {
            "batch": batch,
            "four_eyes": released_by is not None,
            "actor": released_by or ACTOR,
            "limit": _AT_ONCE,
        }
        while await self._execute(CASES["open_cases"], values):
            await self._bell.work()
        await self._execute(SQL["opened"], {"batch": batch})

    async def end(self, batch: UUID, process: Process) -> None:
        """End a batch whose cases have all ended, and store with its end what people must know, and its report."""
        standing = await self._execute(SQL["has_ended"], {"batch": batch})
        if not standing:
            return  # nobody has been asked: what ends from now on is for the next round
        rule: BatchRule[Any] = process.batch or BatchRule()
        tasks: Sequence[Task] = ()
        if rule.after is not None:
            tasks = await self._asked(rule.after, lambda walk: self._ended(process, walk), "ended_rows", batch)
        report = await self._report(batch, process, rule, standing[0]["figures"] or {})
        async with self._pool.connection() as connection, connection.transaction():
            ended = await (await connection.execute(SQL["end"], {"batch": batch})).fetchone()
            if ended and tasks:
                await add_tasks(connection, list(tasks), process=process.name, about=str(batch), batch=batch)
            if ended and report is not None:
                await batch_reports.keep(connection, report)

    async def withdraw(self, batch: UUID, code: str | None, actor: str | None) -> None:
        """Cancel what Roger has not begun of a refused batch, some at a time."""
        values = {"batch": batch, "code": code, "actor": actor or ACTOR, "limit": _AT_ONCE}
        while cancelled := await self._execute(CASES["cancel_cases"], values):
            await self._bell.ended([row["id"] for row in cancelled])
        await self._execute(SQL["withdrawn"], {"batch": batch})

    async def _refuse_abandoned(self, after: float) -> None:
        for batch in await self._execute(SQL["abandoned"], {"untouched": after}):
            states = [BatchState.RECEIVING]
            if await self._refuse(
                batch["id"], Code.INCOMPLETE_UPLOAD, ACTOR, states=states, free=True, untouched=after
            ):
                _log.info("batch.abandoned", batch=str(batch["id"]), process=batch["process"])

    async def _refuse(
        self,
        batch: UUID,
        code: str,
        actor: str,
        *,
        states: Sequence[BatchState],
        free: bool = False,
        untouched: float | None = None,
    ) -> bool:
        values: dict[str, Any] = {"batch": batch, "code": code, "actor": actor, "states": list(states)}
        return bool(await self._execute(SQL["refuse"], values | {"free": free, "untouched": untouched}))

    async def _report(
        self, batch: UUID, process: Process, rule: BatchRule[Any], figures: Figures
    ) -> batch_reports.Sealed | None:
        make = rule.report
        if make is None:
            return None
        return await self._asked(
            lambda rows: batch_reports.sealed(self._keyring, batch, make(rows, figures)),
            lambda walk: self._ended(process, walk),
            "ended_rows",
            batch,
        )

    # --- the process's own functions: synchronous, in a thread, with rows read as they are asked for -----------------

    async def _asked(
        self,
        ask: Callable[[Iterator[Any]], T],
        rows: Callable[[Iterator[dict[str, Any]]], Iterator[Any]],
        statement: str,
        batch: UUID,
    ) -> T:
        loop = asyncio.get_running_loop()

        def walk() -> Iterator[dict[str, Any]]:
            after = -1
            while True:
                values = {"batch": batch, "after": after, "limit": _PAGE}
                reading = asyncio.run_coroutine_threadsafe(self._execute(SQL[statement], values), loop)
                page = reading.result()
                if not page:
                    return
                yield from page
                after = page[-1]["row"]

        return await asyncio.to_thread(lambda: ask(rows(walk())))

    def _inputs(self, process: Process, rows: Iterator[dict[str, Any]]) -> Iterator[CaseInput]:
        for row in rows:
            yield self._input(process, row)

    def _ended(self, process: Process, rows: Iterator[dict[str, Any]]) -> Iterator[EndedRow[CaseInput]]:
        for row in rows:
            key = self._keyring.open_key(row["id"], row["key"])
            yield EndedRow(
                case=row["id"],
                row=row["row"],
                input=self._input(process, row),
                state=row["state"],
                code=row["code"],
                existing=row["existing"],
                detail=key.open_json("result", row["result"]) if row["result"] else None,
                finding=key.open_json("finding", row["finding"]) if row["finding"] else None,
            )

    def _input(self, process: Process, row: dict[str, Any]) -> CaseInput:
        payload = self._keyring.open_key(row["id"], row["key"]).open_json("payload", row["payload"])
        return process.input.model_validate(payload["input"], context={"accepts_synthetic": True})

    async def _rule_failed(self, batch: UUID, process: Process, problem: Exception) -> None:
        """The rule is asked again later, when it may have been mended; somebody is told once."""
        _log.error("batch.rule_failed", batch=str(batch), process=process.name, error=type(problem).__name__)
        why = f"Regelen som prosessen {process.name} har for hele grupper, feilet ({type(problem).__name__})."
        if isinstance(problem, RegisterMissing):
            why = f"{problem.situation} {problem.remedy.partition(';')[0].rstrip('.')}."
        told = Task(
            name=str(batch),
            role=_OPERATIONS,
            title="En regel for en gruppe saker feiler",
            text=f"{why} Gruppen i prosessen {process.name} blir stående så lenge; Roger prøver igjen hvert kvarter.",
        )
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(SQL["put_off"], {"batch": batch, "pause": _ASK_AGAIN})
            await add_tasks(connection, [told], process=process.name, about="batch-rule-failed", batch=batch)

    # --- releases that are overdue -----------------------------------------------------------------------------------

    async def _tell_of_overdue(self, process: Process) -> None:
        within = {"process": process.name, "within": process.release_within.total_seconds(), "limit": _AT_ONCE}
        for batch in await self._execute(SQL["overdue_batches"], within):
            since = batch["touched_at"].astimezone(OSLO).strftime("%d.%m.%Y kl. %H:%M")
            task = Task(
                name=str(batch["id"]),
                role=_RELEASER,
                title="En gruppe saker venter på frigivelse",
                text=f"{batch['rows']} rader til prosessen {process.name} har ventet siden {since} på at en annen enn "
                "innsenderen frigir dem. Se på kontrolltallene, og frigi eller trekk gruppen.",
            )
            async with self._pool.connection() as connection:
                await add_tasks(connection, [task], process=process.name, about=_OVERDUE, batch=batch["id"])
        cases = await self._execute(SQL["overdue_cases"], within)
        if cases:
            told: dict[str, Any] = {
                "process": process.name,
                "role": _RELEASER,
                "title": "En sak venter på frigivelse",
                "text": f"En sak til prosessen {process.name} venter på at en annen enn innsenderen frigir den. "
                "Vurder saken, og frigi eller trekk den.",
                "ids": [uuids.uuid7() for _ in cases],
                "cases": [case["id"] for case in cases],
                "units": [case["unit"] for case in cases],
            }
            await self._execute(SQL["tell_of_cases"], told)

    async def _execute(self, statement: LiteralString, values: dict[str, Any]) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []


def _required(figures: object) -> dict[str, int | str]:
    """Control totals as they may be stored and shown; raises TypeError for anything else."""
    if not isinstance(figures, dict):
        figures = dict(cast("Figures", figures))
    found: dict[str, int | str] = {}
    for name, value in cast("dict[Any, Any]", figures).items():
        if not isinstance(name, str) or not isinstance(value, int | str):
            message = "figures are whole numbers or short texts by name"
            raise TypeError(message)
        found[mask(name)] = mask(value) if isinstance(value, str) else value
    return found
