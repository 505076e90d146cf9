"""What people see of a case and decide about it, for the API and for the pages alike: noted, done once, or refused."""

from __future__ import annotations

from uuid import UUID

from common.cases.decisions import Handled
from common.cases.queries import CaseView
from common.cases.states import State
from common.identity.caller import Caller
from common.privacy.access_log import Action
from common.refusals import NotInThatState, OwnSubmission
from common.web.parts import Parts


async def within(parts: Parts, caller: Caller, case: UUID) -> CaseView:
    """A case within the caller's sight, whatever its process; raises CaseUnknown."""
    async with parts.database.reach():
        return await parts.queries.one(case, caller.sight())


async def retry(parts: Parts, caller: Caller, case: UUID) -> CaseView:
    """Let Roger try again; raises CaseUnknown, NotInThatState."""
    await within(parts, caller, case)
    async with parts.database.reach():
        moved = await parts.decisions.retry(case, caller.actor)
    parts.ringer.work()
    return await decided(parts, caller, case, Action.RETRIED, State.MANUAL, moved=moved)


async def close(parts: Parts, caller: Caller, case: UUID, handled: Handled) -> CaseView:
    """A person has dealt with it; raises CaseUnknown, NotInThatState."""
    await within(parts, caller, case)
    async with parts.database.reach():
        moved = await parts.decisions.close(case, caller.actor, handled)
    parts.ringer.ended(case)
    return await decided(parts, caller, case, Action.CLOSED, State.MANUAL, moved=moved)


async def release(parts: Parts, caller: Caller, case: UUID) -> CaseView:
    """A second person lets it go; raises CaseUnknown, OwnSubmission, NotInThatState."""
    found = await within(parts, caller, case)
    if found.caller == caller.name:
        raise OwnSubmission
    async with parts.database.reach():
        moved = await parts.decisions.release(case, caller.actor)
        if not moved:
            found = await parts.queries.one(case)
    if not moved and found.state is State.AWAITING_RELEASE:
        raise NotInThatState("The batch of this case is not open yet; it is released first", state=found.state.value)
    parts.ringer.work()
    return await decided(parts, caller, case, Action.RELEASED, State.AWAITING_RELEASE, moved=moved)


async def seen(parts: Parts, caller: Caller, action: Action, *cases: UUID) -> None:
    """Note it before it is shown; raises Unavailable when it cannot be noted, and then nothing is shown."""
    async with parts.database.reach():
        await parts.access.add(caller.actor, action, cases, caller.purpose)


async def decided(parts: Parts, caller: Caller, case: UUID, action: Action, *allowed: State, moved: bool) -> CaseView:
    """The case as it is now; raises NotInThatState when it had not moved."""
    await seen(parts, caller, action if moved else Action.READ, case)
    async with parts.database.reach():
        found = await parts.queries.one(case)
    if not moved:
        only = " or ".join(allowed)
        raise NotInThatState(
            f"The case is {found.state}; only one that is {only} can be {action}",
            state=found.state.value,
            allowed=[state.value for state in allowed],
        )
    parts.endings.heard(case)
    return found
