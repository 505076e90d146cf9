"""`/v1/cases`: follow cases, find them, and decide about those that need a person."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from common.cases.queries import CaseView, Filter
from common.cases.states import ENDED, State
from common.errors import IdInvalid
from common.identity.caller import Caller
from common.identity.scopes import DECIDE, READ_ALL, READ_SOME, RELEASE, SUBMIT_SOME
from common.norway import national_id
from common.privacy.access_log import Action
from common.process import Subject
from common.refusals import (
    CaseUnknown,
    FieldProblem,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    NotInThatState,
    OwnSubmission,
    PositionUnknown,
    RequestTooLarge,
    Unauthenticated,
    Unavailable,
)
from common.web import body, deciding, openapi
from common.web.auth import Authenticated, needs, require
from common.web.parts import Parts, WithParts
from common.web.problems import NotJson, TooManyWaiting, responses
from common.web.trees import CaseNode
from common.web.views import Case, CaseEvent, CaseEvents, CaseFilter, CasePage, CaseSearch, Close

BODIES: list[type[BaseModel]] = [CaseSearch, Close]

router = APIRouter(prefix="/v1/cases", tags=["Cases"])
_ONCE_MORE = 1.0  # seconds until whoever has waited is answered after all
_SEEN = responses(Unauthenticated, Forbidden, CaseUnknown, Unavailable)
_LISTED = responses(MalformedRequest, PositionUnknown, Unauthenticated, Forbidden, InvalidInput, Unavailable)
_DECIDED = responses(Unauthenticated, Forbidden, CaseUnknown, NotInThatState, Unavailable)
_WITH_BODY = responses(MalformedRequest, NotJson, RequestTooLarge, InvalidInput)


def _case_id(case: str) -> UUID:
    """The id in the address; what is none belongs to no case."""
    try:
        return UUID(case)
    except ValueError:
        raise CaseUnknown from None


CaseId = Annotated[UUID, Depends(_case_id)]


@router.get(
    "",
    operation_id="list_cases",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="List cases, newest first",
    responses=_LISTED,
)
async def list_cases(caller: Authenticated, parts: WithParts, asked: Annotated[CaseFilter, Query()]) -> CasePage:
    """The caller's own cases; everybody's with the scope `cases:read:all`."""
    return await _page(caller, parts, asked, None)


@router.post(
    "/search",
    operation_id="search_cases",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="Find the cases of a person",
    responses=_LISTED | _WITH_BODY,
    openapi_extra=openapi.json_body(CaseSearch),
)
async def search_cases(request: Request, caller: Authenticated, parts: WithParts) -> CasePage:
    """Like the list, of one person (`kind` is `person`) or another subject. The id stands in the body only."""
    asked = await body.model(request, parts.settings.api.body_limit, CaseSearch)
    return await _page(caller, parts, asked, Subject(asked.kind, _normalised(asked)))


@router.get(
    "/{case}",
    operation_id="get_case",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="Where a case stands",
    responses=_SEEN | responses(InvalidInput, TooManyWaiting),
)
async def get_case(
    request: Request,
    case: CaseId,
    caller: Authenticated,
    parts: WithParts,
    wait: Annotated[
        float, Query(ge=0, le=60, description="Answer when it has ended, after so many seconds at most")
    ] = 0,
) -> Case:
    """The case; with `wait`, as soon as it is done, manual, closed or cancelled."""
    found = None
    if wait:
        with parts.endings.expected(case, caller.name) as ended:
            # Looked at after the bell is listened to: an end between the two is not missed.
            found = await _visible(parts, caller, case)
            if found.state not in ENDED:
                await _until(request, ended, wait)
                found = None
    try:
        return await _shown(parts, caller, case, found)
    except Unavailable:
        if not wait:
            raise
    # Whoever has waited for a minute is not sent away because a connection has died meanwhile.
    await asyncio.sleep(_ONCE_MORE)
    return await _shown(parts, caller, case, found)


async def _shown(parts: Parts, caller: Caller, case: UUID, found: CaseView | None) -> Case:
    """The case as its caller may see it, once that stands in the access log."""
    found = found or await _visible(parts, caller, case)
    count = None
    if found.handed_over:
        async with parts.database.reach():
            count = (await parts.family.count(case)).get(case)
    await deciding.seen(parts, caller, Action.READ, case)
    return Case.of(found, count)


@router.get(
    "/{case}/events",
    operation_id="list_case_events",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="Every move of a case",
    responses=_SEEN,
)
async def list_events(case: CaseId, caller: Authenticated, parts: WithParts) -> CaseEvents:
    """Who moved it when, from where to where, and why."""
    await _visible(parts, caller, case)
    async with parts.database.reach():
        return CaseEvents(items=[CaseEvent.of(event) for event in await parts.queries.events(case)])


@router.get(
    "/{case}/tree",
    operation_id="get_case_tree",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="A case with its children, and theirs",
    responses=_SEEN,
)
async def get_tree(case: CaseId, caller: Authenticated, parts: WithParts) -> CaseNode:
    """The cases that became of what it handed over, generation by generation, as far as the caller may see them.

    One answer holds so many; more of a case's children are listed with `GET /v1/cases?parent=`.
    """
    async with parts.database.reach():
        top = await parts.family.tree(case, caller.sight(caller.readable(parts.service.processes)))
    await deciding.seen(parts, caller, Action.LISTED, *(member.case.id for member in top.everybody()))
    return CaseNode.of(top)


@router.post(
    "/{case}/retry",
    operation_id="retry_case",
    dependencies=[needs(DECIDE)],
    summary="Let Roger try a manual case again",
    responses=_DECIDED,
)
async def retry_case(case: CaseId, caller: Authenticated, parts: WithParts) -> Case:
    """The case goes back to the queue with fresh budgets; what has already been done is found, not done twice."""
    return Case.of(await deciding.retry(parts, caller, case))


@router.post(
    "/{case}/close",
    operation_id="close_case",
    dependencies=[needs(DECIDE)],
    summary="Say how a person dealt with a manual case",
    responses=_DECIDED | _WITH_BODY,
    openapi_extra=openapi.json_body(Close),
)
async def close_case(request: Request, case: CaseId, caller: Authenticated, parts: WithParts) -> Case:
    """The case is over: it was done by hand, or rejected."""
    asked = await body.model(request, parts.settings.api.body_limit, Close)
    return Case.of(await deciding.close(parts, caller, case, asked.handled))


@router.post(
    "/{case}/cancel",
    operation_id="cancel_case",
    dependencies=[needs(DECIDE, SUBMIT_SOME)],
    summary="Withdraw a case",
    responses=_DECIDED,
)
async def cancel_case(case: CaseId, caller: Authenticated, parts: WithParts) -> Case:
    """Only what Roger has not begun can be withdrawn."""
    found = await deciding.within(parts, caller, case)
    if not caller.decides and not (found.caller == caller.name and caller.may("submit", found.process)):
        raise CaseUnknown
    async with parts.database.reach():
        moved = await parts.decisions.cancel(case, caller.actor)
    parts.ringer.ended(case)
    waited = (State.QUEUED, State.AWAITING_RELEASE)
    now = await deciding.decided(parts, caller, case, Action.CANCELLED, *waited, moved=moved)
    return Case.of(now)


@router.post(
    "/{case}/release",
    operation_id="release_case",
    dependencies=[needs(RELEASE)],
    summary="Let a case go, as a second person",
    responses=_DECIDED | responses(Forbidden, OwnSubmission),
)
async def release_case(case: CaseId, caller: Authenticated, parts: WithParts) -> Case:
    """Whoever handed it in cannot; nobody can before its batch is open."""
    return Case.of(await deciding.release(parts, caller, case))


async def _page(caller: Caller, parts: Parts, asked: CaseFilter, subject: Subject | None) -> CasePage:
    readable = caller.readable(parts.service.processes)
    wanted = readable if asked.process is None else readable & {asked.process}
    require(holds=bool(wanted), scope=f"{caller.service}:{'*' if asked.process is None else '<process>'}:read")
    narrowed = Filter(
        processes=wanted,
        state=asked.state,
        code=asked.code,
        reference=asked.reference,
        unit=asked.unit,
        batch=asked.batch,
        parent=asked.parent,
        subject=subject,
        sight=caller.sight(readable),
    )
    async with parts.database.reach():
        page = await parts.queries.page(narrowed, limit=asked.limit, cursor=asked.cursor)
    action = Action.LISTED if subject is None else Action.SEARCHED
    await deciding.seen(parts, caller, action, *(case.id for case in page.cases))
    return CasePage(items=[Case.of(case) for case in page.cases], next=page.next)


async def _visible(parts: Parts, caller: Caller, case: UUID) -> CaseView:
    """A case that the caller may read; any other is unknown."""
    async with parts.database.reach():
        return await parts.queries.one(case, caller.sight(caller.readable(parts.service.processes)))


async def _until(request: Request, ended: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but not beyond the time, nor for a client that has gone."""
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(ended.wait()), asyncio.create_task(_gone(request))]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _normalised(asked: CaseSearch) -> str:
    """The id as the input would have stored it."""
    if asked.kind != "person":
        return asked.id.strip()
    try:
        return national_id.parse(asked.id).number
    except IdInvalid as invalid:
        raise InvalidInput((FieldProblem("id", invalid.code, invalid.message),)) from None
