"""A person's card and journals: the list, the form, the page to check and confirm it, and the journal itself."""

from starlette.responses import Response
from starlette.routing import Route

from sandbox.hspro import codes
from sandbox.hspro.forms import JOURNAL
from sandbox.hspro.store import Journal, Store
from sandbox.office.gate import Gate, Visit, missing, sent
from sandbox.office.people import Person, norwegian_date
from sandbox.office.sessions import Sessions
from sandbox.office.view import View, goto


class Journals:
    def __init__(self, *, store: Store, sessions: Sessions, gate: Gate, view: View) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._view = view

    def routes(self) -> list[Route]:
        signed_in = self._gate.signed_in
        new, confirm = "/personer/{person:int}/journaler/ny", "/personer/{person:int}/journaler/bekreft/{draft:int}"
        return [
            Route("/personer/{person:int}", signed_in(self.card), methods=["GET"]),
            Route(new, signed_in(self.form), methods=["GET"]),
            Route(new, signed_in(self.check), methods=["POST"]),
            Route(confirm, signed_in(self.confirmation), methods=["GET"]),
            Route(confirm, signed_in(self.save), methods=["POST"]),
            Route("/journaler/{journal:int}", signed_in(self.show), methods=["GET"]),
        ]

    def _person(self, visit: Visit) -> Person:
        person = self._store.person(visit.number("person"))
        if person is None:
            raise missing()
        return person

    async def card(self, visit: Visit) -> Response:
        person = self._person(visit)
        self._store.look("card", person.national_id, visit.session.actor)
        journals = self._store.journals_of(person.id)
        return self._view.page(visit.request, "personkort", session=visit.session, person=person, journals=journals)

    async def form(self, visit: Visit) -> Response:
        person = self._person(visit)
        draft = visit.request.query_params.get("utkast", "")
        values = visit.session.drafts.get(int(draft)) if draft.isdecimal() else None
        return self._view.page(
            visit.request,
            "ny_journal",
            session=visit.session,
            person=person,
            values=values or JOURNAL.read({}),
            problems={},
        )

    async def check(self, visit: Visit) -> Response:
        person = self._person(visit)
        values = JOURNAL.read(await sent(visit.request))
        problems = JOURNAL.problems(values)
        if problems:
            return self._view.page(
                visit.request, "ny_journal", session=visit.session, person=person, values=values, problems=problems
            )
        return goto(f"/personer/{person.id}/journaler/bekreft/{self._sessions.keep_draft(visit.session, values)}")

    async def confirmation(self, visit: Visit) -> Response:
        person, draft = self._person(visit), visit.number("draft")
        values = visit.session.drafts.get(draft)
        if values is None:
            return goto(f"/personer/{person.id}/journaler/ny")
        return self._view.page(
            visit.request,
            "bekreft",
            session=visit.session,
            person=person,
            draft=draft,
            lines=JOURNAL.lines(values),
            confirm=f"/personer/{person.id}/journaler/bekreft/{draft}",
            back=f"/personer/{person.id}/journaler/ny",
        )

    async def save(self, visit: Visit) -> Response:
        person = self._person(visit)
        values = visit.session.drafts.get(visit.number("draft"))
        if values is None:
            return goto(f"/personer/{person.id}/journaler/ny")
        actor = visit.session.actor
        # The draft stays: who sends the confirmation twice gets two journals.
        journal_id = await self._gate.save(visit, "journal", lambda: self._store.save_journal(person, values, actor))
        visit.session.notice = "Journalen er opprettet"
        return goto(f"/journaler/{journal_id}")

    async def show(self, visit: Visit) -> Response:
        journal = self._store.journal(visit.number("journal"))
        person = self._store.person(journal.person_id) if journal else None
        if journal is None or person is None:
            raise missing()
        return self._view.page(
            visit.request,
            "journal",
            session=visit.session,
            person=person,
            journal=journal,
            lines=_lines(journal),
        )


def _lines(journal: Journal) -> list[tuple[str, str]]:
    known = {
        "journaltype": journal.type,
        "enhet": journal.unit,
        "apnet_dato": norwegian_date(journal.opened),
    }
    return [
        ("Journalnr", journal.number),
        ("Status", codes.JOURNAL_STATES[journal.state]),
        *JOURNAL.lines({**journal.details, **known}),
        ("Opprettet", norwegian_date(journal.created)),
        ("Opprettet av", journal.created_by),
    ]
