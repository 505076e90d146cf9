"""A day of hours of assignments: what the units have approved, how the payroll system stands, what must come out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from common.norway.national_id import IdKind
from payroll_svc.demo.town import LONG_AGO, UNITS, Town

UPDATED, DUPLICATE = ("done", "UPDATED"), ("manual", "SUSPECTED_DUPLICATE")
CONFLICT, CLOSED = ("manual", "CONFLICT_IN_TARGET"), ("manual", "PERIOD_CLOSED")
DUF = "201012345611"
JANUARY = 1

RATES: list[dict[str, Any]] = [
    {"ytelse_code": kind, "rate": rate, "relation": relation, "first_day": LONG_AGO}
    for kind, rate, relation in (
        ("STOTTEKONTAKT", 214_50, "CONTRACTOR"),
        ("AVLASTER", 231_25, "EMPLOYEE"),
        ("TOLK", 480_00, "CONTRACTOR"),
        ("SENSOR", 300_00, "CONTRACTOR"),
    )
]
TYPED_WRONG = {"SENSOR": 301_00}
"""Rates that somebody in the office has typed wrong into the payroll system."""


def evenings(town: Town) -> tuple[date, date] | None:
    """Two past dates of one open month of this year; on the first two days of January there are none."""
    if town.today.day > 2:  # noqa: PLR2004
        return town.today - timedelta(days=2), town.today - timedelta(days=1)
    if town.today.month == JANUARY:
        return None
    return town.last_day(-1) - timedelta(days=1), town.last_day(-1)


def assignment(town: Town, person: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Put somebody's assignment into the payroll system: a støttekontakt with eight hours a month, unless facts differ."""
    made = {
        "assignment_no": town.reference("OPP"),
        **{name: person[name] for name in ("national_id", "family_name", "given_name")},
        "kind": "STOTTEKONTAKT",
        "from": LONG_AGO,
        "decision": town.reference("V"),
        "hours_per_month": 8_00,
        "km": True,
        **facts,
    }
    town.assignments.append(made)
    return made


