"""The way to a person: search, hits, the population register. The person's own page is each system's."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, sent
from sandbox.office.people import PeopleBooks, remark
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

DIGITS = 11


class PersonSearch:
    """Templates: `personsok`, `treff`, `folkeregister`. `made` is the notice when a person was taken from the register."""

    def __init__(self, *, store: PeopleBooks, sessions: Sessions, gate: Gate, view: View, made: str) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view
        self._made = made

    def routes(self) -> list[Route]:
        signed_in, people = self._gate.signed_in, self._view.home
        return [
            Route(people, signed_in(self.ask), methods=["GET"]),
            Route(people, signed_in(self.search), methods=["POST"]),
            Route(people + "/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/folkeregister/{search:int}", signed_in(self.look_up), methods=["GET"]),
            Route("/folkeregister/{search:int}", signed_in(self.register), methods=["POST"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "personsok", session=visit.session, value="", problem="")

    async def search(self, visit: Visit) -> Response:
        value = (await sent(visit.request)).get("fodselsnummer", "")
        number = value.replace(" ", "")
        if len(number) != DIGITS or not number.isdigit():
            problem = f"Fødselsnummer må ha {DIGITS} siffer."
            return self._view.page(visit.request, "personsok", session=visit.session, value=value, problem=problem)
        return goto(f"{self._view.home}/treff/{self._sessions.keep_search(visit.session, number)}")

    async def hits(self, visit: Visit) -> Response:
        search = visit.number("search")
        number = visit.session.searches.get(search)
        if number is None:
            return goto(self._view.home)
        self._store.look("search", number, visit.session.actor)
        return self._view.page(
            visit.request, "treff", session=visit.session, hits=self._store.find(number), search=search, alert=""
        )

    async def look_up(self, visit: Visit) -> Response:
        search = visit.number("search")
        number = visit.session.searches.get(search)
        if number is None:
            return goto(self._view.home)
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
            return goto(self._view.home)
        actor = visit.session.actor
        person_id = await self._gate.save(visit, "person", lambda: self._store.save_person(found, actor))
        visit.session.notice = self._made
        return goto(f"{self._view.home}/{person_id}")
