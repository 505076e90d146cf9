"""Synthetic accounts that were removed three months ago, and what has been decided about them since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.local.day import Flow
from common.local.town import Made, situations
from useradmin_svc.demo.town import SCHOOL, Town

UPDATED, NOOP = ("done", "UPDATED"), ("done", "NOOP")
_LONG_ENOUGH = 100
_ASIDE: dict[str, Any] = {"state": "PENDING_DELETE", "groups": [], "hidden": True}


def note(town: Town, order_id: str, ago: int = _LONG_ENOUGH) -> str:
    """What a removal so many days ago has noted."""
    return f"Sperret {town.today - timedelta(days=ago):%d.%m.%Y}, bestilling {order_id}"


def _removed(town: Town, words: str = "", *, ago: int = _LONG_ENOUGH, **facts: Any) -> dict[str, Any]:
    """Somebody's account in TK-nett, set aside so long ago; and the case that is to delete it."""
    employee, order_id = town.employed(), town.reference("BRK")
    remark = note(town, order_id, ago) + words
    account = town.account("tknett", employee, SCHOOL, **{**_ASIDE, "remark": remark, **facts})
    accounts = [{"network": "TK", "user_name": account["user_name"]}]
    return {
        "reference": f"{order_id}:deletion",
        "order_id": order_id,
        "person_id": employee["national_id"],
        "accounts": accounts,
    }


def _due(town: Town) -> Made:
    return [_removed(town)], [UPDATED]


def _in_use_again(town: Town) -> Made:
    return [_removed(town, state="ACTIVE", groups=["SKOLE-ALLE"], hidden=False, remark="")], [NOOP]


def _to_be_kept(town: Town) -> Made:
    return [_removed(town, ", bevares")], [NOOP]


def _removed_again(town: Town) -> Made:
    return [_removed(town, remark=note(town, town.reference("BRK"), 10))], [NOOP]


def _gone_already(town: Town) -> Made:
    row = _removed(town)
    return [row | {"accounts": [{"network": "TK", "user_name": "borteforlengst"}]}], [NOOP]


def _too_early(town: Town) -> Made:
    return [_removed(town, ago=_LONG_ENOUGH // 2)], [("manual", "DATE_OUT_OF_RANGE")]


def _remarked_upon(town: Town) -> Made:
    return [_removed(town, remark="Spør rektor først")], [("manual", "NEEDS_JUDGEMENT")]


# How often each turns up; every one of them turns up at least once in a day of 7.
SITUATIONS = {
    _due: 20,
    _in_use_again: 3,
    _to_be_kept: 3,
    _removed_again: 2,
    _gone_already: 2,
    _too_early: 1,
    _remarked_upon: 1,
}


def flow(town: Town, rows: int) -> Flow:
    """So many deletions that are due."""
    made = situations(town, SITUATIONS, rows, first=set(), filling=_due)
    return Flow(process="account-deletions", situations=made)
