"""Batches: cases that come in together. All rows at once, or piece by piece until the last one is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
import uuid_utils.compat as uuids

from common.cases.draft import Draft, Receipt
from common.cases.intake import Intake, count
from common.db.pool import Connection, Pool, named_sql
from common.process import Process
from common.refusals import InvalidInput, Refusal, document

SQL = named_sql("common.cases", "batches.sql")


class BatchState(StrEnum):
    """Where a batch is; each value says who moves it on."""

    RECEIVING = "receiving"  # its sender, with the next rows; an errand, when nothing comes any more
    RECEIVED = "received"  # an errand asks the process's rule over all rows
    AWAITING_RELEASE = "awaiting_release"  # a second person must release it
    OPEN = "open"  # its cases are worked on; an errand notices when all have ended
    ENDED = "ended"  # every case has ended; final
    REFUSED = "refused"  # nothing is done of what had not begun; final


class Code(StrEnum):
    """Why a batch was refused, when it was not the process's rule that refused it."""

    INCOMPLETE_UPLOAD = "INCOMPLETE_UPLOAD"
    WITHDRAWN = "WITHDRAWN"
    TOO_MANY_ROWS = "TOO_MANY_ROWS"


class Source(StrEnum):
    """How a batch came in."""

    ARRAY = "array"
    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"
    SCHEDULE = "schedule"
    HANDOVER = "handover"


Row: TypeAlias = tuple[int, "Draft | Refusal"]
"""A row as its sender counts it, and its input, or why it is refused; a draft carries the same number."""
ColumnOf: TypeAlias = Callable[[str], "str | None"]
"""The letter of the column in which a field stands, in a file."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a batch has come in."""

    id: UUID
    state: BatchState
    rows: int
    chain: bytes | None
    existing: bool = True
    """It was begun before."""

    @property
    def is_receiving(self) -> bool:
        return self.state is BatchState.RECEIVING


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What became of rows that came all at once."""

    batch: UUID | None
    """None when no row was taken: then nothing is stored."""
    existing: bool = False
    """The same was handed in before: `answers` is empty, what became of its rows is to be read."""
    answers: Sequence[Receipt | Refusal] = ()


class Batches:
    """Takes batches in, and carries out what people decide about whole ones."""

    def __init__(self, pool: Pool, intake: Intake) -> None:
        self._pool, self._intake = pool, intake

    async def take(
        self,
        process: Process,
        caller: str,
        source: Source,
        rows: Sequence[Row],
        now: datetime,
        *,
        contents: Sequence[bytes] = (),
    ) -> Whole:
        """Store all rows in one transaction, with a batch around them.

        `contents` are the blind indexes under which the same is recognised when it is handed in again, the newest
        key's first. Cases are at work at once, unless the process has a rule to be asked over all of them.
        """
        prepared = await self._intake.prepare(process, caller, [row for _, row in rows if isinstance(row, Draft)], now)
        hold = process.batch is not None and process.batch.holds
        state = BatchState.RECEIVED if hold else BatchState.OPEN
        async with self._pool.connection() as connection, connection.transaction():
            batch = await _begin(connection, process, caller, source, contents, state=state, rows=len(rows))
            if batch is None:
                found = await _begun(connection, process, caller, contents)
                return Whole(batch=found.id if found else None, existing=True)
            stored = iter(
                await self._intake.store(connection, process, caller, prepared, batch=batch, hold=hold)
                if prepared
                else ()
            )
            answers = [row if isinstance(row, Refusal) else next(stored) for _, row in rows]
            nothing = all(isinstance(answer, Refusal) for answer in answers)
            if nothing:
                raise psycopg.Rollback
            await _keep_remainders(connection, batch, [number for number, _ in rows], answers)
        count(process, answers)
        return Whole(batch=None if nothing else batch, answers=answers)

    async def begin(self, process: Process, caller: str, source: Source, contents: Sequence[bytes]) -> Progress:
        """A batch to add rows to: a new one, or the one that was begun under the same content before."""
        async with self._pool.connection() as connection:
            while True:
                state = BatchState.RECEIVING
                batch = await _begin(connection, process, caller, source, contents, state=state)
                if batch is not None:
                    return Progress(id=batch, state=state, rows=0, chain=None, existing=False)
                if found := await _begun(connection, process, caller, contents):
                    return found
                # It was given free between the two looks.

    async def begun(self, process: Process, caller: str, contents: Sequence[bytes]) -> Progress | None:
        """The batch that was begun under this content, if any."""
        async with self._pool.connection() as connection:
            return await _begun(connection, process, caller, contents)

    async def progress(self, batch: UUID) -> Progress:
        """How far a batch has come in."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["progress"], {"batch": batch})).fetchone()
        return _progress(row or {})

    async def add(
        self,
        batch: UUID,
        process: Process,
        caller: str,
        rows: Sequence[Row],
        now: datetime,
        *,
        offset: int,
        chain: bytes | None = None,
        column_of: ColumnOf | None = None,
    ) -> int | None:
        """Store the rows behind the first `offset` ones, all or none, and give how many became new cases.

        None when the batch takes none, or its next row is another one: somebody sends the same at the same time, or
        it was withdrawn. Its cases wait until all rows are in.
        """
        prepared = await self._intake.prepare(process, caller, [row for _, row in rows if isinstance(row, Draft)], now)
        room = {"batch": batch, "number": len(rows), "offset": offset, "chain": chain}
        async with self._pool.connection() as connection, connection.transaction():
            if await (await connection.execute(SQL["take_rows"], room)).fetchone() is None:
                return None
            stored = iter(
                await self._intake.store(connection, process, caller, prepared, batch=batch, hold=True)
                if prepared
                else ()
            )
            answers = [
                _placed(row if isinstance(row, Refusal) else next(stored), number, column_of) for number, row in rows
            ]
            await _keep_remainders(connection, batch, [number for number, _ in rows], answers)
        count(process, answers)
        return sum(isinstance(answer, Receipt) and not answer.existing for answer in answers)

    async def complete(self, batch: UUID, process: Process) -> bool:
        """All rows are in. False when the batch was not receiving any more."""
        hold = process.batch is not None and process.batch.holds
        values = {"batch": batch, "state": BatchState.RECEIVED if hold else BatchState.OPEN}
        return await self._move("complete", values)

    async def release(self, batch: UUID, actor: str, *, rows: int) -> bool:
        """A second person lets the batch go. False for its submitter, another number of rows or another state."""
        return await self._move("release", {"batch": batch, "actor": actor, "rows": rows})

    async def withdraw(self, batch: UUID, actor: str, code: Code = Code.WITHDRAWN) -> bool:
        """Stop a batch that has not ended; an errand then cancels what Roger has not begun. The same may be sent anew."""
        states = [BatchState.RECEIVING]
        if code is Code.WITHDRAWN:
            states += [BatchState.RECEIVED, BatchState.AWAITING_RELEASE, BatchState.OPEN]
        values: dict[str, Any] = {"batch": batch, "actor": actor, "code": code, "free": True, "untouched": None}
        return await self._move("refuse", values | {"states": states})

    async def _move(self, statement: str, values: dict[str, Any]) -> bool:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], values)).fetchone() is not None


