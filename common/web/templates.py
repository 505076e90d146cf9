"""`/v1/processes/{name}/template`: the empty table of a process, for people who keep their cases in a sheet."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from common.identity.scopes import OPERATE, READ_ALL, READ_SOME, SUBMIT_SOME
from common.refusals import Forbidden, InvalidInput, Unauthenticated, Unavailable
from common.spreadsheet import template
from common.web.auth import needs
from common.web.parts import WithParts
from common.web.problems import TemplateUnknown, responses
from common.web.uploads import XLSX, table_of

router = APIRouter(prefix="/v1/processes", tags=["Submit"])
_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}

_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": {XLSX: {}, "text/csv": {}}}}


@router.get(
    "/{name}/template",
    operation_id="get_template",
    dependencies=[needs(SUBMIT_SOME, READ_SOME, READ_ALL, OPERATE)],
    summary="The empty table of a process, to fill in and hand in",
    response_class=Response,
    responses=_FILE | responses(Unauthenticated, Forbidden, TemplateUnknown, InvalidInput, Unavailable),
)
async def get_template(
    name: str,
    parts: WithParts,
    kind: Annotated[Literal["xlsx", "csv"], Query(alias="format", description="For Excel, or plain")] = "xlsx",
) -> Response:
    """One row per case; send it back to `POST /v1/{process}` with the content type it came with."""
    process = parts.service.processes.get(name)
    if process is None or table_of(process) is None:
        raise TemplateUnknown
    file = await asyncio.to_thread(template, process.input, kind)
    headers = {"Content-Disposition": f'attachment; filename="{process.name}.{kind}"'}
    return Response(file, headers=headers, media_type=_TYPES[kind])
