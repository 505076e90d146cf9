"""A day of accesses to programs: what units order, how the programs stand, what must come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from useradmin_svc.demo.town import HALL, HOME, SCHOOL, Town, subject

UPDATED, NOOP = ("done", "UPDATED"), ("done", "NOOP")
CONFLICT, INVALID = ("manual", "CONFLICT_IN_TARGET"), ("manual", "INVALID_VALUE")
NOT_AUTHORISED = ("manual", "NOT_AUTHORISED")
DUF = "201012345611"
ESA, PAYROLL, AGRESSO, FULL = "ESA", "PAYROLL", "AGRESSO", "SCHOOL_ADMIN"
CLERK, READER, ORDERS, APPROVES = "SAKSBEHANDLER", "LESER", "BESTILLER", "GODKJENNER"
TYPES = ("SKOLE", "HELSE", "ADM")

PROGRAMS: list[dict[str, Any]] = [
    {"code": ESA, "name": "ESA sak og arkiv", "licences": None, "roles": [CLERK, READER, "ARKIVAR"]},
    {"code": PAYROLL, "name": "Lønn og personal", "licences": None, "roles": [READER, CLERK]},
    {"code": AGRESSO, "name": "Agresso økonomi", "licences": None, "roles": [ORDERS, APPROVES, READER]},
    {"code": FULL, "name": "Skoleadministrasjon", "licences": 0, "roles": [READER]},
]
"""As the console of the program administration takes them; the last one has no licence left."""
ROLES: list[dict[str, Any]] = [
    *({"program": ESA, "role": role, "unit_type": kind} for role in (CLERK, READER) for kind in TYPES),
    {"program": ESA, "role": "ARKIVAR", "unit_type": "ADM"},
    {"program": PAYROLL, "role": READER, "unit_type": "ADM"},
    *({"program": AGRESSO, "role": role, "unit_type": kind} for role in (ORDERS, APPROVES) for kind in TYPES),
    {"program": FULL, "role": READER, "unit_type": "SKOLE"},
]
PAIRS: list[dict[str, Any]] = [
    {"program": AGRESSO, "role": ORDERS, "other_program": AGRESSO, "other_role": APPROVES},
    {"program": PAYROLL, "role": READER, "other_program": AGRESSO, "other_role": APPROVES},
]


def registers(town: Town) -> dict[str, list[dict[str, Any]]]:
    """What the owner units say about programs; the leader of the school owns the sensitive one."""
    owners = {PAYROLL: {"sensitive": True, "system_owner": _owner(town)}}
    programs = [{"program": row["code"], "name": row["name"], **owners.get(row["code"], {})} for row in PROGRAMS]
    return {"programs": programs, "program-roles": ROLES, "forbidden-roles": PAIRS}


def _owner(town: Town) -> str:
    return town.leaders[SCHOOL]["employee_no"]


def access(
    town: Town, employee: dict[str, Any], unit: str = SCHOOL, *, action: str = "NEW", program: str = ESA, **said: Any
) -> dict[str, Any]:
    """An order about this employee's access: as a clerk from today on, unless it says otherwise."""
    usual: dict[str, Any] = {"action": action, "program": program}
    if action != "DELETE":
        usual |= {"roles": [CLERK], "valid_from": town.ahead(0)}
    return town.order(employee, unit, **usual | said)


