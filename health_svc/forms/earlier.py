"""A form of today opened once more, to be corrected: filled in as the service has it stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from common.cases.queries import CaseView, Filter
from common.cases.sight import Sight
from common.cases.states import State
from common.clock import OSLO
from common.identity.caller import Caller
from common.privacy.access_log import Action
from common.web import deciding
from common.web.parts import Parts
from health_svc.forms.controls import filled_in
from health_svc.forms.lookup import VACCINATIONS, Found, NotFound
from health_svc.forms.submissions import midnight

GONE = "Skjemaet finnes ikke blant dem du har sendt i dag. Se «Mine i dag» på nytt."


async def opened_again(parts: Parts, caller: Caller, form_id: str) -> Found:
    """What a form begins with that corrects one of the caller's own of today; noted before it is shown.

    Raises NotFound for any other.
    """
    case, held = await _own(parts, caller, form_id)
    await deciding.seen(parts, caller, Action.READ, case.id)
    at = f"{case.submitted_at.astimezone(OSLO):%H.%M}"
    return Found(
        values=filled_in(held) | {"corrects": str(held["form_id"])},
        note=f"Du retter skjemaet du sendte kl. {at}. Endre det som er feil, og send. Resten blir stående.",
        doubted=case.state is State.MANUAL,
    )


async def _own(parts: Parts, caller: Caller, form_id: str) -> tuple[CaseView, dict[str, Any]]:
    try:
        reference = str(UUID(form_id))
    except ValueError:
        raise NotFound(GONE) from None
    own = Filter(processes=[VACCINATIONS], reference=reference, sight=Sight(caller=caller.name))
    async with parts.database.reach():
        cases = (await parts.queries.page(own, limit=1)).cases
        inputs = await parts.queries.inputs([case.id for case in cases])
    for case in cases:
        if case.submitted_at >= midnight(parts) and case.id in inputs:
            return case, inputs[case.id]
    raise NotFound(GONE)
