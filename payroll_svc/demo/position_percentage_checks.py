"""A day of checks of positions: who holds what, how the payroll system stands, what must come out."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow, Situation
from common.local.town import CREATED, EXISTS, Made, situations
from common.norway.national_id import IdKind
from payroll_svc.demo.town import LONG_AGO, UNITS, Town

NOOP, REPORTED = ("done", "NOOP"), ("done", "REPORTED")
DUF = "201012345611"
SCHOOL, HOME, TOWN_HALL = UNITS
_EXTRA_DUTY = "T1"
"""The number of positions that the payroll office has approved on top of a full one."""


def check(town: Town, person: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One check of this person in the month, by what the payroll system has."""
    row = {"reference": town.reference("P"), "person_id": person["national_id"], "period": town.month()}
    return row | changes


def told(employee: dict[str, Any]) -> list[dict[str, Any]]:
    """The positions of an employee as an HR system hands them over: percentages as decimals."""
    return [
        {
            "employee_no": employee["employee_no"],
            "percent": position["percent"] / 100,
            "leave": [leave | {"percent": leave["percent"] / 100} for leave in position.get("leaves", [])],
        }
        | {name: position[name] for name in ("position_no", "unit", "type", "from", "to") if name in position}
        for position in employee["positions"]
    ]


def held(town: Town, number: str, percent: int, unit: str, **facts: Any) -> dict[str, Any]:
    return town.position(number, percent=percent, unit=unit, **facts)


def _substitute(town: Town, percent: int = 50_00, **facts: Any) -> dict[str, Any]:
    """At the nursing home, all of this month."""
    first, last = town.first_day().isoformat(), town.last_day().isoformat()
    return held(town, "B1", percent, HOME, **{"type": "VIKAR", "from": first, "to": last} | facts)


def _judged(town: Town, ending: tuple[str, str], *positions: dict[str, Any], **changes: Any) -> Made:
    """Somebody in these positions, whose check tells them."""
    employee = town.employed(town.person(), *positions)
    return [check(town, employee, positions=told(employee), **changes)], [ending]


def _read(town: Town, ending: tuple[str, str], *positions: dict[str, Any], **facts: Any) -> Made:
    """Somebody in these positions, whose check leaves them to the payroll system."""
    return [check(town, town.employed(town.person(), *positions, **facts))], [ending]


def _within(town: Town) -> Made:
    return _judged(town, NOOP, held(town, "A1", 60_00, SCHOOL), _substitute(town, 39_99))


def _exactly_full(town: Town) -> Made:
    return _judged(town, NOOP, held(town, "A1", 60_00, SCHOOL), _substitute(town, 40_00))


def _over(town: Town) -> Made:
    return _judged(town, REPORTED, held(town, "A1", 60_00, SCHOOL), _substitute(town, 40_01))


def _over_in_three_units(town: Town) -> Made:
    third = held(town, "C1", 33_33, TOWN_HALL)
    return _judged(town, REPORTED, held(town, "A1", 60_00, SCHOOL), _substitute(town), third)


def _hours_and_duties(town: Town) -> Made:
    others = [held(town, kind, 50_00, HOME, type=kind) for kind in ("TIME", "OPPDRAG", "VERV")]
    return _judged(town, NOOP, held(town, "A1", 100_00, SCHOOL), *others)


def _on_leave(town: Town) -> Made:
    away = [{"from": town.first_day().isoformat(), "percent": 50_00}]
    return _judged(town, NOOP, held(town, "A1", 100_00, SCHOOL, leaves=away), _substitute(town))


def _change_over(town: Town) -> Made:
    day = (town.first_day() + timedelta(days=14)).isoformat()
    begins = {"from": day, "to": None}
    return _judged(town, NOOP, held(town, "A1", 100_00, SCHOOL, to=day), held(town, "B1", 100_00, HOME, **begins))


def _on_one_day(town: Town) -> Made:
    day = town.last_day().isoformat()
    return _judged(town, REPORTED, held(town, "A1", 60_00, SCHOOL), _substitute(town), period=None, as_of=day)


def _approved(town: Town) -> Made:
    return _judged(town, NOOP, held(town, "A1", 100_00, SCHOOL), held(town, _EXTRA_DUTY, 20_00, SCHOOL))


