"""Orderers: the search, an orderer with all authorisations, and the role that opens the order form."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto
from sandbox.orderers.store import Store

TURNS: Final = {"gi": True, "fjern": False}


def orderer_of(store: Store, visit: Visit) -> Row:
    """The orderer that a visit's address names; raises HTTPException when there is none."""
    found = store.orderer(visit.number("orderer"))
    if found is None:
        raise missing()
    return found


def lock_of(orderer: Row) -> str:
    """Who has this orderer open, as a page says it, or nothing."""
    return f"Bestilleren er låst av {orderer['locked_by']}" if orderer["locked_by"] else ""


class Orderers:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/bestillere", signed_in(self.ask), methods=["GET"]),
            Route("/bestillere", signed_in(self.search), methods=["POST"]),
            Route("/bestillere/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/bestillere/{orderer:int}", signed_in(self.show), methods=["GET"]),
            Route("/bestillere/{orderer:int}/rolle/{turn}", signed_in(self.turn_role), methods=["POST"]),
            Route("/bestillere/{orderer:int}/rolle/{turn}", signed_in(self.turned), methods=["GET"]),
        ]

    def _form(self, visit: Visit, values: Mapping[str, str], problem: str = "") -> Response:
        return self._view.page(visit.request, "finn", session=visit.session, values=values, problem=problem)

    async def ask(self, visit: Visit) -> Response:
        return self._form(visit, {})

    async def search(self, visit: Visit) -> Response:
        form = await sent(visit.request)
        values = {name: form.get(name, "").strip() for name in ("bestiller", "ansattnr", "enhet")}
        if not any(values.values()):
            return self._form(visit, values, "Fyll ut minst ett felt.")
        return goto(f"/bestillere/treff/{self._sessions.keep_draft(visit.session, values)}")

    async def hits(self, visit: Visit) -> Response:
        sought = visit.session.drafts.get(visit.number("search"))
        if sought is None:
            return goto(self._view.home)
        self._store.look("search", "", visit.session.actor, "/".join(sought.values()))
        found = self._store.find(orderer_id=sought["bestiller"], employee_no=sought["ansattnr"], unit=sought["enhet"])
        return self._view.page(visit.request, "treff", session=visit.session, hits=found)

    async def show(self, visit: Visit) -> Response:
        orderer = orderer_of(self._store, visit)
        self._store.look("orderer_page", orderer["national_id"], visit.session.actor, orderer["orderer_id"])
        return self._page(visit, orderer, lock_of(orderer))

    def _page(self, visit: Visit, orderer: Row, refused: str) -> Response:
        return self._view.page(
            visit.request,
            "bestiller",
            session=visit.session,
            orderer=orderer,
            authorisations=self._store.authorisations(orderer["id"]),
            refused=refused,
        )

    async def turn_role(self, visit: Visit) -> Response:
        orderer, on = orderer_of(self._store, visit), _turn(visit)
        refused = lock_of(orderer)
        if not refused and self._store.is_active(orderer["id"]) is not on:
            reason = "det er ingen aktiv fullmakt" if on else "det er fortsatt en aktiv fullmakt"
            refused = f"Bestillerrollen kan ikke endres: {reason}."
        if refused:
            return self._page(visit, orderer, refused)
        actor = visit.session.actor
        await self._gate.save(visit, "role", lambda: self._store.turn_role(orderer, actor, on=on))
        return goto(visit.request.url.path)

    async def turned(self, visit: Visit) -> Response:
        orderer, on = orderer_of(self._store, visit), _turn(visit)
        return self._view.page(visit.request, "rolle", session=visit.session, orderer=orderer, on=on)


def _turn(visit: Visit) -> bool:
    turn = TURNS.get(visit.request.path_params["turn"])
    if turn is None:
        raise missing()
    return turn
