"""What a unit's leader is told about those who may order for it (USR-04)."""

from __future__ import annotations

from common.process import Task

UNIT_LEADER = "unit-leader"


def tell_of_many_orderers(unit: str, most: int) -> Task:
    """More people may order for the unit than are usual; that stops nothing."""
    return Task(
        name=f"many-orderers:{unit}",
        role=UNIT_LEADER,
        unit=unit,
        title="Enheten har mange autoriserte bestillere",
        text=(
            f"Enheten har nå flere enn {most} autoriserte bestillere. Gå gjennom listen, og be om at fullmakter som ikke "
            "lenger trengs, blir avsluttet."
        ),
    )


def tell_of_no_orderer(unit: str) -> Task:
    """Nobody may order for the unit any more."""
    return Task(
        name=f"no-orderer:{unit}",
        role=UNIT_LEADER,
        unit=unit,
        title="Enheten har ingen autorisert bestiller",
        text=(
            "Fullmakten til enhetens siste autoriserte bestiller er avsluttet. Ingen kan nå bestille brukere og tilganger "
            "for enheten: signer en fullmakt for en ny bestiller."
        ),
    )
