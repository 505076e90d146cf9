"""SOFIE put together: its store, its pages, its program's server and its console."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from sandbox.office.system import Options, System
from sandbox.office.view import Brand
from sandbox.sofie.bridge import Bridge
from sandbox.sofie.calls import Calls
from sandbox.sofie.control import answers
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.machine import novnc
from sandbox.sofie.picture import Connection, Mishaps
from sandbox.sofie.store import WRITES, Store
from sandbox.sofie.storefront import StoreFront

SOFIE: Final = Brand(
    name="sofie",
    home="/apper",
    folder=Path(__file__).parent,
    shared={
        "product": "StoreFront",
        "support": "brukerstøtte, tlf. 73 00 00 01",
        "tabs": (("/apper", "Apper"),),
    },
)


def build(options: Options, restart: Callable[[], None], *, exchange: Path | None = None) -> Starlette:
    """SOFIE with its documents in `options.data`; what is exported is laid in `exchange`, there by default."""
    found = novnc()
    if found is None:
        raise RuntimeError("noVNC is not there")
    store = Store(options.database(SOFIE.name))
    system = System(SOFIE, options, saves=WRITES)
    desktops = Desktops(options.data.resolve() / "desktops", system.sessions)
    connection, mishaps = Connection(), Mishaps()
    front = StoreFront(desktops=desktops, gate=system.gate, view=system.view, connection=connection, novnc=found)
    calls = Calls(
        system=system,
        store=store,
        desktops=desktops,
        mishaps=mishaps,
        connection=connection,
        exchange=(exchange or options.data / "exchange").resolve(),
    )
    bridge = Bridge(desktops=desktops, sessions=system.sessions, cookie=system.view.cookie, connection=connection)
    console = answers(store, system, desktops, mishaps, connection)
    application = system.application(store, [*front.routes(), *calls.routes()], console, restart)
    application.routes.append(WebSocketRoute("/okt/rfb", bridge.serve))
    return application
