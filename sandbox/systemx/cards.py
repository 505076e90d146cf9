"""A patient's file and billing cards: the list, the form, the page to check and save it, and the card itself."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.people import Person
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto
from sandbox.systemx import form
from sandbox.systemx.store import Store


class Cards:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        new, check = "/pasienter/{person:int}/kort/nytt", "/pasienter/{person:int}/kort/kontroll/{draft:int}"
        return [
            Route("/pasienter/{person:int}", signed_in(self.patient), methods=["GET"]),
            Route(new, signed_in(self.form), methods=["GET"]),
            Route(new, signed_in(self.check), methods=["POST"]),
            Route(check, signed_in(self.checked), methods=["GET"]),
            Route(check, signed_in(self.save), methods=["POST"]),
            Route("/kort/{card:int}", signed_in(self.show), methods=["GET"]),
        ]

    def _person(self, visit: Visit) -> Person:
        person = self._store.person(visit.number("person"))
        if person is None:
            raise missing()
        return person

    async def patient(self, visit: Visit) -> Response:
        person = self._person(visit)
        self._store.look("patient", person.national_id, visit.session.actor)
        typed = visit.request.query_params.get("dato", "").strip()
        day = form.moment(f"{typed} 00:00") if typed else None
        cards = self._store.cards_of(person.id, day.date().isoformat() if day else "")
        problem = "Skriv datoen som dd.mm.åååå." if typed and day is None else ""
        return self._view.page(
            visit.request, "pasient", session=visit.session, person=person, cards=cards, day=typed, problem=problem
        )

    def _form(self, visit: Visit, values: Mapping[str, str], problems: Mapping[str, str]) -> Response:
        return self._view.page(
            visit.request,
            "nytt_kort",
            session=visit.session,
            person=self._person(visit),
            values=values,
            problems=problems,
        )

    async def form(self, visit: Visit) -> Response:
        draft = visit.request.query_params.get("utkast", "")
        values = visit.session.drafts.get(int(draft)) if draft.isdecimal() else None
        return self._form(visit, values or form.read(form.EMPTY), {})

    async def check(self, visit: Visit) -> Response:
        person = self._person(visit)
        values = form.read(await sent(visit.request))
        problems = form.problems(values, self._store.tariffs())
        if problems:
            return self._form(visit, values, problems)
        return goto(f"/pasienter/{person.id}/kort/kontroll/{self._sessions.keep_draft(visit.session, values)}")

    async def checked(self, visit: Visit) -> Response:
        person, draft = self._person(visit), visit.number("draft")
        values = visit.session.drafts.get(draft)
        if values is None:
            return goto(f"/pasienter/{person.id}/kort/nytt")
        price = form.priced(values, self._store.tariffs())
        return self._view.page(
            visit.request, "kontroll", session=visit.session, person=person, draft=draft, values=values, price=price
        )

    async def save(self, visit: Visit) -> Response:
        person = self._person(visit)
        values = visit.session.drafts.get(visit.number("draft"))
        if values is None:
            return goto(f"/pasienter/{person.id}/kort/nytt")
        actor, price = visit.session.actor, form.priced(values, self._store.tariffs())
        # The draft stays: who sends it twice gets two cards.
        card = await self._gate.save(visit, "card", lambda: self._store.save_card(person, values, price, actor))
        visit.session.notice = "Regningskortet er lagret"
        return goto(f"/kort/{card}")

    async def show(self, visit: Visit) -> Response:
        card = self._store.card(visit.number("card"))
        person = self._store.person(card.person_id) if card else None
        if card is None or person is None:
            raise missing()
        return self._view.page(visit.request, "kort", session=visit.session, person=person, card=card)
