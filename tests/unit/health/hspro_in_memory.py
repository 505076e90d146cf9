"""HsPro without a page: the same screens, answered from memory, with deaths and failures at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from common.browser.screen import Page
from common.testing import MemoryCase, Person
from health_svc.screens.hspro import (
    ConfirmJournal,
    Hits,
    Journal,
    JournalEntry,
    JournalForm,
    NewJournal,
    NotInRegister,
    PersonCard,
    PersonSearch,
    RegisterEntry,
)
from health_svc.screens.person import PersonFacts

NO_PAGE = cast("Page", None)


def facts(person: Person, *, status: str = "Bosatt", remark: str = "") -> PersonFacts:
    """What a register shows of somebody."""
    return PersonFacts(
        number=person.number,
        family_name=person.family_name,
        given_name=person.given_name,
        status=status,
        remark=remark,
    )


def journal(kind: str = "Smittevern", state: str = "Aktiv", number: str = "J-0") -> JournalEntry:
    return JournalEntry(number=number, type=kind, state=state)


@dataclass
class HsProInMemory:
    """Persons with their journals, and the population register behind them."""

    case: MemoryCase = field(default_factory=MemoryCase)
    persons: list[PersonFacts] = field(default_factory=list[PersonFacts])
    register: list[PersonFacts] = field(default_factory=list[PersonFacts])
    journals: dict[str, list[JournalEntry]] = field(default_factory=dict[str, list[JournalEntry]])
    forms: list[JournalForm] = field(default_factory=list[JournalForm])
    after_save: Callable[[], None] = lambda: None

    def know(self, person: Person, *journals: JournalEntry, status: str = "Bosatt", remark: str = "") -> None:
        self.persons.append(facts(person, status=status, remark=remark))
        self.journals[person.number] = list(journals)

    def screens(self) -> dict[type, object]:
        return {PersonSearch: _Search(self)}

    def find(self, number: str, among: list[PersonFacts]) -> list[PersonFacts]:
        return [person for person in among if person.number == number or person.formerly(number)]

    def save(self, name: str, change: Callable[[], None]) -> None:
        assert self.case.platform is not None
        self.case.platform.reach(name)
        change()
        self.case.platform.reach(f"{name} done")
        self.after_save()


class _Search(PersonSearch):
    def __init__(self, hspro: HsProInMemory) -> None:
        super().__init__(NO_PAGE)
        self._hspro = hspro

    def search(self, number: str) -> Hits:
        return _Hits(self._hspro, number)


class _Hits(Hits):
    def __init__(self, hspro: HsProInMemory, number: str) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._number = hspro, number

    def persons(self) -> list[PersonFacts]:
        return self._hspro.find(self._number, self._hspro.persons)

    def card(self) -> PersonCard:
        (person,) = self.persons()
        return _Card(self._hspro, person)

    def from_register(self) -> RegisterEntry | NotInRegister:
        known = self._hspro.find(self._number, self._hspro.register)
        return _Entry(self._hspro, known[0]) if known else NotInRegister(NO_PAGE)


class _Entry(RegisterEntry):
    def __init__(self, hspro: HsProInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person = hspro, person

    def person(self) -> PersonFacts:
        return self._person

    def register(self) -> PersonCard:
        self._hspro.save("register", lambda: self._hspro.persons.append(self._person))
        return _Card(self._hspro, self._person)


class _Card(PersonCard):
    def __init__(self, hspro: HsProInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person = hspro, person

    def journals(self) -> list[JournalEntry]:
        return list(self._hspro.journals.get(self._person.number, []))

    def new_journal(self) -> NewJournal:
        return _NewJournal(self._hspro, self._person)


class _NewJournal(NewJournal):
    def __init__(self, hspro: HsProInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person = hspro, person

    def fill_in(self, form: JournalForm) -> ConfirmJournal:
        return _Confirm(self._hspro, self._person, form)


class _Confirm(ConfirmJournal):
    def __init__(self, hspro: HsProInMemory, person: PersonFacts, form: JournalForm) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person, self._form = hspro, person, form

    def confirm(self, form: JournalForm) -> Journal:
        assert form == self._form
        kept = self._hspro.journals.setdefault(self._person.number, [])

        def change() -> None:
            kept.append(journal(form.type, number=f"J-{len(kept) + 1}"))
            self._hspro.forms.append(form)

        self._hspro.save("journal", change)
        return _Journal(self._hspro, self._person)


class _Journal(Journal):
    def __init__(self, hspro: HsProInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person = hspro, person

    def card(self) -> PersonCard:
        return _Card(self._hspro, self._person)
