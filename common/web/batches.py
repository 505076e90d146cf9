"""`/v1/batches`: cases that came in together, with control totals; release and withdrawal of whole ones."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from common.cases.batch_queries import Totals
from common.cases.batches import BatchState
from common.cases.sight import Sight
from common.identity.caller import Caller
from common.identity.scopes import DECIDE, READ_ALL, READ_SOME, RELEASE, SUBMIT_SOME
from common.privacy.access_log import Action
from common.refusals import (
    BatchUnknown,
    Forbidden,
    InvalidInput,
    MalformedRequest,
    NotInThatState,
    OwnSubmission,
    RequestTooLarge,
    TotalsDiffer,
    Unauthenticated,
    Unavailable,
)
from common.web import body, openapi
from common.web.auth import Authenticated, needs, require
from common.web.batch_views import (
    Batch,
    BatchPage,
    BatchQuery,
    BatchRows,
    BatchRowView,
    BatchSummary,
    ReleaseBatch,
    RowsQuery,
)
from common.web.parts import Parts, WithParts
from common.web.problems import NotJson, responses

BODIES: list[type[BaseModel]] = [ReleaseBatch]
router = APIRouter(prefix="/v1/batches", tags=["Batches"])
_SEEN = responses(Unauthenticated, Forbidden, BatchUnknown, Unavailable)
_UNENDED = (BatchState.RECEIVING, BatchState.RECEIVED, BatchState.AWAITING_RELEASE, BatchState.OPEN)


def _batch_id(batch: str) -> UUID:
    """The id in the address; what is none belongs to no batch."""
    try:
        return UUID(batch)
    except ValueError:
        raise BatchUnknown from None


BatchId = Annotated[UUID, Depends(_batch_id)]


@router.get(
    "",
    operation_id="list_batches",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="List batches, newest first",
    responses=responses(Unauthenticated, Forbidden, InvalidInput, Unavailable),
)
async def list_batches(caller: Authenticated, parts: WithParts, asked: Annotated[BatchQuery, Query()]) -> BatchPage:
    """The caller's own batches; everybody's with the scope `cases:read:all`."""
    readable = caller.readable(parts.service.processes)
    wanted = readable if asked.process is None else readable & {asked.process}
    require(holds=bool(wanted), scope=f"{caller.service}:{'*' if asked.process is None else '<process>'}:read")
    async with parts.database.reach():
        found = await parts.batch_queries.page(
            sight=caller.sight(wanted), state=asked.state, limit=asked.limit + 1, before=asked.cursor
        )
    shown = [BatchSummary.of(batch) for batch in found[: asked.limit]]
    return BatchPage(items=shown, next=shown[-1].id if len(found) > asked.limit else None)


@router.get(
    "/{batch}",
    operation_id="get_batch",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="A batch and its control totals",
    responses=_SEEN,
)
async def get_batch(batch: BatchId, caller: Authenticated, parts: WithParts) -> Batch:
    """How many rows came in, and what became of them; the figures add up at every moment."""
    return Batch.with_totals(await _visible(parts, caller, batch))


@router.get(
    "/{batch}/rows",
    operation_id="list_batch_rows",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="What became of each row",
    responses=_SEEN | responses(InvalidInput),
)
async def list_rows(
    batch: BatchId, caller: Authenticated, parts: WithParts, asked: Annotated[RowsQuery, Query()]
) -> BatchRows:
    """In the order in which they were sent; narrowed to refused ones or to those of a state."""
    await _visible(parts, caller, batch)
    async with parts.database.reach():
        found = await parts.batch_queries.rows(batch, only=asked.only, limit=asked.limit + 1, after=asked.cursor)
    shown = [BatchRowView.of(row) for row in found[: asked.limit]]
    return BatchRows(items=shown, next=shown[-1].row if len(found) > asked.limit else None)


@router.post(
    "/{batch}/release",
    operation_id="release_batch",
    dependencies=[needs(RELEASE)],
    summary="Let a batch go, as a second person",
    responses=_SEEN
    | responses(Forbidden, OwnSubmission)
    | responses(NotInThatState, TotalsDiffer)
    | responses(MalformedRequest, NotJson, RequestTooLarge, InvalidInput),
    openapi_extra=openapi.json_body(ReleaseBatch),
)
async def release_batch(request: Request, batch: BatchId, caller: Authenticated, parts: WithParts) -> Batch:
    """Whoever handed it in cannot; whoever can says how many rows the control totals named."""
    asked = await body.model(request, parts.settings.api.body_limit, ReleaseBatch)
    found = (await _within(parts, caller.sight(), batch)).batch
    if found.caller == caller.name:
        raise OwnSubmission
    async with parts.database.reach():
        moved = await parts.batches.release(batch, caller.actor, rows=asked.rows)
        if moved:
            await parts.access.add_batch(caller.actor, Action.RELEASED, batch, caller.purpose)
        now = await parts.batch_queries.one(batch)
    if not moved:
        if now.batch.state is BatchState.AWAITING_RELEASE:
            raise TotalsDiffer(rows=now.batch.rows)
        raise _in_another_state(now.batch.state, "released", BatchState.AWAITING_RELEASE)
    parts.ringer.errand("batches")
    return Batch.with_totals(now)


@router.post(
    "/{batch}/cancel",
    operation_id="cancel_batch",
    dependencies=[needs(DECIDE, SUBMIT_SOME)],
    summary="Withdraw a batch",
    responses=_SEEN | responses(NotInThatState),
)
async def cancel_batch(batch: BatchId, caller: Authenticated, parts: WithParts) -> Batch:
    """Cases that Roger has not begun are cancelled; the same file may be sent anew afterwards."""
    found = (await _within(parts, caller.sight(), batch)).batch
    if not caller.decides and not (found.caller == caller.name and caller.may("submit", found.process)):
        raise BatchUnknown
    async with parts.database.reach():
        moved = await parts.batches.withdraw(batch, caller.actor)
        if moved:
            await parts.access.add_batch(caller.actor, Action.CANCELLED, batch, caller.purpose)
        now = await parts.batch_queries.one(batch)
    if not moved:
        raise _in_another_state(now.batch.state, "withdrawn", *_UNENDED)
    parts.ringer.errand("batches")
    return Batch.with_totals(now)


async def _visible(parts: Parts, caller: Caller, batch: UUID) -> Totals:
    """A batch that the caller may read; any other is unknown."""
    return await _within(parts, caller.sight(caller.readable(parts.service.processes)), batch)


async def _within(parts: Parts, sight: Sight, batch: UUID) -> Totals:
    async with parts.database.reach():
        return await parts.batch_queries.one(batch, sight)


def _in_another_state(state: BatchState, verb: str, *allowed: BatchState) -> NotInThatState:
    only = " or ".join(allowed)
    return NotInThatState(
        f"The batch is {state}; only one that is {only} can be {verb}", state=state.value, allowed=list(allowed)
    )
