"""`billing-cards`: every refundable test has one billing card in SystemX (HLT-04 of the domain description)."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from common.clock import OSLO
from common.errors import ConflictInTarget, NeedsJudgement, PeriodClosed, SuspectedDuplicate, TemporaryId
from common.norway.national_id import IdKind, NationalIdText
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Subject
from common.refusals import FieldProblem
from common.settings import load
from health_svc.covid_test import TestSite, TestType
from health_svc.patient import Patient
from health_svc.person import Name, Sought, require_lasting_id
from health_svc.screens.systemx import MOST_LINES, CardEntry, CardForm, SystemX
from health_svc.service import health
from health_svc.settings import PracticeId, RefundSettings
from health_svc.tariffs import (
    Bill,
    Count,
    DiagnosisCode,
    PracticeKind,
    Staff,
    TariffCode,
    TestToBill,
    bill_of,
    counted,
)
from health_svc.vaccination import HprNumber

CARD_OF_TEST = "card-of-test"
TEST_OF_DAY = "test-of-day"
REFUND_OF_CARD = "refund-of-card"
CLAIMED_LATER = timedelta(days=31)
"""How long after the last day of a claim its cards are still remembered: until receipts have been read."""
SKEW = timedelta(minutes=5)
"""How far the clock of a station may be ahead of ours."""
CLAIM_MONTHS = load(RefundSettings).claim_months


class TestReason(StrEnum):
    """Why the person was tested; only some of it is refunded."""

    SYMPTOM = "SYMPTOM"
    CLOSE_CONTACT = "CLOSE_CONTACT"
    QUARANTINE = "QUARANTINE"
    OUTBREAK = "OUTBREAK"
    TRAVEL_CERTIFICATE = "TRAVEL_CERTIFICATE"
    EMPLOYER = "EMPLOYER"
    PRIVATE = "PRIVATE"


NOT_REFUNDED = {TestReason.TRAVEL_CERTIFICATE, TestReason.EMPLOYER, TestReason.PRIVATE}


class IdType(StrEnum):
    """What kind of number it is, in the words of the claim message."""

    FNR = "FNR"
    DNR = "DNR"
    HNR = "HNR"
    PNR = "PNR"
    UID = "UID"
    DUF = "DUF"


FOREIGN = {IdType.PNR, IdType.UID}


def _number(text: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo) -> str:
    """A foreign number follows no rule of ours; a person takes over anyway."""
    if info.data.get("id_type") in FOREIGN and isinstance(text, str) and 0 < len(text) <= 40:  # noqa: PLR2004
        return text
    return check(text)


class TariffLine(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    code: TariffCode
    count: Count = 1


class PerformedTest(CaseInput):
    """One test that was taken, to be refunded. The result of the test is nobody's business here."""

    test_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] = Field(
        description="The test's own id; one test never gets two cards", examples=["T-88121"]
    )
    id_type: IdType | None = Field(default=None, description="What kind of number it is; foreign ones go to a person")
    person_id: Annotated[NationalIdText, WrapValidator(_number)] | None = Field(
        default=None, description="National id or D-number. Without one, or with any other, a person takes over."
    )
    family_name: Name = Field(examples=["Nordhaug"])
    given_name: Name = Field(examples=["Ola"])
    birth_date: date | None = None
    test_time: AwareDatetime = Field(description="Not ahead of now", examples=["2026-11-22T09:40:00+01:00"])
    test_site: TestSite = Field(examples=["TRD-LEANGEN"])
    test_type: TestType
    test_reason: TestReason = Field(description="TRAVEL_CERTIFICATE, EMPLOYER and PRIVATE are not refunded: NOOP")
    attended: bool = Field(default=True, description="False where the person was turned away: NOOP")
    practitioner_hpr: HprNumber = Field(description="HPR number of who took the test", examples=["9999201"])
    delegated_by_hpr: HprNumber | None = Field(default=None, description="Of the doctor who delegated it")
    praksis_id: PracticeId = Field(examples=["1000099999"])
    praksistype: PracticeKind
    takst_lines: Annotated[list[TariffLine], Field(min_length=1, max_length=MOST_LINES)] | None = Field(
        default=None, description="May be left out: the signed mapping decides, and a person where they differ"
    )
    diagnosis_code: DiagnosisCode = Field(examples=["R992"])
    diagnosis_system: Annotated[str, StringConstraints(pattern=r"^ICPC-2$")] = "ICPC-2"
    exempt_share_code: Annotated[str, StringConstraints(pattern=r"^[ABFGH]$")] = Field(
        default="A", description="Why the patient pays no share; A: infectious disease"
    )
    debitor: Annotated[str, StringConstraints(pattern=r"^[1-9]$")] = "1"
    insured_abroad: bool = Field(default=False, description="A foreign patient's card needs a person")
    remark: Annotated[str, StringConstraints(max_length=120)] = Field(
        default="", description="Internal note on the card"
    )

    @property
    def subject(self) -> Subject | None:
        return Subject("person", self.person_id) if self.person_id else None

    @property
    def day(self) -> date:
        """The day of the test in Norway."""
        return self.test_time.astimezone(OSLO).date()

    @property
    def staff(self) -> Staff:
        """Whose work it was, as far as tariffs tell people apart."""
        if self.delegated_by_hpr:
            return Staff.DELEGATED
        return Staff.NURSE if self.praksistype is PracticeKind.SYPL else Staff.DOCTOR

    @property
    def not_refunded(self) -> str | None:
        """Why HELFO pays nothing for it; None where it does."""
        if not self.attended:
            return "NOT_ATTENDED"
        return self.test_reason.value if self.test_reason in NOT_REFUNDED else None

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.test_time > now + SKEW:
            yield FieldProblem("test_time", "DATE_OUT_OF_RANGE", "The test lies ahead of now.")


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
    billed = run.step("billed", _billed, test, run)
    if billed is not None:
        return _card_again(billed, test, patient)
    if run.today() > last_day_of_claim(test.day):
        raise PeriodClosed
    if test.insured_abroad:
        raise NeedsJudgement("A patient insured abroad needs fields that a person fills in")
    bill = bill_of(_to_bill(test), run)
    form = _form(test, bill)

    person = patient.ensure()
    standing = run.step("card before", _CardBefore(test, run, patient, person.number))
    if standing is not None:
        _remember(test, run, person.number, standing)
        return _exists(standing)
    card = run.ensure(
        "card", of=CardEntry, find=lambda: patient.cards(test.day), create=lambda: patient.make_card(form, bill)
    )
    if not card.created:
        raise SuspectedDuplicate("Somebody else has made a card for this person and day")
    _remember(test, run, person.number, card.value)
    if card.value.refund != bill.refund or card.value.share:
        raise ConflictInTarget("The card that stands in SystemX comes to another amount than the signed tariffs")
    versions = {"tariffs": bill.tariffs, "mapping": bill.mapping}
    return card.outcome(card=card.value.number, refund=card.value.refund, lines=dict(bill.lines), **versions)


