"""The domain's own examples of HLT-03, each at the moment it was written for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from doses import VACCINES, breaches_of
from hspro_in_memory import HsProInMemory, journal

from common.errors import LimitExceeded
from common.process import OutcomeCode
from common.testing import FixedClock, MemoryCase, MemoryRegisters, Person
from health_svc.doses.vaccination import Vaccination
from health_svc.processes.vaccinations import register_vaccination
from health_svc.screens.hspro_vaccination import Batch, Dose

CLOCK = FixedClock(datetime.fromisoformat("2021-03-16T12:00:00+01:00"))
SOLVEIG = Person(number="05813810036", family_name="Myrvold", given_name="Solveig", birth_date=date(1938, 1, 5))
BJORN = Person(number="14884910138", family_name="Åsen", given_name="Bjørn", birth_date=date(1949, 8, 14))
COMMON: dict[str, Any] = {
    "vaccine_code": "BNT03",
    "indication": "AGE",
    "given_abroad": False,
    "contraindication_answers": {},
    "consent": True,
    "reaction_observed": False,
    "remark": "",
}
FIRST = COMMON | {
    "form_id": "7b7f3c1e-0001-4a10-9c55-000000000001",
    "person_id": "05813810036",
    "family_name": "Myrvold",
    "given_name": "Solveig",
    "vaccinated_at": "2021-03-04T09:11:00+01:00",
    "batch_no": "SYN1234",
    "dose_no": 1,
    "site": "LEFT_ARM",
    "vaccinator_hpr": "9999101",
}
SECOND = COMMON | {
    "form_id": "7b7f3c1e-0001-4a10-9c55-000000000002",
    "person_id": "14884910138",
    "family_name": "Åsen",
    "given_name": "Bjørn",
    "vaccinated_at": "2021-03-16T10:30:00+01:00",
    "batch_no": "SYN1240",
    "dose_no": 2,
    "site": "RIGHT_ARM",
    "vaccinator_hpr": "9999102",
}


@pytest.fixture
def hspro() -> HsProInMemory:
    registers = MemoryRegisters()
    registers.store("vaccines", VACCINES, valid_from=date(2020, 12, 27))
    hspro = HsProInMemory(case=MemoryCase(registers=registers))
    hspro.batches = [
        Batch(vaccine="BNT03", number=number, expiry=date(2021, 7, 31)) for number in ("SYN1234", "SYN1240")
    ]
    for someone in (SOLVEIG, BJORN):
        hspro.know(someone, journal())
    return hspro


def test_a_first_dose_told_twelve_days_later_is_registered(hspro: HsProInMemory) -> None:
    given = Vaccination.model_validate(FIRST)
    assert breaches_of(given, CLOCK()) == []
    outcome = register_vaccination(given, hspro.case.run(hspro.screens(), clock=CLOCK))
    assert (outcome.code, outcome.tasks) == (OutcomeCode.CREATED, ())


def test_a_second_dose_twelve_days_after_the_first_is_for_a_person(hspro: HsProInMemory) -> None:
    before = Dose(number="V-0", vaccine="BNT03", day=date(2021, 3, 4), dose_no=1, batch="SYN1240")
    hspro.doses[BJORN.number] = [before]
    given = Vaccination.model_validate(SECOND)
    assert breaches_of(given, CLOCK()) == []
    with pytest.raises(LimitExceeded):
        register_vaccination(given, hspro.case.run(hspro.screens(), clock=CLOCK))
    assert hspro.doses[BJORN.number] == [before]
