"""The domain's own example of PAY-01, at the moment it was written for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from assignment_office import Office, an_assignment

from common.process import OutcomeCode
from common.testing import FixedClock, Person
from payroll_svc.assignments.claimed_hours import ClaimedHours

CLOCK = FixedClock(datetime.fromisoformat("2026-11-20T08:00:00+01:00"))
NINA = Person(number="08888010077", family_name="Øyås", given_name="Nina", birth_date=date(1980, 8, 8))
EXAMPLE: dict[str, Any] = {
    "person_id": "08888010077",
    "family_name": "Øyås",
    "given_name": "Nina",
    "oppdrag_nr": "OPP-7781",
    "ytelse_code": "STOTTEKONTAKT",
    "period": "2026-11",
    "lines": [
        {"date": "2026-11-04", "from": "16:00", "to": "19:00"},
        {"date": "2026-11-18", "from": "16:00", "to": "19:30"},
    ],
    "km": 24,
    "expenses": 0,
    "approved_by": "enhl03",
    "approved_at": "2026-11-19T08:02:00+01:00",
    "vedtak_ref": "V-2026-3391 (8 h/month)",
}


def test_six_and_a_half_hours_of_eight_are_registered() -> None:
    office = Office(holder=NINA, clock=CLOCK)
    office.payroll.assignments = [an_assignment(NINA, number="OPP-7781")]
    claimed = ClaimedHours.model_validate(EXAMPLE)
    assert list(claimed.breaches(CLOCK())) == []
    assert claimed.deadline(CLOCK()) == datetime.fromisoformat("2026-11-23T08:00:00+01:00")
    outcome = office.perform(claimed)
    assert (outcome.code, outcome.detail["hours"], outcome.tasks) == (OutcomeCode.CREATED, "6.50", ())
    assert [(sheet.hundredths, sheet.km) for sheet in office.standing] == [(650, 24)]
