"""How case files are found and looked at."""

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.esa.listing import Column, Listing, asked_for
from sandbox.esa.store import Store
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

SEARCHED: Final = {"arkivdel": "part", "serie": "series", "klasse": "klass", "saksnr": "number"}
"""Where what is searched for is stored."""
CLOSED_TOO: Final = "avsluttede"
NATIONAL_ID: Final = 11
HITS: Final = (
    Column(header="Saksnr.", name="saksnr", sql="number"),
    Column(header="Tittel", name="tittel", sql="title"),
    Column(header="Arkivdel", name="arkivdel", sql="part"),
    Column(header="Serie", name="serie", sql="series"),
    Column(header="Klasse", name="klasse", sql="klass"),
    Column(header="Enhet", name="enhet", sql="unit"),
    Column(header="Saksansvarlig", name="saksansvarlig", sql="officer"),
    Column(header="Status", name="status", sql="status"),
)
POSTS: Final = (
    Column(header="Nr.", name="nr", sql="p.number"),
    Column(header="Id", name="id", sql="p.id"),
    Column(header="Type", name="type", sql="p.type"),
    Column(header="Status", name="status", sql="p.status"),
    Column(header="Offentlig tittel", name="tittel", sql="p.public_title"),
    Column(header="Dok.dato", name="dokdato", sql="p.document_date"),
    Column(header="Mottatt", name="mottatt", sql="p.received"),
    Column(header="Journaldato", name="journaldato", sql="p.journalled"),
    Column(header="Ekstern ref.", name="ekstern", sql="p.external_reference"),
    Column(header="Svar på", name="svar", sql="p.answers"),
    Column(header="Avskrevet", name="avskrevet", sql="p.write_off_code"),
)
SIZE: Final = 20


class CaseFiles:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/esa/saksmapper", signed_in(self.ask), methods=["GET"]),
            Route("/esa/saksmapper", signed_in(self.search), methods=["POST"]),
            Route("/esa/saksmapper/serie", signed_in(self.series), methods=["GET"]),
            Route("/esa/saksmapper/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/esa/saksmapper/{case:int}", signed_in(self.show), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "saksok", session=visit.session, parts=self._store.parts())

    async def search(self, visit: Visit) -> Response:
        given = await sent(visit.request)
        wanted = {name: typed for name in (*SEARCHED, CLOSED_TOO) if (typed := given.get(name, "").strip())}
        return goto(f"/esa/saksmapper/treff/{self._sessions.keep_draft(visit.session, wanted)}")

    async def series(self, visit: Visit) -> Response:
        """All case files of a series, as the tree asks for them."""
        given = visit.request.query_params
        wanted = {name: given[name] for name in ("arkivdel", "serie") if given.get(name)} | {CLOSED_TOO: "ja"}
        return goto(f"/esa/saksmapper/treff/{self._sessions.keep_draft(visit.session, wanted)}")

    async def hits(self, visit: Visit) -> Response:
        search = visit.number("search")
        wanted = visit.session.drafts.get(search)
        if wanted is None:
            return goto("/esa/saksmapper")
        listing = asked_for(
            visit,
            Listing(columns=HITS, size=SIZE, address=f"/esa/saksmapper/treff/{search}", asked={}, first="number desc"),
        )
        sought = {column: wanted[name] for name, column in SEARCHED.items() if name in wanted}
        klass = sought.get("klass", "")
        person = klass if len(klass) == NATIONAL_ID and klass.isdigit() else ""
        self._store.look("casefile_search", person, visit.session.actor, "/".join(wanted))
        found = self._store.case_files(sought, listing, closed_too=CLOSED_TOO in wanted)
        return self._view.page(visit.request, "saksmapper", session=visit.session, found=found)

    async def show(self, visit: Visit) -> Response:
        case = self._store.case_file(visit.number("case"))
        if case is None:
            raise missing()
        listing = asked_for(
            visit, Listing(columns=POSTS, size=SIZE, address=f"/esa/saksmapper/{case.id}", asked={}, first="p.number")
        )
        self._store.look("casefile_page", "", visit.session.actor, case.number)
        return self._view.page(
            visit.request,
            "saksmappe",
            session=visit.session,
            case=case,
            posts=self._store.posts_of_case(case.id, listing),
            account=visit.session.actor.account,
            saved="lagret" in visit.request.query_params,
        )
