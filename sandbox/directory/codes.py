"""The words of Katalog: what is stored, and the Norwegian a page shows for it."""

from collections.abc import Mapping
from typing import Final, Literal

State = Literal["ACTIVE", "DISABLED", "PENDING_DELETE"]

NETWORKS: Final[Mapping[str, str]] = {"tknett": "TK-nett", "elevnett": "elevnett"}
ASIDE: Final = "Slettes"
"""Where accounts lie that wait to be deleted."""
STATES: Final[Mapping[str, str]] = {
    "ACTIVE": "Aktiv",
    "DISABLED": "Sperret",
    "PENDING_DELETE": "Venter på sletting",
}
DONE: Final[Mapping[str, str]] = {
    "opprettet": "Kontoen er opprettet",
    "lagret": "Kontoen er lagret",
    "grupper-lagret": "Gruppene er lagret",
    "passord-satt": "Passordet er satt",
    "sperret": "Kontoen er sperret",
    "gjenapnet": "Kontoen er gjenåpnet",
    "flyttet": "Kontoen er flyttet",
}
"""What has been done with an account, by the last part of the address that says so."""


def state(*, enabled: bool, place: str) -> State:
    if enabled:
        return "ACTIVE"
    return "PENDING_DELETE" if place == ASIDE else "DISABLED"


def yes_no(value: object) -> str:
    return "Ja" if value else "Nei"
