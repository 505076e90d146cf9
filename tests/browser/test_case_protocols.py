"""Protocols on the real pages of the meeting module and ESA, in one browser: archived once, word for word; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import httpx
import pytest
from real_screens import RealScreens

from archive_svc.processes.case_protocols import case_protocol
from archive_svc.protocols.decided_item import DecidedItem
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import system
from common.errors import LeaseLost, TargetDown
from common.norway.calendar import oslo_date
from common.process import Outcome, OutcomeCode
from common.run import CaseFacts, Run
from common.testing import MemoryCase
from tests.sandbox.visitor import PLAIN, Esa, Meetings, Visitor, starting

pytestmark = pytest.mark.browser

CREATED, EXISTS = OutcomeCode.CREATED, OutcomeCode.EXISTS
DECISION = (
    "Formannskapet vedtar:\n\n1. Planen for Øvre Ålgård godkjennes, med disse endringene:\n"
    "   – høyden settes til 12 m²;\n   – vei-, vann- og avløp bygges først.\n\n2. «Čáhcesuolu» <i>&amp;</i> utgår.\n "
)
NUMBERS = count(1)


@dataclass
class Office:
    """One item and its case file, both new, in a meeting a week ago."""

    esa: Esa
    meetings: Meetings
    browser: Browser
    held: date = field(default_factory=lambda: oslo_date(system()) - timedelta(days=7))

    def __post_init__(self) -> None:
        number = next(NUMBERS)
        self.number, self.case_no = f"PS {number}/26", f"2026/{4400 + number:06}"
        self.reference = f"SP:Formannskapet:{self.held}:{self.number}"
        self.case_file()

    def case_file(self) -> None:
        new = {
            "number": self.case_no,
            "title": "Reguleringsplan",
            "public_title": "Reguleringsplan",
            "part": "Sakarkiv",
            "series": "Politiske saker",
            "klass": self.case_no,
            "unit": "310456780",
            "officer": "SEKR01",
        }
        self.esa.post("casefiles", [new])

    def minuted(self, **different: Any) -> None:
        item = {
            "number": self.number,
            "case_no": self.case_no,
            "title": "Reguleringsplan for Øvre Ålgård",
            "decision": DECISION,
            "votes": {"for": 1, "against": 1},
            "disqualified": ["Øyås, Nina"],
        }
        present = [{"name": name} for name in ("Bakkehaug, Kari", "Nordhaug, Ola", "Øyås, Nina")]
        meeting = {"body": "Formannskapet", "date": self.held.isoformat(), "present": present}
        self.meetings.post("meetings", [meeting | {"items": [item | different]}])

    def item(self, **different: Any) -> DecidedItem:
        given = {
            "body": "Formannskapet",
            "meeting_date": self.held,
            "item_no": self.number,
            "case_no": self.case_no,
            "decision_text": DECISION.replace("\n", "\r\n"),
            "votes": {"for": 1, "against": 1},
            "conflict_of_interest": ["Øyås, Nina"],
            "status": "BE",
            "recipients": [{"name": "Ånes Bygg AS", "number": "312900114"}, {"name": "Øvre vel"}],
        }
        return DecidedItem.model_validate(given | different, context={"accepts_synthetic": True})

    def perform(self, item: DecidedItem, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        """One attempt; it dies when it is about to record the effect named `unproven`."""
        case = case or MemoryCase()
        platform = RealScreens(case, self.browser, unproven)
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        return case_protocol(item, Run(facts, platform, system))

    def posts(self) -> list[dict[str, Any]]:
        """All that ESA holds of the case file."""
        return self.esa.get("posts", case=self.case_no)

    def noted(self) -> str:
        (found,) = [each for each in self.meetings.get("items") if each["number"] == self.number]
        return found["archived"]

    def archived_file(self) -> bytes:
        """The newest file in ESA, as somebody who reads it there gets it."""
        last = self.esa.get("summary")["documents"]
        with httpx.Client(base_url=self.esa.url, follow_redirects=True, verify=PLAIN) as http:
            reader = Visitor(http)
            reader.sign_in("robot2")
            return reader.get(f"/esa/dokumenter/{last}").content


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Esa, Meetings, Browser]]:
    with ExitStack() as running:
        esa = running.enter_context(starting(Esa, tmp_path_factory))("--second-login", "allowed")
        meetings = running.enter_context(starting(Meetings, tmp_path_factory))("--second-login", "allowed")
        browser = Browser(BrowserSettings(), {"esa": esa.url, "meetings": meetings.url})
        running.callback(browser.close)
        yield esa, meetings, browser


@pytest.fixture
def office(whole: tuple[Esa, Meetings, Browser]) -> Office:
    made = Office(*whole)
    made.minuted()
    return made


def test_an_item_is_archived_word_for_word(office: Office) -> None:
    outcome = office.perform(office.item())
    call_numbers = [f"{office.case_no}-{number}" for number in (1, 2)]
    assert (outcome.code, [outcome.detail["journal_post"], *outcome.detail["drafts"]]) == (CREATED, call_numbers)
    protocol, letter = office.posts()
    assert (protocol["type"], protocol["status"], protocol["external_reference"]) == ("X", "J", office.reference)
    assert protocol["public_title"] == f"Saksprotokoll {office.number} – Reguleringsplan for Øvre Ålgård"
    (document,) = protocol["documents"]
    assert (document["role"], document["checksum"]) == ("H", sha256(office.archived_file()).hexdigest())
    assert (letter["type"], letter["status"], letter["documents"]) == ("U", "R", [])
    assert [party["name"] for party in letter["parties"]] == ["Ånes Bygg AS", "Øvre vel"]
    assert office.noted() == call_numbers[0]

    assert office.perform(office.item()).code is EXISTS
    assert len(office.posts()) == 2


def test_it_is_archived_once_wherever_runs_die(office: Office) -> None:
    case, item = MemoryCase(), office.item()
    with pytest.raises(LeaseLost):
        office.perform(item, case, unproven=f"post {office.reference}")
    office.esa.fault("error_before_save", what="document", times=1)
    with pytest.raises(TargetDown):
        office.perform(item, case)
    assert [(post["status"], post["documents"]) for post in office.posts()] == [("S", [])]
    office.esa.fault("error_after_save", what="status", times=1)
    with pytest.raises(LeaseLost):
        office.perform(item, case, unproven="noted")
    assert office.perform(item, case).code is CREATED
    kinds = [each["kind"] for each in office.esa.get("writes") if each["number"].startswith(office.case_no)]
    assert kinds == ["post", "document", "status", "post"]
    assert [each["source"] for each in office.meetings.get("writes")].count(office.noted()) == 1


def test_behind_closed_doors_and_postponed(office: Office) -> None:
    office.minuted(closed=True, legal_basis="offl. § 13", result="UT")
    office.perform(office.item(status="UT"))
    (protocol,) = office.posts()
    assert (protocol["access"], protocol["legal_basis"]) == ("UO", "offl. § 13")
    assert protocol["public_title"] == f"Saksprotokoll {office.number}"
