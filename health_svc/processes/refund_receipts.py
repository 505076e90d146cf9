"""`refund-receipts`: what HELFO answered to a practice's claims is read back, card by card (HLT-04)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from common.norway.money import kroner
from common.process import Firing, Outcome, OutcomeCode, Retention, Run, Task
from health_svc.processes.refund_claims import CARD_REJECTED, REFUNDS, PracticeDay, practices_of
from health_svc.refunds.claim_desk import ClaimDesk
from health_svc.screens.systemx import SystemX
from health_svc.screens.systemx_settlement import JudgedBill, Judgement, Receipt, Sending
from health_svc.service import health

RECEIPT_READ = "receipt-read"
CLAIM_OVERDUE = "claim-overdue"
REMEMBERED = timedelta(days=400)
"""Longer than SystemX lists a sending."""
ROLE = "refund-officer"
_NAMED = 50
"""How many cards a task names; all of them stand in the result of the case."""


class Answer(BaseModel, frozen=True):
    """HELFO's answer to one sending, and to each of its cards."""

    sending: Sending
    bills: list[JudgedBill]

    @property
    def refused(self) -> bool:
        """Whether HELFO could make nothing of the whole message."""
        return self.sending.receipt is Receipt.REFUSED

    @property
    def adds_up(self) -> bool:
        """Whether every card of the claim, and its whole amount, has been answered."""
        judged = (len(self.bills), sum(bill.refund for bill in self.bills))
        return judged == (self.sending.cards, self.sending.refund)

    def told(self) -> dict[str, Any]:
        """What the caller gets to know; amounts in øre."""
        error = {"error": self.sending.error} if self.refused else {}
        return error | {
            "sending": self.sending.number,
            "message": self.sending.message,
            "receipt": self.sending.receipt.value,
            "cards": self.sending.cards,
            "refund": self.sending.refund,
            "refund_by_result": _by_result(self.bills),
            "results": [
                {"card": bill.card, "refund": bill.refund, "result": bill.result.value, "code": bill.code}
                for bill in self.bills
            ],
        }


@health.process(
    "refund-receipts",
    called="Kvitteringer fra HELFO",
    targets=[SystemX],
    # What a clerk spent on receipts is part of the minutes of each card.
    manual_minutes=0.0,
    due=timedelta(hours=8),
    retention=Retention.HEALTH,
)
def receipts_of_practice(practice: PracticeDay, run: Run) -> Outcome:
    """Read back what HELFO answered to a practice's claims, and tell a person what was not accepted."""
    desk = ClaimDesk(run, practice.praksis_id)
    sendings = run.step("sendings", desk.sendings)
    waiting = [sending for sending in sendings if sending.receipt is Receipt.WAITING]
    answered = {sending: _judged_in(sending, sendings) for sending in sendings if sending not in waiting}
    new = {sending: judged for sending, judged in answered.items() if judged not in waiting and _unread(sending, run)}

    answers = [
        Answer(sending=sending, bills=run.step(f"receipt of sending {sending.number}", desk.judged, judged.number))
        for sending, judged in new.items()
    ]
    _remember_rejected(answers, run)
    overdue = [sending for sending in waiting if _overdue(sending, practice, run)]
    for answer in answers:
        run.remember(RECEIPT_READ, str(answer.sending.number), {}, until=run.today() + REMEMBERED)

    tasks = [*_tasks_of(answers), *(_late(sending) for sending in overdue)]
    detail = {"claims": [answer.told() for answer in answers], "waiting": [sending.number for sending in waiting]}
    if tasks:
        return Outcome(OutcomeCode.REPORTED, detail, tuple(tasks))
    return Outcome(_code(answers), detail)


def _remember_rejected(answers: Iterable[Answer], run: Run) -> None:
    """So that the claim of what somebody has corrected may come to another amount."""
    rejected = (bill for answer in answers for bill in answer.bills if bill.result is Judgement.REJECTED)
    for bill in rejected:
        run.remember(CARD_REJECTED, str(bill.card), {}, until=run.today() + REMEMBERED)


@health.schedule("claim-receipts", process="refund-receipts", cron=REFUNDS.receipts)
def receipts_of_the_day(firing: Firing) -> Iterable[PracticeDay]:
    """Read what HELFO has answered since."""
    return practices_of(firing)


