"""Units: who leads one, and who may order for it."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit
from sandbox.office.view import View
from sandbox.orderers.store import Store


class Units:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/enheter", signed_in(self.ask), methods=["GET"]),
            Route("/enheter/treff", signed_in(self.show), methods=["GET"]),
        ]

    def _form(self, visit: Visit, number: str, problem: str = "") -> Response:
        return self._view.page(visit.request, "finn_enhet", session=visit.session, number=number, problem=problem)

    async def ask(self, visit: Visit) -> Response:
        return self._form(visit, "")

    async def show(self, visit: Visit) -> Response:
        number = visit.request.query_params.get("enhet", "").strip()
        unit = self._store.unit(number)
        self._store.look("unit", "", visit.session.actor, number)
        if unit is None:
            return self._form(visit, number, "Fant ikke enheten")
        found = self._store.authorisations_for(number)
        active = {each["orderer_id"] for each in found if each["state"] == "ACTIVE"}
        return self._view.page(
            visit.request, "enhet", session=visit.session, unit=unit, authorisations=found, active=len(active)
        )
