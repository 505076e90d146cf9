"""Signing in, and the way to a person: search, hits, population register, person card."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.hspro.codes import remark
from sandbox.hspro.faults import Faults
from sandbox.hspro.gate import Gate, Visit, missing, sent
from sandbox.hspro.sessions import Session, Sessions
from sandbox.hspro.store import Actor, Store
from sandbox.hspro.view import COOKIE, EXPIRED, FLASH, View, goto

ALLOWED_TRIES = 3
DIGITS = 11
WRONG = "Feil brukernavn eller passord"
LOCKED = "Kontoen er sperret"
ELSEWHERE = "Brukeren er allerede pålogget"


class SignIn:
    def __init__(
        self, *, accounts: Mapping[str, str], store: Store, sessions: Sessions, faults: Faults, view: View
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
        if self._sessions.current(request.cookies.get(COOKIE, "")):
            return goto("/personer")
        expired = request.cookies.get(FLASH) == "utlopt"
        response = self._view.page(request, "logg_inn", alert=EXPIRED if expired else "", name="")
        if expired:
            response.delete_cookie(FLASH)
        return response

    async def sign_in(self, request: Request) -> Response:
        form = await sent(request)
        name, password = form.get("brukernavn", "").strip(), form.get("passord", "")
        session = self._admit(request, name, password)
        if isinstance(session, str):
            self._store.note_sign_in(Actor(account=name, session=""), refused=True)
            return self._view.page(request, "logg_inn", alert=session, name=name)
        self._store.note_sign_in(session.actor, refused=False)
        response = goto("/personer")
        response.set_cookie(COOKIE, session.token, httponly=True, samesite="lax")
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
        self._sessions.end(request.cookies.get(COOKIE, ""))
        response = goto("/")
        response.delete_cookie(COOKIE)
        return response


class People:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/personer", signed_in(self.ask), methods=["GET"]),
            Route("/personer", signed_in(self.search), methods=["POST"]),
            Route("/personer/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/folkeregister/{search:int}", signed_in(self.look_up), methods=["GET"]),
            Route("/folkeregister/{search:int}", signed_in(self.register), methods=["POST"]),
            Route("/personer/{person:int}", signed_in(self.card), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "personsok", session=visit.session, value="", problem="")

    async def search(self, visit: Visit) -> Response:
        value = (await sent(visit.request)).get("fodselsnummer", "")
        number = value.replace(" ", "")
        if len(number) != DIGITS or not number.isdigit():
            problem = f"Fødselsnummer må ha {DIGITS} siffer."
            return self._view.page(visit.request, "personsok", session=visit.session, value=value, problem=problem)
        return goto(f"/personer/treff/{self._sessions.keep_search(visit.session, number)}")

    async def hits(self, visit: Visit) -> Response:
        search = visit.number("search")
        number = visit.session.searches.get(search)
        if number is None:
            return goto("/personer")
        self._store.look("search", number, visit.session.actor)
        return self._view.page(
            visit.request, "treff", session=visit.session, hits=self._store.find(number), search=search, alert=""
        )

    async def look_up(self, visit: Visit) -> Response:
        search = visit.number("search")
        number = visit.session.searches.get(search)
        if number is None:
            return goto("/personer")
        found = self._store.in_register(number)
        if found is None:
            alert = "Finnes ikke i folkeregisteret"
            return self._view.page(visit.request, "treff", session=visit.session, hits=[], search=search, alert=alert)
        return self._view.page(
            visit.request,
            "folkeregister",
            session=visit.session,
            found=found,
            remark=remark(found.protection, [] if number == found.national_id else [number]),
            search=search,
        )

    async def register(self, visit: Visit) -> Response:
        number = visit.session.searches.get(visit.number("search"))
        found = self._store.in_register(number) if number else None
        if found is None:
            return goto("/personer")
        actor = visit.session.actor
        person_id = await self._gate.save(visit, "person", lambda: self._store.save_person(found, actor))
        visit.session.notice = "Personen er registrert"
        return goto(f"/personer/{person_id}")

    async def card(self, visit: Visit) -> Response:
        person = self._store.person(visit.number("person"))
        if person is None:
            raise missing()
        self._store.look("card", person.national_id, visit.session.actor)
        journals = self._store.journals_of(person.id)
        return self._view.page(visit.request, "personkort", session=visit.session, person=person, journals=journals)
