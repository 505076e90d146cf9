"""`/v1/processes`: what this service can do, how it does, and why nothing happens; `/v1/operations`: who did what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.cases.openness import Picture
from common.identity.scopes import OPERATE
from common.process import Process
from common.refusals import (
    Forbidden,
    InvalidInput,
    MalformedRequest,
    ProcessUnknown,
    RequestTooLarge,
    Unauthenticated,
    Unavailable,
)
from common.web import body, openapi
from common.web.auth import Authenticated, needs
from common.web.obstacles import ObstacleView, PauseReason, PauseView
from common.web.parts import Parts, WithParts
from common.web.problems import NotJson, responses
from common.web.views import ProcessList, ProcessView

ANSWERS: dict[int | str, dict[str, Any]] = responses(Unauthenticated, Forbidden, Unavailable)
WITH_BODY: dict[int | str, dict[str, Any]] = responses(MalformedRequest, NotJson, RequestTooLarge, InvalidInput)
BODIES: list[type[BaseModel]] = [PauseReason]

router = APIRouter(prefix="/v1", tags=["Operations"])
_ACTED = ANSWERS | responses(ProcessUnknown)


class OperationView(BaseModel):
    """What was done to a process, a target or an account, by whom and why."""

    id: int
    at: AwareDatetime
    actor: str = Field(examples=["caller:desk", "worker:w1-1"])
    kind: str = Field(examples=["process", "target", "account"])
    name: str = Field(examples=["hspro"])
    action: str = Field(examples=["paused", "resumed", "circuit_opened", "circuit_closed", "account_out"])
    reason: str | None


class OperationPage(BaseModel):
    """Some lines of the log, newest first."""

    items: list[OperationView]
    next: int | None = Field(description="The `cursor` of the next page; null on the last one")


class OperationFilter(BaseModel):
    """What the log is narrowed to."""

    model_config = ConfigDict(extra="forbid")

    kind: str | None = Field(default=None, max_length=32)
    name: str | None = Field(default=None, max_length=128)
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[int, Field(ge=0, lt=2**63)] | None = None


@router.get(
    "/processes",
    operation_id="list_processes",
    dependencies=[needs()],
    summary="The processes: how many of their cases are where, and why nothing happens",
    responses=responses(Unauthenticated, Unavailable),
)
async def list_processes(caller: Authenticated, parts: WithParts) -> ProcessList:
    """Those for which the caller has a scope; all of them with `operate` or `cases:read:all`."""
    async with parts.database.reach():
        standings = await parts.standings.get()
        picture = await parts.openness.read()
    shown = [
        process
        for process in parts.service.processes.values()
        if caller.operates or caller.reads_all or caller.may("read", process.name) or caller.may("submit", process.name)
    ]
    now = parts.clock()
    return ProcessList(
        service=parts.service.name,
        title=parts.service.title,
        items=[_view(process, picture, ProcessView.of(process, standings.get(process.name), now)) for process in shown],
    )


@router.post(
    "/processes/{process}/pause",
    operation_id="pause_process",
    dependencies=[needs(OPERATE)],
    summary="Let no case of this process begin",
    responses=_ACTED | WITH_BODY,
    openapi_extra=openapi.json_body(PauseReason),
)
async def pause_process(request: Request, process: str, caller: Authenticated, parts: WithParts) -> ProcessView:
    """What runs now may end; new cases are taken in and wait. Paused again, it stays as it was paused first."""
    known = _known(parts, process)
    asked = await read_reason(request, parts)
    async with parts.database.reach():
        await parts.operations.pause("process", known.name, actor=caller.actor, reason=asked.reason)
    parts.ringer.gates()
    return await _shown(parts, known)


@router.post(
    "/processes/{process}/resume",
    operation_id="resume_process",
    dependencies=[needs(OPERATE)],
    summary="Let a paused process go on",
    responses=_ACTED,
)
async def resume_process(process: str, caller: Authenticated, parts: WithParts) -> ProcessView:
    """Also one that Roger itself stopped because a screen had changed. What was not paused stays as it is."""
    known = _known(parts, process)
    async with parts.database.reach():
        await parts.operations.resume("process", known.name, actor=caller.actor)
    parts.ringer.gates()
    return await _shown(parts, known)


@router.get(
    "/operations",
    operation_id="list_operations",
    dependencies=[needs(OPERATE)],
    summary="What was done to processes, targets and accounts, newest first",
    responses=ANSWERS | responses(InvalidInput),
)
async def list_operations(parts: WithParts, asked: Annotated[OperationFilter, Query()]) -> OperationPage:
    """By whom and why: also what Roger did by itself, as opening a circuit."""
    async with parts.database.reach():
        found = await parts.operations.page(
            limit=asked.limit + 1, before=asked.cursor, kind=asked.kind, name=asked.name
        )
    shown = [OperationView.model_validate(line, from_attributes=True) for line in found[: asked.limit]]
    return OperationPage(items=shown, next=shown[-1].id if len(found) > asked.limit else None)


async def read_reason(request: Request, parts: Parts) -> PauseReason:
    """The body of a request to pause; raises what cannot be read."""
    return await body.model(request, parts.settings.api.body_limit, PauseReason)


def _known(parts: Parts, name: str) -> Process:
    process = parts.service.processes.get(name)
    if process is None:
        raise ProcessUnknown
    return process


async def _shown(parts: Parts, process: Process) -> ProcessView:
    async with parts.database.reach():
        standings = await parts.standings.get()
        picture = await parts.openness.read()
    return _view(process, picture, ProcessView.of(process, standings.get(process.name), parts.clock()))


def _view(process: Process, picture: Picture, view: ProcessView) -> ProcessView:
    view.paused = PauseView.of(picture.pauses.get(("process", process.name)))
    view.obstacles = ObstacleView.of_all(picture.obstacles(process))
    return view
