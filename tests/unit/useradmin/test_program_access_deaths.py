"""`program-accesses`: a robot that dies anywhere on the way leaves one access, as it was ordered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from access_office import CLERK, DISABLED, HALL, LEADER, NOW, PAYROLL, READER, SCHOOL, TODAY, Office

from common.errors import ConflictInTarget, LeaseLost, NotAuthorised, TargetTimeout
from common.process import OutcomeCode
from useradmin_svc.accesses.ordered import OrderedAccess
from useradmin_svc.directory.entry import AccountState

LATER = timedelta(days=1)


def a_new_one(office: Office) -> OrderedAccess:
    return office.order()


def a_sensitive_one(office: Office) -> OrderedAccess:
    """The longest way there is: all registers are asked."""
    approvals = [{"role": "SYSTEM_OWNER", "person": "100301", "at": NOW}]
    return office.order(program=PAYROLL, roles=[READER], approvals=approvals)


def one_opened_again(office: Office) -> OrderedAccess:
    office.put(LEADER, state=DISABLED, last_day=TODAY)
    return office.order()


def a_change(office: Office) -> OrderedAccess:
    office.put(CLERK, READER)
    return office.order("CHANGE", roles=[READER])


def an_end(office: Office) -> OrderedAccess:
    """Of what another unit had given somebody who has left."""
    office.put(units=(SCHOOL, HALL))
    office.employed(state=AccountState.DISABLED)
    return office.order("DELETE")


WAYS: dict[str, tuple[Callable[[Office], OrderedAccess], OutcomeCode]] = {
    "new": (a_new_one, OutcomeCode.CREATED),
    "sensitive": (a_sensitive_one, OutcomeCode.CREATED),
    "again": (one_opened_again, OutcomeCode.UPDATED),
    "change": (a_change, OutcomeCode.UPDATED),
    "end": (an_end, OutcomeCode.UPDATED),
}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, (prepare, _) in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        found += [(name, point) for point in office.opened()]
    assert {("new", "granted:1"), ("end", "grant:1")} <= {*found}
    return found


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_leaves_one_access_as_ordered(self, way: str, point: str) -> None:
        prepare, code = WAYS[way]
        straight, office = Office(), Office()
        outcome = straight.perform(prepare(straight))
        order = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        assert (office.perform(order).code, outcome.code) == (code, code)
        assert [each.grant for each in office.programs.accesses.values()] == [
            each.grant for each in straight.programs.accesses.values()
        ]
        assert len(office.programs.writes) == 1

    @pytest.mark.parametrize("point", ["grant:1", "granted:1"])
    def test_at_the_save_is_settled_the_next_day(self, point: str) -> None:
        office = Office()
        office.put(first_day=TODAY)
        with pytest.raises(LeaseLost):
            office.perform(office.order("DELETE"), dies_at=point)
        assert office.perform(office.order("DELETE"), now=NOW + LATER).code is OutcomeCode.UPDATED
        assert (office.access().state, office.access().grant.last_day) == (DISABLED, TODAY)
        assert office.programs.writes == [("disable", "ahmyus")]

    def test_again_and_again(self) -> None:
        office = Office()
        order = office.order()
        for point in ("grant:1", "commit:1", "granted:1", "open:1"):
            with pytest.raises(LeaseLost):
                office.perform(order, dies_at=point)
        assert office.perform(order).code is OutcomeCode.CREATED
        assert office.programs.writes == [("create", "ahmyus")]


def quiet(what: str, user_name: str) -> None:
    """Nothing happens meanwhile."""


class TestASaveThatFails:
    def test_after_it_has_saved_is_looked_up(self) -> None:
        office = Office()

        def slow(what: str, user_name: str) -> None:
            office.programs.meanwhile = quiet
            office.put(first_day=TODAY)
            raise TargetTimeout

        office.programs.meanwhile = slow
        assert office.perform(office.order()).code is OutcomeCode.CREATED
        assert len(office.programs.accesses) == 1

    def test_without_having_saved_is_a_failure(self) -> None:
        office = Office()

        def down(what: str, user_name: str) -> None:
            raise TargetTimeout

        office.programs.meanwhile = down
        with pytest.raises(TargetTimeout):
            office.perform(office.order())
        office.programs.meanwhile = quiet
        assert office.perform(office.order()).code is OutcomeCode.CREATED
        assert len(office.programs.accesses) == 1

    def test_that_somebody_doubles_is_for_a_person(self) -> None:
        office = Office()

        def doubled(what: str, user_name: str) -> None:
            office.programs.meanwhile = quiet
            office.put(first_day=TODAY)

        office.programs.meanwhile = doubled
        with pytest.raises(ConflictInTarget, match="two accesses"):
            office.perform(office.order())


class TestBetweenTwoAttempts:
    @pytest.mark.parametrize("point", ["commit:3", "commit:4", "grant:1"])
    def test_whoever_has_been_removed_gets_no_access(self, point: str) -> None:
        """The removal found no access to end: the one that was ordered is not to be made after it."""
        office = Office()
        order = office.order()
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        office.employed(state=AccountState.PENDING_DELETE)
        with pytest.raises(ConflictInTarget, match="no active account"):
            office.perform(order)
        assert office.programs.accesses == {}

    def test_whoever_is_back_loses_nothing_of_another_unit(self) -> None:
        office = Office()
        order = an_end(office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="grant:1")
        office.employed(units=(HALL,))
        with pytest.raises(NotAuthorised):
            office.perform(order)
        assert office.programs.writes == []
