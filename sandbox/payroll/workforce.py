"""Everybody's positions in a month, page by page."""

import calendar
import re
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View
from sandbox.payroll.employee_books import WORKFORCE_PAGE
from sandbox.payroll.store import Store

MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def page_number(visit: Visit) -> int:
    """Which page of a long list is asked for; raises HTTPException for what is no page."""
    typed = visit.request.query_params.get("side", "1")
    if not re.fullmatch(r"[1-9]\d{0,5}", typed):
        raise missing()
    return int(typed)


def pages(total: int, size: int) -> int:
    """How many pages a list has; an empty one has a page that says so."""
    return max(1, -(-total // size))


class Workforce:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        return [
            Route("/stillinger", self._gate.signed_in(self.ask), methods=["GET"]),
            Route("/stillinger/maned", self._gate.signed_in(self.show), methods=["GET"]),
        ]

    def _ask(self, visit: Visit, month: str, problem: str) -> Response:
        return self._view.page(visit.request, "stillinger", session=visit.session, month=month, problem=problem)

    async def ask(self, visit: Visit) -> Response:
        return self._ask(visit, "", "")

    async def show(self, visit: Visit) -> Response:
        month = visit.request.query_params.get("maned", "").strip()
        found = MONTH.fullmatch(month)
        if found is None or int(found[1]) == 0:
            return self._ask(visit, month, "Skriv måneden som åååå-mm.")
        first = f"{month}-01"
        last = f"{month}-{calendar.monthrange(int(found[1]), int(found[2]))[1]}"
        total, page = self._store.count_workforce(first, last), page_number(visit)
        self._store.look("workforce", "", visit.session.actor, f"{month} {page}")
        return self._view.page(
            visit.request,
            "stillinger_maned",
            session=visit.session,
            month=month,
            total=total,
            page=page,
            pages=pages(total, WORKFORCE_PAGE),
            rows=self._store.workforce(first, last, page),
        )
