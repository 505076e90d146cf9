"""Where protocols are archived: the meeting module and the archive in memory, and what a secretary hands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from archive_in_memory import MemoryArchive
from meetings_in_memory import MemoryMeetings

from archive_svc.esa.noark import PostType
from archive_svc.esa.record import CaseFile, JournalPost, Screening
from archive_svc.processes.case_protocols import case_protocol
from archive_svc.protocols.decided_item import DecidedItem
from archive_svc.screens.esa.archive import EsaArchive
from archive_svc.screens.meetings.target import ItemFacts, Member, Result
from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, MemoryLedger

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
MET = date(2026, 11, 17)
BODY, NUMBER, CASE_NO = "Formannskapet", "PS 12/26", "2026/004411"
REFERENCE = "SP:Formannskapet:2026-11-17:PS 12/26"
TITLE = "Reguleringsplan for Øvre Ålgård"
DECISION = (
    "Formannskapet vedtar:\n\n1. Reguleringsplan for Øvre Ålgård godkjennes, med disse endringene:\n"
    "   – byggehøyden settes til 12 m²;\n   – ny gang- og sykkelvei langs Ælvegata.\n\n"
    "2. Rådmannen får fullmakt til å inngå avtale om «Čáhcesuolu».\n"
)
PRESENT = ("Bakkehaug, Kari", "Nordhaug, Ola", "Sæther, Ingrid", "Øyås, Nina")
OPEN = Screening()


@dataclass
class Secretariat:
    """An item with four members present, one of them disqualified, and its open case file."""

    case: MemoryCase = field(default_factory=MemoryCase)
    meetings: MemoryMeetings = field(default_factory=MemoryMeetings)
    archive: MemoryArchive = field(default_factory=MemoryArchive)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        self.case_file()
        self.minuted()
        self.new_case()

    def case_file(self, number: str = CASE_NO, **known: Any) -> CaseFile:
        usual = {"title": TITLE, "public_title": TITLE, "part": "Sakarkiv", "series": "Politiske saker", "klass": "L12"}
        return self.archive.put_case_file(number, **{**usual, "screening": OPEN, **known})

    def minuted(self, *, out: tuple[str, ...] = ("Øyås, Nina",), **different: Any) -> ItemFacts:
        """What the meeting module has of the item; it replaces what it had."""
        usual: dict[str, Any] = {
            "body": BODY,
            "meeting_date": MET,
            "approved": True,
            "number": NUMBER,
            "type": "Politisk sak",
            "case_no": CASE_NO,
            "title": TITLE,
            "closed": False,
            "legal_basis": "",
            "result": Result.TREATED,
            "votes_for": 3,
            "votes_against": 0,
            "decision": DECISION,
            "members": [Member(name=name, disqualified=name in out) for name in PRESENT],
            "reference": "",
        }
        made = ItemFacts.model_validate(usual | different)
        self.meetings.items = [each for each in self.meetings.items if each.number != made.number] + [made]
        return made

    def new_case(self) -> None:
        self.case = self.meetings.case = self.archive.case = MemoryCase(submitted_at=NOW, ledger=self.ledger)

    def item(self, **different: Any) -> DecidedItem:
        given: dict[str, Any] = {
            "body": BODY,
            "meeting_date": MET,
            "item_no": NUMBER,
            "case_no": CASE_NO,
            "decision_text": DECISION,
            "votes": {"for": 3, "against": 0},
            "conflict_of_interest": ["Øyås, Nina"],
            "status": "BE",
            "recipients": [{"name": "Ånes Bygg AS", "number": "312900114"}, {"name": "Vel", "group": "Naboer"}],
        }
        return DecidedItem.model_validate(given | different, context={"accepts_synthetic": True})

    def perform(self, item: DecidedItem, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        screens = {**self.meetings.screens(), EsaArchive: self.archive}
        return case_protocol(item, self.case.run(screens, clock=FixedClock(now), dies_at=dies_at))

    def again(self, item: DecidedItem) -> Outcome:
        """A case of its own about the same item."""
        self.new_case()
        return self.perform(item)

    def refused(self, item: DecidedItem, code: type[BusinessException]) -> BusinessException:
        """A person takes over, and nothing has been saved."""
        before = self.archive.all_posts(), list(self.archive.writes), list(self.meetings.writes)
        self.new_case()
        with pytest.raises(code) as told:
            self.perform(item)
        assert type(told.value) is code
        assert before == (self.archive.all_posts(), self.archive.writes, self.meetings.writes)
        return told.value

    def posts(self, kind: PostType) -> list[JournalPost]:
        return [each for each in self.archive.all_posts() if each.type is kind]

    def protocol(self) -> JournalPost:
        """The only one there is."""
        (found,) = self.posts(PostType.INTERNAL)
        return found

    def drafts(self) -> list[JournalPost]:
        return self.posts(PostType.OUTGOING)

    def reached(self) -> list[str]:
        """Every point where the latest run might have died."""
        assert self.case.platform is not None
        return self.case.platform.reached
