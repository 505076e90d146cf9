"""Programportalen put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.office.system import Options, System
from sandbox.office.view import Brand
from sandbox.programs.accesses import Accesses
from sandbox.programs.control import answers
from sandbox.programs.search import Search
from sandbox.programs.store import STATES, WRITES, Store

PROGRAMS: Final = Brand(
    name="programs",
    home="/programmer",
    folder=Path(__file__).parent,
    shared={
        "product": "Programportalen",
        "support": "brukerstøtte, tlf. 73 00 00 01",
        "tabs": (("/programmer", "Programmer"),),
        "states": STATES,
    },
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(PROGRAMS.name))
    system = System(PROGRAMS, options, saves=WRITES)
    gate, view = system.gate, system.view
    pages = [
        *Search(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
        *Accesses(store=store, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
