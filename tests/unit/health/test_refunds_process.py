"""`refund-claims` and `refund-receipts`: a claim is sent once, its figures agree, and what HELFO answers is read back."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from systemx_in_memory import PRACTICE, TODAY, Message, SystemXInMemory

from common.catalogue import load
from common.clock import OSLO
from common.errors import ApplicationException, ConfigurationError, ConflictInTarget, LeaseLost, TargetTimeout
from common.process import Firing, Outcome, OutcomeCode
from common.settings import load as settings
from common.testing import FixedClock, MemoryCase, MemoryLedger
from health_svc.processes.billing_cards import REFUND_OF_CARD
from health_svc.processes.refund_claims import PracticeDay, claim_of_practice, practices_of
from health_svc.processes.refund_receipts import receipts_of_practice
from health_svc.refunds.settings import RefundSettings
from health_svc.screens.systemx_settlement import Bill, Judgement, Receipt

NOW = datetime.combine(TODAY, time(5), OSLO)


class Town:
    """A SystemX with unsent cards, and the ledger that remembers who made them."""

    def __init__(self, *refunds: int) -> None:
        self.ledger = MemoryLedger()
        self.systemx = SystemXInMemory(case=self.case())
        for refund in refunds:
            self.systemx.add_card("", TODAY, refund)
        for bill in self.systemx.unsent:
            self.made_by_roger(bill)

    def case(self) -> MemoryCase:
        return MemoryCase(ledger=self.ledger)

    def made_by_roger(self, bill: Bill) -> None:
        case = self.case()
        case.run().remember(REFUND_OF_CARD, str(bill.card), {"refund": bill.refund}, until=TODAY)

    def claim(self, *, again: bool = False, dies_at: str | None = None) -> Outcome:
        return self._perform(claim_of_practice, again=again, dies_at=dies_at)

    def receipts(self, *, day: int = 0, again: bool = False, dies_at: str | None = None) -> Outcome:
        return self._perform(receipts_of_practice, day=day, again=again, dies_at=dies_at)

    def _perform(self, process: Any, *, day: int = 0, again: bool, dies_at: str | None) -> Outcome:
        if not again:
            self.systemx.case = self.case()
        clock = FixedClock(NOW + timedelta(days=day))
        run = self.systemx.case.run(self.systemx.screens(), clock=clock, dies_at=dies_at)
        return process(PracticeDay(praksis_id=PRACTICE, day=clock().date()), run)


class TestTheClaim:
    def test_holds_every_unsent_card_and_is_sent(self) -> None:
        town = Town(15050, 2000, 1)
        claim = {"message": 1, "sending": 1, "cards": 3, "refund": 17051, "cards_of_roger": 3}
        assert town.claim() == Outcome(OutcomeCode.CREATED, claim)
        assert (len(town.systemx.sendings), town.systemx.unsent) == (1, [])

    def test_is_not_made_of_nothing(self) -> None:
        town = Town()
        assert town.claim() == Outcome(OutcomeCode.NOOP, {"reason": "NO_UNSENT_CARDS"})
        assert town.systemx.messages == []

    def test_of_the_next_night_holds_only_what_is_new(self) -> None:
        town = Town(15050)
        town.claim()
        assert town.claim().code is OutcomeCode.NOOP
        town.systemx.add_card("", TODAY, 2000)
        again = town.claim().detail
        assert (again["message"], again["cards"], again["refund"], again["cards_of_roger"]) == (2, 1, 2000, 0)

    def test_that_waits_ready_is_sent(self) -> None:
        town = Town()
        town.systemx.messages.append(Message(1, PRACTICE, [Bill(card=5, refund=100)]))
        assert (town.claim().detail["sending"], len(town.systemx.messages)) == (1, 1)

    def test_that_waits_ready_is_sent_before_what_is_newer(self) -> None:
        town = Town(15050, 2000)
        town.systemx.messages.append(Message(1, PRACTICE, [Bill(card=5, refund=100)]))
        assert town.claim().detail["refund"] == 100
        assert len(town.systemx.unsent) == 2
        assert town.claim().detail["refund"] == 17050

    def test_takes_along_what_was_made_while_it_was_gathered(self) -> None:
        town = Town(15050)

        def one_more() -> None:
            if not town.systemx.sendings:
                town.systemx.messages[-1].bills.append(Bill(card=9, refund=2000))

        town.systemx.after_save = one_more
        claim = town.claim().detail
        assert (claim["cards"], claim["refund"], claim["cards_of_roger"]) == (2, 17050, 1)

    def test_of_two_that_wait_is_for_a_person(self) -> None:
        town = Town()
        town.systemx.messages += [Message(number, PRACTICE, [Bill(card=number, refund=1)]) for number in (1, 2)]
        with pytest.raises(ConflictInTarget):
            town.claim()
        assert town.systemx.sendings == []


class TestTotals:
    def test_a_card_with_another_refund_than_it_was_made_with_stops_the_claim(self) -> None:
        town = Town(15050, 2000)
        town.systemx.unsent[0] = town.systemx.unsent[0].model_copy(update={"refund": 15051})
        with pytest.raises(ConflictInTarget, match="700001"):
            town.claim()
        assert town.systemx.sendings == []

    def test_a_message_that_lacks_a_card_of_nothing_stops_the_claim(self) -> None:
        town = Town(15050, 0)

        def lose_one() -> None:
            town.systemx.messages[-1].bills.pop()

        town.systemx.after_save = lose_one
        with pytest.raises(ConflictInTarget):
            town.claim()

    def test_a_rejected_card_may_come_to_another_refund_under_its_number(self) -> None:
        """Somebody has corrected it and laid it among the unsent cards again."""
        town = Town(15050, 2000)
        town.claim()
        town.systemx.answer(1, card700001=(Judgement.REJECTED, "K13"))
        town.receipts()
        town.systemx.unsent.append(Bill(card=700_001, refund=9900))
        assert town.claim().detail == {
            "message": 2,
            "sending": 2,
            "cards": 1,
            "refund": 9900,
            "cards_of_roger": 1,
            "corrected": [700_001],
        }
        town.systemx.answer(2)
        assert town.receipts().detail["claims"][0]["refund_by_result"] == {"ACCEPTED": 9900}

    def test_a_rejected_card_that_is_sent_again_as_it_was_is_nothing_to_tell(self) -> None:
        town = Town(15050)
        town.claim()
        town.systemx.answer(1, card700001=(Judgement.REJECTED, "K13"))
        town.receipts()
        town.systemx.unsent.append(Bill(card=700_001, refund=15050))
        again = town.claim().detail
        assert (again["refund"], again["cards_of_roger"], "corrected" in again) == (15050, 1, False)

    @pytest.mark.parametrize("judged", [Judgement.ACCEPTED, Judgement.DUPLICATE])
    def test_no_other_card_may_however_it_was_judged(self, judged: Judgement) -> None:
        town = Town(15050)
        town.claim()
        town.systemx.answer(1, card700001=(judged, ""))
        town.receipts()
        town.systemx.unsent.append(Bill(card=700_001, refund=9900))
        with pytest.raises(ConflictInTarget, match="700001"):
            town.claim()
        assert len(town.systemx.sendings) == 1

    @pytest.mark.parametrize("change", [{"refund": 17049}, {"cards": 1}, {"cards": 3}, {"refund": 17051}])
    def test_a_message_that_says_other_than_its_bills_stops_the_claim(self, change: dict[str, int]) -> None:
        town = Town(15050, 2000)

        class Wrong(Message):
            def listed(self) -> Any:
                return super().listed().model_copy(update=change)

        def cheat() -> None:
            made = town.systemx.messages[-1]
            town.systemx.messages[-1] = Wrong(made.number, made.practice, made.bills)

        town.systemx.after_save = cheat
        with pytest.raises(ConflictInTarget):
            town.claim()
        assert town.systemx.sendings == []

    @pytest.mark.parametrize(
        "instead", [[], [Bill(card=9, refund=1_999)], [Bill(card=9, refund=1), Bill(card=8, refund=1)]]
    )
    def test_a_message_that_lacks_a_card_stops_the_claim(self, instead: list[Bill]) -> None:
        """Also where others stand in its place, that come to less."""
        town = Town(15050, 2000)

        def lose_one() -> None:
            town.systemx.messages[-1].bills[-1:] = instead

        town.systemx.after_save = lose_one
        with pytest.raises(ConflictInTarget):
            town.claim()
        assert town.systemx.sendings == []


class TestWhateverDies:
    def test_the_claim_is_sent_once(self) -> None:
        """The run dies at each point there is, also between the sending and its proof."""
        whole = Town(15050, 2000)
        whole.claim()
        assert whole.systemx.case.platform
        points = whole.systemx.case.platform.reached
        assert {"claim done:1", "message done:1"} <= set(points)
        for point in points:
            town = Town(15050, 2000)
            with contextlib.suppress(LeaseLost):
                town.claim(dies_at=point)
            outcome = town.claim(again=True)
            assert (outcome.code, outcome.detail["refund"]) == (OutcomeCode.CREATED, 17050), point
            assert (len(town.systemx.messages), len(town.systemx.sendings)) == (1, 1), point
            assert town.claim().code is OutcomeCode.NOOP, point

    @pytest.mark.parametrize("step", ["message done:1", "claim done:1"])
    def test_also_when_a_person_lets_roger_try_again(self, step: str) -> None:
        town = Town(15050)
        with contextlib.suppress(LeaseLost):
            town.claim(dies_at=step)
        town.systemx.case.retried()
        town.claim(again=True)
        assert (len(town.systemx.messages), len(town.systemx.sendings)) == (1, 1)

    def test_an_answer_that_got_lost_is_looked_for(self) -> None:
        town = Town(15050)

        def fails() -> None:
            raise TargetTimeout

        town.systemx.after_save = fails
        assert town.claim().code is OutcomeCode.CREATED
        assert len(town.systemx.sendings) == 1

    def test_what_may_have_been_sent_unseen_is_not_sent_again(self) -> None:
        town = Town(15050)

        def unseen() -> None:
            town.systemx.sendings.clear()

        town.systemx.after_save = unseen
        with pytest.raises(ApplicationException):
            town.claim()
        with pytest.raises(ConflictInTarget):
            town.claim(again=True)
        assert not town.systemx.messages[0].ready


class TestReceipts:
    def test_of_a_claim_that_was_accepted(self) -> None:
        town = Town(15050, 2000)
        town.claim()
        town.systemx.answer(1)
        outcome = town.receipts()
        assert (outcome.code, outcome.tasks) == (OutcomeCode.UPDATED, ())
        (claim,) = outcome.detail["claims"]
        assert (claim["receipt"], claim["refund_by_result"]) == ("RECEIVED", {"ACCEPTED": 17050})
        assert claim["results"][0] == {"card": 700_001, "refund": 15050, "result": "ACCEPTED", "code": ""}

    def test_are_read_once(self) -> None:
        town = Town(15050)
        town.claim()
        assert town.receipts().detail == {"claims": [], "waiting": [1]}
        town.systemx.answer(1)
        assert town.receipts().code is OutcomeCode.UPDATED
        assert town.receipts() == Outcome(OutcomeCode.NOOP, {"claims": [], "waiting": []})

    def test_of_refused_cards_go_to_a_person(self) -> None:
        town = Town(15050, 2000, 1)
        town.claim()
        town.systemx.answer(1, card700001=(Judgement.REJECTED, "K13"), card700003=(Judgement.DUPLICATE, ""))
        outcome = town.receipts()
        assert outcome.code is OutcomeCode.REPORTED
        assert outcome.detail["claims"][0]["refund_by_result"] == {"REJECTED": 15050, "ACCEPTED": 2000, "DUPLICATE": 1}
        (task,) = outcome.tasks
        assert (task.role, task.name) == ("refund-officer", "refused-1")
        assert "700001 (avvist, kode K13), 700003 (duplikat)" in task.text

    @pytest.mark.parametrize(("cards", "ending"), [(50, "700050 (avvist, kode K13)"), (51, "K13) og 1 til")])
    def test_of_many_refused_cards_name_the_first_fifty(self, cards: int, ending: str) -> None:
        town = Town(*[1] * cards)
        town.claim()
        town.systemx.answer(1)
        rejected = {"result": Judgement.REJECTED, "code": "K13"}
        town.systemx.judged[1] = [bill.model_copy(update=rejected) for bill in town.systemx.judged[1]]
        (task,) = town.receipts().tasks
        assert task.title.endswith(f"{cards} kort er ikke godkjent av HELFO")
        assert task.text.endswith(ending)

    def test_that_do_not_add_up_go_to_a_person(self) -> None:
        town = Town(15050, 2000)
        town.claim()
        town.systemx.answer(1)
        town.systemx.judged[1].pop()
        (task,) = town.receipts().tasks
        assert task.name == "totals-1"
        assert "2 kort på til sammen 170,50 kr" in task.text
        assert "1 kort på til sammen 150,50 kr" in task.text

    def test_of_a_duplicate_message_are_those_of_the_first_sending(self) -> None:
        town = Town(15050)
        town.claim()
        town.systemx.send(town.systemx.messages[0])
        town.systemx.answer(2, Receipt.DUPLICATE)
        # The first is not answered yet: nothing can be said of the second either.
        assert town.receipts().detail == {"claims": [], "waiting": [1]}
        town.systemx.answer(1)
        assert town.receipts().code is OutcomeCode.UPDATED
        town.systemx.send(town.systemx.messages[0])
        town.systemx.answer(3, Receipt.DUPLICATE)
        late = town.receipts()
        assert (late.code, late.tasks) == (OutcomeCode.EXISTS, ())
        assert late.detail["claims"][0]["results"][0]["result"] == "ACCEPTED"

    def test_of_a_message_that_helfo_refuses_as_a_whole_go_to_a_person(self) -> None:
        town = Town(15050, 2000)
        town.claim()
        town.systemx.answer(1, Receipt.REFUSED, "UKJENT_PRAKSISID")
        outcome = town.receipts()
        assert outcome.code is OutcomeCode.REPORTED
        (claim,) = outcome.detail["claims"]
        assert (claim["receipt"], claim["error"], claim["results"]) == ("REFUSED", "UKJENT_PRAKSISID", [])
        (task,) = outcome.tasks
        assert (task.role, task.name) == ("refund-officer", "message-refused-1")
        assert "UKJENT_PRAKSISID" in task.text
        assert "2 kortene på til sammen 170,50 kr" in task.text
        assert town.receipts().code is OutcomeCode.NOOP
        assert town.claim().code is OutcomeCode.NOOP

    def test_of_one_that_was_sent_anew_after_that_are_those_of_the_sending_that_was_judged(self) -> None:
        town = Town(15050)
        town.claim()
        town.systemx.answer(1, Receipt.REFUSED, "UKJENT_FELT")
        town.receipts()
        for number, receipt in ((2, Receipt.RECEIVED), (3, Receipt.DUPLICATE)):
            town.systemx.send(town.systemx.messages[0])
            town.systemx.answer(number, receipt)
        outcome = town.receipts()
        assert (outcome.code, outcome.tasks) == (OutcomeCode.UPDATED, ())
        assert [claim["refund_by_result"] for claim in outcome.detail["claims"]] == 2 * [{"ACCEPTED": 15050}]

    @pytest.mark.parametrize(("day", "told"), [(3, 0), (4, 1)])
    def test_that_do_not_come_are_asked_for_once(self, day: int, told: int) -> None:
        town = Town(15050)
        town.claim()
        assert [task.name for task in town.receipts(day=day).tasks] == ["late-1"] * told
        assert town.receipts(day=4).code is (OutcomeCode.NOOP if told else OutcomeCode.REPORTED)
        assert town.receipts(day=5).tasks == ()

    def test_are_lost_at_no_point(self) -> None:
        whole = Town(15050, 2000)
        whole.claim()
        whole.systemx.answer(1, card700001=(Judgement.REJECTED, "K13"))
        expected = whole.receipts()
        assert whole.systemx.case.platform
        for point in whole.systemx.case.platform.reached:
            town = Town(15050, 2000)
            town.claim()
            town.systemx.answer(1, card700001=(Judgement.REJECTED, "K13"))
            with contextlib.suppress(LeaseLost):
                town.receipts(dies_at=point)
            assert town.receipts(again=True) == expected, point


class TestTheClock:
    def test_each_practice_of_the_settings_is_claimed_before_the_payment_run(self) -> None:
        service = load("health")
        for name, process in (("nightly-claims", "refund-claims"), ("claim-receipts", "refund-receipts")):
            assert service.schedules[name].process == process
        due = service.schedules["nightly-claims"].next_after(datetime(2026, 6, 1, tzinfo=UTC))
        assert due
        assert due.astimezone(OSLO).time() == time(5)

    def test_each_practice_once_on_the_norwegian_day(self) -> None:
        firing = Firing(schedule="nightly-claims", due_at=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
        days = list(practices_of(firing, ["1000099999", "1000088888"]))
        assert [(day.praksis_id, f"{day.day}") for day in days] == [
            ("1000099999", "2026-11-23"),
            ("1000088888", "2026-11-23"),
        ]
        assert len({day.reference for day in days}) == 2
        # Fired twice, it is the same cases.
        assert [day.reference for day in practices_of(firing, ["1000099999"])] == [days[0].reference]

    def test_none_without_practices(self) -> None:
        assert list(practices_of(Firing(schedule="nightly-claims", due_at=NOW.astimezone(UTC)))) == []

    def test_nothing_is_claimed_after_the_payment_run_has_begun(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROGER_REFUNDS_CLAIM_AT", "15:59")
        monkeypatch.setenv("ROGER_REFUNDS_PRACTICES", '["1000099999"]')
        assert settings(RefundSettings).claim_at == time(15, 59)
        monkeypatch.setenv("ROGER_REFUNDS_CLAIM_AT", "16:00")
        with pytest.raises(ConfigurationError, match="ROGER_REFUNDS_CLAIM_AT"):
            settings(RefundSettings)
