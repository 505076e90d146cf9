"""`billing-cards` and the nightly claim on SystemX's real pages, in one browser; cases in memory, so that a run can die."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import OSLO
from common.errors import ConflictInTarget, LeaseLost, LimitExceeded, SuspectedDuplicate, TargetRejected
from common.process import Outcome, OutcomeCode, Run
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from health_svc.processes.billing_cards import card_of_performed_test
from health_svc.processes.refund_claims import PracticeDay, claim_of_practice
from health_svc.processes.refund_receipts import receipts_of_practice
from health_svc.refunds.performed_test import PerformedTest
from health_svc.refunds.tariffs import MappedLine, Tariff
from tests.sandbox.visitor import SystemX, starting

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
TAKEN = NOW - timedelta(days=3)
DAY = TAKEN.astimezone(OSLO).date()
PRACTICE = "1000099999"
T1, T2 = "SYN-T1", "SYN-T2"


@dataclass
class Office:
    """SystemX, a browser that is signed in there, and what the cases share."""

    systemx: SystemX
    browser: Browser
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        prices = [
            Tariff(code=T1, refund=15050, first_day=DAY, combines_with=(T2,)),
            Tariff(code=T2, refund=123456, first_day=DAY, most=9),
        ]
        lines = [{"test_type": "PCR", "test_site": "TRD-LEANGEN", "code": T1}]
        lines += [
            {"test_type": "ANTIGEN", "test_site": "TRD-LEANGEN", "code": code, "count": n}
            for code, n in ((T1, 1), (T2, 9))
        ]
        mapping = [MappedLine.model_validate({"staff": "DOCTOR", "first_day": DAY} | line) for line in lines]
        self.registers.store("refund-tariffs", prices, valid_from=DAY)
        self.registers.store("refund-mappings", mapping, valid_from=DAY)

    def case(self) -> MemoryCase:
        return MemoryCase(registers=self.registers, ledger=self.ledger)

    def perform(self, process: Any, given: Any, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        case = case or self.case()
        platform = RealScreens(case, self.browser, unproven)
        run = Run(
            CaseFacts(id=case.id, process="in-memory", fence=case.fence, submitted_at=NOW), platform, FixedClock(NOW)
        )
        return process(given, run)

    def card(self, test: PerformedTest, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        return self.perform(card_of_performed_test, test, case, unproven)

    def claim(self, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        return self.perform(claim_of_practice, PracticeDay(praksis_id=PRACTICE, day=NOW.date()), case, unproven)

    def receipts(self) -> Outcome:
        return self.perform(receipts_of_practice, PracticeDay(praksis_id=PRACTICE, day=NOW.date()))

    def knows(self, *, where: str = "people", **facts: Any) -> Person:
        """Somebody new, in SystemX or in the population register."""
        someone = person()
        row = {
            "national_id": someone.number,
            "family_name": someone.family_name,
            "given_name": someone.given_name,
            "birth_date": someone.birth_date.isoformat(),
        }
        self.systemx.post(where, [row | facts])
        return someone

    def cards(self, of: Person) -> list[dict[str, Any]]:
        return self.systemx.get("cards", national_id=of.number)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Generator[Office]:
    with starting(SystemX, tmp_path_factory) as start:
        systemx = start()
        browser = Browser(BrowserSettings(), {"systemx": systemx.url})
        yield Office(systemx, browser)
        browser.close()


@pytest.fixture
def office(whole: Office) -> Office:
    """An empty SystemX with tariffs, and nothing remembered."""
    whole.systemx.empty()
    since = {"valid_from": (DAY - timedelta(days=9)).isoformat()}
    whole.systemx.post(
        "tariffs", [{"code": T1, "refund": 15050, "share": 4500} | since, {"code": T2, "refund": 123456} | since]
    )
    return Office(whole.systemx, whole.browser)


def a_test(of: Person, **changes: Any) -> PerformedTest:
    row = {
        "test_id": f"T-{of.number[-5:]}",
        "person_id": of.number,
        "family_name": of.family_name,
        "given_name": of.given_name,
        "test_time": TAKEN.isoformat(),
        "test_site": "TRD-LEANGEN",
        "test_type": "PCR",
        "test_reason": "SYMPTOM",
        "practitioner_hpr": "9999201",
        "praksis_id": PRACTICE,
        "praksistype": "KOFA",
        "diagnosis_code": "R992",
    }
    return PerformedTest.model_validate(row | changes)


class TestCards:
    def test_stand_as_they_were_filled_in(self, office: Office) -> None:
        kari = office.knows()
        made = office.card(a_test(kari, test_type="ANTIGEN", remark="Ringt  inn\nav mor"))
        assert (made.code, made.detail["refund"]) == (OutcomeCode.CREATED, 15050 + 9 * 123456)
        (card,) = office.cards(kari)
        assert (card["number"], card["refund"], card["share"]) == (made.detail["card"], made.detail["refund"], 0)
        # The page that is compared shows runs of blanks, and the end of a line, as one blank.
        assert card["note"].split() == ["Ringt", "inn", "av", "mor"]
        assert card["lines"] == [
            {"code": T1, "count": 1, "refund": 15050},
            {"code": T2, "count": 9, "refund": 9 * 123456},
        ]
        shown = {name: card["details"][name] for name in ("praksistype", "behandler", "diagnose", "fritak", "debitor")}
        assert shown == {
            "praksistype": "KOFA",
            "behandler": "9999201",
            "diagnose": "R992",
            "fritak": "A",
            "debitor": "1",
        }
        assert card["at"] == f"{TAKEN.astimezone(OSLO):%Y-%m-%dT%H:%M}"

    def test_of_somebody_from_the_register_once(self, office: Office) -> None:
        kari = office.knows(where="register")
        first, again = office.card(a_test(kari)), office.card(a_test(kari))
        assert (first.code, again.code) == (OutcomeCode.CREATED, OutcomeCode.EXISTS)
        assert [card["number"] for card in office.cards(kari)] == [first.detail["card"]]

    def test_that_somebody_else_made_are_recognised(self, office: Office) -> None:
        at = TAKEN.astimezone(OSLO).replace(tzinfo=None).isoformat()
        kari = office.knows(cards=[{"at": at, "lines": [{"code": T1}], "note": "Legevakt"}])
        with pytest.raises(SuspectedDuplicate):
            office.card(a_test(kari))
        ola = office.knows(cards=[{"at": at, "lines": [{"code": T1}], "note": "For T-7"}])
        assert office.card(a_test(ola, test_id="T-7")).code is OutcomeCode.EXISTS

    def test_whose_price_differs_are_not_saved(self, office: Office) -> None:
        kari = office.knows()
        office.systemx.post("tariffs", [{"code": T1, "refund": 15051, "valid_from": DAY.isoformat()}])
        with pytest.raises(ConflictInTarget):
            office.card(a_test(kari))
        assert office.cards(kari) == []

    def test_of_the_year_are_counted_tariff_by_tariff(self, office: Office) -> None:
        """Whoever made them, whether sent or not: the tariff stands twice in the year, and has room for a third."""
        prices = [Tariff(code=T1, refund=15050, first_day=DAY, most=3, most_per_year=3)]
        office.registers.store("refund-tariffs", prices, valid_from=DAY)
        another = DAY + timedelta(days=1 if (DAY + timedelta(days=1)).year == DAY.year else -1)
        lines = [{"code": T2}, {"code": T1, "count": 2}]
        kari, ola = (office.knows(cards=[{"at": f"{another}T08:00:00", "lines": lines}]) for _ in range(2))
        assert office.card(a_test(kari)).code is OutcomeCode.CREATED
        prices = [Tariff(code=T1, refund=15050, first_day=DAY, most=2, most_per_year=2)]
        office.registers.store("refund-tariffs", prices, valid_from=DAY)
        with pytest.raises(LimitExceeded):
            office.card(a_test(ola))
        assert len(office.cards(ola)) == 1

    def test_that_systemx_refuses_go_to_a_person(self, office: Office) -> None:
        kari = office.knows()
        office.systemx.post("tariffs", [])
        with pytest.raises(TargetRejected):
            office.card(a_test(kari))

    def test_survive_a_death_between_save_and_proof(self, office: Office) -> None:
        kari, case = office.knows(), office.case()
        with pytest.raises(LeaseLost):
            office.card(a_test(kari), case, unproven="card")
        assert len(office.cards(kari)) == 1
        assert office.card(a_test(kari), case).code is OutcomeCode.CREATED
        assert len(office.cards(kari)) == 1

    def test_whose_save_answered_with_an_error_stand_once(self, office: Office) -> None:
        kari = office.knows()
        office.systemx.fault("error_after_save", times=1)
        assert office.card(a_test(kari)).code is OutcomeCode.CREATED
        assert len(office.cards(kari)) == 1


class TestClaims:
    def test_are_sent_and_answered(self, office: Office) -> None:
        kari, ola = office.knows(), office.knows()
        office.systemx.post("judgements", [{"national_id": ola.number, "result": "REJECTED", "code": "K13"}])
        numbers = [office.card(a_test(of)).detail["card"] for of in (kari, ola)]

        claim = office.claim()

        assert (claim.code, claim.detail["cards"], claim.detail["refund"]) == (OutcomeCode.CREATED, 2, 30100)
        assert claim.detail["cards_of_roger"] == 2
        told = office.receipts()
        assert told.code is OutcomeCode.REPORTED
        (answer,) = told.detail["claims"]
        assert [(one["card"], one["result"], one["code"]) for one in answer["results"]] == [
            (numbers[0], "ACCEPTED", ""),
            (numbers[1], "REJECTED", "K13"),
        ]
        assert office.receipts().code is OutcomeCode.NOOP
        assert office.claim().detail == {"reason": "NO_UNSENT_CARDS"}

    def test_that_helfo_refuses_as_a_whole_go_to_a_person(self, office: Office) -> None:
        office.systemx.post("refusal", {"code": "UKJENT_PRAKSISID"})
        office.card(a_test(office.knows()))
        claim = office.claim()
        told = office.receipts()
        assert [(one["receipt"], one["error"]) for one in told.detail["claims"]] == [("REFUSED", "UKJENT_PRAKSISID")]
        assert [task.name for task in told.tasks] == [f"message-refused-{claim.detail['sending']}"]

    def test_killed_between_sending_and_proof_are_sent_once(self, office: Office) -> None:
        office.systemx.post("receipts", {"held": True})
        office.card(a_test(office.knows()))
        case = office.case()
        with pytest.raises(LeaseLost):
            office.claim(case, unproven="sending")
        assert office.systemx.get("summary")["sendings"] == 1
        claim = office.claim(case)
        summary = office.systemx.get("summary")
        assert (claim.code, summary["messages"], summary["sendings"]) == (OutcomeCode.CREATED, 1, 1)
        assert office.receipts().detail == {"claims": [], "waiting": [claim.detail["sending"]]}
        office.systemx.post("receipts", {"held": False})
        assert office.receipts().code is OutcomeCode.UPDATED

    def test_whose_answer_got_lost_are_sent_once(self, office: Office) -> None:
        office.card(a_test(office.knows()))
        office.systemx.fault("error_after_save", what="claim", times=1)
        assert office.claim().code is OutcomeCode.CREATED
        assert office.systemx.get("summary")["sendings"] == 1
