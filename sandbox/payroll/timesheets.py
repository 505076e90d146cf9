"""Timesheets: the form for a new one or instead of another, the page to check and save it, and what was saved."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto
from sandbox.payroll import hours_form
from sandbox.payroll.assignment_books import Assignment, Timesheet
from sandbox.payroll.assignments import assignment_of
from sandbox.payroll.store import Store
from sandbox.payroll.workforce import MONTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a timesheet is for, and which one it is to replace."""

    assignment: Assignment
    period: str
    instead_of: Timesheet | None

    @property
    def path(self) -> str:
        last = f"rett/{self.instead_of.id}" if self.instead_of else "ny"
        return f"/oppdrag/{self.assignment.id}/timer/{self.period}/{last}"


class Timesheets:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in, period = self._gate.signed_in, "/oppdrag/{assignment:int}/timer/{period}"
        return [
            route
            for path in (f"{period}/ny", period + "/rett/{sheet:int}")
            for route in (
                Route(path, signed_in(self.form), methods=["GET"]),
                Route(path, signed_in(self.check), methods=["POST"]),
                Route(path + "/kontroll/{draft:int}", signed_in(self.checked), methods=["GET"]),
                Route(path + "/kontroll/{draft:int}", signed_in(self.save), methods=["POST"]),
            )
        ] + [Route("/timelister/{sheet:int}", signed_in(self.saved), methods=["GET"])]

    def _place(self, visit: Visit) -> Place:
        assignment, period = assignment_of(self._store, visit), visit.request.path_params["period"]
        instead_of = self._store.timesheet(visit.number("sheet")) if "sheet" in visit.request.path_params else None
        foreign = instead_of and (instead_of.assignment_id, instead_of.period) != (assignment.id, period)
        if not MONTH.fullmatch(period) or foreign or ("sheet" in visit.request.path_params and instead_of is None):
            raise missing()
        return Place(assignment=assignment, period=period, instead_of=instead_of)

    def _rate_on(self, place: Place) -> hours_form.RateOn:
        return lambda day: self._store.rate_on(place.assignment.kind, day)

    def _refusal(self, place: Place) -> str:
        """Why nothing can be saved here, or nothing."""
        if place.assignment.locked_by:
            return f"Oppdraget er låst av {place.assignment.locked_by}"
        return "" if self._store.is_open(place.period) else "Timelisten kan ikke lagres: perioden er lukket."

    def _form(
        self, visit: Visit, place: Place, values: Mapping[str, str], problems: Mapping[str, str], refused: str
    ) -> Response:
        return self._view.page(
            visit.request,
            "timeliste",
            session=visit.session,
            place=place,
            values=values,
            problems=problems,
            refused=refused,
        )

    async def form(self, visit: Visit) -> Response:
        place, draft = self._place(visit), visit.request.query_params.get("utkast", "")
        typed = visit.session.drafts.get(int(draft)) if draft.isdecimal() else None
        values = hours_form.read(typed) if typed else None
        before = hours_form.filled(place.instead_of.sheet) if place.instead_of else hours_form.read({})
        return self._form(visit, place, values or before, {}, "")

    async def check(self, visit: Visit) -> Response:
        place, values = self._place(visit), hours_form.read(await sent(visit.request))
        problems = hours_form.problems(
            values, period=place.period, km_agreed=place.assignment.km, rate_on=self._rate_on(place)
        )
        refused = self._refusal(place)
        if problems and not refused:
            refused = "Timelisten kan ikke lagres: rett feltene som er merket."
        if refused:
            return self._form(visit, place, values, problems, refused)
        return goto(f"{place.path}/kontroll/{self._sessions.keep_draft(visit.session, values)}")

    def _check_page(self, visit: Visit, place: Place, values: Mapping[str, str], refused: str = "") -> Response:
        return self._view.page(
            visit.request,
            "kontroller_timeliste",
            session=visit.session,
            place=place,
            draft=visit.number("draft"),
            sheet=hours_form.sheet(values, self._rate_on(place)),
            refused=refused,
        )

    async def checked(self, visit: Visit) -> Response:
        place, values = self._place(visit), visit.session.drafts.get(visit.number("draft"))
        return self._check_page(visit, place, values) if values is not None else goto(place.path)

    async def save(self, visit: Visit) -> Response:
        place, values = self._place(visit), visit.session.drafts.get(visit.number("draft"))
        if values is None:
            return goto(place.path)
        refused = self._refusal(place)
        if refused:
            return self._check_page(visit, place, values, refused)
        sheet, actor = hours_form.sheet(values, self._rate_on(place)), visit.session.actor
        # The draft stays: who sends it twice gets two sheets.
        saved = await self._gate.save(
            visit,
            "correction" if place.instead_of else "timesheet",
            lambda: self._store.save_timesheet(
                place.assignment, place.period, sheet, actor, instead_of=place.instead_of
            ),
        )
        return goto(f"/timelister/{saved}")

    async def saved(self, visit: Visit) -> Response:
        timesheet = self._store.timesheet(visit.number("sheet"))
        if timesheet is None:
            raise missing()
        return self._view.page(visit.request, "timeliste_lagret", session=visit.session, timesheet=timesheet)
