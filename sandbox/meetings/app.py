"""Møteportalen put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.meetings.calendar import Calendar
from sandbox.meetings.codes import MINUTES, RESULTS, TYPES
from sandbox.meetings.control import answers
from sandbox.meetings.items import Items
from sandbox.meetings.store import WRITES, Store
from sandbox.office.system import Options, System
from sandbox.office.view import Brand

MEETINGS: Final = Brand(
    name="meetings",
    home="/saker",
    folder=Path(__file__).parent,
    shared={
        "product": "Møteportalen",
        "support": "Bystyresekretariatet, tlf. 73 00 00 04",
        "tabs": (("/saker", "Saker"), ("/moter", "Møter"), ("/utvalg", "Utvalg")),
        "types": TYPES,
        "results": RESULTS,
        "minutes": MINUTES,
    },
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(MEETINGS.name))
    system = System(MEETINGS, options, saves=WRITES)
    gate, view = system.gate, system.view
    pages = [
        *Items(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
        *Calendar(store=store, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
