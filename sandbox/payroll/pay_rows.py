"""A row of a payroll run: how it is found, what stands in it, and the control that is written on it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.form import TICKED
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.money import kroner
from sandbox.office.view import View, goto
from sandbox.payroll.codes import MARKS
from sandbox.payroll.run_books import Control, number_of
from sandbox.payroll.store import Store

NO_MARK: Final = "INGEN"
"""What the form sends for no mark, as an empty choice could also mean that nothing was chosen."""
LONGEST_CODES, LONGEST_COMMENT = 60, 250
_CODES: Final = re.compile(r"[A-Z0-9]+(?:[ ,;]+[A-Z0-9]+)*")
_ASKED: Final = ("kjoring", "ansattnr", "stillingsnr")


class PayRows:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/lonnsrader", signed_in(self.ask), methods=["GET"]),
            Route("/lonnsrader/treff", signed_in(self.hits), methods=["GET"]),
            Route("/lonnsrader/{row:int}", signed_in(self.show), methods=["GET"]),
            Route("/lonnsrader/{row:int}", signed_in(self.save), methods=["POST"]),
            Route("/lonnsrader/{row:int}/lagret", signed_in(self.saved), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "radsok", session=visit.session, values={}, problem="")

    async def hits(self, visit: Visit) -> Response:
        values = {name: visit.request.query_params.get(name, "").strip() for name in _ASKED}
        if not values["ansattnr"]:
            problem = "Fyll ut ansattnummer."
            return self._view.page(visit.request, "radsok", session=visit.session, values=values, problem=problem)
        found = self._store.find_rows(
            run_id=values["kjoring"], employee_no=values["ansattnr"], position_no=values["stillingsnr"]
        )
        self._store.look("search", "", visit.session.actor, "/".join(values.values()))
        return self._view.page(visit.request, "radtreff", session=visit.session, hits=found)

    def _row(self, visit: Visit) -> Row:
        row = self._store.pay_row(visit.number("row"))
        if row is None:
            raise missing()
        return row

    def _page(self, visit: Visit, row: Row, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request, "lonnsrad", session=visit.session, row=row, values=values, refused=refused
        )

    async def show(self, visit: Visit) -> Response:
        row = self._row(visit)
        self._store.look("pay_row", row["national_id"], visit.session.actor, number_of(row))
        return self._page(visit, row, _written(row))

    async def save(self, visit: Visit) -> Response:
        row, values = self._row(visit), _read(await sent(visit.request))
        refused = _refusal(row, values)
        if refused:
            return self._page(visit, row, values, refused)
        actor, control = visit.session.actor, _control(values)
        await self._gate.save(visit, "control", lambda: self._store.save_control(row, control, actor))
        return goto(f"/lonnsrader/{row['id']}/lagret")

    async def saved(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "kontroll_lagret", session=visit.session, row=self._row(visit))


def pay_lines(lines: Sequence[Mapping[str, Any]]) -> str:
    """How the lines of a row read: `FASTLONN 39 800,00; OVERTID 1 200,00`."""
    return "; ".join(f"{line['kind']} {kroner(line['amount'])}" for line in lines)


def _written(row: Row) -> dict[str, str]:
    """How the form stands when the row is opened."""
    return {
        "kontrollmerke": row["mark"] or NO_MARK,
        "regelkoder": row["codes"],
        "sperre": TICKED if row["hold"] else "",
        "merknad": row["comment"],
    }


def _read(form: Mapping[str, str]) -> dict[str, str]:
    # A textarea sends its line breaks as CR LF, which would count double against its length.
    names = ("kontrollmerke", "regelkoder", "sperre", "merknad")
    return {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def _refusal(row: Row, values: Mapping[str, str]) -> str:
    """Why this cannot be saved, or nothing."""
    codes, comment = values["regelkoder"], values["merknad"]
    if row["locked_by"]:
        return f"Raden er låst av {row['locked_by']}"
    if row["status"] != "CALCULATED":
        return "Kjøringen er låst"
    if values["kontrollmerke"] not in (NO_MARK, *filter(None, MARKS)):
        return "Kontrollen kan ikke lagres: velg et kontrollmerke."
    if len(codes) > LONGEST_CODES or (codes and not _CODES.fullmatch(codes)):
        return f"Kontrollen kan ikke lagres: skriv regelkoder som K01, K06; høyst {LONGEST_CODES} tegn."
    if len(comment) > LONGEST_COMMENT:
        return f"Kontrollen kan ikke lagres: merknaden kan ha høyst {LONGEST_COMMENT} tegn."
    return ""


def _control(values: Mapping[str, str]) -> Control:
    mark = "" if values["kontrollmerke"] == NO_MARK else values["kontrollmerke"]
    return Control(mark=mark, codes=values["regelkoder"], hold=values["sperre"] == TICKED, comment=values["merknad"])
