"""`/v1/events`: every move of the cases a caller may see, as a stream or page by page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import AwareDatetime, BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError
from starlette.types import Receive, Scope, Send

from common import log
from common.cases.feed import CODES, FORM, EventFilter, Move, Position
from common.cases.sight import Sight
from common.cases.states import State
from common.identity.caller import Caller
from common.identity.scopes import READ_ALL, READ_SOME
from common.refusals import Forbidden, InvalidInput, MalformedRequest, PositionUnknown, Unauthenticated, Unavailable
from common.web.auth import Authenticated, needs
from common.web.parts import Parts, WithParts
from common.web.problems import responses
from common.web.streams import Streams, TooManyStreams

router = APIRouter(prefix="/v1/events", tags=["Events"])
_log = log.get(__name__)
_REST = 15.0  # seconds between signs of life
_SLOWEST = 20.0  # seconds for one write, before a client that does not read is let go
_ASKED = responses(MalformedRequest, PositionUnknown, Unauthenticated, Forbidden, InvalidInput, Unavailable)
_FORM: dict[str, Any] = {"pattern": f"^{FORM}$"}
_POSITION = Query(
    max_length=64,
    description="A position: only what lies behind it. Without one, from now on",
    json_schema_extra=_FORM,
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `event` is the state a case has moved to, or `children_ended`; `data` the event "
        "as JSON (EventView), `id` its position. Comments and bare ids come while all rests. The stream may end at any time: "
        "connect again with `Last-Event-ID`, and nothing is missed.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'id: 812.97.97\nevent: done\ndata: {"id":97,"position":"812.97.97","to":"done",…}\n\n',
            }
        },
    }
}


class EventView(BaseModel):
    """One move of one case; never what was submitted, nor the caller's reference."""

    id: int
    position: str = Field(description="Read on behind it with `after`")
    case: UUID
    process: str
    from_state: State | None = Field(alias="from")
    to: State = Field(description="The same as `from` when all children of the case have ended: that moves nothing")
    code: str | None = Field(description="An outcome or a reason, or CHILDREN_ENDED", examples=["CREATED"])
    at: AwareDatetime
    unit: str | None
    batch: UUID | None
    test: bool


class EventPage(BaseModel):
    """Some events, oldest first within each case."""

    items: list[EventView]
    next: str = Field(description="`after` of the next page")
    more: bool = Field(description="Whether there is more to read at once")


def _filter(
    *,
    process: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006  the framework copies it
    state: Annotated[list[State], Query(max_length=10, description="Moved to where")] = [],  # noqa: B006
    code: Annotated[list[str], Query(max_length=50, description=CODES)] = [],  # noqa: B006
    unit: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    batch: UUID | None = None,
    case: UUID | None = None,
) -> EventFilter:
    return EventFilter(process=process, state=state, code=code, unit=unit, batch=batch, case=case)


Wanted = Annotated[EventFilter, Depends(_filter)]


@router.get(
    "",
    operation_id="stream_events",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="Follow the moves of cases as they happen",
    responses=_STREAM | _ASKED | responses(TooManyStreams),
    response_class=EventSourceResponse,
)
async def stream_events(
    caller: Authenticated,
    parts: WithParts,
    wanted: Wanted,
    after: Annotated[str | None, _POSITION] = None,
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="Outranks `after`", json_schema_extra=_FORM)
    ] = None,
) -> EventSourceResponse:
    """The caller's own cases; everybody's with `cases:read:all`. Complete, and in order for each case."""
    sight = sight_of(caller, parts)
    start = await _start(parts, last_event_id or after)
    parts.streams.enter(caller.name)  # left when the response has ended, however it does
    return _Stream(_told(parts, sight, wanted, start), parts.streams, caller.name)


@router.get(
    "/page",
    operation_id="list_events",
    dependencies=[needs(READ_SOME, READ_ALL)],
    summary="Read the moves of cases page by page",
    responses=_ASKED,
)
async def list_events(
    caller: Authenticated,
    parts: WithParts,
    wanted: Wanted,
    after: Annotated[str | None, _POSITION] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Looked at; those not wanted are left out")] = 100,
) -> EventPage:
    """For those who poll. A page may be empty and still have `more` behind it."""
    sight = sight_of(caller, parts)
    start = await _start(parts, after)
    async with parts.database.reach():
        page = await parts.feed.page(start, limit=limit)
    items = [EventView.model_validate(move.told()) for move in page.moves if sight.sees(move) and wanted.wants(move)]
    return EventPage(items=items, next=str(page.end), more=page.more)


class _Stream(EventSourceResponse):
    """A stream whose reader may be too slow for it; signs of life are its own, for they carry how far it is."""

    def __init__(self, content: AsyncIterator[ServerSentEvent], streams: Streams, caller: str) -> None:
        super().__init__(content, ping=0, send_timeout=_SLOWEST)  # pyright: ignore[reportUnknownMemberType]
        self._streams, self._caller = streams, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            _log.info("stream.not_read")
        finally:
            self._streams.leave(self._caller)


def sight_of(caller: Caller, parts: Parts) -> Sight:
    """What a caller may see."""
    return caller.sight(caller.readable(parts.service.processes))


async def _start(parts: Parts, position: str | None) -> Position:
    async with parts.database.reach():
        return await (parts.feed.now() if position is None else parts.feed.given(position))


async def _told(parts: Parts, sight: Sight, wanted: EventFilter, start: Position) -> AsyncIterator[ServerSentEvent]:
    # Known from the start, so that one who is cut off before anything happens misses nothing either.
    yield ServerSentEvent(comment="from here on", id=str(start))
    try:
        async for moves, reached in parts.streams.follow(start, rest=_REST):
            for move in moves:
                if sight.sees(move) and wanted.wants(move):
                    yield _event(move)
            yield ServerSentEvent(comment="", id=str(reached))
    except Unavailable:
        return  # it connects again, and is told so


def _event(move: Move) -> ServerSentEvent:
    data = json.dumps(move.told(), separators=(",", ":"))
    return ServerSentEvent(data, id=str(move.position), event=move.name)
