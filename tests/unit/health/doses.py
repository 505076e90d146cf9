"""Doses, batches and the register of vaccines, for tests of vaccination."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from common.testing import FixedClock, Person, person
from health_svc.doses.vaccination import Vaccination
from health_svc.doses.vaccines import Vaccine
from health_svc.screens.hspro_vaccination import Batch, Dose

NOW = FixedClock()()
TODAY = NOW.date()
_numbers = count(1)

COMIRNATY = Vaccine(
    code="BNT03",
    product="Comirnaty",
    minimum_interval_days=21,
    minimum_age=16,
    max_doses=3,
    first_day=date(2020, 12, 27),
    may_follow=("ASZ03",),
)
SPIKEVAX = Vaccine(
    code="MOD03",
    product="Spikevax",
    minimum_interval_days=28,
    minimum_age=18,
    max_doses=3,
    first_day=date(2021, 1, 6),
)
VAXZEVRIA = Vaccine(
    code="ASZ03",
    product="Vaxzevria",
    minimum_interval_days=28,
    minimum_age=18,
    max_doses=2,
    first_day=date(2021, 2, 1),
    last_day=date(2021, 3, 11),
)
VACCINES = (COMIRNATY, SPIKEVAX, VAXZEVRIA)
BATCH = Batch(vaccine="BNT03", number="SYN1234", expiry=TODAY + timedelta(days=90))


def a_vaccination(of: Person | None = None, **changes: Any) -> Vaccination:
    """A first dose of Comirnaty given two hours ago."""
    someone = of or person()
    row = {
        "form_id": str(uuid4()),
        "person_id": someone.number,
        "family_name": someone.family_name,
        "given_name": someone.given_name,
        "vaccinated_at": (NOW - timedelta(hours=2)).isoformat(),
        "vaccine_code": "BNT03",
        "batch_no": BATCH.number,
        "dose_no": 1,
        "site": "LEFT_ARM",
        "vaccinator_hpr": "9999101",
        "indication": "AGE",
        "contraindication_answers": {"ALLERGIC_REACTION": False},
        "consent": True,
        "reaction_observed": False,
    }
    return Vaccination.model_validate(row | changes)


def a_dose(*, days_ago: int, vaccine: str = "BNT03", dose_no: int = 1, batch: str = "SYN1", number: str = "") -> Dose:
    """A dose that stands in HsPro."""
    day = TODAY - timedelta(days=days_ago)
    return Dose(number=number or f"V-9{next(_numbers):03}", vaccine=vaccine, day=day, dose_no=dose_no, batch=batch)


def breaches_of(given: Vaccination, now: datetime) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in given.breaches(now)]
