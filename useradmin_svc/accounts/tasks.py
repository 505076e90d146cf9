"""What people are told about accounts; user names yes, but never whose they are (USR-02)."""

from __future__ import annotations

from collections.abc import Sequence

from common.process import Task
from common.reasons import reason_of
from useradmin_svc.accounts.order import AccountOrder
from useradmin_svc.accounts.plan import Plan
from useradmin_svc.units import UnitRow

ORDERER = "orderer"
USER_ADMINISTRATION = "user-administration"


def tell_orderer(order: AccountOrder, plans: Sequence[Plan]) -> Task:
    """The answer to the order: the user name, where, and until when."""
    told = [f"Bestilling {order.order_id} er utført.", _names(plans)]
    if any(plan.lets_in for plan in plans):
        told.append(
            "En lenke til et midlertidig passord er sendt til mobilnummeret i bestillingen. Lenken virker i høyst 72 timer, "
            "og passordet må byttes ved første innlogging."
        )
    ends = {plan.arrangement.expires for plan in plans}
    told += [f"Kontoen kan brukes til og med {day:%d.%m.%Y}." for day in sorted(filter(None, ends))[:1]]
    return Task(
        name="account-ordered",
        role=ORDERER,
        unit=order.unit,
        title="Bestilt brukerkonto er klar",
        text=" ".join(told),
    )


def _names(plans: Sequence[Plan]) -> str:
    """As in "Brukernavnet er olanor i TK-nett og elevnett."."""
    networks: dict[str, list[str]] = {}
    for plan in plans:
        networks.setdefault(plan.user_name, []).append(plan.network.called)
    return f"Brukernavnet er {' og '.join(f'{name} i {_listed(called)}' for name, called in networks.items())}."


def _listed(called: Sequence[str]) -> str:
    return " og ".join(called)


def tell_of_missing_leader(order: AccountOrder, unit: UnitRow, plan: Plan) -> Task:
    """An account may stand without a leader, but not for long."""
    return Task(
        name=f"no-leader-{plan.network}",
        role=USER_ADMINISTRATION,
        unit=order.unit,
        title="Konto uten leder",
        text=(
            f"Kontoen {plan.user_name} i {plan.network.called} står uten leder: den som enhetsregisteret har som leder for "
            f"{unit.name}, har ingen aktiv konto der. Rett registeret eller lederens konto, og sett lederen på kontoen."
        ),
    )


def tell_user_administration(code: str) -> Task:
    """Somebody starts without an account, unless a person sees to it."""
    return Task(
        name="account-not-made",
        role=USER_ADMINISTRATION,
        title="Bestilt brukerkonto er ikke laget eller endret",
        text=(
            f"Roger kunne ikke utføre en bestilling av brukerkonto. {reason_of(code).situation} Saken står i arbeidslisten: "
            "utfør bestillingen selv, eller gi bestilleren beskjed, før den ansatte begynner."
        ),
    )
