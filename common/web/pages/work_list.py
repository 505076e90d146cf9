"""`/arbeidsliste`: what waits for a person, a case by itself, and what the person may do about it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from common.cases.decisions import Handled
from common.cases.queries import CaseView, Filter
from common.cases.states import State
from common.clock import OSLO
from common.identity.caller import Caller
from common.identity.scopes import DECIDE, READ_ALL, READ_SOME, RELEASE
from common.notices.worklist import TaskFilter
from common.privacy.access_log import Action
from common.reasons import reason_of
from common.refusals import MalformedRequest, NotInThatState, TaskUnknown
from common.web import deciding
from common.web.pages import words
from common.web.pages.brought import Entrance
from common.web.pages.rendering import page
from common.web.pages.signed_in import START, OurForm, PageRoute, SignedIn, page_needs
from common.web.parts import Parts, WithParts

ENTRANCE = Entrance(
    path=START,
    title="Arbeidsliste",
    about="Her ser du sakene Roger ikke kunne fullføre, og oppgavene som venter på deg.",
    needs=(READ_SOME, READ_ALL),
    purpose="arbeidsliste",
)
router = APIRouter(prefix=START, include_in_schema=False, route_class=PageRoute)
_SHOWN = 50
_TOLD = {
    "igjen": "Saken er lagt i kø. Roger prøver på nytt.",
    "lukket": "Saken er lukket.",
    "frigitt": "Saken er frigitt.",
    "endret": "Saken var allerede endret av noen andre. Ingenting er gjort.",
    "utfort": "Oppgaven er merket som utført.",
}
Short = Annotated[str, Query(max_length=64)]


class Chosen(BaseModel):
    """What the list is narrowed to, and what has just been done."""

    prosess: str = Field(default="", max_length=64)
    enhet: str = Field(default="", max_length=64)
    fra: str = Field(default="", max_length=64)
    melding: str = Field(default="", max_length=16)

    @property
    def filters(self) -> dict[str, str]:
        return {name: value for name, value in (("prosess", self.prosess), ("enhet", self.enhet)) if value}


@router.get("", dependencies=[page_needs(READ_SOME, READ_ALL)])
async def show_work_list(parts: WithParts, session: SignedIn, chosen: Annotated[Chosen, Query()]) -> Response:
    """Cases that wait for a person and tasks that are not done, as far as she may see them."""
    caller = session.caller
    readable = caller.readable(parts.service.processes)
    narrowed = Filter(
        processes=readable & {chosen.prosess} if chosen.prosess else readable,
        unit=chosen.enhet or None,
        sight=caller.sight(readable),
    )
    todo = TaskFilter(
        open=True, process=chosen.prosess or None, unit=chosen.enhet or None, sight=caller.sight(readable)
    )
    async with parts.database.reach():
        manual = await parts.queries.page(
            replace(narrowed, state=State.MANUAL), limit=_SHOWN, cursor=chosen.fra or None
        )
        awaiting = await parts.queries.page(replace(narrowed, state=State.AWAITING_RELEASE), limit=_SHOWN)
        tasks = [seen.task for seen in await parts.worklist.page(todo, limit=_SHOWN)]
    shown = [case.id for case in (*manual.cases, *awaiting.cases)]
    await deciding.seen(parts, caller, Action.LISTED, *shown)
    releasable = [case for case in awaiting.cases if caller.releases and _releasable(case, caller)]
    return page(
        "work_list.html",
        session=session,
        called=partial(words.process, parts.service),
        told=_TOLD.get(chosen.melding),
        manual=[_line(case, parts) for case in manual.cases],
        awaiting=[_line(case, parts) for case in releasable],
        tasks=sorted(tasks, key=lambda task: (task.due is None, task.due, task.created_at)),
        today=parts.clock().astimezone(OSLO).date(),
        processes=sorted(readable),
        units=sorted(caller.units) if caller.units is not None else None,
        chosen=chosen,
        more=None if manual.next is None else START + "?" + urlencode(chosen.filters | {"fra": manual.next}),
        may_do=caller.decides,
    )


@router.get("/saker/{case}", dependencies=[page_needs(READ_SOME, READ_ALL)])
async def show_case(parts: WithParts, session: SignedIn, case: UUID, melding: Short = "") -> Response:
    """How it stands, what happened to it, and what she may do about it."""
    caller = session.caller
    sight = caller.sight(caller.readable(parts.service.processes))
    async with parts.database.reach():
        found = await parts.queries.one(case, sight)
        events = await parts.queries.events(case)
        tree = await parts.family.tree(case, sight)
        parents = await parts.queries.some([found.parent], sight) if found.parent else {}
    await deciding.seen(parts, caller, Action.READ, case)
    beside = [*parents, *(member.case.id for member in tree.everybody()[1:])]
    if beside:
        await deciding.seen(parts, caller, Action.LISTED, *beside)
    return page(
        "case.html",
        session=session,
        called=partial(words.process, parts.service),
        told=_TOLD.get(melding),
        line=_line(found, parts),
        events=events,
        tree=tree,
        parent=next(iter(parents.values()), None),
        may_decide=found.state is State.MANUAL and caller.decides,
        may_release=caller.releases and _releasable(found, caller),
    )


@router.post("/saker/{case}/prov-igjen", dependencies=[page_needs(DECIDE)])
async def try_again(parts: WithParts, session: SignedIn, case: UUID, _form: OurForm) -> Response:
    """The case goes back to the queue."""
    return await _decided(case, "igjen", deciding.retry(parts, session.caller, case))


@router.post("/saker/{case}/lukk", dependencies=[page_needs(DECIDE)])
async def close_case(parts: WithParts, session: SignedIn, case: UUID, form: OurForm) -> Response:
    """A person has dealt with it, and says how."""
    try:
        handled = Handled(form.get("handled", ""))
    except ValueError:
        raise MalformedRequest from None
    return await _decided(case, "lukket", deciding.close(parts, session.caller, case, handled))


@router.post("/saker/{case}/frigi", dependencies=[page_needs(RELEASE)])
async def release_case(parts: WithParts, session: SignedIn, case: UUID, _form: OurForm) -> Response:
    """A second person lets it go."""
    return await _decided(case, "frigitt", deciding.release(parts, session.caller, case))


@router.post("/oppgaver/{task}/utfort", dependencies=[page_needs(DECIDE)])
async def do_task(parts: WithParts, session: SignedIn, task: UUID, _form: OurForm) -> Response:
    """A task has been dealt with."""
    async with parts.database.reach():
        if not await parts.worklist.done(task, session.caller.actor, session.caller.sight()):
            raise TaskUnknown
    return RedirectResponse(f"{START}?melding=utfort", 303)


async def _decided(case: UUID, told: str, decision: Awaitable[CaseView]) -> Response:
    """Done, or somebody else was quicker; the page then says which."""
    try:
        await decision
    except NotInThatState:
        told = "endret"
    return RedirectResponse(f"{START}/saker/{quote(str(case))}?melding={told}", 303)


def _releasable(case: CaseView, caller: Caller) -> bool:
    """Whether it waits for somebody who has not handed it in."""
    return case.state is State.AWAITING_RELEASE and case.four_eyes and case.caller != caller.name


def _line(case: CaseView, parts: Parts) -> dict[str, Any]:
    """A case, with what its code means and for how long it has waited."""
    reason = reason_of(case.code) if case.code and case.state is State.MANUAL else None
    return {
        "case": case,
        "situation": reason.situation if reason else None,
        "remedy": reason.remedy if reason else None,
        "now": parts.clock(),
        "link": f"{START}/saker/{case.id}",
    }