async def _begin(
    connection: Connection,
    process: Process,
    caller: str,
    source: Source,
    contents: Sequence[bytes],
    *,
    state: BatchState,
    rows: int = 0,
) -> UUID | None:
    values: dict[str, Any] = {
        "id": uuids.uuid7(),
        "process": process.name,
        "version": process.version,
        "caller": caller,
        "source": source,
        "content": contents[0] if contents else None,
        "contents": list(contents),
        "state": state,
        "rows": rows,
    }
    row = await (await connection.execute(SQL["begin"], values)).fetchone()
    return row["id"] if row else None


async def _begun(connection: Connection, process: Process, caller: str, contents: Sequence[bytes]) -> Progress | None:
    values = {"process": process.name, "caller": caller, "contents": list(contents)}
    row = await (await connection.execute(SQL["begun"], values)).fetchone()
    return _progress(row) if row else None


def _progress(row: dict[str, Any]) -> Progress:
    return Progress(id=row["id"], state=BatchState(row["state"]), rows=row["rows"], chain=row["chain"])


async def _keep_remainders(
    connection: Connection, batch: UUID, numbers: Sequence[int], answers: Sequence[Receipt | Refusal]
) -> None:
    """Remember the rows that became no case of this batch."""
    left = [
        (number, answer)
        for number, answer in zip(numbers, answers, strict=True)
        if isinstance(answer, Refusal) or answer.existing
    ]
    if not left:
        return
    values = {
        "batch": batch,
        "rows": [number for number, _ in left],
        "cases": [None if isinstance(answer, Refusal) else answer.case for _, answer in left],
        "problems": [
            json.dumps(document(answer), ensure_ascii=False) if isinstance(answer, Refusal) else None
            for _, answer in left
        ],
    }
    await connection.execute(SQL["keep_remainders"], values)


def _placed(answer: Receipt | Refusal, number: int, column_of: ColumnOf | None) -> Receipt | Refusal:
    """Say of every field of a row in a file where it stands."""
    if column_of is None or not isinstance(answer, InvalidInput):
        return answer
    return InvalidInput(
        tuple(
            problem if problem.row is not None else replace(problem, row=number, column=column_of(problem.field))
            for problem in answer.problems
        )
    )
