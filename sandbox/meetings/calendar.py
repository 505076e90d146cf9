"""Meetings and the bodies that hold them."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.meetings.store import Store
from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View


class Calendar:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/moter", signed_in(self.meetings), methods=["GET"]),
            Route("/moter/{meeting:int}", signed_in(self.meeting), methods=["GET"]),
            Route("/utvalg", signed_in(self.bodies), methods=["GET"]),
        ]

    async def meetings(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "moter", session=visit.session, meetings=self._store.meetings())

    async def meeting(self, visit: Visit) -> Response:
        found = self._store.meeting(visit.number("meeting"))
        if found is None:
            raise missing()
        self._store.look("meeting_page", "", visit.session.actor, f"{found['body']}/{found['day']}")
        return self._view.page(
            visit.request,
            "mote",
            session=visit.session,
            meeting=found,
            present=self._store.present(found["id"]),
            items=self._store.items_of(found["id"]),
        )

    async def bodies(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "utvalg", session=visit.session, bodies=self._store.bodies())