def _with_account(town: Town, unit: str = SCHOOL, **facts: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Somebody employed, and their account in TK-nett."""
    employee = town.employed()
    return employee, town.account("tknett", employee, unit, **facts)


def _one(town: Town, ending: tuple[str, str], unit: str = SCHOOL, **said: Any) -> Made:
    """One order about somebody who has an account."""
    return [access(town, _with_account(town, unit)[0], unit, **said)], [ending]


def _having(town: Town, ending: tuple[str, str], said: dict[str, Any], **stands: Any) -> Made:
    """One order about somebody who has an access already."""
    employee, account = _with_account(town)
    town.access(said.get("program", ESA), account, employee, **stands)
    return [access(town, employee, **said)], [ending]


def _new(town: Town) -> Made:
    return _one(town, CREATED, town.chance.choice((SCHOOL, HOME, HALL)))


def _for_a_time(town: Town) -> Made:
    return _one(town, CREATED, valid_to=town.ahead(90), reason="Vikariat")


def _with_the_employment(town: Town) -> Made:
    employment = {"type": "VIKAR", "from": town.ahead(-10), "to": town.ahead(60)}
    return _one(town, CREATED, employment=employment)


def _approved_by_the_owner(town: Town) -> Made:
    return _one(town, CREATED, HALL, program=PAYROLL, roles=[READER], approvals=_approvals(town))


def _approvals(town: Town, person: str | None = None) -> list[dict[str, Any]]:
    """By the owner, or somebody else."""
    at = (town.now - timedelta(hours=20)).isoformat()
    return [{"role": "SYSTEM_OWNER", "person": person or _owner(town), "at": at}]


def _told_twice(town: Town) -> Made:
    row = access(town, _with_account(town)[0])
    return [row, row | {"order_id": town.reference("BRK")}], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = access(town, _with_account(town)[0])
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _there_already(town: Town) -> Made:
    return _having(town, EXISTS, {})


def _disabled_before(town: Town) -> Made:
    return _having(town, UPDATED, {}, state="DISABLED", roles=[READER])


def _changed(town: Town) -> Made:
    return _having(town, UPDATED, {"action": "CHANGE", "roles": [READER]})


def _ended(town: Town) -> Made:
    return _having(town, UPDATED, {"action": "DELETE"})


def _ended_before(town: Town) -> Made:
    return _having(town, NOOP, {"action": "DELETE"}, state="DISABLED")


def _nothing_to_end(town: Town) -> Made:
    return _one(town, NOOP, action="DELETE")


def _of_who_has_left(town: Town) -> Made:
    """The account is disabled: what the nursing home had given ends on the school's order, too."""
    employee, account = _with_account(town, state="DISABLED")
    town.access(ESA, account, employee, units=[SCHOOL, HOME])
    return [access(town, employee, action="DELETE")], [UPDATED]


def _of_another_unit(town: Town) -> Made:
    return _having(town, NOT_AUTHORISED, {"action": "DELETE"}, units=[SCHOOL, HOME])


def _without_the_owner(town: Town) -> Made:
    return _one(
        town,
        NOT_AUTHORISED,
        HALL,
        program=PAYROLL,
        roles=[READER],
        approvals=_approvals(town, town.leaders[HOME]["employee_no"]),
    )


def _by_another_units_orderer(town: Town) -> Made:
    return _one(town, NOT_AUTHORISED, orderer_id=town.orderers[HOME])


def _for_themselves(town: Town) -> Made:
    employee, _ = _with_account(town)
    user = town.reference("best")
    town.authorised(user, employee, SCHOOL)
    return [access(town, employee, orderer_id=user)], [("manual", "SELF_ORDER")]


def _by_whose_authority_has_ended(town: Town) -> Made:
    user = town.reference("best")
    town.authorised(user, town.employed(), SCHOOL, to=town.ahead(-1))
    return _one(town, ("manual", "AUTHORISATION_EXPIRED"), orderer_id=user)


def _without_account(town: Town) -> Made:
    return [access(town, town.employed())], [CONFLICT]


def _beside_other_roles(town: Town) -> Made:
    return _having(town, CONFLICT, {"roles": [CLERK, READER]})


def _changed_without_one(town: Town) -> Made:
    return _one(town, ("manual", "PERSON_NOT_FOUND"), action="CHANGE")


def _orders_and_approves(town: Town) -> Made:
    return _one(town, ("manual", "LIMIT_EXCEEDED"), program=AGRESSO, roles=[ORDERS, APPROVES])


def _role_of_another_type_of_unit(town: Town) -> Made:
    return _one(town, INVALID, roles=["ARKIVAR"])


def _unknown_program(town: Town) -> Made:
    return _one(town, INVALID, program="GERICA")


def _no_licence_left(town: Town) -> Made:
    return _one(town, ("manual", "TARGET_REJECTED"), program=FULL, roles=[READER])


def _locked(town: Town) -> Made:
    return _having(town, ("manual", "RECORD_LOCKED"), {"action": "CHANGE", "roles": [READER]}, locked_by="Kari IKT")


def _twice_in_the_program(town: Town) -> Made:
    employee, account = _with_account(town)
    town.access(ESA, account, employee)
    town.access(ESA, account | {"user_name": f"x{account['user_name']}"}, employee, roles=[READER])
    return [access(town, employee)], [CONFLICT]


def _another_persons_user_name(town: Town) -> Made:
    employee, account = _with_account(town)
    town.access(ESA, account, town.employed())
    return [access(town, employee)], [CONFLICT]


def _other_name(town: Town) -> Made:
    employee, _ = _with_account(town)
    return [access(town, employee, subject=subject(employee | {"family_name": "Heltannet"}))], [
        ("manual", "NAME_MISMATCH")
    ]


def _no_lasting_id(town: Town) -> Made:
    employee, _ = _with_account(town)
    return [access(town, employee, subject=subject(employee | {"national_id": DUF}))], [("manual", "TEMPORARY_ID")]


def _after_the_employment(town: Town) -> Made:
    employment = {"type": "VIKAR", "from": town.ahead(-10), "to": town.ahead(60)}
    return _one(town, (REFUSED, "INVALID_INPUT"), employment=employment, valid_to=town.ahead(61))


def _too_far_ahead(town: Town) -> Made:
    return _one(town, (REFUSED, "INVALID_INPUT"), valid_from=town.ahead(400))


def _ended_in_part(town: Town) -> Made:
    return _having(town, (REFUSED, "INVALID_INPUT"), {"action": "DELETE", "roles": [CLERK]})


# How often each turns up; every one of them turns up at least once in a day of 40.
SITUATIONS = {
    _new: 20,
    _ended: 8,
    _changed: 6,
    _for_a_time: 4,
    _with_the_employment: 4,
    _approved_by_the_owner: 3,
    _told_twice: 3,
    _submitted_twice: 3,
    _there_already: 2,
    _disabled_before: 2,
    _of_who_has_left: 2,
    _without_account: 2,
    _by_another_units_orderer: 2,
    _ended_before: 1,
    _nothing_to_end: 1,
    _of_another_unit: 1,
    _without_the_owner: 1,
    _for_themselves: 1,
    _by_whose_authority_has_ended: 1,
    _beside_other_roles: 1,
    _changed_without_one: 1,
    _orders_and_approves: 1,
    _role_of_another_type_of_unit: 1,
    _unknown_program: 1,
    _no_licence_left: 1,
    _locked: 1,
    _twice_in_the_program: 1,
    _another_persons_user_name: 1,
    _other_name: 1,
    _no_lasting_id: 1,
    _after_the_employment: 1,
    _too_far_ahead: 1,
    _ended_in_part: 1,
}
_SCARCE = {_told_twice, _submitted_twice}


def flow(town: Town, rows: int) -> Flow:
    """So many orders, the programs, and what may be had there."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_new)
    return Flow(
        process="program-accesses",
        situations=made,
        checks=[("programs", _nothing_given_twice)],
    )


def _nothing_given_twice(summary: Any) -> str | None:
    wrong = [f"{summary[name]} {name}" for name in ("accesses_twice", "over_licence") if summary[name]]
    return ", ".join(wrong).replace("_", " ") or None
