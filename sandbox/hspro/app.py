"""HsPro put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.hspro import codes, forms
from sandbox.hspro.control import answers
from sandbox.hspro.doses import Doses
from sandbox.hspro.journals import Journals
from sandbox.hspro.store import Store
from sandbox.office.system import Options, System
from sandbox.office.view import Brand

HSPRO: Final = Brand(
    name="hspro",
    home="/personer",
    folder=Path(__file__).parent,
    shared={"codes": codes, "forms": forms},
)


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    store = Store(options.database(HSPRO.name))
    system = System(HSPRO, options, saves=("journal", "person", "dose", "correction"))
    pages = [
        *system.person_search(store, made="Personen er registrert"),
        *Journals(store=store, sessions=system.sessions, gate=system.gate, view=system.view).routes(),
        *Doses(store=store, sessions=system.sessions, gate=system.gate, view=system.view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
