"""What stands on the pages for what the program calls otherwise, in Norwegian bokmål."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from common.cases.decisions import Handled
from common.cases.states import State
from common.clock import OSLO
from common.process import Service
from common.reasons import reason_of

STATES = {
    State.AWAITING_RELEASE: "Venter på frigivelse",
    State.QUEUED: "I kø",
    State.RUNNING: "Utføres nå",
    State.DONE: "Utført av Roger",
    State.MANUAL: "Må behandles",
    State.CLOSED: "Lukket",
    State.CANCELLED: "Trukket tilbake",
}
MOVES = STATES | {State.QUEUED: "Lagt i kø", State.RUNNING: "Påbegynt"}
"""The same for what has happened."""
HANDLED = {
    Handled.DONE_MANUALLY: "Jeg har utført saken selv i fagsystemet",
    Handled.REJECTED: "Saken skal ikke utføres",
}
_ACTORS = {"caller": "Systemet", "person": "Medarbeider", "worker": "Roger", "sweep": "Roger", "errands": "Roger"}
_OUTCOMES = {
    "CREATED": "Opprettet",
    "UPDATED": "Oppdatert",
    "EXISTS": "Fantes fra før",
    "NOOP": "Ingenting å gjøre",
    "REPORTED": "Meldt videre",
    "HELD": "Holdt tilbake",
    Handled.DONE_MANUALLY.value: "Utført manuelt",
    Handled.REJECTED.value: "Skal ikke utføres",
}
CHILDREN_ENDED = "Alle følgesakene er avsluttet"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def moment(at: datetime) -> str:
    """Day and time, as `22.11.2026 kl. 14.05`."""
    return f"{at.astimezone(OSLO):%d.%m.%Y kl. %H.%M}"


def day(on: date) -> str:
    """A day, as `22.11.2026`."""
    return f"{on:%d.%m.%Y}"


def age(since: datetime, now: datetime) -> str:
    """How long ago, in its largest unit."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, one, several in ((_DAY, "døgn", "døgn"), (_HOUR, "time", "timer"), (_MINUTE, "minutt", "minutter")):
        if seconds >= unit:
            number = seconds // unit
            return f"{number} {one if number == 1 else several}"
    return "under ett minutt"


def actor(name: str) -> str:
    """Who moved a case."""
    kind, _, rest = name.partition(":")
    told = _ACTORS.get(kind, kind)
    return f"{told} {rest}" if kind in {"caller", "person"} and rest else told


def code(name: str | None) -> str:
    """What a code means: an outcome, how a person dealt with it, or what happened."""
    if name is None:
        return ""
    return _OUTCOMES.get(name) or reason_of(name).situation


def children(states: Mapping[State, int]) -> str:
    """How many children there are and where, as `3 saker: 1 i kø, 2 utført av Roger`."""
    found = [f"{states[state]} {name[0].lower()}{name[1:]}" for state, name in STATES.items() if states.get(state)]
    number = sum(states.values())
    return f"{number} {'sak' if number == 1 else 'saker'}: {', '.join(found)}" if found else "Ingen"


def left_out(number: int) -> str:
    """That some children are not shown, and why that may be."""
    shown = "1 følgesak til vises" if number == 1 else f"{number} følgesaker til vises"
    return f"{shown} ikke her, fordi du ikke har tilgang til enheten eller prosessen, eller fordi det er for mange."


def process(service: Service, name: str) -> str:
    """What staff call a process; one that the code no longer declares has a name, too: `test-journals`, `Test journals`."""
    found = service.processes.get(name)
    return (found.called if found else "") or name.replace("-", " ").capitalize()
