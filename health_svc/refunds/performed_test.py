"""One test as the station's list tells it, with what can be checked before SystemX is asked (HLT-04)."""

from __future__ import annotations

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
from common.norway.national_id import NationalIdText
from common.person import Name
from common.process import CaseInput, Subject
from common.refusals import FieldProblem
from health_svc.covid_test import TestSite, TestType
from health_svc.doses.vaccination import HprNumber
from health_svc.refunds.settings import PracticeId
from health_svc.refunds.tariffs import Count, DiagnosisCode, PracticeKind, Staff, TariffCode
from health_svc.screens.systemx import MOST_LINES

SKEW = timedelta(minutes=5)
"""How far the clock of a station may be ahead of ours."""


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
HELFO = "1"
"""The debtor of whatever is refunded."""


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
    minutes: Annotated[int, Field(ge=0, le=1_440)] | None = Field(
        default=None,
        description="How many minutes the consultation took; told where a tariff demands a least time, else a person "
        "takes over",
        examples=[20],
    )
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
    debitor: Annotated[str, StringConstraints(pattern=r"^[1-9]$")] = Field(
        default=HELFO, description="Who pays; 1: HELFO. With any other a person takes over."
    )
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
