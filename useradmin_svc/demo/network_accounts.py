"""A day of orders for accounts: who starts, moves and comes back, what the directories hold already, what must come out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.local.day import REFUSED, RESUBMITTED, Flow
from common.local.town import CREATED, EXISTS, Made, situations
from useradmin_svc.demo.town import HALL, HOME, SCHOOL, Town, subject

UPDATED = ("done", "UPDATED")
CONFLICT, JUDGE = ("manual", "CONFLICT_IN_TARGET"), ("manual", "NEEDS_JUDGEMENT")
UNKNOWN, NOT_AUTHORISED = ("manual", "PERSON_NOT_FOUND"), ("manual", "NOT_AUTHORISED")
INVALID = (REFUSED, "INVALID_INPUT")
DUF = "201012345611"
_SOON, _LATER = 5, 60
"""Days until somebody starts: an account is made at once, or waits."""


def accounts(town: Town, employee: dict[str, Any], unit: str = SCHOOL, **said: Any) -> dict[str, Any]:
    """An order of accounts in both networks for a substitute who starts soon, by who may order for the unit."""
    usual: dict[str, Any] = {"action": "NEW", "network": "BOTH", "employment": substitute(town), "mailbox": True}
    return town.order(employee, unit) | usual | said


def substitute(town: Town, *, starts: int = _SOON, ends: int = 200) -> dict[str, Any]:
    """A temporary employment that starts and ends so many days from now."""
    return {"type": "VIKAR", "from": town.ahead(starts), "to": town.ahead(ends)}


def _with_account(town: Town, unit: str = SCHOOL, **facts: Any) -> dict[str, Any]:
    """Somebody who has an account in TK-nett, under the leader of the unit and with an end far off."""
    employee = town.employed()
    leader = next(
        one["user_name"] for one in town.accounts["tknett"] if one["employee_no"] == town.leaders[unit]["employee_no"]
    )
    usual: dict[str, Any] = {
        "user_name": f"ans{employee['employee_no']}",
        "manager": leader,
        "expires": town.ahead(300),
    }
    town.account("tknett", employee, unit, **{**usual, **facts})
    return employee


def _disabled(town: Town, **facts: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {"state": "DISABLED", "groups": [], "hidden": True, "expires": town.ahead(-100)}
    remark = f"Sperret {town.today - timedelta(days=100):%d.%m.%Y}, bestilling BRK-1"
    return _with_account(town, **{**usual, "remark": remark, **facts})


def _starts_at_the_school(town: Town) -> Made:
    return [accounts(town, town.employed())], [CREATED]


def _starts_at_the_home(town: Town) -> Made:
    return [accounts(town, town.employed(), HOME, network="TK")], [CREATED]


def _starts_for_good(town: Town) -> Made:
    permanent = {"type": "FAST", "from": town.ahead(_SOON)}
    return [accounts(town, town.employed(), HALL, network="TK", employment=permanent, groups=["RAADHUS"])], [CREATED]


def _starts_today(town: Town) -> Made:
    return [accounts(town, town.employed(), employment=substitute(town, starts=0))], [CREATED]


def _starts_in_two_months(town: Town) -> Made:
    later = substitute(town, starts=_LATER)
    return [accounts(town, town.employed(), employment=later)], [("queued", "")]


def _two_of_one_name(town: Town) -> Made:
    first = town.employed()
    second = town.employed()
    second |= {"family_name": first["family_name"], "given_name": first["given_name"]}
    return [accounts(town, first), accounts(town, second)], [CREATED, CREATED]


def _with_an_odd_name(town: Town) -> Made:
    employee = town.employed()
    employee |= {"family_name": "Ber*g)(uid=*", "given_name": "Åse <b>"}
    return [accounts(town, employee)], [CREATED]


def _in_the_other_network(town: Town) -> Made:
    return [accounts(town, _with_account(town), network="ELEV", mailbox=None)], [CREATED]


def _ordered_twice(town: Town) -> Made:
    employee = town.employed()
    return [accounts(town, employee), accounts(town, employee)], [CREATED, EXISTS]


def _submitted_twice(town: Town) -> Made:
    row = accounts(town, town.employed())
    return [row, dict(row)], [CREATED, (RESUBMITTED, "CREATED")]


def _has_one_already(town: Town) -> Made:
    return [accounts(town, _with_account(town), network="TK", mailbox=None)], [EXISTS]


def _works_for_another_unit_too(town: Town) -> Made:
    return [accounts(town, _with_account(town), HOME, network="TK")], [UPDATED]


def _gets_another_group(town: Town) -> Made:
    row = accounts(town, _with_account(town), network="TK", action="CHANGE", groups=["KANTINE"])
    return [row], [UPDATED]


def _gets_a_group_of_another_unit(town: Town) -> Made:
    row = accounts(town, _with_account(town), network="TK", action="CHANGE", groups=["RAADHUS"])
    return [row], [NOT_AUTHORISED]


def _moves(town: Town) -> Made:
    return [_move(town, by=_orderer_of_both(town))], [UPDATED]


def _moves_without_a_word_from_the_unit_left(town: Town) -> Made:
    return [_move(town, by=town.orderers[HOME])], [NOT_AUTHORISED]


def _move(town: Town, *, by: str) -> dict[str, Any]:
    employment = substitute(town, starts=0)
    row = accounts(town, _with_account(town), HOME, network="TK", action="MOVE", employment=employment)
    return row | {"from_unit": SCHOOL, "orderer_id": by}


def _orderer_of_both(town: Town) -> str:
    employee = town.employed()
    user = f"best{employee['employee_no']}"
    for unit in (SCHOOL, HOME):
        town.authorised(user, employee, unit)
    return user


def _is_back(town: Town) -> Made:
    return [accounts(town, _disabled(town), network="TK", action="REACTIVATE")], [UPDATED]


def _is_back_without_a_word_of_it(town: Town) -> Made:
    return [accounts(town, _disabled(town, state="PENDING_DELETE"), network="TK")], [UPDATED]


def _disabled_for_security(town: Town) -> Made:
    employee = _disabled(town, remark="Sperret av sikkerhetsgrunner")
    return [accounts(town, employee, network="TK", action="REACTIVATE")], [JUDGE]


def _change_of_a_disabled_one(town: Town) -> Made:
    return [accounts(town, _disabled(town), network="TK", action="CHANGE")], [CONFLICT]


def _change_of_nothing(town: Town) -> Made:
    return [accounts(town, town.employed(), network="TK", action="CHANGE")], [UNKNOWN]


def _number_of_somebody_else(town: Town) -> Made:
    other = _with_account(town)
    employee = town.somebody() | {"employee_no": other["employee_no"], "family_name": "Heltannet"}
    return [accounts(town, employee, network="TK")], [("manual", "NAME_MISMATCH")]


def _account_from_before_numbers(town: Town) -> Made:
    employee = town.employed()
    employee |= {"family_name": "Gammelby"}
    town.account("tknett", employee, SCHOOL, employee_no="")
    return [accounts(town, employee, network="TK")], [JUDGE]


def _administrator(town: Town) -> Made:
    row = accounts(town, town.employed(), network="TK", groups=["Administrators"])
    return [row], [JUDGE]


def _unknown_group(town: Town) -> Made:
    return [accounts(town, town.employed(), groups=["FINNES-IKKE"])], [("manual", "INVALID_VALUE")]


def _by_an_orderer_of_another_unit(town: Town) -> Made:
    return [accounts(town, town.employed(), orderer_id=town.orderers[HOME])], [NOT_AUTHORISED]


def _for_oneself(town: Town) -> Made:
    employee = town.employed()
    user = f"best{employee['employee_no']}"
    town.authorised(user, employee, SCHOOL)
    return [accounts(town, employee, orderer_id=user)], [("manual", "SELF_ORDER")]


def _by_somebody_whose_time_is_over(town: Town) -> Made:
    orderer = town.employed()
    user = f"best{orderer['employee_no']}"
    town.authorised(user, orderer, SCHOOL, to=town.ahead(-1))
    return [accounts(town, town.employed(), orderer_id=user)], [("manual", "AUTHORISATION_EXPIRED")]


def _no_lasting_id(town: Town) -> Made:
    employee = town.employed()
    row = accounts(town, employee)
    return [row | {"subject": subject(employee) | {"person_id": DUF}}], [("manual", "TEMPORARY_ID")]


def _without_an_end(town: Town) -> Made:
    return [accounts(town, town.employed(), employment={"type": "VIKAR", "from": town.ahead(_SOON)})], [INVALID]


def _is_over(town: Town) -> Made:
    return [accounts(town, town.employed(), employment=substitute(town, starts=-30, ends=-1))], [INVALID]


def _pupil(town: Town) -> Made:
    return [accounts(town, town.employed(), employment={"type": "ELEV", "from": town.ahead(_SOON)})], [INVALID]


def _name_too_long(town: Town) -> Made:
    employee = town.employed()
    employee |= {"family_name": "N" * 300}
    return [accounts(town, employee)], [INVALID]


# How often each turns up; every one of them turns up at least once in a day of 40.
SITUATIONS = {
    _starts_at_the_school: 24,
    _starts_at_the_home: 10,
    _starts_for_good: 6,
    _works_for_another_unit_too: 4,
    _is_back: 4,
    _two_of_one_name: 3,
    _ordered_twice: 3,
    _in_the_other_network: 3,
    _moves: 3,
    _gets_another_group: 3,
    _starts_today: 2,
    _starts_in_two_months: 2,
    _submitted_twice: 2,
    _has_one_already: 2,
    _by_an_orderer_of_another_unit: 2,
    _with_an_odd_name: 1,
    _gets_a_group_of_another_unit: 1,
    _moves_without_a_word_from_the_unit_left: 1,
    _is_back_without_a_word_of_it: 1,
    _disabled_for_security: 1,
    _change_of_a_disabled_one: 1,
    _change_of_nothing: 1,
    _number_of_somebody_else: 1,
    _account_from_before_numbers: 1,
    _administrator: 1,
    _unknown_group: 1,
    _for_oneself: 1,
    _by_somebody_whose_time_is_over: 1,
    _no_lasting_id: 1,
    _without_an_end: 1,
    _is_over: 1,
    _pupil: 1,
    _name_too_long: 1,
}
_SCARCE = {_two_of_one_name, _ordered_twice, _submitted_twice}


def flow(town: Town, rows: int) -> Flow:
    """So many orders."""
    made = situations(town, SITUATIONS, rows, first=_SCARCE, filling=_starts_at_the_home)
    return Flow(process="network-accounts", situations=made)
