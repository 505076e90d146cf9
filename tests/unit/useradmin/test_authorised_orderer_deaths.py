"""`authorised-orderers`: a robot that dies anywhere on the way leaves one orderer, authorised as was signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from orderer_office import HALL, HOME, NOW, SCHOOL, SUBJECT, TODAY, Office
from orderers_in_memory import Employee

from common.errors import LeaseLost, NotAuthorised, PersonNotFound, TargetTimeout
from common.process import OutcomeCode
from common.testing import person
from useradmin_svc.directory.entry import AccountState
from useradmin_svc.orderers.ordered import OrderedAuthorisation


def a_new_one(office: Office) -> OrderedAuthorisation:
    return office.order("NEW", SCHOOL, HOME)


def one_that_was(office: Office) -> OrderedAuthorisation:
    office.is_orderer(SCHOOL, role=False, last_day=TODAY - timedelta(days=1))
    return office.order()


def renewed(office: Office) -> OrderedAuthorisation:
    office.is_orderer(SCHOOL, last_day=TODAY)
    return office.order()


def ended(office: Office) -> OrderedAuthorisation:
    office.is_orderer(SCHOOL, HOME)
    return office.order("DELETE", SCHOOL, HOME)


def left(office: Office) -> OrderedAuthorisation:
    office.register.put("best22", Employee(employee_no="100900", name="Dahle, Per", number=person().number))
    office.register.authorise("best22", SCHOOL)
    office.is_orderer(SCHOOL, HALL)
    office.works_for(SCHOOL, state=AccountState.DISABLED)
    return office.leaving(units=())


WAYS: dict[str, tuple[Callable[[Office], OrderedAuthorisation], OutcomeCode]] = {
    "new": (a_new_one, OutcomeCode.CREATED),
    "was": (one_that_was, OutcomeCode.CREATED),
    "renewed": (renewed, OutcomeCode.UPDATED),
    "ended": (ended, OutcomeCode.UPDATED),
    "left": (left, OutcomeCode.UPDATED),
}


def deaths() -> list[tuple[str, str]]:
    """(way, point): everywhere a run can die on each of the ways."""
    found: list[tuple[str, str]] = []
    for name, (prepare, _) in WAYS.items():
        office = Office()
        office.perform(prepare(office))
        found += [(name, point) for point in office.opened()]
    assert {("new", "authorised:2"), ("was", "role:1"), ("ended", "ended:1"), ("left", "role_done:1")} <= {*found}
    return found


class TestDeath:
    @pytest.mark.parametrize(("way", "point"), deaths())
    def test_anywhere_leaves_one_orderer_as_signed(self, way: str, point: str) -> None:
        prepare, code = WAYS[way]
        straight, office = Office(), Office()
        outcome = straight.perform(prepare(straight))
        order = prepare(office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at=point)
        assert (office.perform(order), outcome.code) == (outcome, code)
        assert _without_number(office) == _without_number(straight)
        assert office.register.writes == straight.register.writes

    def test_over_midnight_keeps_the_day_it_was_done(self) -> None:
        office = Office()
        order = ended(office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="ended:1")
        office.perform(order, now=NOW + timedelta(days=1))
        days = {each.unit: each.last_day for each in office.orderer().authorisations}
        assert days == {SCHOOL: TODAY, HOME: TODAY + timedelta(days=1)}

    def test_over_midnight_enters_what_was_decided(self) -> None:
        office = Office()
        with pytest.raises(LeaseLost):
            office.perform(office.order("NEW", SCHOOL, HOME), dies_at="authorised:1")
        assert (
            office.perform(office.order("NEW", SCHOOL, HOME), now=NOW + timedelta(days=1)).code is OutcomeCode.CREATED
        )
        assert {each.first_day for each in office.active().values()} == {TODAY}


class TestASaveThatFails:
    def test_is_done_again_when_it_has_not_saved(self) -> None:
        office = Office()

        def down(what: str, orderer_id: str) -> None:
            raise TargetTimeout

        def quiet(what: str, orderer_id: str) -> None:
            """Nothing happens meanwhile."""

        office.register.meanwhile = down
        with pytest.raises(TargetTimeout):
            office.perform(office.order())
        office.register.meanwhile = quiet
        assert office.perform(office.order()).code is OutcomeCode.CREATED
        assert len(office.active()) == 1


class TestBetweenTwoAttempts:
    def test_whoever_is_no_employee_any_more_becomes_no_orderer(self) -> None:
        office = Office()
        with pytest.raises(LeaseLost):
            office.perform(office.order(), dies_at="authorise:1")
        del office.register.employees[SUBJECT]
        with pytest.raises(PersonNotFound):
            office.perform(office.order())
        assert office.register.orderers == {}

    def test_whoever_is_back_goes_on_ordering(self) -> None:
        office = Office()
        order = left(office)
        with pytest.raises(LeaseLost):
            office.perform(order, dies_at="end:1")
        office.works_for(SCHOOL, HALL)
        with pytest.raises(NotAuthorised):
            office.perform(order)
        assert {*office.active()} == {SCHOOL, HALL}


def _without_number(office: Office) -> object:
    """The orderer, but for whose it is: every office is somebody else's."""
    return office.orderer().model_copy(update={"number": ""})