def _code(answers: Sequence[Answer]) -> OutcomeCode:
    """A claim that HELFO has had before stands already."""
    if not answers:
        return OutcomeCode.NOOP
    duplicates = all(answer.sending.receipt is Receipt.DUPLICATE for answer in answers)
    return OutcomeCode.EXISTS if duplicates else OutcomeCode.UPDATED


def _unread(sending: Sending, run: Run) -> bool:
    """Whether no other case has read this receipt; what this one read before it died it reads again."""
    known = run.remembered(RECEIPT_READ, str(sending.number))
    return known is None or known.ours


def _judged_in(sending: Sending, sendings: Sequence[Sending]) -> Sending:
    """Where HELFO's judgement of the cards stands: of a message that it has had before, with that sending."""
    if sending.receipt is not Receipt.DUPLICATE:
        return sending
    of_message = [
        other for other in sendings if other.message == sending.message and other.receipt is not Receipt.REFUSED
    ]
    return min(of_message, key=lambda other: other.number)


def _overdue(sending: Sending, practice: PracticeDay, run: Run) -> bool:
    """Whether a person must ask HELFO, and has not been told so by another case."""
    if practice.day <= sending.sent + timedelta(days=REFUNDS.receipt_days):
        return False
    return run.remember(CLAIM_OVERDUE, str(sending.number), {}, until=run.today() + REMEMBERED).ours


def _by_result(bills: Iterable[JudgedBill]) -> dict[str, int]:
    amounts: Counter[str] = Counter()
    for bill in bills:
        amounts[bill.result.value] += bill.refund
    return dict(amounts)


def _tasks_of(answers: Iterable[Answer]) -> Iterable[Task]:
    for answer in answers:
        number = answer.sending.number
        refused = [bill for bill in answer.bills if bill.result is not Judgement.ACCEPTED]
        if answer.refused:
            yield _refused(answer.sending)
        elif not answer.adds_up:
            yield Task(
                name=f"totals-{number}",
                role=ROLE,
                title=f"Oppgjør {answer.sending.message}: kvitteringen stemmer ikke med kravet",
                text=f"Kravet har {answer.sending.cards} kort på til sammen {kroner(answer.sending.refund)} kr. HELFO har "
                f"svart på {len(answer.bills)} kort på til sammen "
                f"{kroner(sum(bill.refund for bill in answer.bills))} kr. Finn ut hvilke kort som mangler svar.",
            )
        # What came of the cards was told when the first sending was answered.
        if refused and answer.sending.receipt is Receipt.RECEIVED:
            yield Task(
                name=f"refused-{number}",
                role=ROLE,
                title=f"Oppgjør {answer.sending.message}: {len(refused)} kort er ikke godkjent av HELFO",
                text="Rett kortene i SystemX og legg dem klare for ny innsending, eller la dem ligge om de er sendt før: "
                + ", ".join(f"{bill.card} ({_word(bill)})" for bill in refused[:_NAMED])
                + (f" og {len(refused) - _NAMED} til" if len(refused) > _NAMED else ""),
            )


def _word(bill: JudgedBill) -> str:
    if bill.result is Judgement.DUPLICATE:
        return "duplikat"
    return f"avvist, kode {bill.code}" if bill.code else "avvist"


def _refused(sending: Sending) -> Task:
    return Task(
        name=f"message-refused-{sending.number}",
        role=ROLE,
        title=f"Oppgjør {sending.message}: HELFO har avvist hele meldingen",
        text=f"HELFO svarte {sending.error}. Ingen av de {sending.cards} kortene på til sammen {kroner(sending.refund)} kr "
        "er behandlet. Finn ut hva som er galt, rett det og send meldingen på nytt fra SystemX; Roger sender den ikke igjen.",
    )


def _late(sending: Sending) -> Task:
    return Task(
        name=f"late-{sending.number}",
        role=ROLE,
        title=f"Oppgjør {sending.message}: HELFO har ikke svart",
        text=f"Kravet ble sendt {sending.sent:%d.%m.%Y} og har fremdeles ingen kvittering. Se i SystemX om det er kommet "
        "fram, og spør HELFO. Send det ikke på nytt før HELFO har svart.",
    )
