"""`POST /v1/{process}`: one case, or an array of them, checked by the process's own input and stored before the answer."""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from common.cases.batches import Row, Source
from common.errors import ConfigurationError
from common.identity.caller import Caller
from common.process import Process, Service
from common.refusals import (
    BacklogFull,
    FieldProblem,
    FileUnusable,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    ReferenceTaken,
    RequestTooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
    UnitForeign,
    UploadDiffers,
)
from common.web import body, openapi, uploads
from common.web.auth import Authenticated, needs
from common.web.drafts import drafted
from common.web.parts import Parts, WithParts
from common.web.problems import BatchClosed, NoRowTaken, NoTable, NotJson, TooManyUploads, responses
from common.web.rows import array_answer, contents_of
from common.web.submitting import take_one
from common.web.views import Case, Rows

_RESERVED = {
    "batches",
    "benefits",
    "cases",
    "events",
    "files",
    "operations",
    "processes",
    "registers",
    "retention",
    "schedules",
    "targets",
    "tasks",
    "webhooks",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_ON_A_THREAD = 100  # rows: checking more than this holds up everybody else's requests

_LOCATION = {"Location": {"description": "The address of the case, or of the batch", "schema": {"type": "string"}}}
_BEFORE: dict[str, Any] = {
    "model": Case | Rows,
    "description": "It was submitted before: the case, or what became of each row, as it is now",
    "headers": _LOCATION,
}
_REFUSALS = responses(
    MalformedRequest,
    Unauthenticated,
    Forbidden,
    UnitForeign,
    TooSlow,
    ReferenceTaken,
    UploadDiffers,
    BatchClosed,
    RequestTooLarge,
    NotJson,
    NoTable,
    InvalidInput,
    FileUnusable,
    NoRowTaken,
    BacklogFull,
    TooManyUploads,
    Unavailable,
)


def router(service: Service) -> APIRouter:
    """The endpoints of every process of a service; raises ConfigurationError for a name that is no address."""
    made = APIRouter(tags=["Submit"])
    for process in service.processes.values():
        if process.name in _RESERVED or not _NAME.fullmatch(process.name):
            raise ConfigurationError(f"A process cannot be called {process.name!r}: its name is its address")
        made.add_api_route(
            f"/v1/{process.name}",
            _endpoint(process),
            methods=["POST"],
            status_code=202,
            dependencies=[needs(f"{{service}}:{process.name}:submit")],
            operation_id=f"submit_{process.name.replace('-', '_')}",
            summary=process.summary,
            description=inspect.getdoc(process.perform) or process.summary,
            response_model=Case | Rows,
            response_description="Taken: the case, or what became of each row",
            responses={202: {"headers": _LOCATION}, 200: _BEFORE} | _REFUSALS,
            openapi_extra=openapi.IDEMPOTENCY_KEY,
        )
    return made


def _endpoint(process: Process) -> Callable[..., Awaitable[Response]]:
    async def submit(request: Request, caller: Authenticated, parts: WithParts) -> Response:
        key = request.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise MalformedRequest("The Idempotency-Key must be 1 to 64 printable ASCII characters")
        await parts.backlog.require_room()
        kind = body.media_type(request)
        if kind == uploads.NDJSON:
            return await uploads.take_stream(request, parts, process, caller, key)
        if kind in uploads.FILES:
            return await uploads.take_file(request, parts, process, caller)
        sent = await body.read(request, parts.settings.api.body_limit)
        given = body.parse(sent)
        if isinstance(given, list):
            rows = cast("list[Any]", given)
            # The same array under the same key is the same batch.
            mark = None if key is None else f"{key}:{hashlib.sha256(sent).hexdigest()}"
            contents = [] if mark is None else contents_of(parts.keyring, "array", mark)
            return await _submit_rows(parts, process, caller, rows, key, contents=contents)
        return await _submit_one(parts, process, caller, given, key)

    return submit


async def _submit_one(parts: Parts, process: Process, caller: Caller, given: Any, key: str | None) -> Response:
    taken = await take_one(parts, process, caller, given, key)
    return Response(
        Case.of(taken.case).model_dump_json(),
        200 if taken.existing else 202,
        {"Location": f"/v1/cases/{taken.case.id}"},
        "application/json",
    )


async def _submit_rows(
    parts: Parts, process: Process, caller: Caller, rows: Sequence[Any], key: str | None, *, contents: Sequence[bytes]
) -> Response:
    limit = parts.settings.api.array_limit
    if len(rows) > limit:
        raise RequestTooLarge(
            f"An array may hold at most {limit} cases, this one holds {len(rows)}; split it, or send newline-delimited JSON or a file, which stay one batch"
        )
    if not rows:
        raise InvalidInput((FieldProblem("", "MISSING_FIELD", "The array holds no case"),))
    accepts_synthetic = parts.settings.deployment.accepts_synthetic

    def check() -> list[Row]:
        keys = [None if key is None else f"{key}#{index}" for index in range(len(rows))]
        return [
            (
                index,
                drafted(process, row, key=its_key, row=index, accepts_synthetic=accepts_synthetic, units=caller.units),
            )
            for index, (row, its_key) in enumerate(zip(rows, keys, strict=True))
        ]

    drafts = await asyncio.to_thread(check) if len(rows) > _ON_A_THREAD else check()
    async with parts.database.reach():
        whole = await parts.batches.take(process, caller.name, Source.ARRAY, drafts, parts.clock(), contents=contents)
    return await array_answer(parts, process, drafts, whole)
