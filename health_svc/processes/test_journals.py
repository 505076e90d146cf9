"""`test-journals`: everyone tested has an infection-control journal in HsPro (HLT-01 of the domain description)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AliasChoices, AwareDatetime, Field, StringConstraints

from common.clock import OSLO
from common.norway.national_id import IdKind, NationalIdText
from common.norway.phone import PhoneNumber, PostalCode
from common.process import CaseInput, Outcome, Retention, Run, Subject
from common.refusals import FieldProblem
from health_svc.journal import INFECTION_CONTROL, UNIT, PersonFile, Sought, ensure_journal, require_lasting_id
from health_svc.screens.hspro import HsPro, JournalForm
from health_svc.service import health

Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]

EARLIEST = timedelta(days=30)
LATEST = timedelta(days=1)


class TestType(StrEnum):
    PCR = "PCR"
    ANTIGEN = "ANTIGEN"


SITES = {"TRD-LEANGEN": "Leangen", "TRD-SPEKTRUM": "Spektrum", "TRD-HEIMDAL": "Heimdal"}
"""Test stations by the name HsPro knows them under; any other is "Annet" there."""
TYPES = {TestType.PCR: "PCR", TestType.ANTIGEN: "Antigen"}


class TestedPerson(CaseInput):
    """One person who has been tested, or will be within a day. The result of the test is nobody's business here."""

    person_id: NationalIdText | None = Field(
        default=None,
        description="National id or D-number. Without one, or with a temporary one, a person takes over.",
        examples=["17838410103"],
    )
    id_type: IdKind | None = Field(default=None, description="What kind of number it is, where that may be doubtful")
    family_name: Name = Field(examples=["Nordhaug"])
    given_name: Name = Field(examples=["Ola"])
    birth_date: date | None = None
    test_time: AwareDatetime = Field(
        description="At most 30 days ago and at most one day ahead", examples=["2026-11-22T09:40:00+01:00"]
    )
    test_site: Annotated[str, StringConstraints(pattern=r"^[A-ZÆØÅ0-9-]{2,32}$")] = Field(examples=["TRD-LEANGEN"])
    test_type: TestType
    phone: PhoneNumber | None = None
    address: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    postal_code: PostalCode | None = Field(default=None, validation_alias=AliasChoices("postal_code", "postnr"))

    @property
    def subject(self) -> Subject | None:
        return Subject("person", self.person_id) if self.person_id else None

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.test_time > now + LATEST:
            yield FieldProblem("test_time", "DATE_OUT_OF_RANGE", "The test is more than one day ahead.")
        if self.test_time < now - EARLIEST:
            yield FieldProblem("test_time", "DATE_OUT_OF_RANGE", "The test is more than 30 days ago.")


@health.process(
    "test-journals",
    called="Smittevernjournaler",
    targets=[HsPro],
    manual_minutes=1.76,
    due=timedelta(hours=4),
    retention=Retention.HEALTH,
)
def journal_of_tested_person(tested: TestedPerson, run: Run) -> Outcome:
    """See to it that everyone tested has an infection-control journal; create it if it is missing."""
    number = require_lasting_id(tested.person_id, declared=tested.id_type, accepts_synthetic=run.case.accepts_synthetic)
    file = PersonFile(run, Sought(number, tested.family_name, tested.given_name))
    return ensure_journal(file, _form(tested, run.now()))


def _form(tested: TestedPerson, now: datetime) -> JournalForm:
    return JournalForm(
        type=INFECTION_CONTROL,
        unit=UNIT,
        opened=now.astimezone(OSLO).date(),
        reason="Test",
        test_site=SITES.get(tested.test_site, "Annet"),
        test_type=TYPES[tested.test_type],
        test_time=tested.test_time,
        phone=tested.phone,
        address=tested.address,
        postal_code=tested.postal_code,
        contact="SMS" if tested.phone else "Brev",
        source=tested.reference,
    )
