"""`/rapporter`: what the rows of batches came to, for whoever may see all of their cases."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from common.identity.scopes import READ_ALL, READ_SOME
from common.process import Service
from common.refusals import BatchUnknown, NotInThatState
from common.report.document import Kind, Report
from common.report.page import Origin
from common.report.writing import written
from common.web.pages import words
from common.web.pages.brought import Entrance
from common.web.pages.rendering import page
from common.web.pages.signed_in import PageRoute, SignedIn, page_needs
from common.web.parts import WithParts
from common.web.problems import ReportUnknown
from common.web.reports import as_page, as_workbook, shown

START = "/rapporter"
ENTRANCE = Entrance(
    path=START,
    title="Rapporter",
    about="Her finner du rapportene fra kjøringene Roger er ferdig med.",
    needs=(READ_SOME, READ_ALL),
    purpose="rapporter",
)
router = APIRouter(prefix=START, include_in_schema=False, route_class=PageRoute)
_SHOWN = 30


def made_by(service: Service) -> bool:
    """Whether any process of a service makes reports; the menu of another does not lead to them."""
    return any(process.batch is not None and process.batch.report is not None for process in service.processes.values())


@router.get("", dependencies=[page_needs(READ_SOME, READ_ALL)])
async def list_reports(parts: WithParts, session: SignedIn, fra: UUID | None = None) -> Response:
    """Batches with a report, the newest first, as far as she may see them."""
    sight = session.caller.sight(session.caller.readable(parts.service.processes))
    async with parts.database.reach():
        found = await parts.reports.page(sight=sight, limit=_SHOWN + 1, before=fra)
    listed = found[:_SHOWN]
    return page(
        "reports.html",
        session=session,
        called=partial(words.process, parts.service),
        counted=partial(written, Kind.WHOLE),
        reports=listed,
        start=START,
        earlier=f"{START}?fra={listed[-1].batch}" if len(found) > _SHOWN else None,
        later=fra is not None,
    )


@router.get("/{batch}", dependencies=[page_needs(READ_SOME, READ_ALL)])
async def show_report(parts: WithParts, session: SignedIn, batch: UUID) -> Response:
    """The report as a page of its own."""
    report, origin = await _shown(parts, session, batch)
    links = ((START, "Alle rapporter"), (f"{START}/{batch}/regneark", "Last ned som regneark"))
    return await as_page(report, origin, links)


@router.get("/{batch}/regneark", dependencies=[page_needs(READ_SOME, READ_ALL)])
async def get_workbook(parts: WithParts, session: SignedIn, batch: UUID) -> Response:
    """The report as a workbook."""
    return await as_workbook(*await _shown(parts, session, batch))


async def _shown(parts: WithParts, session: SignedIn, batch: UUID) -> tuple[Report, Origin]:
    """To a person there is one reason why nothing is there."""
    try:
        return await shown(parts, session.caller, batch)
    except (BatchUnknown, NotInThatState):
        raise ReportUnknown from None
