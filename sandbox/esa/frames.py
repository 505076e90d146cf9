"""What ESA is framed in: the menu above, the archive's tree beside the content, and the way out."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa.store import Store
from sandbox.office.gate import Gate, Visit
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

MENU: Final = (
    ("/esa/saksmapper", "Søk saksmappe"),
    ("/esa/journalposter", "Søk journalpost"),
    ("/esa/restanser", "Restanser"),
    ("/esa/saksbehandlere", "Saksbehandlere"),
)
NEWEST: Final = 10


class Frames:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/esa", signed_in(self.frames), methods=["GET"]),
            Route("/esa/topp", signed_in(self.top), methods=["GET"]),
            Route("/esa/tre", signed_in(self.tree), methods=["GET"]),
            Route("/esa/logg-av", signed_in(self.leave), methods=["GET"]),
        ]

    async def frames(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "rammesett", session=visit.session)

    async def top(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "topp", session=visit.session, menu=MENU)

    async def tree(self, visit: Visit) -> Response:
        """The archive part by part; an open part shows its series, an open series its newest case files."""
        given = visit.request.query_params
        part, series = given.get("arkivdel", ""), given.get("serie", "")
        newest = self._store.newest(part, series, NEWEST) if series else []
        return self._view.page(
            visit.request,
            "tre",
            session=visit.session,
            parts=self._store.parts(),
            part=part,
            series=series,
            newest=newest,
        )

    async def leave(self, visit: Visit) -> Response:
        self._sessions.end(visit.session.token)
        response = goto("/")
        response.delete_cookie(self._view.cookie)
        return response
