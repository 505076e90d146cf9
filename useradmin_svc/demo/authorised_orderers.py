"""A day of what leaders sign about orderers: how their register stands, what must come out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from common.norway.calendar import months_later
from useradmin_svc.demo.town import HALL, HOME, SCHOOL, Town, subject

UPDATED, NOOP = ("done", "UPDATED"), ("done", "NOOP")
CONFLICT, NOT_AUTHORISED = ("manual", "CONFLICT_IN_TARGET"), ("manual", "NOT_AUTHORISED")
DUF = "201012345611"
UNITS = (SCHOOL, HOME, HALL)


def signed(
    town: Town, employee: dict[str, Any], unit: str = SCHOOL, *, action: str = "NEW", **said: Any
) -> dict[str, Any]:
    """What the unit's leader signed yesterday about this employee."""
    signature = {"signed_by": town.leaders[unit]["employee_no"], "signed_at": town.ahead(-1)}
    usual = {"action": action, "units": [unit], "orderer_id": "enhl03", "signature_ref": town.reference("ES")}
    return town.order(employee, unit, **usual | signature | said)


def _one(town: Town, ending: tuple[str, str], **said: Any) -> Made:
    """About somebody who is no orderer."""
    return [signed(town, town.employed(), **said)], [ending]


def _being(town: Town, ending: tuple[str, str], said: dict[str, Any], **stands: Any) -> Made:
    """About somebody who may order for the school."""
    employee = town.employed()
    town.authorised(town.reference("best"), employee, SCHOOL, **stands)
    return [signed(town, employee, **said)], [ending]


def _new(town: Town) -> Made:
    return _one(town, CREATED, unit=town.chance.choice(UNITS))


def _for_a_time(town: Town) -> Made:
    return _one(town, CREATED, valid_to=town.ahead(180))


def _told_twice(town: Town) -> Made:
    row = signed(town, town.employed())
    return [row, row | {"order_id": town.reference("BRK")}], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = signed(town, town.employed())
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _there_already(town: Town) -> Made:
    return _being(town, EXISTS, {})


def _for_one_more_unit(town: Town) -> Made:
    return _being(town, UPDATED, {"unit": HOME})


def _confirmed_again(town: Town) -> Made:
    return _being(town, UPDATED, {}, to=town.ahead(7))


def _was_one_before(town: Town) -> Made:
    return _being(town, CREATED, {}, to=town.ahead(-7), role=False)


def _ended(town: Town) -> Made:
    return _being(town, UPDATED, {"action": "DELETE"})


def _nothing_to_end(town: Town) -> Made:
    return _one(town, NOOP, action="DELETE")


def _leaving(town: Town, ending: tuple[str, str], **account: Any) -> Made:
    """Nobody has signed: the orderer of the school says that somebody has left."""
    employee = town.employed()
    town.authorised(town.reference("best"), employee, SCHOOL)
    town.account("tknett", employee, SCHOOL, **account)
    return [town.order(employee, SCHOOL, action="DELETE", units=[SCHOOL])], [ending]


def _has_left(town: Town) -> Made:
    return _leaving(town, UPDATED, state="DISABLED")


def _has_not_left(town: Town) -> Made:
    return _leaving(town, NOT_AUTHORISED)


def _signed_by_themselves(town: Town) -> Made:
    leader = town.leaders[SCHOOL]
    return [signed(town, leader)], [("manual", "SELF_ORDER")]


def _signed_by_another_leader(town: Town) -> Made:
    return _one(town, NOT_AUTHORISED, signed_by=town.leaders[HOME]["employee_no"])


def _not_employed(town: Town) -> Made:
    nobody = {**town.somebody(), "employee_no": "99"}
    return [signed(town, nobody)], [("manual", "PERSON_NOT_FOUND")]


def _another_employee(town: Town) -> Made:
    employee, other = town.employed(), town.employed()
    return [signed(town, employee | {"employee_no": other["employee_no"]})], [CONFLICT]


def _other_name(town: Town) -> Made:
    employee = town.employed()
    said = subject(employee | {"family_name": "Heltannet"})
    return [signed(town, employee, subject=said)], [("manual", "NAME_MISMATCH")]


def _no_lasting_id(town: Town) -> Made:
    employee = town.employed()
    return [signed(town, employee, subject=subject(employee | {"national_id": DUF}))], [("manual", "TEMPORARY_ID")]


def _twice_in_the_register(town: Town) -> Made:
    employee = town.employed()
    for unit in (SCHOOL, HOME):
        town.authorised(town.reference("best"), employee, unit)
    return [signed(town, employee)], [("manual", "AMBIGUOUS_HIT")]


def _signed_long_ago(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), signed_at=town.ahead(-31))


def _signed_tomorrow(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), signed_at=town.ahead(1))


def _for_too_long(town: Town) -> Made:
    latest = months_later(date.fromisoformat(town.ahead(-1)), 24)
    return _one(town, (REFUSED, "INVALID_INPUT"), valid_to=(latest + timedelta(days=1)).isoformat())


def _not_signed(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), signed_by=None)


# How often each turns up; every one of them turns up at least once in a day of 30.
SITUATIONS = {
    _new: 12,
    _ended: 5,
    _confirmed_again: 3,
    _told_twice: 2,
    _submitted_twice: 2,
    _has_left: 2,
    _for_a_time: 2,
    _for_one_more_unit: 2,
    _there_already: 1,
    _was_one_before: 1,
    _nothing_to_end: 1,
    _has_not_left: 1,
    _signed_by_themselves: 1,
    _signed_by_another_leader: 1,
    _not_employed: 1,
    _another_employee: 1,
    _other_name: 1,
    _no_lasting_id: 1,
    _twice_in_the_register: 1,
    _signed_long_ago: 1,
    _signed_tomorrow: 1,
    _for_too_long: 1,
    _not_signed: 1,
}
_SCARCE = {_told_twice, _submitted_twice}


def flow(town: Town, rows: int) -> Flow:
    """So many signatures. The register of orderers is told by the town itself."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_new)
    return Flow(process="authorised-orderers", situations=made, checks=[("orderers", _nothing_entered_twice)])


def _nothing_entered_twice(summary: Any) -> str | None:
    twice = summary["authorisations_twice"]
    return f"{twice} authorisations twice" if twice else None
