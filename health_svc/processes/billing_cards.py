"""`billing-cards`: every refundable test has one billing card in SystemX (HLT-04 of the domain description)."""

from __future__ import annotations

from datetime import date, timedelta

from common.errors import ConflictInTarget, NeedsJudgement, PeriodClosed, SuspectedDuplicate, TemporaryId
from common.norway.calendar import months_later
from common.norway.national_id import IdKind
from common.person import Sought, require_lasting_id
from common.process import Fact, Outcome, OutcomeCode, Retention, Run
from common.settings import load
from health_svc.refunds.patient import Patient
from health_svc.refunds.performed_test import FOREIGN, HELFO, PerformedTest
from health_svc.refunds.settings import RefundSettings
from health_svc.refunds.tariffs import Bill, TestToBill, bill_of, counted
from health_svc.screens.systemx import MOST_LINES, CardEntry, CardForm, SystemX
from health_svc.service import health

CARD_OF_TEST = "card-of-test"
TEST_OF_DAY = "test-of-day"
REFUND_OF_CARD = "refund-of-card"
CLAIMED_LATER = timedelta(days=31)
"""How long after the last day of a claim its cards are still remembered: until receipts have been read."""
CLAIM_MONTHS = load(RefundSettings).claim_months


@health.process(
    "billing-cards",
    called="Regningskort",
    targets=[SystemX],
    manual_minutes=0.64,
    due=timedelta(days=1),
    retention=Retention.HEALTH,
)
def card_of_performed_test(test: PerformedTest, run: Run) -> Outcome:
    """See to it that a performed test has its billing card in SystemX, so that HELFO refunds it."""
    if test.not_refunded:
        return Outcome(OutcomeCode.NOOP, {"reason": test.not_refunded})
    patient = Patient(run, _sought(test, run))
    if _billed(test, run) is None:
        _claim(test, run)  # what cannot be claimed makes nobody a patient
    # Only now is nobody else at work on this person, under whatever number: what is asked from here on stays true.
    person = patient.ensure()
    billed = run.step("billed", _billed, test, run)
    if billed is not None:
        return _card_again(billed, test, patient)
    bill, form = _claim(test, run)

    standing = run.step("card before", _CardBefore(test, run, patient, person.number, bill))
    if standing is not None:
        _remember(test, run, person.number, standing)
        return _exists(standing)
    card = run.ensure(
        "card", of=CardEntry, find=lambda: patient.cards(test.day), create=lambda: patient.make_card(form, bill)
    )
    if not card.created:
        raise SuspectedDuplicate("Somebody else has made a card for this person and day")
    if not _remember(test, run, person.number, card.value).ours:
        raise ConflictInTarget("SystemX has given this number to another card before")
    if card.value.refund != bill.refund or card.value.share:
        raise ConflictInTarget("The card that stands in SystemX comes to another amount than the signed tariffs")
    versions = {"tariffs": bill.tariffs, "mapping": bill.mapping}
    return card.outcome(card=card.value.number, refund=card.value.refund, lines=dict(bill.lines), **versions)


def _claim(test: PerformedTest, run: Run) -> tuple[Bill, CardForm]:
    """What HELFO is to be asked for; raises PeriodClosed, NeedsJudgement and what `bill_of` raises."""
    if run.today() > last_day_of_claim(test.day):
        raise PeriodClosed
    if test.insured_abroad:
        raise NeedsJudgement("A patient insured abroad needs fields that a person fills in")
    if test.debitor != HELFO:
        raise NeedsJudgement("Somebody else than HELFO is to pay, and yet the test is said to be refunded")
    bill = bill_of(_to_bill(test), run)
    return bill, _form(test, bill)


def last_day_of_claim(day: date, months: int = CLAIM_MONTHS) -> date:
    """The last day on which a test of that day can be claimed: the same day so many months later, or the month's last."""
    return months_later(day, months)


