"""HsPro without a page: the same screens, answered from memory, with deaths and failures at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from common.browser.screen import Page
from common.errors import ConflictInTarget
from common.person import PersonFacts
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
from health_svc.screens.hspro_vaccination import (
    Batch,
    ConfirmDose,
    CorrectDose,
    Dose,
    DoseForm,
    DosePage,
    NewDose,
    Transfer,
    Vaccinations,
)

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
    births: dict[str, date] = field(default_factory=dict[str, date])
    doses: dict[str, list[Dose]] = field(default_factory=dict[str, list[Dose]])
    dose_forms: list[DoseForm] = field(default_factory=list[DoseForm])
    batches: list[Batch] = field(default_factory=list[Batch])
    transfers: dict[str, Transfer] = field(default_factory=dict[str, Transfer])
    """Batch → what SYSVAK says to doses of it; accepted where nothing is said."""
    after_save: Callable[[], None] = lambda: None

    def know(self, person: Person, *journals: JournalEntry, status: str = "Bosatt", remark: str = "") -> None:
        self.persons.append(facts(person, status=status, remark=remark))
        self.journals[person.number] = list(journals)
        self.births[person.number] = person.birth_date

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

    def vaccinations(self) -> Vaccinations:
        return _Vaccinations(self._hspro, self._person.number)


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


class _Vaccinations(Vaccinations):
    """As the real page: it shows what stood when it was loaded."""

    def __init__(self, hspro: HsProInMemory, number: str) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._number = hspro, number
        self._shown = list(hspro.doses.get(number, []))

    def birth_date(self) -> date:
        return self._hspro.births[self._number]

    def doses(self) -> list[Dose]:
        return list(self._shown)

    def transfer(self, number: str) -> Transfer:
        (dose,) = [dose for dose in self._shown if dose.number == number]
        return self._hspro.transfers.get(dose.batch, Transfer.ACCEPTED)

    def new_dose(self) -> NewDose:
        return _NewDose(self._hspro, self._number)

    def correct(self, number: str) -> CorrectDose:
        if all(dose.number != number for dose in self._shown):
            raise ConflictInTarget
        return _CorrectDose(self._hspro, self._number, number)


class _DosePage(DosePage):
    def __init__(self, hspro: HsProInMemory, person: str, corrects: str | None = None) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person, self._corrects = hspro, person, corrects

    def batches(self) -> list[Batch]:
        return self._hspro.batches

    def fill_in(self, form: DoseForm) -> ConfirmDose:
        return _ConfirmDose(self._hspro, self._person, self._corrects, form)


class _NewDose(_DosePage, NewDose):
    pass


class _CorrectDose(_DosePage, CorrectDose):
    pass


class _ConfirmDose(ConfirmDose):
    def __init__(self, hspro: HsProInMemory, person: str, corrects: str | None, form: DoseForm) -> None:
        super().__init__(NO_PAGE)
        self._hspro, self._person, self._corrects, self._form = hspro, person, corrects, form

    def confirm(self, form: DoseForm) -> Vaccinations:
        assert form == self._form
        hspro, kept = self._hspro, self._hspro.doses.setdefault(self._person, [])

        def change() -> None:
            number = self._corrects or f"V-{sum(map(len, hspro.doses.values())) + 1}"
            made = Dose(number=number, vaccine=form.vaccine, day=form.day, dose_no=int(form.dose_no), batch=form.batch)
            kept[:] = [*(dose for dose in kept if dose.number != number), made]
            hspro.dose_forms.append(form)

        hspro.save("dose", change)
        return _Vaccinations(hspro, self._person)
