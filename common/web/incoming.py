"""Bodies that are larger than a form: taken as they arrive, never held up, never written to a disk in the clear."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from common.refusals import MalformedRequest
from common.web.arrival import arriving, held, whole
from common.web.body import media_type
from common.web.problems import NotJson

_MOST_FIELDS = 20


async def stream(request: Request) -> AsyncGenerator[bytes]:
    """A body in parts as it arrives, however long it is; raises NotJson or TooSlow."""
    _require_plain(request)
    async for part in arriving(request):
        yield part


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40  # files of people never reach a disk in the clear; the body's limit bounds them


async def file(request: Request, limit: int) -> bytes:
    """A file, as the whole body or as the one file of a form; raises MalformedRequest, and what `whole` raises."""
    _require_plain(request)
    if media_type(request) != "multipart/form-data":
        return await whole(request, limit)
    try:
        form = await _InMemory(request.headers, held(request, limit), max_files=1, max_fields=_MOST_FIELDS).parse()
    except MultiPartException:
        raise MalformedRequest("The form cannot be read; send one file as multipart/form-data") from None
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        raise MalformedRequest("The form holds no file; send one as multipart/form-data")
    try:
        return await files[0].read()
    finally:
        await form.close()


def _require_plain(request: Request) -> None:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotJson("The body must not be compressed")
