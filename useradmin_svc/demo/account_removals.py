"""Synthetic people who leave a unit or the municipality, and in what state the systems have them: what is ordered, what must come out."""

from __future__ import annotations

from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import EXISTS, Made, situations
from useradmin_svc.demo.town import HALL, HOME, SCHOOL, Town

UPDATED, NOOP = ("done", "UPDATED"), ("done", "NOOP")
FOR_A_PERSON = ("manual", "NEEDS_JUDGEMENT")
DUF = "201012345611"


def removal(town: Town, employee: dict[str, Any], unit: str = SCHOOL, **said: Any) -> dict[str, Any]:
    """An order to remove somebody whose last day was yesterday."""
    return town.order(employee, unit) | {"scope": "TK_NETT", "last_day": town.ahead(-1)} | said


def in_both(town: Town, unit: str = SCHOOL, **facts: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Somebody employed there with an account in both networks; and the one in TK-nett."""
    employee = town.employed()
    account = town.account("tknett", employee, unit, **facts)
    town.account("elevnett", employee, unit, **{"user_name": account["user_name"], **facts, "groups": []})
    return employee, account


def _of_two_units(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    employee = town.employed()
    groups = ["SKOLE-ALLE", "HELSE-ALLE"]
    return employee, town.account("tknett", employee, SCHOOL, units=[SCHOOL, HOME], groups=groups)


def _leaver(town: Town) -> Made:
    employee, _ = in_both(town)
    return [removal(town, employee)], [UPDATED]


def _leaver_with_accesses(town: Town) -> Made:
    employee, account = in_both(town, HALL)
    town.access("ESA", account, employee)
    town.access("AGRESSO", account, employee, roles=["LESER"])
    return [removal(town, employee, HALL)], [UPDATED]


def _leaver_with_open_files(town: Town) -> Made:
    employee, account = in_both(town, HALL)
    town.access("ESA", account, employee, open_items=7)
    return [removal(town, employee, HALL, handover_to="leder03")], [UPDATED]


def _leaver_who_orders(town: Town) -> Made:
    employee, _ = in_both(town)
    town.authorised(f"best{employee['employee_no']}", employee, SCHOOL)
    return [removal(town, employee)], [UPDATED]


def _security_leaver(town: Town) -> Made:
    employee, _ = in_both(town, HALL)
    return [removal(town, employee, HALL, last_day=town.ahead(30), security=True)], [UPDATED]


def _legal_hold(town: Town) -> Made:
    employee, _ = in_both(town, HALL)
    return [removal(town, employee, HALL, legal_hold=True)], [UPDATED]


def _leaves_next_month(town: Town) -> Made:
    employee, _ = in_both(town)
    return [removal(town, employee, last_day=town.ahead(30))], [("queued", "")]


def _leaves_one_of_two_units(town: Town) -> Made:
    employee, account = _of_two_units(town)
    town.access("ESA", account, employee)
    return [removal(town, employee, scope="UNIT")], [UPDATED]


def _works_for_another_unit(town: Town) -> Made:
    employee, _ = _of_two_units(town)
    return [removal(town, employee)], [("manual", "CONFLICT_IN_TARGET")]


def _leaves_the_only_unit(town: Town) -> Made:
    employee, _ = in_both(town)
    return [removal(town, employee, scope="UNIT")], [FOR_A_PERSON]


def _administrator(town: Town) -> Made:
    employee = town.employed()
    town.account("tknett", employee, HALL, groups=["ADM-ALLE", "Administrators"])
    return [removal(town, employee, HALL)], [FOR_A_PERSON]


def _without_account(town: Town) -> Made:
    return [removal(town, town.employed())], [NOOP]


def _ordered_twice(town: Town) -> Made:
    employee, _ = in_both(town)
    return [removal(town, employee), removal(town, employee)], [UPDATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    rows, _ = _leaver(town)
    return [rows[0], dict(rows[0])], [UPDATED, (RESUBMITTED, "UPDATED")]


def _by_an_orderer_of_another_unit(town: Town) -> Made:
    employee, _ = in_both(town)
    return [removal(town, employee, orderer_id=town.orderers[HOME])], [("manual", "NOT_AUTHORISED")]


def _other_name(town: Town) -> Made:
    employee, _ = in_both(town)
    row = removal(town, employee)
    return [row | {"subject": row["subject"] | {"family_name": "Heltannet"}}], [("manual", "NAME_MISMATCH")]


def _temporary_number(town: Town) -> Made:
    row = removal(town, town.employed())
    return [row | {"subject": row["subject"] | {"person_id": DUF}}], [("manual", "TEMPORARY_ID")]


def _far_ahead(town: Town) -> Made:
    return [removal(town, town.employed(), last_day=town.ahead(400))], [(REFUSED, "INVALID_INPUT")]


# How often each turns up; every one of them turns up at least once in a day of 20.
SITUATIONS = {
    _leaver: 20,
    _leaver_with_accesses: 10,
    _leaves_one_of_two_units: 6,
    _leaver_with_open_files: 4,
    _leaves_next_month: 3,
    _security_leaver: 2,
    _legal_hold: 2,
    _leaver_who_orders: 2,
    _ordered_twice: 2,
    _submitted_twice: 2,
    _without_account: 2,
    _works_for_another_unit: 2,
    _leaves_the_only_unit: 1,
    _administrator: 1,
    _by_an_orderer_of_another_unit: 1,
    _other_name: 1,
    _temporary_number: 1,
    _far_ahead: 1,
}
_SCARCE = {_ordered_twice, _submitted_twice}


def flow(town: Town, rows: int) -> Flow:
    """So many orders; what they leave to others comes by itself."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_leaver)
    return Flow(process="account-removals", situations=made)
