"""The queue of pay forms: how a form is found, what stands in it, and its activation."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import View, goto
from sandbox.payroll.store import Store


class FormsQueue:
    def __init__(self, *, store: Store, gate: Gate, view: View) -> None:
        self._store = store
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        return [
            Route("/skjemaer", signed_in(self.ask), methods=["GET"]),
            Route("/skjemaer/treff", signed_in(self.hits), methods=["GET"]),
            Route("/skjemaer/{form:int}", signed_in(self.show), methods=["GET"]),
            Route("/skjemaer/{form:int}/aktiver", signed_in(self.confirm), methods=["GET"]),
            Route("/skjemaer/{form:int}/aktiver", signed_in(self.activate), methods=["POST"]),
            Route("/aktiveringer/{activation:int}", signed_in(self.activated), methods=["GET"]),
        ]

    async def ask(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "skjemako", session=visit.session, number="", problem="")

    async def hits(self, visit: Visit) -> Response:
        number = visit.request.query_params.get("skjemanr", "").strip()
        if not number:
            problem = "Fyll ut skjemanummer."
            return self._view.page(visit.request, "skjemako", session=visit.session, number="", problem=problem)
        self._store.look("search", "", visit.session.actor, number)
        found = self._store.find_forms(number)
        return self._view.page(visit.request, "skjematreff", session=visit.session, hits=found)

    def _form(self, visit: Visit) -> Row:
        """The form, with its employee."""
        form = self._store.form(visit.number("form"))
        if form is None:
            raise missing()
        employee = self._store.employee_of_number(form["employee_no"])
        name, national_id = (employee.name, employee.national_id) if employee else ("", "")
        return form | {"name": name, "national_id": national_id}

    def _page(self, visit: Visit, form: Row, refused: str = "") -> Response:
        return self._view.page(
            visit.request,
            "skjema",
            session=visit.session,
            form=form,
            others=self._store.other_forms(form),
            oldest_open=self._store.oldest_open_period(),
            refused=refused,
        )

    async def show(self, visit: Visit) -> Response:
        form = self._form(visit)
        self._store.look("form", form["national_id"], visit.session.actor, form["form_id"])
        return self._page(visit, form)

    async def confirm(self, visit: Visit) -> Response:
        form = self._form(visit)
        refused = _refusal(form)
        if refused:
            return self._page(visit, form, refused)
        return self._view.page(visit.request, "bekreft_aktivering", session=visit.session, form=form)

    async def activate(self, visit: Visit) -> Response:
        form, actor = self._form(visit), visit.session.actor
        refused = _refusal(form)
        if refused:
            return self._page(visit, form, refused)
        # Who confirms it twice has activated it twice.
        activation = await self._gate.save(
            visit, "activation", lambda: self._store.activate(form, form["national_id"], actor)
        )
        return goto(f"/aktiveringer/{activation}")

    async def activated(self, visit: Visit) -> Response:
        activation = self._store.activation(visit.number("activation"))
        form = self._store.form(activation["form"]) if activation else None
        if activation is None or form is None:
            raise missing()
        return self._view.page(visit.request, "aktivert", session=visit.session, form=form, activation=activation)


def details(told: Mapping[str, str]) -> str:
    """How what a form is about reads: `Prosent: 75,00; Lønnstrinn: 48`."""
    return "; ".join(f"{name}: {value}" for name, value in told.items())


def _refusal(form: Row) -> str:
    """Why this form cannot be activated, or nothing."""
    if form["locked_by"]:
        return f"Skjemaet er låst av {form['locked_by']}"
    return "" if form["status"] in ("APPROVED", "ACTIVE") else "Skjemaet kan ikke aktiveres"
