"""Items: the search, an item with its decision, and where its protocol is archived."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.meetings.store import Store
from sandbox.office.books import Row
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

REFERENCE: Final = re.compile(r"\d{4}/\d{6}-\d{1,5}")
SOUGHT: Final = ("utvalg", "dato", "saksnr", "arkivsak")


class Items:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/saker", signed_in(self.ask), methods=["GET"]),
            Route("/saker", signed_in(self.search), methods=["POST"]),
            Route("/saker/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/saker/{item:int}", signed_in(self.show), methods=["GET"]),
            Route("/saker/{item:int}/arkivreferanse", signed_in(self.ask_reference), methods=["GET"]),
            Route("/saker/{item:int}/arkivreferanse", signed_in(self.note_reference), methods=["POST"]),
            Route("/saker/{item:int}/notert", signed_in(self.noted), methods=["GET"]),
        ]

    # the search

    def _form(self, visit: Visit, values: Mapping[str, str], problem: str = "") -> Response:
        return self._view.page(visit.request, "finn", session=visit.session, values=values, problem=problem)

    async def ask(self, visit: Visit) -> Response:
        return self._form(visit, {})

    async def search(self, visit: Visit) -> Response:
        form = await sent(visit.request)
        values = {name: form.get(name, "").strip() for name in SOUGHT}
        if not any(values.values()):
            return self._form(visit, values, "Fyll ut minst ett felt.")
        if values["dato"] and not _iso(values["dato"]):
            return self._form(visit, values, "Skriv datoen som dd.mm.åååå.")
        return goto(f"/saker/treff/{self._sessions.keep_draft(visit.session, values)}")

    async def hits(self, visit: Visit) -> Response:
        sought = visit.session.drafts.get(visit.number("search"))
        if sought is None:
            return goto(self._view.home)
        self._store.look("search", "", visit.session.actor, "/".join(sought.values()))
        found = self._store.find(
            body=sought["utvalg"], day=_iso(sought["dato"]), number=sought["saksnr"], case_no=sought["arkivsak"]
        )
        return self._view.page(visit.request, "treff", session=visit.session, hits=found)

    # an item

    def _item(self, visit: Visit) -> Row:
        found = self._store.item(visit.number("item"))
        if found is None:
            raise missing()
        return found

    async def show(self, visit: Visit) -> Response:
        item = self._item(visit)
        self._store.look("item_page", "", visit.session.actor, item["number"])
        out = self._store.disqualified(item["id"])
        return self._view.page(
            visit.request,
            "sak",
            session=visit.session,
            item=item,
            present=self._store.present(item["meeting"]),
            disqualified=out,
            locked=_lock_of(item),
        )

    # where its protocol is archived

    def _reference_form(self, visit: Visit, item: Row, value: str, refused: str = "") -> Response:
        return self._view.page(
            visit.request, "arkivreferanse", session=visit.session, item=item, value=value, refused=refused
        )

    async def ask_reference(self, visit: Visit) -> Response:
        item = self._item(visit)
        return self._reference_form(visit, item, item["archived"], _lock_of(item))

    async def note_reference(self, visit: Visit) -> Response:
        item, form = self._item(visit), await sent(visit.request)
        reference = form.get("referanse", "").strip()
        if refused := _lock_of(item) or _impossible(item, reference):
            return self._reference_form(visit, item, reference, refused)
        actor = visit.session.actor
        await self._gate.save(visit, "reference", lambda: self._store.note_reference(item, reference, actor))
        return goto(f"/saker/{item['id']}/notert")

    async def noted(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "notert", session=visit.session, item=self._item(visit))


def _lock_of(item: Row) -> str:
    """Who has this item open, as a page says it, or nothing."""
    return f"Saken er låst av {item['locked_by']}" if item["locked_by"] else ""


def _impossible(item: Row, reference: str) -> str:
    """Why the reference cannot be noted, or nothing."""
    if item["minutes"] != "APPROVED":
        return "Arkivreferansen kan ikke lagres: protokollen er ikke godkjent."
    if not REFERENCE.fullmatch(reference):
        return "Arkivreferansen kan ikke lagres: skriv den som åååå/nnnnnn-n."
    return ""


def _iso(typed: str) -> str:
    """Turn 01.12.2026 into 2026-12-01; nothing for what is no day."""
    try:
        return datetime.strptime(typed, "%d.%m.%Y").date().isoformat()  # noqa: DTZ007  a day
    except ValueError:
        return ""
