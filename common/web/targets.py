"""`/v1/targets`: the systems Roger works in, whether they may be worked in now, and why not."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field

from common.cases.openness import AccountState, CircuitState, Picture
from common.identity.scopes import OPERATE
from common.opening import maintenance_in_words, opening_in_words
from common.refusals import Forbidden, TargetUnknown, Unauthenticated, Unavailable
from common.target import Target
from common.web import openapi
from common.web.auth import Authenticated, needs
from common.web.obstacles import ObstacleView, PauseReason, PauseView
from common.web.operations import ANSWERS, WITH_BODY, read_reason
from common.web.parts import Parts, WithParts
from common.web.problems import responses

router = APIRouter(prefix="/v1/targets", tags=["Operations"])
_ACTED = ANSWERS | responses(TargetUnknown)


class CircuitView(BaseModel):
    """How the target has answered lately, as all workers together see it."""

    open: bool = Field(description="Its cases wait, but for one that tries now and then")
    failures: int = Field(description="In a row, without a success between them")
    code: str | None = Field(description="Of the last failure", examples=["TARGET_DOWN"])
    since: AwareDatetime | None
    next_try: AwareDatetime | None
    trying: bool = Field(description="One case tries right now")

    @classmethod
    def of(cls, state: CircuitState | None) -> CircuitView:
        """The view of a circuit; one that nothing is known of is closed."""
        if state is None:
            return cls(open=False, failures=0, code=None, since=None, next_try=None, trying=False)
        return cls(
            open=state.opened_at is not None,
            failures=state.failures,
            code=state.code,
            since=state.opened_at,
            next_try=state.retry_at,
            trying=state.opened_at is not None and state.probing,
        )


class AccountView(BaseModel):
    """A robot login; never its password."""

    name: str
    leased: bool = Field(description="A shift has it")
    out_since: AwareDatetime | None = Field(description="Its password was refused; a new one lets it in again")

    @classmethod
    def of(cls, state: AccountState) -> AccountView:
        """The view of an account."""
        return cls(name=state.name, leased=state.leased, out_since=state.out_since)


class TargetView(BaseModel):
    """A system Roger works in."""

    name: str = Field(examples=["hspro"])
    open: bool = Field(description="Whether cases that need it may begin now")
    obstacles: list[ObstacleView] = Field(description="Why not; empty when it is open")
    processes: list[str] = Field(description="Which wait for it")
    paused: PauseView | None
    opening_hours: str = Field(description="Norwegian time", examples=["mo-fr 07:00-22:00; holidays closed"])
    maintenance: str = Field(description="Norwegian time", examples=["su 02:00-05:00 patching"])
    next_opening: AwareDatetime | None = Field(
        description="By the calendar; now, while it is open; null: not in a year"
    )
    closes_at: AwareDatetime | None = Field(description="By the calendar; null: not in a year")
    pace: str | None = Field(description="At most so many cases, evenly spaced", examples=["30/min"])
    circuit: CircuitView
    accounts: list[AccountView]

    @classmethod
    def made(cls, target: Target, picture: Picture, parts: Parts) -> TargetView:
        """The view of a target as it stands in a picture."""
        available = picture.availability[target.name]
        obstacles = picture.at_target(target)
        pace = parts.limits[target.name].paced(target)
        return cls(
            name=target.name,
            open=not obstacles,
            obstacles=ObstacleView.of_all(obstacles),
            processes=[process.name for process in parts.service.processes.values() if target in process.targets],
            paused=PauseView.of(picture.pauses.get(("target", target.name))),
            opening_hours=opening_in_words(available.opening),
            maintenance=maintenance_in_words(available.maintenance),
            next_opening=available.next_opening(picture.now),
            closes_at=available.closes_at(picture.now),
            pace=None if pace is None else str(pace),
            circuit=CircuitView.of(picture.circuits.get(target.name)),
            accounts=[AccountView.of(account) for account in picture.of_target(target.name)],
        )


class TargetList(BaseModel):
    """Every target of the service."""

    items: list[TargetView]


def _known(parts: Parts, name: str) -> Target:
    """The target in the address; raises TargetUnknown."""
    for target in parts.service.targets:
        if target.name == name:
            return target
    raise TargetUnknown


@router.get(
    "",
    operation_id="list_targets",
    dependencies=[needs(OPERATE)],
    summary="The targets: open or not, and why",
    responses=responses(Unauthenticated, Forbidden, Unavailable),
)
async def list_targets(parts: WithParts) -> TargetList:
    """Opening hours, circuit, accounts and pauses of every system Roger works in, as they are now."""
    async with parts.database.reach():
        picture = await parts.openness.read()
    return TargetList(items=[TargetView.made(target, picture, parts) for target in parts.service.targets])


@router.post(
    "/{target}/pause",
    operation_id="pause_target",
    dependencies=[needs(OPERATE)],
    summary="Let no case begin that needs this target",
    responses=_ACTED | WITH_BODY,
    openapi_extra=openapi.json_body(PauseReason),
)
async def pause_target(request: Request, caller: Authenticated, parts: WithParts, target: str) -> TargetView:
    """What runs now may end; its other cases wait at no cost. Paused again, it stays as it was paused first."""
    known = _known(parts, target)
    asked = await read_reason(request, parts)
    async with parts.database.reach():
        await parts.operations.pause("target", known.name, actor=caller.actor, reason=asked.reason)
    parts.ringer.gates()
    return await _shown(parts, known)


@router.post(
    "/{target}/resume",
    operation_id="resume_target",
    dependencies=[needs(OPERATE)],
    summary="Let a paused target's cases go on",
    responses=_ACTED,
)
async def resume_target(caller: Authenticated, parts: WithParts, target: str) -> TargetView:
    """What was not paused stays as it is. Opening hours and an open circuit still count."""
    known = _known(parts, target)
    async with parts.database.reach():
        await parts.operations.resume("target", known.name, actor=caller.actor)
    parts.ringer.gates()
    return await _shown(parts, known)


@router.post(
    "/{target}/circuit/close",
    operation_id="close_circuit",
    dependencies=[needs(OPERATE)],
    summary="Say that a failing target is back",
    responses=_ACTED,
)
async def close_circuit(caller: Authenticated, parts: WithParts, target: str) -> TargetView:
    """All its cases go on at once, without one that tries first. If it fails again, the circuit opens again."""
    known = _known(parts, target)
    async with parts.database.reach():
        await parts.operations.close_circuit(known.name, actor=caller.actor)
    parts.ringer.gates()
    return await _shown(parts, known)


async def _shown(parts: Parts, target: Target) -> TargetView:
    async with parts.database.reach():
        return TargetView.made(target, await parts.openness.read(), parts)