def _billed(test: PerformedTest, run: Run) -> int | None:
    """The number of the card that some case has given this very test; asked once, before anything is made."""
    known = run.remembered(CARD_OF_TEST, test.test_id)
    return int(known.value["card"]) if known is not None else None


def _card_again(number: int, test: PerformedTest, patient: Patient) -> Outcome:
    """The same test once more: its card stands, or a person looks where it has gone."""
    card = next((card for card in patient.cards(test.day) if card.number == number), None)
    if card is None:
        raise ConflictInTarget("The card that this test was given is not there any more")
    return _exists(card)


class _CardBefore:
    """The look before anything is made: a card that carries this test's id, if there is one."""

    def __init__(self, test: PerformedTest, run: Run, patient: Patient, number: str, bill: Bill) -> None:
        self._test, self._run, self._patient, self._number, self._bill = test, run, patient, number, bill

    def __call__(self) -> CardEntry | None:
        """None means that a card may be made; raises SuspectedDuplicate or LimitExceeded where it may not."""
        standing = self._patient.cards(self._test.day)
        if len(standing) == 1 and self._test.test_id in standing[0].note.split():
            return standing[0]
        if self._run.remembered(TEST_OF_DAY, _person_and_day(self._number, self._test.day)) is not None:
            raise SuspectedDuplicate("Another test of this person and day has a card")
        if standing:
            raise SuspectedDuplicate("A card that Roger did not make stands on that day")
        if self._bill.most_per_year:
            self._bill.require_within_year(self._patient.tariffs_of_year(self._test.day.year))
        return None


def _person_and_day(number: str, day: date) -> str:
    return f"{number}:{day}"


def _exists(card: CardEntry) -> Outcome:
    return Outcome(OutcomeCode.EXISTS, {"card": card.number, "refund": card.refund})


def _remember(test: PerformedTest, run: Run, number: str, card: CardEntry) -> Fact:
    """Tell later cases of the card, until the test cannot be claimed any more; gives what is known under its number."""
    until = last_day_of_claim(test.day) + CLAIMED_LATER
    run.remember(CARD_OF_TEST, test.test_id, {"card": card.number}, until=until)
    run.remember(TEST_OF_DAY, _person_and_day(number, test.day), {"test": test.test_id}, until=until)
    return run.remember(REFUND_OF_CARD, str(card.number), {"refund": card.refund}, until=until)


def _sought(test: PerformedTest, run: Run) -> Sought:
    if test.id_type in FOREIGN:
        raise TemporaryId
    declared = IdKind(test.id_type.value) if test.id_type else None
    number = require_lasting_id(test.person_id, declared=declared, accepts_synthetic=run.case.accepts_synthetic)
    return Sought(number, test.family_name, test.given_name)


def _to_bill(test: PerformedTest) -> TestToBill:
    claimed = test.takst_lines
    return TestToBill(
        test_type=test.test_type,
        test_site=test.test_site,
        staff=test.staff,
        day=test.day,
        diagnosis=test.diagnosis_code,
        minutes=test.minutes,
        claimed=counted((line.code, line.count) for line in claimed) if claimed is not None else None,
    )


def _form(test: PerformedTest, bill: Bill) -> CardForm:
    if len(bill.lines) > MOST_LINES:
        raise NeedsJudgement("The signed mapping names more tariffs than a card has lines")
    lines = {
        f"{name}{number}": value
        for number, line in enumerate(bill.lines.items(), start=1)
        for name, value in zip(("code", "count"), line, strict=True)
    }
    return CardForm.model_validate(
        lines
        | {
            "at": test.test_time,
            "practice": test.praksis_id,
            "practice_kind": test.praksistype.value,
            "practitioner": test.practitioner_hpr,
            "delegated_by": test.delegated_by_hpr,
            "diagnosis": test.diagnosis_code,
            "code_system": test.diagnosis_system,
            "exemption": test.exempt_share_code,
            "debtor": test.debitor,
            "note": test.remark or None,
        }
    )
