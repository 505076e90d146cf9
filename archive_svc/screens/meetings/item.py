"""The meeting module's page of one item: what was decided and by whom, and where its protocol is archived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

from archive_svc.screens.meetings.target import ItemFacts, MeetingsScreen, Member, Result
from archive_svc.screens.office import filled
from common.browser.dates import day
from common.browser.locator import button, heading, label, link, table, text
from common.browser.screen import Form, Row
from common.errors import RecordLocked, TargetRejected, UiChanged

T = TypeVar("T")

_NOTHING: Final = "–"
_ANSWERS: Final = {"Ja": True, "Nei": False}
_MINUTES: Final = {"Godkjent": True, "Utkast": False}
_RESULTS: Final = {
    "Behandlet": Result.TREATED,
    "Utsatt": Result.POSTPONED,
    "Tilbakesendt": Result.SENT_BACK,
}
_DISQUALIFIED: Final = {"Nei": (False, False), "Ja": (True, False), "Ja, fratrådt": (True, True)}
_LOCKED = text("Saken er låst av")
_REFUSED = text("Arkivreferansen kan ikke lagres")


class ItemPage(MeetingsScreen):
    ready = (heading("Sak"), label("Vedtak"), table("Til stede"), link("Noter arkivreferanse"))
    decision = label("Vedtak")
    members = table("Til stede")

    def facts(self) -> ItemFacts:
        """What the page shows; raises UiChanged for words that the robot does not know."""
        shown = self.terms()
        decision = self.text(self.decision)
        if decision is None:
            raise UiChanged("The page of an item shows no decision")
        return ItemFacts(
            body=shown["Utvalg"],
            meeting_date=day(shown["Møtedato"]),
            approved=_known(shown["Møteprotokoll"], _MINUTES, "The state of the minutes"),
            number=shown["Saksnr."],
            type=shown["Sakstype"],
            case_no=shown["Arkivsak"],
            title=shown["Tittel"],
            closed=_known(shown["Lukket møte"], _ANSWERS, "Whether the doors were closed"),
            legal_basis=_said(shown["Hjemmel"]),
            result=_known(shown["Resultat"], _RESULTS, "The result of an item"),
            votes_for=_count(shown["Stemmer for"]),
            votes_against=_count(shown["Stemmer mot"]),
            decision=decision,
            members=tuple(_member(row) for row in self.rows(self.members) if filled(row)),
            reference=_said(shown["Arkivreferanse"]),
        )

    def note_reference(self) -> ReferenceForm:
        """The form that says where the protocol is archived; raises RecordLocked when somebody has the item open."""
        match self.press(link("Noter arkivreferanse"), expect=(LockedItem, ReferenceForm)):
            case ReferenceForm() as form:
                return form
            case _:
                raise RecordLocked


class Reference(Form):
    reference: Annotated[str, label("Arkivreferanse")]


class ReferenceForm(MeetingsScreen):
    ready = (heading("Noter arkivreferanse"), button("Lagre referanse"))

    def save(self, reference: str) -> ReferenceNoted:
        """Note where the protocol is archived; raises RecordLocked and TargetRejected."""
        form = Reference(reference=reference)
        match self.submit(form, button("Lagre referanse"), expect=(ReferenceNoted, LockedItem, RefusedReference)):
            case ReferenceNoted() as noted:
                return noted
            case RefusedReference() as refused:
                raise TargetRejected(detail={"reason": refused.text(refused.reason)})
            case _:
                raise RecordLocked


class ReferenceNoted(MeetingsScreen):
    ready = (heading("Referansen er lagret"), link("Til saken"))

    def item(self) -> ItemPage:
        return self.press(link("Til saken"), expect=ItemPage)


class LockedItem(MeetingsScreen):
    ready = (heading("Noter arkivreferanse"), _LOCKED)


class RefusedReference(MeetingsScreen):
    """The module does not take the reference, and says why."""

    ready = _REFUSED
    reason = _REFUSED


def _member(row: Row) -> Member:
    disqualified, left = _known(row["Inhabil"], _DISQUALIFIED, "Whether a member was disqualified")
    return Member(name=row["Navn"], disqualified=disqualified, left=left)


def _known(shown: str, words: Mapping[str, T], what: str) -> T:
    if shown not in words:
        raise UiChanged(f"{what} is shown in a word that the robot does not know")
    return words[shown]


def _said(shown: str) -> str:
    return "" if shown == _NOTHING else shown


def _count(shown: str) -> int:
    if not (shown.isascii() and shown.isdigit()):
        raise UiChanged("A number of votes is shown in another form than digits")
    return int(shown)
