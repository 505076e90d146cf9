"""`/v1/batches/{batch}/report`: what the rows of a batch came to, as JSON, as a workbook and as a page."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from common.cases.batches import BatchState
from common.identity.caller import Caller
from common.identity.scopes import READ_ALL, READ_SOME
from common.refusals import BatchUnknown, Forbidden, NotInThatState, Unauthenticated, Unavailable
from common.report.document import Report
from common.report.page import POLICY, Origin, page
from common.web.auth import Authenticated, needs
from common.web.batches import BatchId
from common.web.pages import words
from common.web.parts import Parts, WithParts
from common.web.problems import ReportUnknown, responses
from common.web.uploads import XLSX

router = APIRouter(prefix="/v1/batches/{batch}", tags=["Batches"])
_SEEN = responses(Unauthenticated, Forbidden, BatchUnknown, ReportUnknown, NotInThatState, Unavailable)
_WORKBOOK: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": {XLSX: {}}}}
_PAGE: dict[int | str, dict[str, Any]] = {200: {"description": "The page", "content": {"text/html": {}}}}


@router.get(
    "/report",
    operation_id="get_batch_report",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="What the rows of a batch came to",
    response_model=Report,
    responses=_SEEN,
)
async def get_report(batch: BatchId, caller: Authenticated, parts: WithParts) -> Response:
    """Figures, charts and tables, once the batch has ended; it is noted who read it. Texts are Norwegian bokmål."""
    report, _ = await shown(parts, caller, batch)
    return Response(report.model_dump_json(), media_type="application/json")


@router.get(
    "/report.xlsx",
    operation_id="get_batch_report_workbook",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="The same as a workbook",
    response_class=Response,
    responses=_WORKBOOK | _SEEN,
)
async def get_workbook(batch: BatchId, caller: Authenticated, parts: WithParts) -> Response:
    """A summary, and a sheet for each table and for the numbers of each chart."""
    return await as_workbook(*await shown(parts, caller, batch))


@router.get(
    "/report.html",
    operation_id="get_batch_report_page",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="The same as a page",
    response_class=HTMLResponse,
    responses=_PAGE | _SEEN,
)
async def get_page(batch: BatchId, caller: Authenticated, parts: WithParts) -> Response:
    """One page with charts that holds all it needs, to be opened in a browser or printed."""
    return await as_page(*await shown(parts, caller, batch))


async def shown(parts: Parts, caller: Caller, batch: UUID) -> tuple[Report, Origin]:
    """The report of a batch within the caller's sight, once that stands in the access log.

    Raises BatchUnknown, NotInThatState while the batch has not ended, and ReportUnknown.
    """
    async with parts.database.reach():
        totals = await parts.batch_queries.one(batch, caller.sight(caller.readable(parts.service.processes)))
        report = await parts.reports.of(batch)
    found = totals.batch
    process = parts.service.processes.get(found.process)
    if report is None or found.ended_at is None:
        if process and process.batch and process.batch.report and found.state is not BatchState.ENDED:
            raise NotInThatState(
                f"The batch is {found.state}; only one that is {BatchState.ENDED} has a report",
                state=found.state.value,
                allowed=[BatchState.ENDED.value],
            )
        raise ReportUnknown
    async with parts.database.reach():
        await parts.access.add_report(caller.actor, batch, caller.purpose)
    called = words.process(parts.service, found.process)
    return report, Origin(batch=batch, process=found.process, called=called, rows=found.rows, ended_at=found.ended_at)


async def as_workbook(report: Report, origin: Origin) -> Response:
    """The answer that is a workbook, to be saved."""
    # Few ask for it, and what writes workbooks is a fifth of what an api loads.
    from common.report.workbook import workbook  # noqa: PLC0415

    file = await asyncio.to_thread(workbook, report, origin)
    headers = {"Content-Disposition": f'attachment; filename="{origin.name}.xlsx"'}
    return Response(file, headers=headers, media_type=XLSX)


async def as_page(report: Report, origin: Origin, links: tuple[tuple[str, str], ...] = ()) -> Response:
    """The answer that is a page; its style sheet is let in by its digest, and nothing else is."""
    made = await asyncio.to_thread(page, report, origin, links)
    return HTMLResponse(made, headers={"Content-Security-Policy": POLICY})
