"""What people must do when somebody leaves: open case files, and units for which nobody may order any more (USR-03)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from common.process import Task
from common.reasons import reason_of
from useradmin_svc.removals.order import Removal
from useradmin_svc.removals.rights import Ending, OrderingRight

UNIT_LEADER = "unit-leader"
USER_ADMINISTRATION = "user-administration"


def tell_user_administration(code: str) -> Task:
    """Somebody has left, and may still get in."""
    return Task(
        name="not-removed",
        role=USER_ADMINISTRATION,
        title="Bruker som har sluttet, er ikke fjernet",
        text=f"Roger kunne ikke utføre en bestilling om å fjerne en bruker. {reason_of(code).situation} Saken står i "
        "arbeidslisten: sperr kontoen og avslutt tilgangene selv, eller send bestillingen tilbake til bestilleren.",
    )


def open_case_files(order: Removal, endings: Sequence[Ending]) -> Iterable[Task]:
    """The access ends all the same: the leader sees to it that somebody goes on with the files."""
    for ending in endings:
        if ending.open_items:
            yield Task(
                name=f"open-items:{ending.program}:{ending.user_name}",
                role=UNIT_LEADER,
                title=f"Åpne saker i {ending.program} må fordeles",
                text=f"Brukeren {ending.user_name} er fjernet (bestilling {order.order_id}) og har "
                f"{_counted(ending.open_items)} i {ending.program}. {_to(order.handover_to)}",
                unit=order.unit,
                due=order.last_day,
            )


def deserted_units(order: Removal, right: OrderingRight) -> Iterable[Task]:
    """Nobody may order for these units now: no new employee gets an account there until somebody may again."""
    for unit in right.deserted:
        yield Task(
            name=f"no-orderer:{unit}",
            role=UNIT_LEADER,
            title="Enheten har ingen autorisert bestiller",
            text=f"Den siste som kunne bestille tilganger for enhet {unit}, har sluttet (bestilling {order.order_id}). "
            "Signer en fullmakt for en ny bestiller; før det kan ingen bestille for enheten.",
            unit=unit,
        )


def _counted(items: int) -> str:
    return "én åpen sak" if items == 1 else f"{items} åpne saker"


def _to(user_name: str | None) -> str:
    if user_name is None:
        return "Bestillingen sier ikke hvem som skal overta: pek ut noen, og fordel sakene."
    return f"{user_name} skal overta: fordel sakene dit."
