"""A person's infection-control journal in HsPro: found, or made, and proved. Shared by every process that needs one."""

from __future__ import annotations

from common.errors import AmbiguousHit, ConflictInTarget, PersonNotFound
from common.person import PersonFacts, Sought, require_right
from common.process import Outcome, Run
from health_svc.screens.hspro import (
    Hits,
    Journal,
    JournalEntry,
    JournalForm,
    NotInRegister,
    PersonCard,
    PersonSearch,
)

INFECTION_CONTROL = "Smittevern"
UNIT = "Smittevernkontoret"
_ACTIVE = "Aktiv"


def ensure_journal(file: PersonFile, form: JournalForm) -> Outcome:
    """See to it that the person has exactly one active infection-control journal (domain rule HLT-01).

    CREATED (with `person: CREATED` when HsPro did not know the person either) or EXISTS, with the journal's number.
    Raises PersonNotFound, AmbiguousHit, NameMismatch, ProtectedAddress, DeceasedOrEmigrated and ConflictInTarget
    (a closed journal, or two of them).
    """
    run, sought = file.run, file.sought
    person = run.ensure("person", of=PersonFacts, find=file.persons, create=file.fetch_from_register)
    file.require_right(person.value)
    journal = run.ensure("journal", of=JournalEntry, find=file.journals, create=lambda: file.make_journal(form))
    detail = {"journal": journal.value.number}
    if journal.created and person.created:
        detail["person"] = "CREATED"
    if person.value.number != sought.number:
        detail["note"] = "FOUND_UNDER_CURRENT_NUMBER"
    return journal.outcome(**detail)


class PersonFile:
    """The way to a person in HsPro. It knows where the robot stands, so that a second look costs a single page."""

    def __init__(self, run: Run, sought: Sought) -> None:
        self.run, self.sought = run, sought
        self._at: Hits | PersonCard | Journal | None = None

    def persons(self) -> list[PersonFacts]:
        """Search HsPro; raises AmbiguousHit for several."""
        self._at = hits = self.run.open(PersonSearch).search(self.sought.number)
        found = hits.persons()
        if len(found) > 1:
            raise AmbiguousHit
        return found

    def fetch_from_register(self) -> None:
        """Make the person known in HsPro, from the population register; raises PersonNotFound."""
        hits, self._at = self._at, None
        if not isinstance(hits, Hits):
            hits = self.run.open(PersonSearch).search(self.sought.number)
        entry = hits.from_register()
        if isinstance(entry, NotInRegister):
            raise PersonNotFound
        self.require_right(entry.person())
        self._at = entry.register()

    def require_right(self, person: PersonFacts) -> None:
        """Nobody but the one the case means is touched; see `common.person`."""
        require_right(self.run, person, self.sought)

    def journals(self) -> list[JournalEntry]:
        """The infection-control journals (others do not count); raises ConflictInTarget for one that is closed."""
        found = [entry for entry in self.card().journals() if entry.type == INFECTION_CONTROL]
        if any(entry.state != _ACTIVE for entry in found):
            raise ConflictInTarget
        return found

    def make_journal(self, form: JournalForm) -> None:
        self._at = self.leave_by_card().new_journal().fill_in(form).confirm(form)

    def leave_by_card(self) -> PersonCard:
        """The card, for going on to another page: after that the robot stands nowhere that is known here."""
        card, self._at = self.card(), None
        return card

    def card(self) -> PersonCard:
        """The person's card, from wherever the robot stands; raises ConflictInTarget when HsPro knows nobody."""
        match self._at:
            case PersonCard() as card:
                pass
            case Journal() as journal:
                card = journal.card()
            case Hits() as hits:
                card = hits.card()
            case None:
                if not self.persons():
                    raise ConflictInTarget
                return self.card()
        self._at = card
        return card
