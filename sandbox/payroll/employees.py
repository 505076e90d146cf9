"""Employees: the search, the hits, and an employee's file with the positions."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto
from sandbox.payroll.store import Store


class Employees:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/ansatte", signed_in(self.ask), methods=["GET"]),
            Route("/ansatte", signed_in(self.search), methods=["POST"]),
            Route("/ansatte/treff/{search:int}", signed_in(self.hits), methods=["GET"]),
            Route("/ansatte/{employee:int}", signed_in(self.show), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "ansattsok", session=visit.session, values={}, problem="")

    async def search(self, visit: Visit) -> Response:
        form = await sent(visit.request)
        values = {name: form.get(name, "").strip().replace(" ", "") for name in ("ansattnr", "fodselsnr")}
        if not any(values.values()):
            problem = "Fyll ut ansattnummer eller fødselsnummer."
            return self._view.page(visit.request, "ansattsok", session=visit.session, values=values, problem=problem)
        # Kept with the session, so that no address carries a national id.
        return goto(f"/ansatte/treff/{self._sessions.keep_draft(visit.session, values)}")

    async def hits(self, visit: Visit) -> Response:
        asked = visit.session.drafts.get(visit.number("search"))
        if asked is None or "ansattnr" not in asked:
            return goto("/ansatte")
        self._store.look("search", asked["fodselsnr"], visit.session.actor, asked["ansattnr"])
        found = self._store.find_employees(employee_no=asked["ansattnr"], national_id=asked["fodselsnr"])
        return self._view.page(visit.request, "ansattliste", session=visit.session, hits=found)

    async def show(self, visit: Visit) -> Response:
        employee = self._store.employee(visit.number("employee"))
        if employee is None:
            raise missing()
        self._store.look("employee", employee.national_id, visit.session.actor, employee.employee_no)
        positions = self._store.positions_of(employee.id)
        return self._view.page(visit.request, "ansatt", session=visit.session, employee=employee, positions=positions)
