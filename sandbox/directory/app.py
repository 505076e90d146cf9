"""Katalog put together: its store, its pages and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette

from sandbox.directory import account_form, codes
from sandbox.directory.accounts import Accounts
from sandbox.directory.arranging import Arranging
from sandbox.directory.control import answers
from sandbox.directory.locking import Locking
from sandbox.directory.store import WRITES, Store
from sandbox.office.system import Options, System
from sandbox.office.view import Brand

TABS: Final = (
    ("/kontoer", "Finn konto"),
    ("/kontoer/alle", "Alle kontoer"),
    ("/kontoer/ny", "Ny konto"),
    ("/grupper", "Grupper"),
)


def build(network: str, options: Options, restart: Callable[[], None]) -> Starlette:
    # Both networks' may run on one machine, where browsers tell cookies apart by their name only.
    brand = Brand(
        name=f"katalog_{network}",
        home="/kontoer",
        folder=Path(__file__).parent,
        shared={
            "brand": "katalog",
            "product": f"Katalog {codes.NETWORKS[network]}",
            "support": "brukerhjelpen, tlf. 73 00 00 01",
            "tabs": TABS,
            "codes": codes,
            "account_form": account_form,
        },
        filters={"ja_nei": codes.yes_no},
    )
    store = Store(options.database(brand.name))
    system = System(brand, options, saves=WRITES)
    gate, view = system.gate, system.view
    pages = [
        *Arranging(store=store, gate=gate, view=view).routes(),
        *Locking(store=store, gate=gate, view=view).routes(),
        *Accounts(store=store, sessions=system.sessions, gate=gate, view=view).routes(),
    ]
    return system.application(store, pages, answers(store, system.sessions), restart)