def claimed(town: Town, on: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Six and a half hours of two evenings on an assignment, as the unit approved them an hour ago."""
    first, second = _dates(town)
    row = {
        "reference": town.reference("T"),
        "unit": town.chance.choice(UNITS),
        "person_id": on["national_id"],
        "family_name": on["family_name"],
        "given_name": on["given_name"],
        "oppdrag_nr": on["assignment_no"],
        "ytelse_code": on["kind"],
        "period": f"{second:%Y-%m}",
        "lines": [{"date": str(first), "from": "16:00", "to": "19:00"}, f"{second} 16:00-19:30"],
        "km": town.chance.randrange(40) if on["km"] else 0,
        "approved_by": f"enhl{town.chance.randrange(1, 40):02}",
        "approved_at": _ago(town, hours=1),
        "vedtak_ref": on["decision"],
    }
    return row | changes


def _dates(town: Town) -> tuple[date, date]:
    """Those evenings, or two of the year that is over."""
    return evenings(town) or (town.last_day(-1) - timedelta(days=1), town.last_day(-1))


def _ago(town: Town, *, hours: int) -> str:
    return (town.now - timedelta(hours=hours)).replace(microsecond=0).isoformat()


def _standing(town: Town, *lines: dict[str, Any], km: int = 0) -> list[dict[str, Any]]:
    """What a clerk has registered already, in the same month."""
    period = f"{_dates(town)[1]:%Y-%m}"
    return [{"period": period, "approved_by": "LK", "km": km, "lines": list(lines)}]


def _evening(day: date, start: str, end: str) -> dict[str, Any]:
    return {"date": str(day), "start": start, "end": end}


def _one(town: Town, ending: tuple[str, str], facts: dict[str, Any] | None = None, **changes: Any) -> Made:
    """One list on an assignment of which `facts` hold."""
    return [claimed(town, assignment(town, town.person(), **facts or {}), **changes)], [ending]


def _new(town: Town) -> Made:
    return _one(town, CREATED)


def _hours_without_times(town: Town) -> Made:
    first, second = _dates(town)
    return _one(town, CREATED, lines=[{"date": str(first), "hours": 3.25}, f"{second} 2,5"])


def _with_expenses(town: Town) -> Made:
    return _one(town, CREATED, expenses=town.chance.randrange(1_000, 90_000), receipt_ref=town.reference("B"))


def _of_an_employee(town: Town) -> Made:
    return _one(town, CREATED, {"kind": "AVLASTER", "relation": "EMPLOYEE"})


def _exactly_as_many_as_there_are(town: Town) -> Made:
    return _one(town, CREATED, {"hours_per_month": 6_00, "carried_over": 50})


def _past_midnight(town: Town) -> Made:
    first, second = _dates(town)
    return _one(town, CREATED, lines=[f"{first} 21:00-24:00", f"{second} 00:00-02:00"])


def _d_number(town: Town) -> Made:
    return [claimed(town, assignment(town, town.person(IdKind.DNR)))], [CREATED]


def _former_number(town: Town) -> Made:
    former = town.person(IdKind.DNR)["national_id"]
    new = assignment(town, town.person(), former=[former])
    return [claimed(town, new, person_id=former)], [CREATED]


def _corrected(town: Town) -> Made:
    first, second = _dates(town)
    list_of = claimed(town, assignment(town, town.person()), approved_at=_ago(town, hours=2), priority=1)
    other = {"lines": [f"{first} 16:00-19:00", f"{second} 16:00-18:00"], "approved_at": _ago(town, hours=1)}
    return [list_of, list_of | other | {"reference": town.reference("T"), "priority": 9}], [CREATED, UPDATED]


def _told_twice(town: Town) -> Made:
    row = claimed(town, assignment(town, town.person()))
    return [row, row | {"reference": town.reference("T")}], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = claimed(town, assignment(town, town.person()))
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _of_a_clerk(town: Town) -> Made:
    first, second = _dates(town)
    same = _standing(town, _evening(first, "16:00", "19:00"), _evening(second, "16:00", "19:30"))
    return _one(town, EXISTS, {"timesheets": same}, km=0)


def _another_of_a_clerk(town: Town) -> Made:
    first, _ = _dates(town)
    return _one(town, DUPLICATE, {"timesheets": _standing(town, _evening(first, "17:00", "19:00"))})


def _at_the_same_time_elsewhere(town: Town) -> Made:
    person, (_, second) = town.person(), _dates(town)
    assignment(town, person, kind="TOLK", timesheets=_standing(town, _evening(second, "19:00", "20:00")))
    return [claimed(town, assignment(town, person))], [DUPLICATE]


def _too_many(town: Town) -> Made:
    return _one(town, ("manual", "LIMIT_EXCEEDED"), {"hours_per_month": 6_25})


def _kilometres_without_a_contract(town: Town) -> Made:
    return _one(town, ("manual", "INVALID_VALUE"), {"km": False}, km=12)


def _ended(town: Town) -> Made:
    return _one(town, ("manual", "DATE_OUT_OF_RANGE"), {"to": str(_dates(town)[0])})


def _closed(town: Town) -> Made:
    day = town.last_day(-2)
    return _one(town, CLOSED, lines=[f"{day} 3"], period=f"{day:%Y-%m}")


def _locked(town: Town) -> Made:
    return _one(town, ("manual", "RECORD_LOCKED"), {"locked_by": "Turid Lønn"})


def _contractor_who_should_be_employed(town: Town) -> Made:
    return _one(town, ("manual", "NEEDS_JUDGEMENT"), {"kind": "AVLASTER"})


def _another_benefit(town: Town) -> Made:
    return _one(town, CONFLICT, {"kind": "TOLK"}, ytelse_code="STOTTEKONTAKT")


def _another_decision(town: Town) -> Made:
    return _one(town, CONFLICT, vedtak_ref="V-0")


def _another_rate(town: Town) -> Made:
    return _one(town, CONFLICT, {"kind": "SENSOR"})


def _unknown(town: Town) -> Made:
    return _one(town, ("manual", "INVALID_VALUE"), oppdrag_nr="OPP-0")


def _other_name(town: Town) -> Made:
    return _one(town, ("manual", "NAME_MISMATCH"), family_name="Heltannet")


def _protected(town: Town) -> Made:
    return _one(town, ("manual", "PROTECTED_ADDRESS"), {"protection": town.chance.choice((6, 7))})


def _no_lasting_id(town: Town) -> Made:
    return _one(town, ("manual", "TEMPORARY_ID"), person_id=DUF)


def _approved_by_the_holder(town: Town) -> Made:
    holder = town.person()
    own = f"{holder['given_name']} {holder['family_name']}"
    return [claimed(town, assignment(town, holder), approved_by=own)], [(REFUSED, "INVALID_INPUT")]


def _overlapping(town: Town) -> Made:
    first, _ = _dates(town)
    both = [f"{first} 16:00-19:00", f"{first} 18:45-20:00"]
    return _one(town, (REFUSED, "INVALID_INPUT"), lines=both)


def _of_last_year(town: Town) -> Made:
    return _one(town, CLOSED)


# How often each turns up; every one of them turns up at least once in a day of 40.
SITUATIONS = {
    _new: 30,
    _hours_without_times: 8,
    _with_expenses: 6,
    _corrected: 5,
    _told_twice: 4,
    _submitted_twice: 3,
    _of_an_employee: 3,
    _of_a_clerk: 3,
    _exactly_as_many_as_there_are: 2,
    _past_midnight: 2,
    _d_number: 2,
    _too_many: 2,
    _former_number: 1,
    _another_of_a_clerk: 1,
    _at_the_same_time_elsewhere: 1,
    _kilometres_without_a_contract: 1,
    _ended: 1,
    _closed: 1,
    _locked: 1,
    _contractor_who_should_be_employed: 1,
    _another_benefit: 1,
    _another_decision: 1,
    _another_rate: 1,
    _unknown: 1,
    _other_name: 1,
    _protected: 1,
    _no_lasting_id: 1,
    _approved_by_the_holder: 1,
    _overlapping: 1,
}
_SCARCE = {_corrected, _told_twice, _submitted_twice}


def flow(town: Town, rows: int) -> Flow:
    """So many lists of hours, and the rates that they are paid by."""
    if evenings(town) is None:
        made = situations(town, {_of_last_year: 1}, rows, first=set(), filling=_of_last_year)
    else:
        made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_new)
    rates = [
        {"kind": row["ytelse_code"], "from": LONG_AGO, "rate": TYPED_WRONG.get(row["ytelse_code"], row["rate"])}
        for row in RATES
    ]
    return Flow(
        process="assignment-hours",
        situations=made,
        # Rates first: by them the timesheets of clerks are paid.
        seeds=[("payroll", "/_kontroll/rates", rates), ("payroll", "/_kontroll/assignments", town.assignments)],
        registers={"assignment-rates": RATES},
    )
