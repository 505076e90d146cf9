"""Bestillerregisteret put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.office.system import Options, System
from sandbox.office.view import Brand
from sandbox.orderers.authorisations import Authorisations
from sandbox.orderers.control import answers
from sandbox.orderers.employees import Employees
from sandbox.orderers.orderers import Orderers
from sandbox.orderers.store import STATES, WRITES, Store
from sandbox.orderers.units import Units

ORDERERS: Final = Brand(
    name="orderers",
    home="/bestillere",
    folder=Path(__file__).parent,
    shared={
        "product": "Bestillerregisteret",
        "support": "IKT-tjenesten, tlf. 73 00 00 02",
        "tabs": (("/bestillere", "Bestillere"), ("/enheter", "Enheter"), ("/ansatte", "Ansatte")),
        "states": STATES,
    },
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(ORDERERS.name))
    system = System(ORDERERS, options, saves=WRITES)
    gate, view = system.gate, system.view
    pages = [
        *Authorisations(store=store, gate=gate, view=view).routes(),
        *Orderers(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
        *Units(store=store, gate=gate, view=view).routes(),
        *Employees(store=store, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
