"""A person's vaccinations: the list with what SYSVAK says, registering and correcting a dose; and the list of batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from sandbox.hspro.dose_books import Dose, DoseBooks
from sandbox.hspro.forms import DOSE
from sandbox.office.form import DATE_FORMATS
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.people import Person
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto

PERSON, CORRECTION = "/personer/{person:int}/vaksiner", "/vaksiner/{dose:int}/korriger"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a form is: its person, the dose it corrects, and the addresses around it."""

    person: Person
    dose: Dose | None

    @property
    def form(self) -> str:
        return f"/vaksiner/{self.dose.id}/korriger" if self.dose else f"{self.home}/ny"

    def confirm(self, draft: int) -> str:
        base = f"/vaksiner/{self.dose.id}/korriger" if self.dose else self.home
        return f"{base}/bekreft/{draft}"

    @property
    def home(self) -> str:
        return f"/personer/{self.person.id}/vaksiner"

    @property
    def standing(self) -> Mapping[str, str]:
        """What a fresh form holds."""
        return DOSE.read(self.dose.details if self.dose else {})


class Doses:
    def __init__(self, *, store: DoseBooks, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        made = [
            Route(PERSON, signed_in(self.list), methods=["GET"]),
            Route("/batcher", signed_in(self.lots), methods=["GET"]),
        ]
        for form, confirm in (
            (PERSON + "/ny", PERSON + "/bekreft/{draft:int}"),
            (CORRECTION, CORRECTION + "/bekreft/{draft:int}"),
        ):
            made += [
                Route(form, signed_in(self.form), methods=["GET"]),
                Route(form, signed_in(self.check), methods=["POST"]),
                Route(confirm, signed_in(self.confirmation), methods=["GET"]),
                Route(confirm, signed_in(self.save), methods=["POST"]),
            ]
        return made

    def _desk(self, visit: Visit) -> Desk:
        dose = self._store.dose(visit.number("dose")) if "dose" in visit.request.path_params else None
        person = self._store.person(dose.person_id if dose else visit.request.path_params.get("person", 0))
        if person is None:
            raise missing()
        return Desk(person, dose)

    async def list(self, visit: Visit) -> Response:
        person = self._desk(visit).person
        self._store.look("doses", person.national_id, visit.session.actor)
        doses = self._store.doses_of(person.id)
        return self._view.page(visit.request, "vaksiner", session=visit.session, person=person, doses=doses)

    async def lots(self, visit: Visit) -> Response:
        return self._view.page(visit.request, "batcher", session=visit.session, lots=self._store.lots())

    async def form(self, visit: Visit) -> Response:
        desk = self._desk(visit)
        draft = visit.request.query_params.get("utkast", "")
        values = visit.session.drafts.get(int(draft)) if draft.isdecimal() else None
        return self._shown(visit, desk, values or desk.standing, {})

    def _shown(self, visit: Visit, desk: Desk, values: Mapping[str, str], problems: Mapping[str, str]) -> Response:
        return self._view.page(
            visit.request,
            "dose",
            session=visit.session,
            person=desk.person,
            title="Korriger dose" if desk.dose else "Ny dose",
            action=desk.form,
            home=desk.home,
            lots=self._store.lots(),
            values=values,
            problems=problems,
        )

    async def check(self, visit: Visit) -> Response:
        desk = self._desk(visit)
        values = DOSE.read(await sent(visit.request))
        problems = DOSE.problems(values) or self._lot_problems(values)
        if problems:
            return self._shown(visit, desk, values, problems)
        return goto(desk.confirm(self._sessions.keep_draft(visit.session, values)))

    def _lot_problems(self, values: Mapping[str, str]) -> dict[str, str]:
        lot = self._store.lot(values["vaksine"], values["batchnr"])
        if lot is None:
            return {"batchnr": "Batchen finnes ikke for denne vaksinen."}
        given = datetime.strptime(values["vaksinasjonsdato"], DATE_FORMATS["date"]).date()  # noqa: DTZ007
        return {"batchnr": "Batchen var utløpt på vaksinasjonsdatoen."} if lot.expiry < given else {}

    async def confirmation(self, visit: Visit) -> Response:
        desk, draft = self._desk(visit), visit.number("draft")
        values = visit.session.drafts.get(draft)
        if values is None:
            return goto(desk.form)
        return self._view.page(
            visit.request,
            "bekreft",
            session=visit.session,
            person=desk.person,
            draft=draft,
            lines=DOSE.lines(values),
            confirm=desk.confirm(draft),
            back=desk.form,
        )

    async def save(self, visit: Visit) -> Response:
        desk, actor = self._desk(visit), visit.session.actor
        values = visit.session.drafts.get(visit.number("draft"))
        if values is None:
            return goto(desk.form)
        # The draft stays: who sends the confirmation twice registers two doses.
        if desk.dose is None:
            await self._gate.save(visit, "dose", lambda: self._store.save_dose(desk.person, values, actor))
            visit.session.notice = "Dosen er registrert"
        else:
            dose = desk.dose
            await self._gate.save(
                visit, "correction", lambda: self._store.correct_dose(dose, desk.person, values, actor)
            )
            visit.session.notice = "Dosen er korrigert"
        return goto(desk.home)
