"""Whoever orders must have been authorised for the unit on the day of the order; nothing else is opened before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from orderers_in_memory import Employee, OrderersInMemory

from common.errors import LeaseLost, NotAuthorised
from common.testing import MemoryCase, person
from useradmin_svc.authorisation import AuthorisationExpired, SelfOrder, authorised
from useradmin_svc.order import Order

SCHOOL, HOME = "311874322", "312900114"
ANE, ORDERER = person(), person()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def order(**changes: Any) -> Order:
    subject = {
        "person_id": ANE.number,
        "family_name": ANE.family_name,
        "given_name": ANE.given_name,
        "employee_no": "119001",
        **changes.pop("subject", {}),
    }
    given = {"order_id": "BRK-1", "orderer_id": "best22", "subject": subject, "unit": SCHOOL, "ordered_at": NOON}
    return Order.model_validate(given | changes, context={"accepts_synthetic": True})


@pytest.fixture
def case() -> MemoryCase:
    return MemoryCase()


@pytest.fixture
def register(case: MemoryCase) -> OrderersInMemory:
    found = OrderersInMemory(case)
    found.unit(SCHOOL)
    found.unit(HOME)
    found.put("best22", Employee(employee_no="100900", name="Dahle, Per", number=ORDERER.number))
    return found


class TestWhoMayOrder:
    def test_whoever_is_authorised_for_the_unit(self, case: MemoryCase, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
        authorised(case.run(register.screens()), order())

    def test_nobody_whom_the_register_does_not_know(self, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
        for user in ("best2", "best222", "BEST22"):
            with pytest.raises(NotAuthorised, match="know"):
                authorised(MemoryCase().run(register.screens()), order(orderer_id=user))

    def test_nobody_for_another_unit(self, case: MemoryCase, register: OrderersInMemory) -> None:
        register.authorise("best22", HOME, first_day=date(2026, 1, 1))
        with pytest.raises(NotAuthorised, match="no authorisation for the unit"):
            authorised(case.run(register.screens()), order())

    def test_a_move_needs_both_units(self, case: MemoryCase, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
        with pytest.raises(NotAuthorised):
            authorised(case.run(register.screens()), order(), HOME)
        register.authorise("best22", HOME, first_day=date(2026, 1, 1))
        authorised(MemoryCase().run(register.screens()), order(), HOME)

    @pytest.mark.parametrize("own", [{"employee_no": "100900"}, {"person_id": ORDERER.number}])
    def test_nobody_for_oneself(self, own: dict[str, str], case: MemoryCase, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
        with pytest.raises(SelfOrder):
            authorised(case.run(register.screens()), order(subject=own))


class TestWhen:
    @pytest.mark.parametrize(
        ("first", "last", "holds"),
        [
            (date(2026, 11, 20), date(2026, 11, 20), "yes"),
            (date(2026, 11, 21), None, "no"),
            (date(2026, 1, 1), date(2026, 11, 19), "no"),
            (date(2026, 1, 1), None, "yes"),
        ],
    )
    def test_both_days_count(
        self, first: date, last: date | None, holds: str, case: MemoryCase, register: OrderersInMemory
    ) -> None:
        register.authorise("best22", SCHOOL, first_day=first, last_day=last)
        if holds == "yes":
            authorised(case.run(register.screens()), order())
            return
        with pytest.raises(AuthorisationExpired):
            authorised(case.run(register.screens()), order())

    def test_it_is_the_day_in_norway(self, case: MemoryCase, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 11, 21))
        late = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
        authorised(case.run(register.screens()), order(ordered_at=late))

    def test_without_a_day_of_its_own_the_day_roger_got_it_counts(self, register: OrderersInMemory) -> None:
        register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1), last_day=date(2026, 11, 21))
        before = MemoryCase(submitted_at=datetime(2026, 11, 21, 12, tzinfo=UTC))
        authorised(before.run(register.screens()), order(ordered_at=None))
        after = MemoryCase(submitted_at=datetime(2026, 11, 22, 12, tzinfo=UTC))
        with pytest.raises(AuthorisationExpired):
            authorised(after.run(register.screens()), order(ordered_at=None))


def test_a_later_attempt_goes_by_the_first_look(case: MemoryCase, register: OrderersInMemory) -> None:
    register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
    authorised(case.run(register.screens()), order())
    register.orderers.clear()
    authorised(case.run(register.screens()), order())


def test_a_death_while_it_looks_costs_nothing(case: MemoryCase, register: OrderersInMemory) -> None:
    register.authorise("best22", SCHOOL, first_day=date(2026, 1, 1))
    with pytest.raises(LeaseLost):
        authorised(case.run(register.screens(), dies_at="commit:1"), order())
    authorised(case.run(register.screens()), order())
    assert register.writes == []
