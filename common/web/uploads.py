"""Files and streams: rows that are too many for one array, taken in piece by piece into one batch."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import islice

from fastapi import Request
from starlette.responses import Response

from common.cases.batches import Code, ColumnOf, Progress, Row, Source
from common.cases.draft import Draft
from common.errors import ConfigurationError
from common.identity.caller import Caller
from common.privacy.crypto import Keyring
from common.process import Process
from common.refusals import FieldProblem, InvalidInput, Refusal, RequestTooLarge, UploadDiffers
from common.spreadsheet import Column, Limits, Table, columns_of, read
from common.web import body, incoming
from common.web.drafts import drafted
from common.web.lines import Line, pieces
from common.web.parts import Parts
from common.web.problems import BatchClosed, NoTable
from common.web.rows import contents_of, stream_answer

NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = "multipart/form-data"
FILES = {"text/csv", XLSX, FORM}
KINDS = {NDJSON, *FILES}

Check = Callable[..., Draft | Refusal]
_PIECE = 1_000  # rows stored in one transaction


class Reception:
    """Rows on their way into one batch; what came before of the same batch is passed over."""

    def __init__(
        self, parts: Parts, process: Process, caller: Caller, source: Source, contents: Sequence[bytes]
    ) -> None:
        self._parts, self._process, self._caller = parts, process, caller
        self._source, self._contents = source, contents
        self._progress: Progress | None = None
        self._chain: bytes | None = None
        self._known = False
        self.position = 0

    async def add(self, rows: Sequence[Row], digest: str = "", column_of: ColumnOf | None = None) -> None:
        """Store some rows; `digest` tells them from others. Raises UploadDiffers, BatchClosed, RequestTooLarge."""
        progress = self._progress or await self._begin()
        after = self.position + len(rows)
        limit = self._parts.settings.api.upload_rows
        if after > limit:
            await self._give_up(Code.TOO_MANY_ROWS)
            raise RequestTooLarge(f"A file or stream may hold at most {limit} rows; split it")
        chain = self._link(digest)
        while not self._has(progress, after, chain):
            async with self._parts.database.reach():
                added = await self._parts.batches.add(
                    progress.id,
                    self._process,
                    self._caller.name,
                    rows,
                    self._parts.clock(),
                    offset=self.position,
                    chain=chain,
                    column_of=column_of,
                )
                if added is not None:
                    self._parts.backlog.took(added)
                    self._progress = replace(progress, rows=after, chain=chain)
                    break
                # Somebody sends the same at the same time, or it was withdrawn.
                self._progress = progress = await self._parts.batches.progress(progress.id)
        self.position, self._chain = after, chain

    async def complete(self) -> Response:
        """All rows have been added."""
        progress = self._progress
        if progress is None:
            raise InvalidInput((FieldProblem("", "MISSING_FIELD", "There is no row"),))
        async with self._parts.database.reach():
            await self._parts.batches.complete(progress.id, self._process)
            progress = await self._parts.batches.progress(progress.id)
        if progress.rows != self.position:
            raise UploadDiffers
        self._parts.ringer.errand("batches")
        return await stream_answer(self._parts, progress.id, existing=self._known)

    async def _begin(self) -> Progress:
        async with self._parts.database.reach():
            self._progress = await self._parts.batches.begin(
                self._process, self._caller.name, self._source, self._contents
            )
        self._known = not self._progress.is_receiving
        return self._progress

    def _has(self, progress: Progress, after: int, chain: bytes | None) -> bool:
        """Whether the batch holds the rows up to `after` already; raises when it never will."""
        if after <= progress.rows:
            if after == progress.rows and chain != progress.chain:
                raise UploadDiffers
            return True
        if progress.rows != self.position or self._known:
            raise UploadDiffers
        if not progress.is_receiving:
            raise BatchClosed(batch=str(progress.id))
        return False

    def _link(self, digest: str) -> bytes | None:
        before = (self._chain or b"").hex()
        return self._parts.keyring.blind("chain", f"{before}:{digest}") if digest else None

    async def _give_up(self, code: Code) -> None:
        if self._progress is not None and not self._known:
            async with self._parts.database.reach():
                await self._parts.batches.withdraw(self._progress.id, self._caller.actor, code)
            self._parts.ringer.errand("batches")


async def take_stream(request: Request, parts: Parts, process: Process, caller: Caller, key: str | None) -> Response:
    """Newline-delimited JSON, stored as it arrives. What breaks off may be sent again under the same key."""
    with parts.uploads.one(caller.name):
        contents = contents_of(parts.keyring, "stream", key) if key is not None else ()
        reception = Reception(parts, process, caller, Source.NDJSON, contents)
        check = _check(parts, process, caller)
        longest = parts.settings.api.line_limit
        async with contextlib.aclosing(pieces(incoming.stream(request), longest=longest)) as arriving:
            async for piece in arriving:
                digest, rows = await asyncio.to_thread(_drafts_of_lines, check, piece, longest)
                await reception.add(rows, digest)
        return await reception.complete()


def _check(parts: Parts, process: Process, caller: Caller) -> Check:
    """What each row goes through."""
    accepts = parts.settings.deployment.accepts_synthetic
    return partial(drafted, process, accepts_synthetic=accepts, units=caller.units)


def _drafts_of_lines(check: Check, piece: Sequence[Line], longest: int) -> tuple[str, list[Row]]:
    digest = hashlib.sha256()
    rows: list[Row] = []
    for number, text in piece:
        digest.update(b"%d:" % number + (text or b"\0") + b"\n")
        rows.append((number, _draft_of_line(check, number, text, longest)))
    return digest.hexdigest(), rows


def _draft_of_line(check: Check, number: int, text: bytes | None, longest: int) -> Draft | Refusal:
    if text is None:
        return RequestTooLarge(f"A line may hold at most {longest} bytes")
    try:
        return check(body.parse(text), row=number)
    except Refusal as refusal:
        return refusal


async def take_file(request: Request, parts: Parts, process: Process, caller: Caller) -> Response:
    """A CSV or XLSX file: looked through as a whole before anything of it is stored."""
    columns = table_of(process)
    if columns is None:
        raise NoTable
    with parts.uploads.one(caller.name):
        file = await incoming.file(request, parts.settings.api.upload_limit)
        contents = await asyncio.to_thread(_contents, parts.keyring, file)
        async with parts.database.reach():
            found = await parts.batches.begun(process, caller.name, contents)
        if found is not None and not found.is_receiving:
            return await stream_answer(parts, found.id, existing=True)
        limits = Limits(bytes=parts.settings.api.upload_limit, rows=parts.settings.api.upload_rows)
        table = await asyncio.to_thread(read, BytesIO(file), columns=columns, limits=limits)
        source = Source.XLSX if file.startswith(b"PK") else Source.CSV
        reception = Reception(parts, process, caller, source, contents)
        rows = _rows_of(_check(parts, process, caller), table)
        while piece := await asyncio.to_thread(lambda: list(islice(rows, _PIECE))):
            await reception.add(piece, column_of=table.column_of)
        return await reception.complete()


def table_of(process: Process) -> tuple[Column, ...] | None:
    """The columns of a process's table; None when no table can hold its input."""
    try:
        return columns_of(process.input)
    except ConfigurationError:
        return None


def _contents(keyring: Keyring, file: bytes) -> Sequence[bytes]:
    return contents_of(keyring, "file", hashlib.sha256(file).hexdigest())


def _rows_of(check: Check, table: Table) -> Iterator[Row]:
    for row in table:
        if row.problems:
            yield row.number, InvalidInput(row.problems)
        else:
            yield row.number, check(row.values, row=row.number)
