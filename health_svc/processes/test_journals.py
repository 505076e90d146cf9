"""`test-journals`: everyone tested has an infection-control journal in HsPro (HLT-01 of the domain description)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from common.clock import OSLO
from common.process import Outcome, Retention, Run
from common.refusals import FieldProblem
from health_svc.covid_test import TestSite, TestType
from health_svc.journal import INFECTION_CONTROL, UNIT, PersonFile, ensure_journal
from health_svc.person import PersonCase
from health_svc.screens.hspro import HsPro, JournalForm
from health_svc.service import health

EARLIEST = timedelta(days=30)
LATEST = timedelta(days=1)


SITES = {"TRD-LEANGEN": "Leangen", "TRD-SPEKTRUM": "Spektrum", "TRD-HEIMDAL": "Heimdal"}
"""Test stations by the name HsPro knows them under; any other is "Annet" there."""
TYPES = {TestType.PCR: "PCR", TestType.ANTIGEN: "Antigen"}


class TestedPerson(PersonCase):
    """One person who has been tested, or will be within a day. The result of the test is nobody's business here."""

    test_time: AwareDatetime = Field(
        description="At most 30 days ago and at most one day ahead", examples=["2026-11-22T09:40:00+01:00"]
    )
    test_site: TestSite = Field(examples=["TRD-LEANGEN"])
    test_type: TestType

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
    return ensure_journal(PersonFile(run, tested.sought(run)), _form(tested, run.now()))


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
        contact=tested.contact,
        source=tested.reference,
    )
