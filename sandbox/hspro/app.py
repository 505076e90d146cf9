"""HsPro put together: the store, the sessions, the pages and the console as one ASGI application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.hspro.control import Console
from sandbox.hspro.faults import Faults
from sandbox.hspro.gate import BrokenPageError, Gate
from sandbox.hspro.journals import Journals
from sandbox.hspro.pages import People, SignIn
from sandbox.hspro.sessions import SecondLogin, Sessions
from sandbox.hspro.store import Store
from sandbox.hspro.view import Assets, View

DEFAULT_ACCOUNTS: Mapping[str, str] = {"robot1": "robot1-secret", "robot2": "robot2-secret"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path
    accounts: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_ACCOUNTS))
    second_login: SecondLogin = "replaces"
    session_minutes: float = 20


def build(options: Options, restart: Callable[[], None]) -> Starlette:
    options.data.mkdir(parents=True, exist_ok=True)
    store = Store(options.data / "hspro.sqlite3")
    sessions = Sessions(second_login=options.second_login, minutes=options.session_minutes)
    faults, assets = Faults(), Assets()
    view = View(faults, assets)
    gate = Gate(sessions, faults, view)

    def close_and_restart() -> None:
        store.close()
        restart()

    async def broken(request: Request, _: Exception) -> Response:
        return view.error(request)

    async def unknown(request: Request, _: Exception) -> Response:
        return view.page(request, "finnes_ikke", status=404)

    sign_in = SignIn(accounts=options.accounts, store=store, sessions=sessions, faults=faults, view=view)
    return Starlette(
        routes=[
            *sign_in.routes(gate),
            *People(store=store, sessions=sessions, gate=gate, view=view).routes(),
            *Journals(store=store, sessions=sessions, gate=gate, view=view).routes(),
            Route("/static/{name}", assets.serve, methods=["GET"]),
            *Console(store=store, sessions=sessions, faults=faults, restart=close_and_restart).routes(),
        ],
        exception_handlers={404: unknown, BrokenPageError: broken, Exception: broken},
    )
