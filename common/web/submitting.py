"""One case taken in, whoever hands it over: by the API or by a page, the same rules and the same store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.cases.draft import Draft, Receipt
from common.cases.queries import CaseView
from common.cases.states import State
from common.identity.caller import Caller
from common.privacy.access_log import Action
from common.process import Process
from common.refusals import Refusal
from common.web.drafts import drafted
from common.web.parts import Parts


@dataclass(frozen=True)
class Taken:
    """The case of what was handed in, and whether it stood before under its reference."""

    case: CaseView
    existing: bool


async def take_one(parts: Parts, process: Process, caller: Caller, given: Any, key: str | None = None) -> Taken:
    """Check and store it; once this answers, the case is never lost.

    Raises InvalidInput, UnitForeign, ReferenceTaken, BacklogFull and Unavailable.
    """
    accepts_synthetic = parts.settings.deployment.accepts_synthetic
    draft = drafted(process, given, key=key, accepts_synthetic=accepts_synthetic, units=caller.units)
    if isinstance(draft, Refusal):
        raise draft
    await parts.backlog.require_room()
    async with parts.database.reach():
        receipt = await parts.singles.submit(process, caller.name, draft, parts.clock())
        if isinstance(receipt, Refusal):
            raise receipt
        if receipt.ended:
            case = await parts.queries.one(receipt.case)
        elif receipt.existing:
            case = await parts.queries.one(receipt.case)
            await parts.access.add(caller.actor, Action.READ, [case.id], caller.purpose)
        else:
            case = _new_case(process, caller, draft, receipt)
    if not receipt.existing:
        parts.backlog.took(1)
        parts.ringer.work()
    for ended in receipt.ended:
        parts.ringer.ended(ended)
    return Taken(case, receipt.existing)


def _new_case(process: Process, caller: Caller, draft: Draft, receipt: Receipt) -> CaseView:
    """A case as it was just stored, without reading it back."""
    given = draft.input
    if receipt.submitted_at is None or receipt.due is None:
        message = "a new case has both times"
        raise AssertionError(message)
    earliest = given.earliest(receipt.submitted_at)
    return CaseView(
        id=receipt.case,
        process=process.name,
        version=process.version,
        state=State.AWAITING_RELEASE if receipt.four_eyes else State.QUEUED,
        four_eyes=receipt.four_eyes,
        outcome=None,
        code=None,
        reference=given.reference,
        caller=caller.name,
        unit=given.unit,
        priority=receipt.priority,
        test=given.test,
        attempts=0,
        submitted_at=receipt.submitted_at,
        not_before=earliest if earliest is not None and earliest > receipt.submitted_at else None,
        due=receipt.due,
        ended_at=None,
        detail={},
    )
