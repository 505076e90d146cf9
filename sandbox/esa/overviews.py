"""What is read across the archive: what waits for an answer (restanse), and who handles cases."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa.listing import Column, Listing, asked_for
from sandbox.esa.store import Store
from sandbox.office.gate import Gate, Visit
from sandbox.office.view import View

BACKLOG: Final = (
    Column(header="Id", name="id", sql="p.id"),
    Column(header="Saksnr.", name="saksnr", sql="c.number"),
    Column(header="Nr.", name="nr", sql="p.number"),
    Column(header="Type", name="type", sql="p.type"),
    Column(header="Status", name="status", sql="p.status"),
    Column(header="Offentlig tittel", name="tittel", sql="p.public_title"),
    Column(header="Tilgangskode", name="tilgangskode", sql="p.access"),
    Column(header="Dok.dato", name="dokdato", sql="p.document_date"),
    Column(header="Mottatt", name="mottatt", sql="p.received"),
    Column(header="Journaldato", name="journaldato", sql="p.journalled"),
    Column(header="Forfall", name="forfall", sql="p.due"),
    Column(header="Saksbehandler", name="saksbehandler", sql="p.officer"),
    Column(header="Enhet", name="enhet", sql="p.unit"),
    Column(header="Saksstatus", name="saksstatus", sql="c.status"),
)
OFFICERS: Final = (
    Column(header="Initialer", name="initialer", sql="initials"),
    Column(header="Navn", name="navn", sql="name"),
    Column(header="Enhet", name="enhet", sql="unit"),
    Column(header="E-post", name="epost", sql="email"),
    Column(header="Status", name="status", sql="active"),
    Column(header="Leder", name="leder", sql="leads"),
)
SIZE: Final = 50


class Overviews:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        return [
            Route("/esa/restanser", self._gate.signed_in(self.backlog), methods=["GET"]),
            Route("/esa/saksbehandlere", self._gate.signed_in(self.officers), methods=["GET"]),
        ]

    async def backlog(self, visit: Visit) -> Response:
        given = visit.request.query_params
        part, unit = given.get("arkivdel", ""), given.get("enhet", "").strip()
        found = None
        if "vis" in given:
            asked = {"arkivdel": part, "enhet": unit, "vis": "ja"}
            listing = Listing(columns=BACKLOG, size=SIZE, address="/esa/restanser", asked=asked, first="p.id")
            found = self._store.posts_waiting(part, unit, asked_for(visit, listing))
            self._store.look("backlog", "", visit.session.actor, f"{part}/{unit}")
        return self._view.page(
            visit.request,
            "restanser",
            session=visit.session,
            parts=self._store.parts(),
            part=part,
            unit=unit,
            found=found,
        )

    async def officers(self, visit: Visit) -> Response:
        listing = Listing(columns=OFFICERS, size=SIZE, address="/esa/saksbehandlere", asked={}, first="initials")
        self._store.look("officers", "", visit.session.actor)
        found = self._store.officers(asked_for(visit, listing))
        return self._view.page(visit.request, "saksbehandlere", session=visit.session, found=found)
