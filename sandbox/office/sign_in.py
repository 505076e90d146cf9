"""The sign-in page of a system."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Books
from sandbox.office.faults import Faults
from sandbox.office.gate import Gate, sent
from sandbox.office.sessions import Actor, Session, Sessions
from sandbox.office.view import EXPIRED, View, goto

ALLOWED_TRIES = 3
WRONG = "Feil brukernavn eller passord"
LOCKED = "Kontoen er sperret"
ELSEWHERE = "Brukeren er allerede pålogget"


class SignIn:
    def __init__(
        self, *, accounts: Mapping[str, str], store: Books, sessions: Sessions, faults: Faults, view: View
    ) -> None:
        self._accounts = accounts
        self._store = store
        self._sessions = sessions
        self._faults = faults
        self._view = view

    def routes(self, gate: Gate) -> list[Route]:
        return [
            Route("/", gate.public(self.show), methods=["GET"]),
            Route("/", gate.public(self.sign_in), methods=["POST"]),
            Route("/logg-ut", gate.public(self.sign_out), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        if self._sessions.current(request.cookies.get(self._view.cookie, "")):
            return goto(self._view.home)
        expired = request.cookies.get(self._view.flash) == "utlopt"
        response = self._view.page(request, "logg_inn", alert=EXPIRED if expired else "", name="")
        if expired:
            response.delete_cookie(self._view.flash)
        return response

    async def sign_in(self, request: Request) -> Response:
        form = await sent(request)
        name, password = form.get("brukernavn", "").strip(), form.get("passord", "")
        session = self._admit(request, name, password)
        if isinstance(session, str):
            self._store.note_sign_in(Actor(account=name, session=""), refused=True)
            return self._view.page(request, "logg_inn", alert=session, name=name)
        self._store.note_sign_in(session.actor, refused=False)
        response = goto(self._view.home)
        response.set_cookie(self._view.cookie, session.token, httponly=True, samesite="lax")
        return response

    def _admit(self, request: Request, name: str, password: str) -> Session | str:
        """Open a session, or say why not."""
        known = self._accounts.get(name)
        locked = self._faults.fire("account_locked", request, lambda fault: fault.account == name)
        if locked or self._store.wrong_tries(name) >= ALLOWED_TRIES:
            return LOCKED
        if known is None or not hmac.compare_digest(known.encode(), password.encode()):
            self._store.count_try(name, wrong=True)
            return LOCKED if known is not None and self._store.wrong_tries(name) >= ALLOWED_TRIES else WRONG
        self._store.count_try(name, wrong=False)
        return self._sessions.open(name) or ELSEWHERE

    async def sign_out(self, request: Request) -> Response:
        self._sessions.end(request.cookies.get(self._view.cookie, ""))
        response = goto("/")
        response.delete_cookie(self._view.cookie)
        return response
