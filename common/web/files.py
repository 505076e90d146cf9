"""`/v1/files`: a caller hands a file over before the case that names it. Nobody is ever shown what one holds."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from common import log, metrics
from common.files.pieces import PIECE, Facts
from common.files.reference import Sha256
from common.files.store import Arrival, Handed
from common.identity.scopes import FILES
from common.refusals import (
    FieldProblem,
    FilesFull,
    FileUnknown,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    RequestTooLarge,
    StoreFull,
    TooSlow,
    Unauthenticated,
    Unavailable,
)
from common.web.arrival import announced, arriving
from common.web.auth import Authenticated, needs
from common.web.body import media_type
from common.web.parts import Parts, WithParts
from common.web.problems import NotPlain, TooManyUploads, responses

_log = log.get(__name__)
router = APIRouter(prefix="/v1/files", tags=["Files"])
_HEX = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]*={0,2}):\s*(?:;[^,]*)?(?=,|$)")
_SHA256 = 32  # bytes


class FileView(BaseModel):
    """A file that Roger has. What it is called, and what it is to a case, is said by the case that names it."""

    sha256: Sha256 = Field(description="The SHA-256 of its content: by this a case names it")
    size: int = Field(description="Bytes")
    handed_at: AwareDatetime = Field(description="When it was handed over last")
    expires_at: AwareDatetime = Field(
        description="Until then it waits for a case. While an open case names it, it is kept for that, at most 30 days"
    )

    @classmethod
    def of(cls, handed: Handed) -> FileView:
        return cls(sha256=handed.sha256, size=handed.size, handed_at=handed.handed_at, expires_at=handed.expires_at)


_LOCATION = {"Location": {"description": "The address of what is known of it", "schema": {"type": "string"}}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The file itself, whatever it is; any content type",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    },
    "parameters": [
        {
            "name": "Content-Digest",
            "in": "header",
            "required": False,
            "description": "The SHA-256 that the body must have, as RFC 9530 writes it: `sha-256=:…:`",
            "schema": {"type": "string"},
        }
    ],
}


@router.post(
    "",
    operation_id="hand_over_file",
    dependencies=[needs(FILES)],
    status_code=201,
    summary="Hand a file over",
    response_model=FileView,
    response_description="Taken",
    responses={
        201: {"headers": _LOCATION},
        200: {
            "model": FileView,
            "description": "This caller has handed it over before; it is kept for as long as if it had come only now",
            "headers": _LOCATION,
        },
    }
    | responses(
        MalformedRequest,
        Unauthenticated,
        Forbidden,
        TooSlow,
        RequestTooLarge,
        NotPlain,
        InvalidInput,
        FilesFull,
        TooManyUploads,
        Unavailable,
        StoreFull,
    ),
    openapi_extra=_BODY,
)
async def hand_over_file(
    request: Request,
    caller: Authenticated,
    parts: WithParts,
    sha256: Annotated[
        Sha256 | None, Query(description="The SHA-256 that the body must have, in hexadecimal digits")
    ] = None,
) -> Response:
    """Send the file as the body; a case of a process that takes files then names it by its SHA-256.

    It is stored as it arrives, encrypted, and never shown to anybody. What no open case names is deleted when its time
    is over, and so is everything once the work that needs it is done.
    """
    _require_plain(request)
    wanted = {digest for digest in (sha256, _content_digest(request)) if digest is not None}
    with parts.uploads.one(caller.name):
        handed = await _take(request, parts, caller.name, wanted)
    metrics.FILES_TAKEN.labels("existing" if handed.existing else "new").inc()
    _log.info("file.taken", caller=caller.name, size=handed.size, existing=handed.existing)
    return Response(
        FileView.of(handed).model_dump_json(),
        200 if handed.existing else 201,
        {"Location": f"/v1/files/{handed.sha256}"},
        "application/json",
    )


@router.get(
    "/{sha256}",
    operation_id="get_file",
    dependencies=[needs(FILES)],
    summary="Whether Roger has a file of this caller",
    responses=responses(Unauthenticated, Forbidden, FileUnknown, Unavailable),
)
async def get_file(sha256: str, caller: Authenticated, parts: WithParts) -> FileView:
    """What is known of it; never what it holds. What another caller has handed over is not there."""
    return FileView.of(await _known(parts, caller.name, sha256))


@router.head(
    "/{sha256}",
    operation_id="look_for_file",
    dependencies=[needs(FILES)],
    summary="Whether Roger has a file of this caller, without a body",
    response_class=Response,
    responses=responses(Unauthenticated, Forbidden, FileUnknown, Unavailable),
)
async def look_for_file(sha256: str, caller: Authenticated, parts: WithParts) -> Response:
    """200 or 404: spares sending a file that is there."""
    await _known(parts, caller.name, sha256)
    return Response()


async def _known(parts: Parts, caller: str, sha256: str) -> Handed:
    if not _HEX.fullmatch(sha256):
        raise FileUnknown
    async with parts.database.reach():
        handed = await parts.files.known(caller, sha256)
    if handed is None:
        raise FileUnknown
    return handed


async def _take(request: Request, parts: Parts, caller: str, wanted: set[str]) -> Handed:
    size = min(announced(request), parts.settings.files.limit)
    async with parts.database.reach():
        arrival = await parts.files.begin(caller, parts.clock(), announced=size)
    try:
        await _take_pieces(request, parts, arrival)
        _require_right(arrival.facts, wanted)
        async with parts.database.reach():
            return await parts.files.complete(arrival, parts.clock())
    except Exception:
        # What is left all the same, because the database is away or this process ends here, is purged within the hour.
        with contextlib.suppress(Unavailable):
            async with parts.database.reach():
                await parts.files.withdraw(arrival)
        raise


def _require_right(facts: Facts, wanted: set[str]) -> None:
    if not facts.size:
        raise InvalidInput((FieldProblem("", "MISSING_FIELD", "The file is empty"),))
    if wanted - {facts.sha256}:
        told = "What has arrived is not what was announced: send it again"
        raise InvalidInput((FieldProblem("sha256", "FILE_DIFFERS", told),))


async def _take_pieces(request: Request, parts: Parts, arrival: Arrival) -> None:
    """Store the body piece by piece as it arrives; raises what `arriving` and the store raise."""
    waiting = bytearray()
    async with contextlib.aclosing(arriving(request, parts.settings.files.limit)) as body:
        async for part in body:
            waiting += part
            while len(waiting) >= PIECE:
                await _store(parts, arrival, bytes(waiting[:PIECE]))
                del waiting[:PIECE]
    if waiting:
        await _store(parts, arrival, bytes(waiting))


async def _store(parts: Parts, arrival: Arrival, content: bytes) -> None:
    async with parts.database.reach():
        await parts.files.add(arrival, content, parts.clock())


def _require_plain(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotPlain
    if media_type(request).startswith("multipart/"):
        raise NotPlain


def _content_digest(request: Request) -> str | None:
    """The SHA-256 of the header, in hexadecimal digits; other sums say nothing here. Raises MalformedRequest."""
    header = ", ".join(request.headers.getlist("content-digest"))
    if "sha-256=" not in header:
        return None
    found = _DIGEST.search(header)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        digest = b""
    if len(digest) != _SHA256:
        raise MalformedRequest("The Content-Digest cannot be read: write it as `sha-256=:<base64>:`")
    return digest.hex()
