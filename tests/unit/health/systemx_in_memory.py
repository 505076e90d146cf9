"""SystemX without a page: the same screens, answered from memory, with deaths and failures at every save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from hspro_in_memory import NO_PAGE, facts

from common.clock import OSLO
from common.errors import FieldNotTaken, TargetRejected
from common.person import PersonFacts
from common.testing import MemoryCase, Person
from health_svc.screens.systemx import (
    CardEntry,
    CardForm,
    CheckedCard,
    NewCard,
    NotInRegister,
    PatientFile,
    PatientList,
    PatientSearch,
    RegisterEntry,
    SavedCard,
)
from health_svc.screens.systemx_settlement import (
    Bill,
    ClaimMessage,
    ClaimPage,
    JudgedBill,
    Judgement,
    Receipt,
    ReceiptPage,
    Receipts,
    Sending,
    Settlement,
    Total,
    UnsentCards,
)

PRACTICE = "1000099999"
TODAY = date(2026, 11, 23)


@dataclass
class Message:
    number: int
    practice: str
    bills: list[Bill]
    ready: bool = True

    def listed(self) -> ClaimMessage:
        return ClaimMessage(
            number=self.number,
            practice=self.practice,
            cards=len(self.bills),
            refund=sum(bill.refund for bill in self.bills),
            ready=self.ready,
        )


@dataclass
class SystemXInMemory:
    """Patients with their cards, claims on their way, and HELFO behind them. Amounts in øre."""

    case: MemoryCase = field(default_factory=MemoryCase)
    prices: dict[str, int] = field(default_factory=dict[str, int])
    share: int = 0
    patients: list[PersonFacts] = field(default_factory=list[PersonFacts])
    register: list[PersonFacts] = field(default_factory=list[PersonFacts])
    cards: dict[str, list[CardEntry]] = field(default_factory=dict[str, list[CardEntry]])
    lines: dict[int, dict[str, int]] = field(default_factory=dict[int, dict[str, int]])
    """Card number → how often each tariff stands on it."""
    forms: list[CardForm] = field(default_factory=list[CardForm])
    unsent: list[Bill] = field(default_factory=list[Bill])
    messages: list[Message] = field(default_factory=list[Message])
    sendings: list[Sending] = field(default_factory=list[Sending])
    judged: dict[int, list[JudgedBill]] = field(default_factory=dict[int, list[JudgedBill]])
    misread: bool = False
    """Whether it understands a field otherwise than it was filled in."""
    after_save: Callable[[], None] = lambda: None
    numbers: count[int] = field(default_factory=lambda: count(700_001))

    def know(self, person: Person, *cards: CardEntry, status: str = "Bosatt", remark: str = "") -> None:
        self.patients.append(facts(person, status=status, remark=remark))
        self.cards[person.number] = list(cards)

    def screens(self) -> dict[type, object]:
        return {PatientSearch: _Search(self), Settlement: _Settlement(self), Receipts: _Receipts(self)}

    def find(self, number: str, among: list[PersonFacts]) -> list[PersonFacts]:
        return [person for person in among if person.number == number or person.formerly(number)]

    def save(self, name: str, change: Callable[[], None]) -> None:
        assert self.case.platform is not None
        self.case.platform.reach(name)
        change()
        self.case.platform.reach(f"{name} done")
        self.after_save()

    def add_card(
        self, number: str, day: date, refund: int, note: str = "", lines: Mapping[str, int] | None = None
    ) -> None:
        entry = CardEntry(number=next(self.numbers), day=day, refund=refund, share=self.share, note=note)
        self.cards.setdefault(number, []).append(entry)
        self.lines[entry.number] = dict(lines or {})
        self.unsent.append(Bill(card=entry.number, refund=refund))

    def send(self, message: Message) -> None:
        message.ready = False
        told = message.listed()
        self.sendings.insert(
            0,
            Sending(
                number=len(self.sendings) + 1,
                message=message.number,
                practice=message.practice,
                cards=told.cards,
                refund=told.refund,
                sent=TODAY,
                receipt=Receipt.WAITING,
            ),
        )

    def answer(
        self, number: int, receipt: Receipt = Receipt.RECEIVED, error: str = "", **refused: tuple[Judgement, str]
    ) -> None:
        """HELFO answers a sending; `card700001=(REJECTED, "K13")` says what is not accepted."""
        at = next(place for place, sending in enumerate(self.sendings) if sending.number == number)
        self.sendings[at] = self.sendings[at].model_copy(update={"receipt": receipt, "error": error})
        if receipt is Receipt.RECEIVED:
            message = next(one for one in self.messages if one.number == self.sendings[at].message)
            self.judged[number] = [_judge(bill, refused) for bill in message.bills]


def _judge(bill: Bill, refused: dict[str, tuple[Judgement, str]]) -> JudgedBill:
    result, code = refused.get(f"card{bill.card}", (Judgement.ACCEPTED, ""))
    return JudgedBill(card=bill.card, refund=bill.refund, result=result, code=code)


def card(day: date, number: int = 600_001, *, refund: int = 0, note: str = "") -> CardEntry:
    """A card that somebody in the office made."""
    return CardEntry(number=number, day=day, refund=refund, share=0, note=note)


class _Search(PatientSearch):
    def __init__(self, systemx: SystemXInMemory) -> None:
        super().__init__(NO_PAGE)
        self._systemx = systemx

    def search(self, number: str) -> PatientList:
        return _Hits(self._systemx, number)


class _Hits(PatientList):
    def __init__(self, systemx: SystemXInMemory, number: str) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._number = systemx, number

    def patients(self) -> list[PersonFacts]:
        return self._systemx.find(self._number, self._systemx.patients)

    def file(self) -> PatientFile:
        (person,) = self.patients()
        return _File(self._systemx, person)

    def from_register(self) -> RegisterEntry | NotInRegister:
        known = self._systemx.find(self._number, self._systemx.register)
        return _Entry(self._systemx, known[0]) if known else NotInRegister(NO_PAGE)


class _Entry(RegisterEntry):
    def __init__(self, systemx: SystemXInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._person = systemx, person

    def person(self) -> PersonFacts:
        return self._person

    def register(self) -> PatientFile:
        self._systemx.save("register", lambda: self._systemx.patients.append(self._person))
        return _File(self._systemx, self._person)


class _File(PatientFile):
    def __init__(self, systemx: SystemXInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._person = systemx, person

    def cards(self, day: date) -> list[CardEntry]:
        return [card for card in self._all() if card.day == day]

    def tariffs_of_year(self, year: int) -> Counter[str]:
        standing: Counter[str] = Counter()
        for card in self._all():
            if card.day.year == year:
                standing.update(self._systemx.lines.get(card.number, {}))
        return standing

    def _all(self) -> list[CardEntry]:
        return self._systemx.cards.get(self._person.number, [])

    def new_card(self) -> NewCard:
        return _NewCard(self._systemx, self._person)


class _NewCard(NewCard):
    def __init__(self, systemx: SystemXInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._person = systemx, person

    def fill_in(self, form: CardForm) -> CheckedCard:
        if not set(_lines(form)) <= set(self._systemx.prices):
            raise TargetRejected
        return _Checked(self._systemx, self._person, form)


class _Checked(CheckedCard):
    def __init__(self, systemx: SystemXInMemory, person: PersonFacts, form: CardForm) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._person, self._form = systemx, person, form

    def require_as_filled(self, form: CardForm) -> None:
        assert form == self._form
        if self._systemx.misread:
            raise FieldNotTaken

    def lines(self) -> dict[str, int]:
        return _lines(self._form)

    def refund(self) -> int:
        return sum(self._systemx.prices[code] * times for code, times in self.lines().items())

    def share(self) -> int:
        return self._systemx.share

    def save(self) -> SavedCard:
        day = self._form.at.astimezone(OSLO).date()

        def change() -> None:
            self._systemx.add_card(self._person.number, day, self.refund(), self._form.note or "", self.lines())
            self._systemx.forms.append(self._form)

        self._systemx.save("card", change)
        return _Saved(self._systemx, self._person)


def _lines(form: CardForm) -> dict[str, int]:
    typed = ((getattr(form, f"code{n}"), getattr(form, f"count{n}")) for n in range(1, 7))
    return {code: times for code, times in typed if code}


class _Saved(SavedCard):
    def __init__(self, systemx: SystemXInMemory, person: PersonFacts) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._person = systemx, person

    def patient(self) -> PatientFile:
        return _File(self._systemx, self._person)


class _Settlement(Settlement):
    def __init__(self, systemx: SystemXInMemory) -> None:
        super().__init__(NO_PAGE)
        self._systemx = systemx

    def unsent(self, practice: str) -> Total:
        assert practice == PRACTICE
        return Total(cards=len(self._systemx.unsent), refund=sum(bill.refund for bill in self._systemx.unsent))

    def messages(self, practice: str) -> list[ClaimMessage]:
        return [message.listed() for message in reversed(self._systemx.messages) if message.practice == practice]

    def unsent_of(self, practice: str) -> UnsentCards:
        assert self._systemx.unsent
        return _Unsent(self._systemx, practice)

    def message(self, number: int) -> ClaimPage:
        return _Claim(self._systemx, next(one for one in self._systemx.messages if one.number == number))


class _Unsent(UnsentCards):
    def __init__(self, systemx: SystemXInMemory, practice: str) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._practice = systemx, practice

    def make(self) -> ClaimPage:
        systemx = self._systemx
        message = Message(len(systemx.messages) + 1, self._practice, list(systemx.unsent))

        def change() -> None:
            systemx.messages.append(message)
            systemx.unsent.clear()

        systemx.save("message", change)
        return _Claim(systemx, message)


class _Claim(ClaimPage):
    def __init__(self, systemx: SystemXInMemory, message: Message) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._message = systemx, message

    def bills(self) -> list[Bill]:
        return list(self._message.bills)

    def send(self) -> ClaimPage:
        self._systemx.save("claim", lambda: self._systemx.send(self._message))
        return self


class _Receipts(Receipts):
    def __init__(self, systemx: SystemXInMemory) -> None:
        super().__init__(NO_PAGE)
        self._systemx = systemx

    def sendings(self, practice: str) -> list[Sending]:
        return [sending for sending in self._systemx.sendings if sending.practice == practice]

    def receipt_of(self, sending: int) -> ReceiptPage:
        return _ReceiptPage(self._systemx, sending)


class _ReceiptPage(ReceiptPage):
    def __init__(self, systemx: SystemXInMemory, sending: int) -> None:
        super().__init__(NO_PAGE)
        self._systemx, self._sending = systemx, sending

    def bills(self) -> list[JudgedBill]:
        return self._systemx.judged.get(self._sending, [])
