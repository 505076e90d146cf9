"""Payroll runs: which there are, and the list of a run's rows, page by page."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View
from sandbox.payroll.run_books import LIST_PAGE
from sandbox.payroll.store import Store
from sandbox.payroll.workforce import page_number, pages


class Runs:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        return [
            Route("/kjoringer", self._gate.signed_in(self.runs), methods=["GET"]),
            Route("/kjoringer/{run}", self._gate.signed_in(self.rows), methods=["GET"]),
        ]

    async def runs(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "kjoringer", session=visit.session, runs=self._store.runs())

    async def rows(self, visit: Visit) -> Response:
        found = self._store.runs(visit.request.path_params["run"])
        if not found:
            raise missing()
        run, page = found[0], page_number(visit)
        self._store.look("run_list", "", visit.session.actor, f"{run.run_id} {page}")
        return self._view.page(
            visit.request,
            "kjoringsliste",
            session=visit.session,
            run=run,
            sums=self._store.run_sums(run.run_id),
            page=page,
            pages=pages(run.rows, LIST_PAGE),
            rows=self._store.run_list(run.run_id, page),
        )
