"""A system put together: its doors and moods, its pages and the vendor's console as one ASGI application."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.office.books import Books
from sandbox.office.console import Answer, Console
from sandbox.office.faults import Faults
from sandbox.office.gate import BrokenPageError, Gate
from sandbox.office.people import PeopleBooks
from sandbox.office.search import PersonSearch
from sandbox.office.sessions import SecondLogin, Sessions
from sandbox.office.sign_in import SignIn
from sandbox.office.view import Assets, Brand, View

DEFAULT_ACCOUNTS: Final[Mapping[str, str]] = {"robot1": "robot1-secret", "robot2": "robot2-secret"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path
    accounts: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_ACCOUNTS))
    second_login: SecondLogin = "replaces"
    session_minutes: float = 20

    def database(self, name: str) -> Path:
        """The system's file, in a folder that is there."""
        self.data.mkdir(parents=True, exist_ok=True)
        return self.data / f"{name}.sqlite3"


class System:
    """What every system has before its own pages are added; `saves` names what its faults may hit."""

    def __init__(self, brand: Brand, options: Options, *, saves: Sequence[str]) -> None:
        self.sessions = Sessions(second_login=options.second_login, minutes=options.session_minutes)
        self.faults = Faults(saves)
        self._assets = Assets(brand.folder / "static")
        self.view = View(brand, self.faults, self._assets)
        self.gate = Gate(self.sessions, self.faults, self.view)
        self._accounts = options.accounts

    def person_search(self, store: PeopleBooks, *, made: str) -> list[Route]:
        return PersonSearch(store=store, sessions=self.sessions, gate=self.gate, view=self.view, made=made).routes()

    def application(
        self, store: Books, pages: Sequence[BaseRoute], console: Sequence[Answer], restart: Callable[[], None]
    ) -> Starlette:
        def close_and_restart() -> None:
            store.close()
            restart()

        async def broken(request: Request, _: Exception) -> Response:
            return self.view.error(request)

        async def unknown(request: Request, _: Exception) -> Response:
            return self.view.page(request, "finnes_ikke", status=404)

        sign_in = SignIn(
            accounts=self._accounts, store=store, sessions=self.sessions, faults=self.faults, view=self.view
        )
        common = Console(store=store, sessions=self.sessions, faults=self.faults, restart=close_and_restart)
        return Starlette(
            routes=[
                *sign_in.routes(self.gate),
                *pages,
                Route("/static/{name}", self._assets.serve, methods=["GET"]),
                *common.routes(console),
            ],
            exception_handlers={404: unknown, BrokenPageError: broken, Exception: broken},
        )
