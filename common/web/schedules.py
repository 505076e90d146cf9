"""`/v1/schedules`: what the clock starts, when it comes next, and what became of it."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.identity.scopes import OPERATE
from common.refusals import Forbidden, InvalidInput, ScheduleUnknown, Unauthenticated, Unavailable
from common.schedule import Missed, Schedule
from common.schedules.diary import FiringState, Standing
from common.web import openapi
from common.web.auth import Authenticated, needs
from common.web.obstacles import PauseReason, PauseView
from common.web.operations import WITH_BODY, read_reason
from common.web.parts import Parts, WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/schedules", tags=["Operations"])
_ACTED = responses(Unauthenticated, Forbidden, ScheduleUnknown, Unavailable)
_NEXT = 3


class Firing(BaseModel):
    """One due time of a schedule, and what became of it."""

    due_at: AwareDatetime
    state: FiringState = Field(
        description="due: being started, or waiting for another attempt · done · skipped: left out on purpose · failed"
    )
    code: str | None = Field(
        description="Why it was skipped (PAUSED, MISSED, REMOVED) or failed, or what else is to be said of it",
        examples=["TARGET_DOWN"],
    )
    attempts: int
    fired_at: AwareDatetime = Field(description="When it was found to be due")
    done_at: AwareDatetime | None
    retry_at: AwareDatetime | None = Field(description="While it is due: not begun anew before")
    batch: UUID | None = Field(description="What it handed in")
    fired_by: str | None = Field(description="Who started it by hand", examples=["caller:desk"])


class ScheduleView(BaseModel):
    """What the clock starts."""

    name: str = Field(examples=["morning-control"])
    summary: str
    process: str | None = Field(description="Whose cases it hands in; null for an errand")
    rule: str = Field(examples=["30 6 * * mo-fr, working days"])
    zone: str = Field(examples=["Europe/Oslo"])
    missed: Missed = Field(
        description="once: the last of the times that were missed is made up for · skip: what is too late is left out"
    )
    next: list[AwareDatetime] = Field(description="When it comes next; while it is paused, these are skipped")
    paused: PauseView | None
    last: list[Firing] = Field(description="Newest first, a few")

    @classmethod
    def made(cls, schedule: Schedule, standing: Standing, parts: Parts) -> ScheduleView:
        """The view of a schedule as it stands."""
        return cls(
            name=schedule.name,
            summary=schedule.summary,
            process=schedule.process,
            rule=schedule.rule,
            zone=schedule.zone,
            missed=schedule.missed,
            next=_next(schedule, standing, parts),
            paused=PauseView.of(standing.paused),
            last=[Firing.model_validate(firing, from_attributes=True) for firing in standing.last],
        )


class ScheduleList(BaseModel):
    """Every schedule of the service."""

    items: list[ScheduleView]


class FiringPage(BaseModel):
    """Some firings, newest first."""

    items: list[Firing]
    next: AwareDatetime | None = Field(description="The `cursor` of the next page; null on the last one")


class FiringQuery(BaseModel):
    """Which firings."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: AwareDatetime | None = None


@router.get(
    "",
    operation_id="list_schedules",
    dependencies=[needs(OPERATE)],
    summary="The schedules: when they come next, and how they went",
    responses=responses(Unauthenticated, Forbidden, Unavailable),
)
async def list_schedules(parts: WithParts) -> ScheduleList:
    """As the running version of the service declares them."""
    async with parts.database.reach():
        standings = await parts.diary.standings(list(parts.service.schedules))
    found = parts.service.schedules.values()
    return ScheduleList(items=[ScheduleView.made(each, standings[each.name], parts) for each in found])


@router.get(
    "/{schedule}/firings",
    operation_id="list_firings",
    dependencies=[needs(OPERATE)],
    summary="What became of each due time, newest first",
    responses=_ACTED | responses(InvalidInput),
)
async def list_firings(schedule: str, parts: WithParts, asked: Annotated[FiringQuery, Query()]) -> FiringPage:
    """Also the times that were left out, and why; kept for a good year."""
    known = _known(parts, schedule)
    async with parts.database.reach():
        found = await parts.diary.page(known.name, limit=asked.limit + 1, before=asked.cursor)
    shown = [Firing.model_validate(firing, from_attributes=True) for firing in found[: asked.limit]]
    return FiringPage(items=shown, next=shown[-1].due_at if len(found) > asked.limit else None)


@router.post(
    "/{schedule}/pause",
    operation_id="pause_schedule",
    dependencies=[needs(OPERATE)],
    summary="Let the clock start this no more",
    responses=_ACTED | WITH_BODY,
    openapi_extra=openapi.json_body(PauseReason),
)
async def pause_schedule(request: Request, schedule: str, caller: Authenticated, parts: WithParts) -> ScheduleView:
    """Its times are recorded as skipped and never made up for. Paused again, it stays as it was paused first."""
    known = _known(parts, schedule)
    asked = await read_reason(request, parts)
    async with parts.database.reach():
        await parts.operations.pause("schedule", known.name, actor=caller.actor, reason=asked.reason)
    return await _shown(parts, known)


@router.post(
    "/{schedule}/resume",
    operation_id="resume_schedule",
    dependencies=[needs(OPERATE)],
    summary="Let the clock start a paused schedule again",
    responses=_ACTED,
)
async def resume_schedule(schedule: str, caller: Authenticated, parts: WithParts) -> ScheduleView:
    """From its next time on. What was not paused stays as it is."""
    known = _known(parts, schedule)
    async with parts.database.reach():
        await parts.operations.resume("schedule", known.name, actor=caller.actor)
    parts.ringer.errand("schedules")
    return await _shown(parts, known)


@router.post(
    "/{schedule}/fire",
    operation_id="fire_schedule",
    dependencies=[needs(OPERATE)],
    summary="Start it now, whatever the clock says",
    responses=_ACTED,
    status_code=202,
)
async def fire_schedule(schedule: str, caller: Authenticated, parts: WithParts) -> Firing:
    """A firing that is due this minute, also while the schedule is paused; asked again in the same minute, the same."""
    known = _known(parts, schedule)
    this_minute = parts.clock().replace(second=0, microsecond=0)
    async with parts.database.reach():
        fired = await parts.diary.fire(known.name, this_minute, caller.actor)
    parts.ringer.errand("schedules")
    return Firing.model_validate(fired, from_attributes=True)


def _known(parts: Parts, name: str) -> Schedule:
    """The schedule in the address; raises ScheduleUnknown."""
    found = parts.service.schedules.get(name)
    if found is None:
        raise ScheduleUnknown
    return found


def _next(schedule: Schedule, standing: Standing, parts: Parts) -> list[datetime]:
    """Its next times; what a clock that ran ahead has dealt with already does not come again."""
    moment = max(parts.clock(), standing.handled_until or parts.clock())
    return list(islice(schedule.coming(moment, bank_days=parts.settings.calendar.bank_days), _NEXT))


async def _shown(parts: Parts, schedule: Schedule) -> ScheduleView:
    async with parts.database.reach():
        standings = await parts.diary.standings([schedule.name])
    return ScheduleView.made(schedule, standings[schedule.name], parts)
