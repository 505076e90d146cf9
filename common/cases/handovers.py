"""Handovers: rows that a case leaves to another process when it ends, handed in as one batch in its caller's name.

They are stored with the end of the case, sealed under its key. An errand makes the batch; it is known by case and
number, so whoever dies in between, there is one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from common import log
from common.cases.batches import Batches, Source
from common.cases.bell import Bell
from common.cases.draft import Draft
from common.cases.handed_over import handover_label
from common.cases.intake import Intake
from common.clock import Clock
from common.db.pool import AWAY, Pool, named_sql
from common.notices.post import add_tasks
from common.privacy.crypto import Keyring
from common.process import Process
from common.refusals import FieldProblem, InvalidInput, Refusal
from common.task import Task

_SQL = named_sql("common.cases", "handovers.sql")
_log = log.get(__name__)
_AT_ONCE = 4
_PAUSE = 60.0  # seconds after which one that could not be handed in is begun anew
_OPERATIONS = "robot-operations"


class Handovers:
    """Hands in what cases have left behind. Any number of these may be at work at once."""

    def __init__(
        self,
        pool: Pool,
        keyring: Keyring,
        bell: Bell | None,
        processes: Mapping[str, Process],
        clock: Clock,
        *,
        accepts_synthetic: bool = True,
    ) -> None:
        self._pool, self._keyring, self._bell, self._processes = pool, keyring, bell, processes
        self._clock, self._accepts_synthetic = clock, accepts_synthetic
        self._batches = Batches(pool, Intake(pool, keyring))

    async def hand_in(self) -> None:
        """Hand in whatever waits; raises what the drivers raise when the database is away."""
        while taken := await self._take():
            for row in taken:
                await self._see_to(row)

    async def _take(self) -> list[dict[str, Any]]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["take_handovers"], {"limit": _AT_ONCE, "pause": _PAUSE})
            return await cursor.fetchall()

    async def _see_to(self, row: dict[str, Any]) -> None:
        try:
            batch, code = await self._begin_batch(row)
        except AWAY:
            raise
        except Exception as problem:  # noqa: BLE001  one that cannot be handed in must not stop the others
            _log.error("handover.failed", case=str(row["case_id"]), error=type(problem).__name__)
            about = f"handover-failed:{row['case_id']}"
            async with self._pool.connection() as connection:
                await add_tasks(connection, [_failed(row, problem)], process=row["source"], about=about)
            return
        await self._done(row, batch, code)

    async def _begin_batch(self, row: dict[str, Any]) -> tuple[UUID | None, str | None]:
        """The batch of these rows, made now or before, and what is to be said about it."""
        process = self._processes.get(row["process"])
        if process is None:
            return None, "PROCESS_UNKNOWN"
        drafts = await asyncio.to_thread(self._drafts, row, process)
        whole = await self._batches.take(
            process,
            row["caller"],
            Source.HANDOVER,
            list(enumerate(drafts)),
            self._clock(),
            contents=self._keyring.blind_all("handover", f"{row['case_id']}:{row['number']}"),
        )
        if whole.batch is None:
            return None, "WITHDRAWN" if whole.existing else "NO_ROW_TAKEN"
        if self._bell is not None:
            await self._bell.work()
        return whole.batch, "ROWS_REFUSED" if await self._refused_some(whole.batch) else None

    async def _refused_some(self, batch: UUID) -> bool:
        async with self._pool.connection() as connection:
            found = await (await connection.execute(_SQL["has_refused_rows"], {"batch": batch})).fetchone()
        return found is not None and found["refused"]

    def _drafts(self, row: dict[str, Any], process: Process) -> list[Draft | Refusal]:
        label = handover_label(row["number"])
        rows: Sequence[Any] = self._keyring.open_key(row["case_id"], row["key"]).open_json(label, row["rows"])
        accepts = self._accepts_synthetic or row["test"]
        return [_draft(process, number, given, accepts_synthetic=accepts) for number, given in enumerate(rows)]

    async def _done(self, row: dict[str, Any], batch: UUID | None, code: str | None) -> None:
        values = {"case": row["case_id"], "number": row["number"], "batch": batch, "code": code}
        async with self._pool.connection() as connection, connection.transaction():
            moved = await (await connection.execute(_SQL["handed_over"], values)).fetchone()
            if moved is not None and code is not None:
                about = f"handover:{row['case_id']}"
                await add_tasks(connection, [_told(row, code)], process=row["source"], about=about)


def _draft(process: Process, number: int, given: Any, *, accepts_synthetic: bool) -> Draft | Refusal:
    try:
        found = process.input.model_validate(given, context={"accepts_synthetic": accepts_synthetic})
    except ValidationError as invalid:
        return InvalidInput(tuple(_problem(error["loc"], error["type"]) for error in invalid.errors()))
    return Draft(input=found, row=number)


def _problem(place: tuple[int | str, ...], kind: str) -> FieldProblem:
    field = ".".join(map(str, place))
    return FieldProblem(field, kind if kind.isupper() else "INVALID_VALUE", f"{field or 'The whole'} breaks a rule")


def _failed(row: dict[str, Any], problem: Exception) -> Task:
    return Task(
        name=str(row["number"]),
        role=_OPERATIONS,
        title="Saker fra en annen sak blir ikke sendt inn",
        text=f"En sak i prosessen {row['source']} overlater rader til prosessen {row['process']}. Det feiler å sende dem inn "
        f"({type(problem).__name__}); Roger prøver igjen hvert minutt.",
    )


def _told(row: dict[str, Any], code: str) -> Task:
    return Task(
        name=str(row["number"]),
        role=_OPERATIONS,
        title="Saker fra en annen sak kunne ikke sendes inn",
        text=f"En sak i prosessen {row['source']} overlater rader til prosessen {row['process']}. De ble ikke tatt imot, "
        f"eller ikke alle ({code}). Se på saken og på gruppen, og send inn det som mangler.",
    )
