"""What a removal leaves to other processes: accesses and authorisations to end, and accounts to delete later (USR-03).

Each is an order of its own by whoever ordered the removal, judged anew: nothing in it claims a right that the removal had.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from common.errors import NeedsJudgement
from common.process import Handover, Run
from useradmin_svc.accesses.ordered import Action, OrderedAccess
from useradmin_svc.order import SETTINGS as ORDERS
from useradmin_svc.orderers.ordered import OrderedAuthorisation, OrdererAction
from useradmin_svc.removals.deletion import AccountDeletion, delete_day
from useradmin_svc.removals.order import Removal, Scope, end_of
from useradmin_svc.removals.rights import Ending, OrderingRight
from useradmin_svc.removals.shutting import Shut

_SPARE = timedelta(days=1)
"""So long it may take until what is handed over has been handed in."""


def handovers(
    run: Run, order: Removal, endings: Sequence[Ending], right: OrderingRight, shut: Sequence[Shut] = ()
) -> list[Handover]:
    """One batch for each process that has something to do."""
    return [
        Handover(process="program-accesses", rows=list(_accesses(run, order, endings))),
        Handover(process="authorised-orderers", rows=list(_authorisations(run, order, right))),
        Handover(process="account-deletions", rows=list(_deletions(run, order, shut))),
    ]


def _accesses(run: Run, order: Removal, endings: Sequence[Ending]) -> Iterable[OrderedAccess]:
    """One order for each program: whatever the person has there ends with it, or loses the unit."""
    for ending in {ending.program: ending for ending in endings}.values():
        said: dict[str, Any] = {"program": ending.program, "action": Action.DELETE}
        if ending.keeps:
            said |= {"action": Action.CHANGE, "roles": ending.roles, "data_scope": ending.keeps}
            said |= {"valid_from": run.today()}
        try:
            yield OrderedAccess.model_validate(_repeated(run, order, ending.program) | said, context=_context(run))
        except ValidationError:
            raise NeedsJudgement(
                "An access of the leaver cannot be put into an order", detail={"program": ending.program}
            ) from None


def _authorisations(run: Run, order: Removal, right: OrderingRight) -> Iterable[OrderedAuthorisation]:
    """No leader need sign that whoever has left may not order any more."""
    if right.units:
        said: dict[str, Any] = {"action": OrdererAction.DELETE}
        if order.scope is Scope.UNIT:
            said |= {"units": right.units}
        yield OrderedAuthorisation.model_validate(_repeated(run, order, "orderer") | said, context=_context(run))


def _deletions(run: Run, order: Removal, shut: Sequence[Shut]) -> Iterable[AccountDeletion]:
    """What this order has set aside, all networks together, when they have been disabled for long enough."""
    ours = [each for each in shut if each.order_id == order.order_id and not each.held]
    if ours:
        day = delete_day(order.last_day, max(each.since for each in ours))
        yield AccountDeletion.model_validate(
            {
                "reference": f"{run.case.id}:deletion",
                "unit": order.unit,
                "test": order.test,
                "not_before": end_of(day),
                "order_id": order.order_id,
                "person_id": order.person.person_id,
                "accounts": [{"network": each.network, "user_name": each.user_name} for each in ours],
            },
            context=_context(run),
        )


def _repeated(run: Run, order: Removal, about: str) -> dict[str, Any]:
    """What an order that follows from this one says as well; its reference is its own, and always the same."""
    return {
        "reference": f"{run.case.id}:{about}",
        "order_id": order.order_id,
        "orderer_id": order.orderer_id,
        "subject": order.person.model_dump(),
        "unit": order.unit,
        "ordered_at": _still_valid(run, order.ordered(run)),
        "priority": order.urgency(run.now()),
        "test": order.test,
    }


def _still_valid(run: Run, ordered: datetime) -> datetime:
    """When it was ordered; of a removal that has waited for its day longer than orders are valid, as early as can be.

    Whoever ordered must then still have been authorised on that day: else a person gets what follows.
    """
    return max(ordered, run.now() - timedelta(days=ORDERS.valid_days) + _SPARE)


def _context(run: Run) -> dict[str, bool]:
    return {"accepts_synthetic": run.case.accepts_synthetic}
