"""What a leader must have signed before the register is asked (USR-04)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from orderer_office import HALL, HOME, LAST, NOW, SCHOOL, SIGNED, TODAY, Office
from pydantic import ValidationError

from common.clock import OSLO
from common.testing import FixedClock
from useradmin_svc.authorisation import SelfOrder
from useradmin_svc.orderers.ordered import OrderedAuthorisation
from useradmin_svc.processes.authorised_orderers import authorised_orderer

DAY = timedelta(days=1)


@pytest.fixture
def office() -> Office:
    return Office()


def refused(office: Office, action: str = "NEW", **changes: Any) -> list[tuple[str, str]]:
    """(field, code) of what is refused at once."""
    with pytest.raises(ValidationError) as told:
        office.order(action, **changes)
    return [(str(error["loc"][0]), error["type"]) for error in told.value.errors()]


def late(order: OrderedAuthorisation) -> list[tuple[str, str]]:
    return [(breach.field, breach.code) for breach in order.breaches(NOW)]


class TestUnits:
    def test_are_the_same_in_whatever_order(self, office: Office) -> None:
        order = office.order("NEW", HOME, SCHOOL, HOME)
        assert (order.units, order.unit) == ((SCHOOL, HOME), HOME)

    def test_are_needed_for_a_new_one(self, office: Office) -> None:
        assert refused(office, units=(), unit=SCHOOL) == [("units", "MISSING_FIELD")]
        assert office.order("DELETE", units=(), unit=SCHOOL).units == ()

    def test_may_lie_elsewhere_than_the_unit_that_orders(self, office: Office) -> None:
        order = office.order("DELETE", HALL, unit=SCHOOL)
        assert (order.unit, order.units) == (SCHOOL, (HALL,))

    def test_say_which_unit_it_is(self, office: Office) -> None:
        assert ("unit", "missing") in refused(office, "DELETE", units=())

    def test_what_waits_in_the_database_comes_back_the_same(self, office: Office) -> None:
        order = office.order("NEW", HOME, SCHOOL, valid_to=LAST)
        stored = order.model_dump(mode="json", exclude_unset=True)
        assert OrderedAuthorisation.model_validate(stored, context={"accepts_synthetic": True}) == order


class TestTheSignature:
    @pytest.mark.parametrize("name", ["signed_by", "signed_at", "signature_ref"])
    def test_is_whole(self, office: Office, name: str) -> None:
        missing: dict[str, Any] = {name: None}
        assert (name, "MISSING_FIELD") in refused(office, **missing)
        assert refused(office, "DELETE", **missing)

    def test_may_be_missing_altogether_at_an_end(self, office: Office) -> None:
        assert office.order("DELETE", signed=False).signature is None
        assert {field for field, _ in refused(office, signed=False)} == {"signed_by", "signed_at", "signature_ref"}

    @pytest.mark.parametrize(
        ("signed", "codes"),
        [
            (TODAY, []),
            (TODAY + DAY, [("signed_at", "DATE_OUT_OF_RANGE")]),
            (TODAY - 30 * DAY, []),
            (TODAY - 31 * DAY, [("signed_at", "DATE_OUT_OF_RANGE")]),
        ],
    )
    @pytest.mark.parametrize("action", ["NEW", "DELETE"])
    def test_is_thirty_days_old_at_most(self, office: Office, action: str, signed: date, codes: list[Any]) -> None:
        assert late(office.order(action, signed_at=signed)) == codes

    def test_its_reference_is_nobodys_number(self, office: Office) -> None:
        assert refused(office, signature_ref=office.nina.number) == [("signature_ref", "INVALID_VALUE")]


class TestItsEnd:
    def test_comes_24_months_after_the_signature(self, office: Office) -> None:
        order = office.order()
        assert order.signature is not None
        assert order.last_day(order.signature) == LAST

    @pytest.mark.parametrize(
        ("signed", "last"), [(SIGNED, LAST), (date(2028, 2, 29), date(2030, 2, 28)), (TODAY, date(2028, 11, 23))]
    )
    def test_at_the_latest(self, office: Office, signed: date, last: date) -> None:
        assert office.order(signed_at=signed, valid_to=last).valid_to == last
        assert refused(office, signed_at=signed, valid_to=last + DAY) == [("valid_to", "DATE_OUT_OF_RANGE")]

    def test_does_not_lie_behind(self, office: Office) -> None:
        assert late(office.order(valid_to=TODAY)) == []
        assert late(office.order(valid_to=TODAY - DAY)) == [("valid_to", "DATE_OUT_OF_RANGE")]

    def test_is_today_for_a_delete(self, office: Office) -> None:
        assert refused(office, "DELETE", valid_to=TODAY) == [("valid_to", "INVALID_VALUE")]


class TestWhenItIsDone:
    @pytest.mark.parametrize(
        ("now", "due"),
        [
            (NOW, datetime(2026, 11, 25, 16, tzinfo=OSLO)),
            (datetime(2026, 11, 20, 12, tzinfo=OSLO), datetime(2026, 11, 24, 16, tzinfo=OSLO)),
            (datetime(2026, 12, 23, 12, tzinfo=OSLO), datetime(2026, 12, 28, 16, tzinfo=OSLO)),
        ],
    )
    def test_a_new_one_two_working_days_later(self, office: Office, now: datetime, due: datetime) -> None:
        assert office.order().deadline(now) == due

    def test_an_end_the_same_day(self, office: Office) -> None:
        assert office.order("DELETE").deadline(NOW) == datetime(2026, 11, 24, tzinfo=OSLO)


class TestTheDomainsExample:
    def test_was_signed_by_whom_it_is_about(self, office: Office) -> None:
        given: dict[str, Any] = {
            "order_id": "BRK-9004",
            "orderer_id": "enhl03",
            "subject": {
                "employee_no": "100777",
                "person_id": "09925810077",
                "family_name": "Sæther",
                "given_name": "Ingrid",
            },
            "units": [SCHOOL],
            "action": "NEW",
            "signed_by": "100777",
            "signed_at": "2026-11-20",
            "signature_ref": "ES-1",
        }
        clock = datetime.fromisoformat("2026-11-22T09:00:00+01:00")
        order = OrderedAuthorisation.model_validate(given, context={"accepts_synthetic": True})
        assert list(order.breaches(clock)) == []
        with pytest.raises(SelfOrder):
            authorised_orderer(order, office.case.run(office.register.screens(), clock=FixedClock(clock)))
        assert office.opened() == []
