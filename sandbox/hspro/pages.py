"""The way to a person: search, hits, population register, person card."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.hspro.codes import remark
from sandbox.hspro.store import Store
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

DIGITS = 11


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
