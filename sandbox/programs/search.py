"""The portal's first page: which programs there are, and the search for accesses."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto
from sandbox.programs.store import Store

EVERY: Final = "ALLE"
"""What the form sends for all programs, as an empty choice could also mean that nothing was chosen."""


class Search:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/programmer", signed_in(self.ask), methods=["GET"]),
            Route("/programmer", signed_in(self.search), methods=["POST"]),
            Route("/programmer/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
        ]

    def _page(self, visit: Visit, values: Mapping[str, str], problem: str = "") -> Response:
        return self._view.page(
            visit.request,
            "programmer",
            session=visit.session,
            programs=self._store.programs(),
            values=values,
            every=EVERY,
            problem=problem,
        )

    async def ask(self, visit: Visit) -> Response:
        return self._page(visit, {"program": EVERY})

    async def search(self, visit: Visit) -> Response:
        form = await sent(visit.request)
        values = {name: form.get(name, "").strip() for name in ("program", "brukernavn", "fodselsnr")}
        if values["program"] != EVERY and self._store.program(values["program"]) is None:
            return self._page(visit, values, "Velg et program.")
        if values["program"] == EVERY and not values["brukernavn"] and not values["fodselsnr"]:
            return self._page(visit, values, "Velg et program, eller fyll ut brukernavn eller fødselsnummer.")
        return goto(f"/programmer/treff/{self._sessions.keep_draft(visit.session, values)}")

    async def hits(self, visit: Visit) -> Response:
        sought = visit.session.drafts.get(visit.number("search"))
        if sought is None:
            return goto(self._view.home)
        code = "" if sought["program"] == EVERY else sought["program"]
        program = self._store.program(code) if code else None
        if code and program is None:
            raise missing()
        number = f"{code}/{sought['brukernavn']}"
        self._store.look("search", sought["fodselsnr"], visit.session.actor, number)
        found = self._store.find(program=code, user_name=sought["brukernavn"], national_id=sought["fodselsnr"])
        return self._view.page(visit.request, "tilganger", session=visit.session, hits=found, program=program)
