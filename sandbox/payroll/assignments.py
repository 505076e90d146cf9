"""Assignments: the search, an assignment, and the hours of a period on it."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View
from sandbox.payroll.assignment_books import Assignment
from sandbox.payroll.store import Store
from sandbox.payroll.workforce import MONTH


def assignment_of(store: Store, visit: Visit) -> Assignment:
    """The assignment that a visit's address names; raises HTTPException when there is none."""
    found = store.assignment(visit.number("assignment"))
    if found is None:
        raise missing()
    return found


class Assignments:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/oppdrag", signed_in(self.ask), methods=["GET"]),
            Route("/oppdrag/treff", signed_in(self.hits), methods=["GET"]),
            Route("/oppdrag/{assignment:int}", signed_in(self.show), methods=["GET"]),
            Route("/oppdrag/{assignment:int}/timer", signed_in(self.hours), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "oppdragsok", session=visit.session, number="", problem="")

    async def hits(self, visit: Visit) -> Response:
        number = visit.request.query_params.get("oppdragsnr", "").strip()
        if not number:
            problem = "Fyll ut oppdragsnummer."
            return self._view.page(visit.request, "oppdragsok", session=visit.session, number="", problem=problem)
        self._store.look("search", "", visit.session.actor, number)
        found = self._store.find_assignments(number)
        return self._view.page(visit.request, "oppdragstreff", session=visit.session, hits=found)

    def _page(self, visit: Visit, assignment: Assignment, period: str = "", problem: str = "") -> Response:
        return self._view.page(
            visit.request, "oppdrag", session=visit.session, assignment=assignment, period=period, problem=problem
        )

    async def show(self, visit: Visit) -> Response:
        assignment = assignment_of(self._store, visit)
        self._store.look("assignment", assignment.national_id, visit.session.actor, assignment.assignment_no)
        return self._page(visit, assignment)

    async def hours(self, visit: Visit) -> Response:
        assignment = assignment_of(self._store, visit)
        period = visit.request.query_params.get("periode", "").strip()
        if not MONTH.fullmatch(period):
            return self._page(visit, assignment, period, "Skriv perioden som åååå-mm.")
        self._store.look("hours", assignment.national_id, visit.session.actor, assignment.assignment_no)
        timesheets = self._store.timesheets(assignment.id, period)
        return self._view.page(
            visit.request,
            "timer",
            session=visit.session,
            assignment=assignment,
            period=period,
            is_open=self._store.is_open(period),
            oldest_open=self._store.oldest_open_period(),
            timesheets=timesheets,
            current=[one for one in timesheets if one.status == "CURRENT"],
            elsewhere=self._store.hours_elsewhere(assignment, period),
        )
