"""The screens of the meeting module: on the stand-in's real pages, and as tests of processes know them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from datetime import date
from itertools import count
from typing import Any

import pytest
from real_screens import RealScreens

from archive_svc.screens.meetings.item import ItemPage
from archive_svc.screens.meetings.search import ItemHits, ItemSearch, ItemToFind
from archive_svc.screens.meetings.target import ItemFacts, ItemHit, Member, Result
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.errors import RecordLocked, TargetRejected
from common.testing import MemoryCase
from tests.sandbox.visitor import Meetings, starting
from tests.unit.archive.meetings_in_memory import MemoryMeetings

pytestmark = pytest.mark.browser

MET = date(2026, 11, 17)
HARD_TEXT = (
    "\n  Formannskapet vedtar:\r\n\r\n1. Øvre Ålgård – «ja» <i>&amp;</i>\t12 m²;\n   • čáhci\u00a0€\n\n"
    + "Lang setning om vei, vann og avløp. " * 400
    + "\n\n "
)
SERIAL = count(1)


class Office(ABC):
    """A body of its own, in which one item was treated behind closed doors."""

    def __init__(self) -> None:
        self.body = f"Utvalg nr. {next(SERIAL)}"

    @abstractmethod
    def search(self, number: str = "PS 12/26") -> ItemHits:
        """What a search in this body gives."""

    @abstractmethod
    def draft(self) -> None:
        """The minutes are a draft again."""

    @abstractmethod
    def lock(self) -> None:
        """Let somebody else have the item open."""

    @abstractmethod
    def writes(self) -> list[tuple[str, str]]:
        """Item and reference of what was noted."""

    def page(self) -> ItemPage:
        hits = self.search()
        (hit,) = hits.items()
        return hits.open(hit)

    def facts(self, **different: Any) -> ItemFacts:
        usual = ItemFacts(
            body=self.body,
            meeting_date=MET,
            approved=True,
            number="PS 12/26",
            type="Politisk sak",
            case_no="2026/004411",
            title="Reguleringsplan <b> for «Øvre Ålgård»",
            closed=True,
            legal_basis="offl. § 13, jf. fvl. § 13",
            result=Result.SENT_BACK,
            votes_for=2,
            votes_against=0,
            decision=HARD_TEXT.replace("\r\n", "\n"),
            members=(
                Member(name="Bakkehaug, Kari", disqualified=False),
                Member(name="Øyås, Nina", disqualified=True),
                Member(name="Dahle, Per", disqualified=True, left=True),
            ),
            reference="",
        )
        return usual.model_copy(update=different)


class RealOffice(Office):
    """The sandbox's stand-in, in a real browser."""

    def __init__(self, meetings: Meetings, browser: Browser) -> None:
        super().__init__()
        self._meetings, self._browser = meetings, browser
        self._seed("APPROVED")

    def _seed(self, minutes: str) -> None:
        facts = self.facts()
        item = {
            "number": facts.number,
            "case_no": facts.case_no,
            "title": facts.title,
            "closed": facts.closed,
            "legal_basis": facts.legal_basis,
            "decision": HARD_TEXT,
            "votes": {"for": facts.votes_for, "against": facts.votes_against},
            "disqualified": ["Øyås, Nina", "Dahle, Per"],
            "result": facts.result,
        }
        present = [{"name": each.name} for each in facts.members if not each.left]
        day = MET.isoformat()
        self._meetings.post(
            "meetings", [{"body": self.body, "date": day, "minutes": minutes, "present": present, "items": [item]}]
        )

    def search(self, number: str = "PS 12/26") -> ItemHits:
        screen = RealScreens(MemoryCase(), self._browser, None).open(ItemSearch)
        return screen.search(ItemToFind(body=self.body, meeting_date=MET, number=number))

    def draft(self) -> None:
        self._seed("DRAFT")

    def lock(self) -> None:
        key = [self.body, MET.isoformat(), "PS 12/26"]
        self._meetings.post("locks", [{"record": "item", "key": key, "locked_by": "sekr04"}])

    def writes(self) -> list[tuple[str, str]]:
        found: list[dict[str, Any]] = self._meetings.get("writes")
        here = f"{self.body}/{MET}/"
        return [(each["number"].removeprefix(here), each["source"]) for each in found if here in each["number"]]


class MemoryOffice(Office):
    """What tests of processes stand on."""

    def __init__(self) -> None:
        super().__init__()
        self._meetings = MemoryMeetings(items=[self.facts(decision=HARD_TEXT)])

    def search(self, number: str = "PS 12/26") -> ItemHits:
        screen = self._meetings.case.begin(self._meetings.screens()).open(ItemSearch)
        return screen.search(ItemToFind(body=self.body, meeting_date=MET, number=number))

    def draft(self) -> None:
        self._meetings.change("PS 12/26", approved=False)

    def lock(self) -> None:
        self._meetings.locked.add("PS 12/26")

    def writes(self) -> list[tuple[str, str]]:
        return self._meetings.writes


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Meetings, Browser]]:
    with starting(Meetings, tmp_path_factory) as start:
        meetings = start()
        browser = Browser(BrowserSettings(), {"meetings": meetings.url})
        yield meetings, browser
        browser.close()


@pytest.fixture(params=["memory", "real"])
def office(request: pytest.FixtureRequest) -> Office:
    return MemoryOffice() if request.param == "memory" else RealOffice(*request.getfixturevalue("whole"))


def test_an_item_is_found_and_read_letter_for_letter(office: Office) -> None:
    hits = office.search()
    line = ItemHit(body=office.body, meeting_date=MET, number="PS 12/26", case_no="2026/004411")
    assert hits.items() == [line]
    facts = hits.open(line).facts()
    assert facts.decision == office.facts().decision
    assert facts == office.facts()


def test_no_item_is_found(office: Office) -> None:
    assert office.search("PS 13/26").items() == []


def test_a_reference_is_noted(office: Office) -> None:
    noted = office.page().note_reference().save("2026/004411-3")
    assert noted.item().facts() == office.facts(reference="2026/004411-3")
    assert office.writes() == [("PS 12/26", "2026/004411-3")]


def test_a_reference_that_is_none_is_refused(office: Office) -> None:
    with pytest.raises(TargetRejected) as refused:
        office.page().note_reference().save("3")
    assert refused.value.detail == {"reason": "Arkivreferansen kan ikke lagres: skriv den som åååå/nnnnnn-n."}


def test_a_draft_of_minutes_takes_no_reference(office: Office) -> None:
    office.draft()
    page = office.page()
    assert not page.facts().approved
    with pytest.raises(TargetRejected) as refused:
        page.note_reference().save("2026/004411-3")
    reason = "Arkivreferansen kan ikke lagres: protokollen er ikke godkjent."
    assert (refused.value.detail, office.writes()) == ({"reason": reason}, [])


def test_somebody_else_has_the_item_open(office: Office) -> None:
    form = office.page().note_reference()
    office.lock()
    with pytest.raises(RecordLocked):
        form.save("2026/004411-3")
    page = office.page()
    with pytest.raises(RecordLocked):
        page.note_reference()
    assert office.writes() == []