def last_day_of_claim(day: date, months: int = CLAIM_MONTHS) -> date:
    """The last day on which a test of that day can be claimed: the same day so many months later, or the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _billed(test: PerformedTest, run: Run) -> int | None:
    """The number of the card that some case has given this very test; asked once, before anything is made."""
    known = run.remembered(CARD_OF_TEST, test.test_id)
    return int(known.value["card"]) if known is not None else None


def _card_again(number: int, test: PerformedTest, patient: Patient) -> Outcome:
    """The same test once more: its card stands, or a person looks where it has gone."""
    patient.ensure()
    card = next((card for card in patient.cards(test.day) if card.number == number), None)
    if card is None:
        raise ConflictInTarget("The card that this test was given is not there any more")
    return _exists(card)


class _CardBefore:
    """The look before anything is made: a card that carries this test's id, if there is one."""

    def __init__(self, test: PerformedTest, run: Run, patient: Patient, number: str) -> None:
        self._test, self._run, self._patient, self._number = test, run, patient, number

    def __call__(self) -> CardEntry | None:
        """None means that a card may be made; raises SuspectedDuplicate where it may not."""
        standing = self._patient.cards(self._test.day)
        if len(standing) == 1 and self._test.test_id in standing[0].note.split():
            return standing[0]
        if self._run.remembered(TEST_OF_DAY, _person_and_day(self._number, self._test.day)) is not None:
            raise SuspectedDuplicate("Another test of this person and day has a card")
        if standing:
            raise SuspectedDuplicate("A card that Roger did not make stands on that day")
        return None


def _person_and_day(number: str, day: date) -> str:
    return f"{number}:{day}"


def _exists(card: CardEntry) -> Outcome:
    return Outcome(OutcomeCode.EXISTS, {"card": card.number, "refund": card.refund})


def _remember(test: PerformedTest, run: Run, number: str, card: CardEntry) -> None:
    """Tell later cases of the card, until the test cannot be claimed any more."""
    until = last_day_of_claim(test.day) + CLAIMED_LATER
    run.remember(CARD_OF_TEST, test.test_id, {"card": card.number}, until=until)
    run.remember(TEST_OF_DAY, _person_and_day(number, test.day), {"test": test.test_id}, until=until)
    run.remember(REFUND_OF_CARD, str(card.number), {"refund": card.refund}, until=until)


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
