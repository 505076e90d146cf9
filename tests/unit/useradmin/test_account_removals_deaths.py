"""`account-removals`: a robot that dies anywhere on the way leaves nobody in, and hands over once what is to follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache

import pytest
from removal_office import HOME, NOTE, NOW, PENDING, SCHOOL, Office, handed_over

from common.errors import LeaseLost, TargetDown, TargetTimeout
from common.process import Outcome, OutcomeCode
from common.testing import FixedClock
from useradmin_svc.directory.entry import Entry, Network
from useradmin_svc.processes.account_removals import remove_user
from useradmin_svc.removals.order import Removal
from useradmin_svc.screens.programs.search import ProgramSearch

OVER_MIDNIGHT = NOW + timedelta(minutes=2)
PROCESSES = ("program-accesses", "authorised-orderers", "account-deletions")


def a_leaver(office: Office) -> Removal:
    """The longest way: two accounts, an access with open files, the right to order."""
    office.employed()
    office.access(open_items=2)
    office.orders_herself(SCHOOL, HOME)
    return office.order(handover_to="kardah")


def under_legal_hold(office: Office) -> Removal:
    office.employed()
    office.access()
    return office.order(legal_hold=True)


def set_aside_before(office: Office) -> Removal:
    office.employed(state=PENDING, remark="Sluttet")
    return office.order()


def out_of_a_unit(office: Office) -> Removal:
    office.employed(units=(HOME, SCHOOL))
    office.access(units=(HOME, SCHOOL))
    return office.order(scope="UNIT")


WAYS: Mapping[str, Callable[[Office], Removal]] = {
    "leaver": a_leaver,
    "hold": under_legal_hold,
    "aside": set_aside_before,
    "unit": out_of_a_unit,
}


class Down:
    """The search page of programs, when nobody answers."""

    def search(self, sought: object) -> object:
        del sought
        raise TargetDown


@cache
def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, prepare in WAYS.items():
        office = Office()
        office.remove(prepare(office))
        found += [(name, point) for point in office.reached()]
    assert {("leaver", "disabled:1"), ("leaver", "grouped:2"), ("hold", "arranged:2"), ("unit", "grouped:1")} <= {
        *found
    }
    return found


def standing(office: Office) -> list[Entry]:
    return [office.account(network) for network in Network]


def left(outcome: Outcome) -> list[int]:
    return [len(handed_over(outcome, process)) for process in PROCESSES]


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_comes_to_the_same(self, way: str, point: str) -> None:
        straight, office = Office(), Office()
        expected = straight.remove(WAYS[way](straight))
        order = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.remove(order, dies_at=point)
        outcome = office.remove(order)
        assert (outcome.code, outcome.detail, outcome.tasks) == (expected.code, expected.detail, expected.tasks)
        assert left(outcome) == left(expected)
        assert standing(office) == standing(straight)

    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_and_a_persons_retry_forgets_nothing_that_is_to_follow(self, way: str, point: str) -> None:
        straight, office = Office(), Office()
        expected = straight.remove(WAYS[way](straight))
        order = WAYS[way](office)
        with pytest.raises(LeaseLost):
            office.remove(order, dies_at=point)
        office.case.retried()
        outcome = office.remove(order)
        assert left(outcome) == left(expected)
        assert outcome.tasks == expected.tasks
        assert standing(office) == standing(straight)
        # Whatever has been taken out of a unit before is not found there any more.
        assert outcome.code is expected.code or (way == "unit" and outcome.code is OutcomeCode.NOOP)

    @pytest.mark.parametrize(
        "point",
        [point for way, point in deaths() if way == "leaver" and point.startswith(("dis", "group", "set_aside"))],
    )
    def test_before_midnight_is_gone_on_with_after_it(self, point: str) -> None:
        office = Office()
        order = a_leaver(office)
        with pytest.raises(LeaseLost):
            office.remove(order, dies_at=point)
        outcome = office.remove(order, now=OVER_MIDNIGHT)
        assert outcome.code is OutcomeCode.UPDATED
        assert {account.state for account in standing(office)} == {PENDING}
        assert {account.remark for account in standing(office)} <= {NOTE, NOTE.replace("30.11.", "01.12.")}
        (deletion,) = handed_over(outcome, "account-deletions")
        assert deletion.not_before is not None
        assert deletion.not_before - OVER_MIDNIGHT > timedelta(days=89)

    @pytest.mark.parametrize("way", ["leaver", "aside", "unit"])
    def test_a_save_that_failed_halfway_is_gone_on_with(self, way: str) -> None:
        office = Office()
        order = WAYS[way](office)
        failed = list[str]()

        def fail_once(what: str, user_name: str) -> None:
            del user_name
            if what in {"set_aside", "groups"} and not failed:
                failed.append(what)
                raise TargetTimeout

        office.tk.meanwhile = fail_once
        with pytest.raises(TargetTimeout):
            office.remove(order)
        assert office.remove(order).code is OutcomeCode.UPDATED

    def test_while_programs_are_down_the_account_is_shut_all_the_same(self) -> None:
        office = Office()
        order = a_leaver(office)
        run = office.case.run(office.screens() | {ProgramSearch: Down()}, clock=FixedClock(NOW))
        with pytest.raises(TargetDown):
            remove_user(order, run)
        assert {account.state for account in standing(office)} == {PENDING}
        assert left(office.remove(order)) == [1, 1, 1]
