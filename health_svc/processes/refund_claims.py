"""`refund-claims`: every night the unsent cards of each practice go to HELFO in one claim message (HLT-04)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, Field

from common.clock import OSLO
from common.errors import ConflictInTarget
from common.process import CaseInput, Firing, Outcome, OutcomeCode, Retention, Run, Subject
from common.settings import load
from health_svc.processes.billing_cards import REFUND_OF_CARD
from health_svc.refunds.claim_desk import ClaimDesk, Work
from health_svc.refunds.settings import PracticeId, RefundSettings
from health_svc.screens.systemx import SystemX
from health_svc.screens.systemx_settlement import Bill, ClaimMessage, Sending
from health_svc.service import health

REFUNDS = load(RefundSettings)
CARD_REJECTED = "card-rejected"
"""Of a card that HELFO has rejected, and that may be corrected and claimed anew under its number."""


class PracticeDay(CaseInput):
    """One practice, on one day."""

    praksis_id: PracticeId = Field(examples=["1000099999"])
    day: date = Field(examples=["2026-11-23"])

    @property
    def subject(self) -> Subject:
        return Subject("practice", self.praksis_id)


class Checked(BaseModel, frozen=True):
    """What is known of the cards of a claim message whose figures agree."""

    of_roger: int
    corrected: list[int]
    """Cards of Roger that come to another amount since somebody corrected them after HELFO had rejected them."""


@health.process(
    "refund-claims",
    called="Oppgjør til HELFO",
    targets=[SystemX],
    # What a clerk spent on sending is part of the minutes of each card.
    manual_minutes=0.0,
    due=timedelta(hours=8),
    retention=Retention.HEALTH,
)
def claim_of_practice(practice: PracticeDay, run: Run) -> Outcome:
    """See to it that the unsent cards of a practice are sent to HELFO in one claim message, and sent once."""
    desk = ClaimDesk(run, practice.praksis_id)
    work = run.step("work", desk.work)
    if not work.unsent.cards and not work.ready:
        return Outcome(OutcomeCode.NOOP, {"reason": "NO_UNSENT_CARDS"})

    message = run.ensure("message", of=ClaimMessage, find=desk.ready, create=desk.make).value
    checked = run.step("figures", _checked, message, desk, run, work)
    sent = run.ensure("sending", of=Sending, find=lambda: desk.sendings_of(message), create=lambda: desk.send(message))
    claim = {"message": message.number, "sending": sent.value.number, "cards": message.cards, "refund": message.refund}
    corrected = {"corrected": checked.corrected} if checked.corrected else {}
    return sent.outcome(**claim, **corrected, cards_of_roger=checked.of_roger)


def _checked(message: ClaimMessage, desk: ClaimDesk, run: Run, work: Work) -> Checked:
    """What all figures agree on; otherwise nothing is sent, and a person looks.

    Raises ConflictInTarget when the message holds other cards, or another amount, than it says, fewer than waited for
    it, or a card whose refund is not the one that Roger made it with though HELFO has not rejected it.
    """
    bills = desk.bills(message)
    if (len(bills), sum(bill.refund for bill in bills)) != (message.cards, message.refund):
        raise ConflictInTarget("The bills of the claim message do not add up to what it says")
    if not work.ready and (message.cards < work.unsent.cards or message.refund < work.unsent.refund):
        raise ConflictInTarget("The claim message holds less than the cards that were to be claimed")
    return _made_by_roger(bills, run)


def _made_by_roger(bills: Sequence[Bill], run: Run) -> Checked:
    made, corrected = 0, list[int]()
    for bill in bills:
        known = run.remembered(REFUND_OF_CARD, str(bill.card))
        if known is None:
            continue
        made += 1
        if known.value["refund"] != bill.refund:
            if run.remembered(CARD_REJECTED, str(bill.card)) is None:
                raise ConflictInTarget(f"Card {bill.card} is to be claimed with another refund than it was made with")
            corrected.append(bill.card)
    return Checked(of_roger=made, corrected=corrected)


def practices_of(firing: Firing, practices: Iterable[str] = REFUNDS.practices) -> Iterable[PracticeDay]:
    """Each practice of the settings once, on the day that was due."""
    day = firing.due_at.astimezone(OSLO).date()
    for praksis_id in practices:
        reference = f"{firing.schedule}:{firing.due_at:%Y-%m-%dT%H%M}:{praksis_id}"
        yield PracticeDay(reference=reference, praksis_id=praksis_id, day=day)


@health.schedule(
    "nightly-claims", process="refund-claims", cron=f"{REFUNDS.claim_at.minute} {REFUNDS.claim_at.hour} * * *"
)
def claims_of_the_night(firing: Firing) -> Iterable[PracticeDay]:
    """Claim what the day's tests are refunded with."""
    return practices_of(firing)
