"""SystemX put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.office.money import kroner
from sandbox.office.system import Options, System
from sandbox.office.view import Brand
from sandbox.systemx import codes, form
from sandbox.systemx.cards import Cards
from sandbox.systemx.control import answers
from sandbox.systemx.settlement import Settlement
from sandbox.systemx.store import Store

SYSTEMX: Final = Brand(
    name="systemx",
    home="/pasienter",
    folder=Path(__file__).parent,
    shared={"codes": codes, "form": form},
    filters={"kr": kroner},
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(SYSTEMX.name))
    system = System(SYSTEMX, options, saves=("card", "message", "claim", "return", "person"))
    pages = [
        *system.person_search(store, made="Pasienten er opprettet"),
        *Cards(store=store, sessions=system.sessions, gate=system.gate, view=system.view).routes(),
        *Settlement(store=store, gate=system.gate, view=system.view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
