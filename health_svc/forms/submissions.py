"""What one health worker has handed in today: how each form stands, without more about a person than initials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from common.cases.decisions import Handled
from common.cases.queries import CaseView, Filter
from common.cases.sight import Sight
from common.cases.states import State
from common.clock import OSLO
from common.identity.caller import Caller
from common.privacy.access_log import Action
from common.reasons import reason_of
from common.web import deciding
from common.web.parts import Parts
from health_svc.forms.lookup import VACCINATIONS

_MOST = 400
_AT_ONCE = 100


class Standing(StrEnum):
    """How a form stands, as its sender sees it."""

    SENT = "sent"
    REGISTERED = "registered"
    ATTENTION = "attention"


LABELS = {Standing.SENT: "Sendt", Standing.REGISTERED: "Registrert", Standing.ATTENTION: "Må følges opp"}
_STANDINGS = {
    State.AWAITING_RELEASE: Standing.SENT,
    State.QUEUED: Standing.SENT,
    State.RUNNING: Standing.SENT,
    State.DONE: Standing.REGISTERED,
    State.MANUAL: Standing.ATTENTION,
    State.CLOSED: Standing.REGISTERED,
    State.CANCELLED: Standing.ATTENTION,
}
_TOLD: dict[str, str] = {
    Handled.DONE_MANUALLY: "En medarbeider har registrert det for hånd.",
    Handled.REJECTED: "En medarbeider har avgjort at det ikke skal registreres.",
    State.CANCELLED: "Skjemaet er trukket tilbake og blir ikke registrert.",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One form of today."""

    form_id: str
    at: str
    who: str
    what: str
    standing: Standing
    label: str
    told: str
    corrects: str
    """The form that this one corrects."""
    can_be_corrected: bool
    """It is the last word about its dose."""


@dataclass(frozen=True, kw_only=True)
class Today:
    """One health worker's day: the forms, newest first, and what the newest that corrects none was filled in with."""

    lines: list[Line]
    newest: Mapping[str, Any]

    @property
    def counts(self) -> dict[str, int]:
        """How many stand how; each standing is there."""
        counted = Counter(line.standing for line in self.lines)
        return {standing.value: counted[standing] for standing in Standing}


async def of_today(parts: Parts, caller: Caller, vaccines: Mapping[str, str]) -> Today:
    """The caller's own forms since midnight, noted before they are shown."""
    cases = await _cases(parts, caller)
    async with parts.database.reach():
        inputs = await parts.queries.inputs([case.id for case in cases])
        handled = {case.id: await _handled(parts, case) for case in cases if case.state is State.CLOSED}
    await deciding.seen(parts, caller, Action.LISTED, *(case.id for case in cases))
    corrected = {corrects: case for case in reversed(cases) if (corrects := inputs.get(case.id, {}).get("corrects"))}
    lines = [
        line_of(case, held, vaccines, handled.get(case.id), corrected.get(held.get("form_id")))
        for case in cases
        for held in [inputs.get(case.id, {})]
    ]
    # Of another dose a correction says nothing: the next form begins as the one before it did.
    fresh = (inputs[case.id] for case in cases if case.id in inputs and not inputs[case.id].get("corrects"))
    nothing: Mapping[str, Any] = {}
    return Today(lines=lines, newest=next(fresh, nothing))


def line_of(
    case: CaseView,
    held: Mapping[str, Any],
    vaccines: Mapping[str, str],
    handled: str | None = None,
    corrected_by: CaseView | None = None,
) -> Line:
    """How one form is listed; `handled` is how a person dealt with a closed case."""
    standing = Standing.ATTENTION if handled == Handled.REJECTED else _STANDINGS[case.state]
    told = _TOLD.get(handled or case.state, "")
    if case.state is State.MANUAL and case.code:
        reason = reason_of(case.code)
        told = f"{reason.situation} {reason.remedy}"
    if corrected_by is not None:
        told = f"{told} Rettet med skjemaet du sendte kl. {_at(corrected_by)}.".strip()
    corrects = str(held.get("corrects") or "")
    vaccine = str(held.get("vaccine_code", ""))
    return Line(
        form_id=str(held.get("form_id", "")),
        at=_at(case),
        who=initials(str(held.get("given_name", "")), str(held.get("family_name", ""))),
        what=f"{vaccines.get(vaccine, vaccine)}, dose {held.get('dose_no', '')}" + (", rettelse" if corrects else ""),
        standing=standing,
        label=LABELS[standing],
        told=told,
        corrects=corrects,
        can_be_corrected=bool(held) and corrected_by is None,
    )


def _at(case: CaseView) -> str:
    return f"{case.submitted_at.astimezone(OSLO):%H.%M}"


def initials(*names: str) -> str:
    """Enough for whoever filled it in to know which it was, and nobody's name."""
    return " ".join(f"{name.strip()[0].upper()}." for name in names if name.strip())


async def _handled(parts: Parts, case: CaseView) -> str | None:
    return next((event.code for event in reversed(await parts.queries.events(case.id)) if event.code), None)


def midnight(parts: Parts) -> datetime:
    """When today began."""
    return datetime.combine(parts.clock().astimezone(OSLO).date(), time(), OSLO)


async def _cases(parts: Parts, caller: Caller) -> list[CaseView]:
    since = midnight(parts)
    own = Filter(processes=[VACCINATIONS], sight=Sight(caller=caller.name))
    found: list[CaseView] = []
    cursor: str | None = None
    while len(found) < _MOST:
        async with parts.database.reach():
            page = await parts.queries.page(own, limit=_AT_ONCE, cursor=cursor)
        found += [case for case in page.cases if case.submitted_at >= since]
        cursor = page.next
        if cursor is None or page.cases[-1].submitted_at < since:
            break
    return found