def _told_twice(town: Town) -> Made:
    employee = town.employed(town.person(), held(town, "A1", 60_00, SCHOOL), _substitute(town))
    return [check(town, employee, positions=told(employee)) for _ in range(2)], [REPORTED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    rows, _ = _within(town)
    return [rows[0], dict(rows[0])], [NOOP, (RESUBMITTED, "NOOP")]


def _two_records(town: Town) -> Made:
    person = town.person()
    records = [town.employed(person, held(town, "A1", 50_00, unit)) for unit in (SCHOOL, HOME)]
    positions = [position for record in records for position in told(record)]
    return [check(town, person, positions=positions)], [("manual", "AMBIGUOUS_HIT")]


def _two_records_read(town: Town) -> Made:
    person = town.person()
    for unit in (SCHOOL, HOME):
        town.employed(person, held(town, "A1", 50_00, unit))
    return [check(town, person)], [("manual", "AMBIGUOUS_HIT")]


def _too_large(town: Town) -> Made:
    return _judged(town, ("manual", "INVALID_VALUE"), held(town, "A1", 100_01, SCHOOL))


def _substitute_goes_on(town: Town) -> Made:
    return _judged(town, REPORTED, held(town, "A1", 60_00, SCHOOL), _substitute(town, to=None))


def _substitute_has_finished(town: Town) -> Made:
    yesterday = (town.first_day() - timedelta(days=1)).isoformat()
    forgotten = held(town, "B1", 50_00, HOME, type="VIKAR")
    return _read(town, ("manual", "CONFLICT_IN_TARGET"), forgotten, status="LEFT", employment_end=yesterday)


def _substitute_has_ended_meanwhile(town: Town) -> Made:
    employee = town.employed(town.person(), held(town, "A1", 60_00, SCHOOL), _substitute(town))
    positions = [position | {"to": None} for position in told(employee)]
    return [check(town, employee, positions=positions)], [("manual", "CONFLICT_IN_TARGET")]


def _read_within(town: Town) -> Made:
    return _read(town, NOOP, held(town, "A1", 80_00, SCHOOL))


def _read_over(town: Town) -> Made:
    return _read(town, REPORTED, held(town, "A1", 60_00, SCHOOL), _substitute(town))


def _former_number(town: Town) -> Made:
    former = town.person(IdKind.DNR)
    town.employed(town.person(), held(town, "A1", 60_00, SCHOOL), previous_ids=[former["national_id"]])
    return [check(town, former)], [NOOP]


def _protected(town: Town) -> Made:
    return _read(town, ("manual", "PROTECTED_ADDRESS"), protection=town.chance.choice((6, 7)))


def _unknown(town: Town) -> Made:
    return [check(town, town.person())], [("manual", "PERSON_NOT_FOUND")]


def _other_name(town: Town) -> Made:
    employee = town.employed(town.person())
    return [check(town, employee, family_name="Heltannet")], [("manual", "NAME_MISMATCH")]


def _temporary_number(town: Town) -> Made:
    return [check(town, town.person(), person_id=DUF)], [("manual", "TEMPORARY_ID")]


def _month_and_day(town: Town) -> Made:
    return [check(town, town.employed(town.person()), as_of=LONG_AGO)], [(REFUSED, "INVALID_INPUT")]


# How often each turns up; every one of them turns up at least once in a day of 30.
SITUATIONS = {
    _within: 20,
    _exactly_full: 6,
    _read_within: 6,
    _over: 5,
    _over_in_three_units: 3,
    _read_over: 3,
    _hours_and_duties: 3,
    _on_leave: 3,
    _change_over: 3,
    _on_one_day: 2,
    _approved: 2,
    _told_twice: 2,
    _submitted_twice: 2,
    _substitute_goes_on: 2,
    _substitute_has_finished: 1,
    _substitute_has_ended_meanwhile: 1,
    _two_records: 1,
    _two_records_read: 1,
    _too_large: 1,
    _former_number: 1,
    _protected: 1,
    _unknown: 1,
    _other_name: 1,
    _temporary_number: 1,
    _month_and_day: 1,
}
_SCARCE = {_told_twice, _submitted_twice, _approved}


def flow(town: Town, rows: int) -> Flow:
    """So many checks, and what the payroll office has approved."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_within)
    approved = _approvals(town)
    registers = {"position-approvals": approved} if approved else {}
    return Flow(process="position-percentage-checks", situations=made, registers=registers)


def of_everybody(town: Town) -> Flow:
    """The night's check of the whole workforce, when all else is done; each person's check is handed over by it."""
    rows = [Situation(name="everybody", rows=[{"period": town.month()}], expected=Counter([CREATED]))]
    return Flow(process="workforce-checks", situations=rows, after=2)


def _approvals(town: Town) -> list[dict[str, Any]]:
    return [
        {
            "employee_no": employee["employee_no"],
            "unit": position["unit"],
            "first_day": LONG_AGO,
            "last_day": town.last_day().isoformat(),
            "up_to": "120.00",
        }
        for employee in town.employees
        for position in employee["positions"]
        if position["position_no"] == _EXTRA_DUTY
    ]
