"""The domain's own example of PAY-04, at the moment it was written for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from positions_in_memory import PositionsInMemory

from common.process import OutcomeCode
from common.testing import FixedClock, MemoryCase
from payroll_svc.positions.check import PersonsPositions
from payroll_svc.processes.position_percentage_checks import check_of_person

CLOCK = FixedClock(datetime.fromisoformat("2026-11-22T09:00:00+01:00"))
OVE: dict[str, Any] = {
    "person_id": "15855510151",
    "family_name": "Brattli",
    "given_name": "Ove",
    "period": "2026-11",
    "positions": [
        {
            "employee_no": "101",
            "position_no": "A",
            "unit": "311874322",
            "percent": 60.0,
            "from": "2020-01-01",
            "to": None,
            "type": "FAST",
            "leave": [],
        },
        {
            "employee_no": "101",
            "position_no": "B",
            "unit": "312900114",
            "percent": 50.0,
            "from": "2026-11-01",
            "to": "2026-11-30",
            "type": "VIKAR",
            "leave": [],
        },
    ],
}


def test_a_permanent_position_and_a_substitutes_are_110_in_all_of_november() -> None:
    given = PersonsPositions.model_validate(OVE)
    assert list(given.breaches(CLOCK())) == []
    outcome = check_of_person(given, MemoryCase().run(PositionsInMemory().screens(), clock=CLOCK))
    detail = outcome.detail
    assert outcome.code is OutcomeCode.REPORTED
    assert (detail["maximum"], detail["first_day"], detail["last_day"]) == ("110.00", "2026-11-01", "2026-11-30")
    assert [task.unit for task in outcome.tasks] == ["311874322", "312900114"]
