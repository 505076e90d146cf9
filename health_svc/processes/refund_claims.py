"""`refund-claims`: every night the unsent cards of each practice go to HELFO in one claim message (HLT-04)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pydantic import Field

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


class PracticeDay(CaseInput):
    """One practice, on one day."""

    praksis_id: PracticeId = Field(examples=["1000099999"])
    day: date = Field(examples=["2026-11-23"])

    @property
    def subject(self) -> Subject:
        return Subject("practice", self.praksis_id)


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
    ours = run.step("agreed", _agreed, message, desk, run, work)
    sent = run.ensure("sending", of=Sending, find=lambda: desk.sendings_of(message), create=lambda: desk.send(message))
    claim = {"message": message.number, "sending": sent.value.number, "cards": message.cards, "refund": message.refund}
    return sent.outcome(**claim, cards_of_roger=len(ours))


def _agreed(message: ClaimMessage, desk: ClaimDesk, run: Run, work: Work) -> list[Bill]:
    """The bills that Roger made, when all figures agree; otherwise nothing is sent, and a person looks.

    Raises ConflictInTarget when the message holds other cards, or another amount, than it says, fewer than waited for
    it, or a card whose refund is not the one that Roger made it with.
    """
    bills = desk.bills(message)
    if (len(bills), sum(bill.refund for bill in bills)) != (message.cards, message.refund):
        raise ConflictInTarget("The bills of the claim message do not add up to what it says")
    if not work.ready and (message.cards < work.unsent.cards or message.refund < work.unsent.refund):
        raise ConflictInTarget("The claim message holds less than the cards that were to be claimed")
    return _made_by_roger(bills, run)


def _made_by_roger(bills: Sequence[Bill], run: Run) -> list[Bill]:
    made: list[Bill] = []
    for bill in bills:
        known = run.remembered(REFUND_OF_CARD, str(bill.card))
        if known is not None and known.value["refund"] != bill.refund:
            raise ConflictInTarget(f"Card {bill.card} is to be claimed with another refund than it was made with")
        made += [bill] if known is not None else []
    return made


def practices_of(firing: Firing) -> Iterable[PracticeDay]:
    """Each practice of the settings once, on the day that was due."""
    day = firing.due_at.astimezone(OSLO).date()
    for praksis_id in REFUNDS.practices:
        reference = f"{firing.schedule}:{firing.due_at:%Y-%m-%dT%H%M}:{praksis_id}"
        yield PracticeDay(reference=reference, praksis_id=praksis_id, day=day)


@health.schedule(
    "nightly-claims", process="refund-claims", cron=f"{REFUNDS.claim_at.minute} {REFUNDS.claim_at.hour} * * *"
)
def claims_of_the_night(firing: Firing) -> Iterable[PracticeDay]:
    """Claim what the day's tests are refunded with."""
    return practices_of(firing)
