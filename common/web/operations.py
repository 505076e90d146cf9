"""`/v1/processes`: what this service can do, and how it does."""

from __future__ import annotations

from fastapi import APIRouter

from common.refusals import Unauthenticated, Unavailable
from common.web.auth import Authenticated
from common.web.parts import WithParts
from common.web.problems import responses
from common.web.views import ProcessList, ProcessView

router = APIRouter(prefix="/v1/processes", tags=["Operations"])


@router.get(
    "",
    operation_id="list_processes",
    summary="The processes, and how many of their cases are where",
    responses=responses(Unauthenticated, Unavailable),
)
async def list_processes(caller: Authenticated, parts: WithParts) -> ProcessList:
    """Those for which the caller has a scope; all of them with `operate` or `cases:read:all`."""
    async with parts.database.reach():
        standings = await parts.standings.get()
    shown = [
        process
        for process in parts.service.processes.values()
        if caller.operates or caller.reads_all or caller.may("read", process.name) or caller.may("submit", process.name)
    ]
    now = parts.clock()
    return ProcessList(
        service=parts.service.name,
        title=parts.service.title,
        items=[ProcessView.of(process, standings.get(process.name), now) for process in shown],
    )
