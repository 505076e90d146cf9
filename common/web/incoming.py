"""Bodies that are larger than a form: taken as they arrive, never held up, never written to a disk in the clear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.refusals import MalformedRequest, RequestTooLarge, TooSlow
from common.web.body import media_type
from common.web.problems import NotJson

_PATIENCE = 30.0  # seconds of waiting in all, for a sender who sends nothing
_SLOWEST = 1_000  # bytes a second that prolong it: who drips, holds a place for nothing
_MOST_FIELDS = 20


async def stream(request: Request, limit: int | None = None) -> AsyncGenerator[bytes]:
    """A body in parts as it arrives, however long it is; raises NotJson, RequestTooLarge or TooSlow.

    Only waiting for the sender counts as slow, not what is done with each part.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotJson("The body must not be compressed")
    announced = request.headers.get("content-length", "")
    if limit is not None and announced.isascii() and announced.isdigit():
        _require_fit(int(announced[:20]), limit)
    size, waited, clock = 0, 0.0, asyncio.get_running_loop().time
    arriving = aiter(request.stream())
    while True:
        began = clock()
        try:
            async with asyncio.timeout(min(_PATIENCE, _PATIENCE + size / _SLOWEST - waited)):
                part = await anext(arriving, None)
        except TimeoutError:
            raise TooSlow from None
        waited += clock() - began
        if part is None:
            return
        size += len(part)
        if limit is not None:
            _require_fit(size, limit)
        yield part


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40  # files of people never reach a disk in the clear; the body's limit bounds them


async def file(request: Request, limit: int) -> bytes:
    """A file, as the whole body or as the one file of a form; raises RequestTooLarge, TooSlow or MalformedRequest."""
    arriving = stream(request, limit)
    if media_type(request) != "multipart/form-data":
        return b"".join([part async for part in arriving])
    try:
        form = await _InMemory(request.headers, arriving, max_files=1, max_fields=_MOST_FIELDS).parse()
    except MultiPartException:
        raise MalformedRequest("The form cannot be read; send one file as multipart/form-data") from None
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        raise MalformedRequest("The form holds no file; send one as multipart/form-data")
    try:
        return await files[0].read()
    finally:
        await form.close()


def _require_fit(size: int, limit: int) -> None:
    if size > limit:
        raise RequestTooLarge(f"The body may hold at most {limit} bytes; split it")
