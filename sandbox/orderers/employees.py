"""Employees: who has a number, before anything is entered about them."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit
from sandbox.office.view import View
from sandbox.orderers.store import Store


class Employees:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/ansatte", signed_in(self.ask), methods=["GET"]),
            Route("/ansatte/treff", signed_in(self.show), methods=["GET"]),
        ]

    def _form(self, visit: Visit, number: str, problem: str = "") -> Response:
        return self._view.page(visit.request, "finn_ansatt", session=visit.session, number=number, problem=problem)

    async def ask(self, visit: Visit) -> Response:
        return self._form(visit, "")

    async def show(self, visit: Visit) -> Response:
        number = visit.request.query_params.get("ansattnr", "").strip()
        employee = self._store.employee(number)
        self._store.look("employee", employee["national_id"] if employee else "", visit.session.actor, number)
        if employee is None:
            return self._form(visit, number, "Fant ikke den ansatte")
        return self._view.page(visit.request, "ansatt", session=visit.session, employee=employee)
