"""What those who run the robot must know at once, in their language: one task for each outage, account and screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from common.task import Task

_ROLE = "robot-operations"


def circuit_open(target: str, *, code: str, failures: int, since: str) -> Task:
    """A target has failed so many times in a row that Roger leaves it alone."""
    return Task(
        name=since,
        role=_ROLE,
        title=f"{target} svarer ikke som det skal",
        text=(
            f"Roger har fått feilen {code} {failures} ganger på rad i {target}. Sakene dit venter; ingen av dem er "
            "tapt. Roger prøver jevnlig med én sak og fortsetter av seg selv når systemet virker igjen. "
            "Sjekk om systemet er nede, og meld fra til leverandøren om nødvendig."
        ),
    )


def account_out(target: str, account: str, *, since: str) -> Task:
    """A target has refused a robot's password."""
    return Task(
        name=since,
        role=_ROLE,
        title=f"Robotbrukeren {account} i {target} er tatt ut av bruk",
        text=(
            f"{target} godtok ikke passordet til {account}. Roger prøver det ikke på nytt, slik at brukeren ikke blir "
            "sperret. Sett nytt passord i systemet og i Rogers oppsett; da tas brukeren i bruk igjen."
        ),
    )


def screen_changed(target: str, *, what: str, processes: list[str], since: str) -> Task:
    """A screen does not look as the robot knows it."""
    return Task(
        name=since,
        role=_ROLE,
        title=f"Et skjermbilde i {target} er endret",
        text=(
            f"Roger kjenner ikke igjen et skjermbilde ({what}). Disse prosessene er satt på pause: "
            f"{', '.join(processes)}. Sakene venter. Rett roboten, eller få skjermbildet tilbake som det var, og "
            "start prosessene igjen."
        ),
    )


def screens_drifted(target: str, *, what: Sequence[str], processes: Sequence[str], day: date) -> Task:
    """Before a night, the check of screens has not found all that must stand on a target's pages; told once a day."""
    return Task(
        name=day.isoformat(),
        role=_ROLE,
        title=f"Skjermbilder i {target} er endret",
        text=(
            f"Kontrollen av skjermbildene fant ikke dette slik roboten kjenner det: {'; '.join(what)}. Ingenting er "
            f"stanset. Disse prosessene bruker {target}: {', '.join(processes)}. Rett roboten, eller sett dem på pause "
            "før de får saker."
        ),
    )
