"""How journal posts are found and looked at, and their documents read."""

from typing import Any, Final

from starlette.responses import FileResponse, Response
from starlette.routing import Route

from sandbox.esa.listing import Column, Listing, asked_for
from sandbox.esa.store import Store
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import NO_STORE, View, goto

HITS: Final = (
    Column(header="Id", name="id", sql="p.id"),
    Column(header="Saksnr.", name="saksnr", sql="c.number"),
    Column(header="Nr.", name="nr", sql="p.number"),
    Column(header="Type", name="type", sql="p.type"),
    Column(header="Status", name="status", sql="p.status"),
    Column(header="Offentlig tittel", name="tittel", sql="p.public_title"),
)
SIZE: Final = 20
NO_SUCH: Final = -1


class Posts:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/esa/journalposter", signed_in(self.ask), methods=["GET"]),
            Route("/esa/journalposter", signed_in(self.search), methods=["POST"]),
            Route("/esa/journalposter/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/esa/journalposter/{post:int}", signed_in(self.show), methods=["GET"]),
            Route("/esa/dokumenter/{document:int}", signed_in(self.read), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "postsok", session=visit.session, problem="")

    async def search(self, visit: Visit) -> Response:
        given = await sent(visit.request)
        wanted = {name: typed for name in ("ekstern_ref", "id") if (typed := given.get(name, "").strip())}
        if not wanted:
            problem = "Fyll ut minst ett felt."
            return self._view.page(visit.request, "postsok", session=visit.session, problem=problem)
        return goto(f"/esa/journalposter/treff/{self._sessions.keep_draft(visit.session, wanted)}")

    async def hits(self, visit: Visit) -> Response:
        search = visit.number("search")
        wanted = visit.session.drafts.get(search)
        if wanted is None:
            return goto("/esa/journalposter")
        listing = asked_for(
            visit,
            Listing(columns=HITS, size=SIZE, address=f"/esa/journalposter/treff/{search}", asked={}, first="p.id"),
        )
        sought: dict[str, Any] = {}
        if "ekstern_ref" in wanted:
            sought["external_reference"] = wanted["ekstern_ref"]
        if "id" in wanted:
            digits = wanted["id"].upper().removeprefix("JP-")
            sought["id"] = int(digits) if digits.isascii() and digits.isdigit() else NO_SUCH
        self._store.look("post_search", "", visit.session.actor, "/".join(wanted))
        found = self._store.posts_found(sought, listing)
        return self._view.page(visit.request, "journalposter", session=visit.session, found=found)

    async def show(self, visit: Visit) -> Response:
        post = self._store.post(visit.number("post"))
        if post is None:
            raise missing()
        self._store.look("post_page", "", visit.session.actor, post.call_number)
        return self._view.page(
            visit.request,
            "journalpost",
            session=visit.session,
            post=post,
            parties=self._store.parties(post.id),
            documents=self._store.documents(post.id),
            account=visit.session.actor.account,
            saved="lagret" in visit.request.query_params,
        )

    async def read(self, visit: Visit) -> Response:
        document = self._store.document(visit.number("document"))
        if document is None or not document.file:
            raise missing()
        self._store.look("file", "", visit.session.actor, str(document.id))
        kind = "application/pdf" if document.format.startswith("PDF") else "application/octet-stream"
        return FileResponse(self._store.files.path(document.file), media_type=kind, headers=NO_STORE)
