"""What an order of an access must say before any system is asked, and when it is done (USR-01)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from access_office import CLERK, HOME, NOW, READER, SCHOOL, TODAY, Office
from pydantic import ValidationError

from common.clock import OSLO
from common.process import Outcome, OutcomeCode
from common.testing import MemoryCase
from useradmin_svc.accesses.ordered import OrderedAccess

DAY = timedelta(days=1)
LATEST = date(2027, 11, 23)
EMPLOYED = {"type": "VIKAR", "from": "2026-11-01", "to": "2027-06-30"}
LAST = date(2027, 6, 30)


@pytest.fixture
def office() -> Office:
    return Office()


def refused(office: Office, action: str = "NEW", **changes: Any) -> list[tuple[str, str]]:
    """(field, code) of what is refused at once."""
    with pytest.raises(ValidationError) as told:
        office.order(action, **changes)
    return [(str(error["loc"][0]), error["type"]) for error in told.value.errors()]


def late(order: OrderedAccess, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(breach.field, breach.code) for breach in order.breaches(now)]


class TestRolesAndUnits:
    def test_are_the_same_in_whatever_order(self, office: Office) -> None:
        order = office.order(roles=[CLERK.lower(), READER, CLERK], data_scope=[HOME, SCHOOL, HOME])
        assert (order.roles, order.data_scope) == ((READER, CLERK), (SCHOOL, HOME))

    def test_one_role_may_stand_alone(self, office: Office) -> None:
        given = office.order().model_dump(by_alias=True, exclude_unset=True, exclude={"roles"})
        assert OrderedAccess.model_validate(given | {"role": READER}, context={"accepts_synthetic": True}).roles == (
            READER,
        )

    def test_without_units_it_is_the_one_that_orders(self, office: Office) -> None:
        assert office.order().data_scope == (SCHOOL,)

    @pytest.mark.parametrize("action", ["NEW", "CHANGE"])
    def test_an_access_has_a_role(self, office: Office, action: str) -> None:
        assert refused(office, action, roles=[]) == [("roles", "MISSING_FIELD")]

    def test_a_delete_names_none(self, office: Office) -> None:
        assert refused(office, "DELETE", roles=[CLERK]) == [("roles", "INVALID_VALUE")]
        assert office.order("DELETE").roles == ()

    def test_what_waits_in_the_database_comes_back_the_same(self, office: Office) -> None:
        order = office.order(roles=[READER, CLERK], valid_to=TODAY, employment=EMPLOYED)
        stored = json.loads(json.dumps(order.model_dump(mode="json", exclude_unset=True)))
        assert OrderedAccess.model_validate(stored, context={"accepts_synthetic": True}) == order


class TestItsDays:
    @pytest.mark.parametrize("action", ["NEW", "CHANGE"])
    def test_it_begins_some_day(self, office: Office, action: str) -> None:
        assert refused(office, action, valid_from=None) == [("valid_from", "MISSING_FIELD")]

    def test_it_does_not_end_before_it_begins(self, office: Office) -> None:
        assert office.order(valid_to=TODAY).valid_to == TODAY
        assert refused(office, valid_to=TODAY - DAY) == [("valid_to", "DATE_OUT_OF_RANGE")]

    @pytest.mark.parametrize("field", ["valid_from", "valid_to"])
    def test_it_does_not_go_on_after_the_employment(self, office: Office, field: str) -> None:
        days: dict[str, Any] = {"employment": EMPLOYED, field: LAST}
        later: dict[str, Any] = days | {field: LAST + DAY}
        assert getattr(office.order(**days), field) == LAST
        assert (field, "DATE_OUT_OF_RANGE") in refused(office, **later)

    def test_a_delete_may_come_after_the_employment(self, office: Office) -> None:
        assert office.order("DELETE", employment=EMPLOYED, valid_from=LAST + DAY).valid_from == LAST + DAY

    def test_a_delete_ends_on_its_day(self, office: Office) -> None:
        assert refused(office, "DELETE", valid_to=TODAY) == [("valid_to", "INVALID_VALUE")]

    def test_at_most_twelve_months_ahead_to_the_day(self, office: Office) -> None:
        assert late(office.order(valid_from=LATEST)) == []
        assert late(office.order(valid_from=LATEST + DAY)) == [("valid_from", "DATE_OUT_OF_RANGE")]

    def test_nothing_is_granted_for_days_that_are_over(self, office: Office) -> None:
        order = office.order(valid_from=TODAY - DAY, valid_to=TODAY)
        assert late(order) == []
        assert late(order, NOW + DAY) == [("valid_to", "DATE_OUT_OF_RANGE")]

    @pytest.mark.parametrize(
        ("at", "codes"),
        [
            (NOW + timedelta(minutes=5), []),
            (NOW + timedelta(minutes=5, seconds=1), [("approvals", "DATE_OUT_OF_RANGE")]),
            (NOW - timedelta(days=30), []),
            (NOW - timedelta(days=30, seconds=1), [("approvals", "DATE_OUT_OF_RANGE")]),
        ],
    )
    def test_an_approval_is_thirty_days_old_at_most(self, office: Office, at: datetime, codes: list[Any]) -> None:
        order = office.order(approvals=[{"role": "system_owner", "person": "100301", "at": at}])
        assert late(order) == codes

    def test_an_order_itself_too(self, office: Office) -> None:
        order = office.order(ordered_at=NOW - timedelta(days=30, seconds=1))
        assert late(order) == [("ordered_at", "DATE_OUT_OF_RANGE")]


class TestWhenItIsDone:
    @pytest.mark.parametrize(
        ("first", "asked", "earliest"),
        [
            (date(2026, 12, 1), None, datetime(2026, 12, 1, tzinfo=OSLO)),
            (date(2026, 12, 1), NOW, datetime(2026, 12, 1, tzinfo=OSLO)),
            (date(2026, 12, 1), datetime(2026, 12, 1, 0, 1, tzinfo=OSLO), datetime(2026, 12, 1, 0, 1, tzinfo=OSLO)),
            (date(2027, 7, 1), None, datetime(2027, 6, 30, 22, tzinfo=UTC)),  # summer time
        ],
    )
    def test_not_before_its_first_day(
        self, office: Office, first: date, asked: datetime | None, earliest: datetime
    ) -> None:
        assert office.order(valid_from=first, not_before=asked).earliest(NOW) == earliest

    def test_a_delete_without_a_day_at_once(self, office: Office) -> None:
        assert office.order("DELETE").earliest(NOW) is None

    @pytest.mark.parametrize(
        ("now", "first", "due"),
        [
            (NOW, TODAY, datetime(2026, 11, 24, 16, tzinfo=OSLO)),
            (
                datetime(2026, 11, 20, 23, 30, tzinfo=OSLO),
                TODAY - DAY,
                datetime(2026, 11, 23, 16, tzinfo=OSLO),
            ),  # Friday
            (datetime(2026, 12, 24, 12, tzinfo=OSLO), TODAY, datetime(2026, 12, 28, 16, tzinfo=OSLO)),  # Christmas
            (NOW, date(2026, 11, 24), datetime(2026, 11, 24, 16, tzinfo=OSLO)),
            (NOW, date(2026, 12, 6), datetime(2026, 12, 6, 16, tzinfo=OSLO)),  # a Sunday that somebody asked for
        ],
    )
    @pytest.mark.parametrize("action", ["NEW", "CHANGE"])
    def test_a_working_day_later_or_on_its_first_day(
        self, office: Office, action: str, now: datetime, first: date, due: datetime
    ) -> None:
        assert office.order(action, valid_from=first).deadline(now) == due

    @pytest.mark.parametrize(
        ("first", "due"),
        [(None, date(2026, 11, 24)), (TODAY - DAY, date(2026, 11, 24)), (date(2026, 12, 1), date(2026, 12, 2))],
    )
    def test_a_delete_the_same_day(self, office: Office, first: date | None, due: date) -> None:
        order = office.order("DELETE", valid_from=first)
        assert order.deadline(NOW) == datetime.combine(due, datetime.min.time(), OSLO)


class TestTheDomainsExample:
    def test_is_created(self, office: Office) -> None:
        given: dict[str, Any] = {
            "order_id": "BRK-9001",
            "orderer_id": "best22",
            "subject": {
                "employee_no": "118203",
                "mobile": "40000002",
                "person_id": "21859610371",
                "family_name": "Yusuf",
                "given_name": "Ahmed",
            },
            "unit": HOME,
            "action": "NEW",
            "program": "ESA",
            "role": CLERK,
            "data_scope": [HOME],
            "valid_from": "2026-11-16",
            "valid_to": None,
        }
        order = OrderedAccess.model_validate(given, context={"accepts_synthetic": True})
        clock = datetime.fromisoformat("2026-11-22T09:00:00+01:00")
        assert late(order, clock) == []
        assert order.reference == "BRK-9001"
        office.case = office.programs.case = office.orderers.case = office.tk.case = MemoryCase(
            registers=office.registers, submitted_at=clock
        )
        told = {"user_name": "ahmyus", "roles": [CLERK], "units": [HOME], "valid_to": None}
        assert office.perform(order, now=clock) == Outcome(OutcomeCode.CREATED, told)
