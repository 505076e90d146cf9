"""Orders for accounts as the order form hands them in: what is refused at once, and when they are done."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from account_office import EMPLOYEE_NO, FIRST, HOME, LAST, NOW, SCHOOL, Office
from pydantic import ValidationError

from common.clock import OSLO
from common.process import Subject

OFFICE = Office()


def codes(action: str = "NEW", *, now: datetime = NOW, **changes: Any) -> dict[str, str]:
    """Field → code of what is refused at intake."""
    try:
        order = OFFICE.moved(**changes) if action == "MOVE" else OFFICE.order(action, **changes)
    except ValidationError as refused:
        return {".".join(map(str, problem["loc"])): problem["type"] for problem in refused.errors()}
    return {str(problem.field): problem.code for problem in order.breaches(now)}


def employed(first: date, last: date | None = None) -> dict[str, Any]:
    return {"type": "VIKAR" if last else "FAST", "from": first, "to": last}


class TestWhatIsRefused:
    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "MOVE", "REACTIVATE"])
    def test_nothing_of_a_whole_order(self, action: str) -> None:
        assert codes(action) == {}

    @pytest.mark.parametrize("kind", ["VIKAR", "TIME", "OPPDRAG", "VERV"])
    def test_a_temporary_employment_without_an_end(self, kind: str) -> None:
        assert codes(employment={"type": kind, "from": FIRST}) == {"employment.to": "MISSING_FIELD"}

    def test_an_end_before_the_beginning(self) -> None:
        assert codes(employment=employed(FIRST, FIRST - timedelta(days=1))) == {"employment.to": "DATE_OUT_OF_RANGE"}

    @pytest.mark.parametrize("kind", ["ELEV", "PUPIL", ""])
    def test_a_pupil(self, kind: str) -> None:
        assert codes(employment={"type": kind, "from": FIRST, "to": LAST}).keys() == {"employment.type"}

    def test_an_employment_that_ended_yesterday(self) -> None:
        today = NOW.date()
        assert codes(employment=employed(date(2026, 1, 1), today)) == {}
        over = employed(date(2026, 1, 1), today - timedelta(days=1))
        assert codes(employment=over) == {"employment.to": "DATE_OUT_OF_RANGE"}

    def test_a_beginning_more_than_twelve_months_ahead(self) -> None:
        assert codes(employment=employed(date(2027, 11, 23))) == {}
        assert codes(employment=employed(date(2027, 11, 24))) == {"employment.from": "DATE_OUT_OF_RANGE"}

    @pytest.mark.parametrize("action", ["NEW", "REACTIVATE", "MOVE"])
    def test_without_an_employment(self, action: str) -> None:
        assert codes(action, employment=None) == {"employment": "MISSING_FIELD"}

    def test_a_change_needs_none(self) -> None:
        assert codes("CHANGE", employment=None) == {}

    @pytest.mark.parametrize(
        ("action", "needed"), [("NEW", True), ("REACTIVATE", True), ("CHANGE", False), ("MOVE", False)]
    )
    def test_nowhere_to_send_a_secret_to(self, action: str, *, needed: bool) -> None:
        assert codes(action, subject={"mobile": None}) == ({"subject.mobile": "MISSING_FIELD"} if needed else {})

    def test_a_move_from_nowhere(self) -> None:
        assert codes("MOVE", from_unit=None) == {"from_unit": "MISSING_FIELD"}

    def test_a_move_to_where_one_is(self) -> None:
        assert codes("MOVE", from_unit=HOME) == {"from_unit": "INVALID_VALUE"}

    @pytest.mark.parametrize("action", ["NEW", "CHANGE", "REACTIVATE"])
    def test_a_unit_that_is_left_by_nobody(self, action: str) -> None:
        assert codes(action, from_unit=HOME) == {"from_unit": "INVALID_VALUE"}

    @pytest.mark.parametrize("field", ["family_name", "given_name"])
    def test_a_name_that_no_field_holds(self, field: str) -> None:
        assert codes(subject={field: "N" * 80}) == {}
        assert codes(subject={field: "N" * 300}).keys() == {f"subject.{field}"}

    @pytest.mark.parametrize("group", ["*", "a)(uid=*", "<b>", "cn=x,dc=y", "a\\2a", "a\nb", "", "G" * 65])
    def test_a_group_that_cannot_be_one(self, group: str) -> None:
        assert codes(groups=[group]).keys() == {"groups.0"}

    def test_more_groups_than_anybody_needs(self) -> None:
        assert codes(groups=[f"G{number}" for number in range(30)]) == {}
        assert codes(groups=[f"G{number}" for number in range(31)]).keys() == {"groups"}

    @pytest.mark.parametrize("field", ["action", "network"])
    def test_another_word(self, field: str) -> None:
        other: dict[str, Any] = {field: "DELETE"}
        assert codes(**other).keys() >= {field}

    def test_an_old_order(self) -> None:
        assert codes(ordered_at=NOW - timedelta(days=30)) == {}
        assert codes(ordered_at=NOW - timedelta(days=30, seconds=1)) == {"ordered_at": "DATE_OUT_OF_RANGE"}


class TestWhatItIsAbout:
    def test_a_person_under_the_orders_number(self) -> None:
        order = OFFICE.order()
        assert order.reference == order.order_id == "BRK-9002"
        assert order.subject == Subject("person", OFFICE.ane.number)
        assert EMPLOYEE_NO not in repr(order)

    def test_both_units_of_a_move(self) -> None:
        assert (OFFICE.order().units, OFFICE.moved().units) == ((SCHOOL,), (HOME, SCHOOL))


def at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=OSLO)


class TestWhenItIsDone:
    @pytest.mark.parametrize(
        ("first", "due"),
        [
            (date(2026, 12, 1), at(date(2026, 11, 30), 16)),
            (date(2026, 11, 30), at(date(2026, 11, 27), 16)),  # a Monday: on the Friday before
            (date(2026, 12, 26), at(date(2026, 12, 24), 16)),  # after Christmas Day
        ],
    )
    def test_a_working_day_before_the_start(self, first: date, due: datetime) -> None:
        order = OFFICE.order(employment=employed(first))
        assert order.deadline(NOW) == due
        assert order.urgency(NOW) == 5

    def test_easter_holds_no_working_day(self) -> None:
        """Tuesday 30 March 2027 follows Easter Monday: the last working day before is Wednesday, Maundy Thursday is none."""
        order = OFFICE.order(employment=employed(date(2027, 3, 30)))
        assert order.deadline(NOW) == at(date(2027, 3, 24), 16)

    @pytest.mark.parametrize("first", [date(2026, 11, 23), date(2026, 11, 1)])
    def test_within_an_hour_and_before_others_for_who_starts_today_or_has_started(self, first: date) -> None:
        order = OFFICE.order(employment=employed(first))
        assert (order.deadline(NOW), order.urgency(NOW)) == (NOW + timedelta(hours=1), 1)
        assert order.earliest(NOW) is None

    def test_when_the_working_day_before_is_over(self) -> None:
        """Ordered on a Saturday for the Monday."""
        saturday = datetime(2026, 11, 28, 12, tzinfo=OSLO)
        order = OFFICE.order(employment=employed(date(2026, 11, 30)))
        assert order.deadline(saturday) == saturday + timedelta(hours=1)
        assert order.urgency(saturday) == 5

    def test_fourteen_days_before_the_start_at_the_earliest(self) -> None:
        order = OFFICE.order(employment=employed(date(2026, 12, 7)))
        assert order.earliest(NOW) == at(date(2026, 11, 23)), "that has begun"
        order = OFFICE.order(employment=employed(date(2027, 8, 16)))
        assert order.earliest(NOW) == datetime(2027, 8, 2, tzinfo=OSLO)

    def test_later_if_the_caller_says_so(self) -> None:
        asked = datetime(2026, 11, 29, 12, tzinfo=OSLO)
        assert OFFICE.order(not_before=asked).earliest(NOW) == asked
        far = OFFICE.order(not_before=asked, employment=employed(date(2027, 8, 16)))
        assert far.earliest(NOW) == datetime(2027, 8, 2, tzinfo=OSLO)

    def test_on_the_day_itself_for_who_moves(self) -> None:
        order = OFFICE.moved(employment=employed(date(2026, 12, 1)))
        assert order.earliest(NOW) == at(date(2026, 12, 1))
        assert order.deadline(NOW) == at(date(2026, 12, 1), 12)

    def test_at_once_for_a_change(self) -> None:
        order = OFFICE.order("CHANGE", employment=employed(date(2026, 12, 1)))
        assert (order.earliest(NOW), order.deadline(NOW), order.urgency(NOW)) == (None, None, 5)

    @pytest.mark.parametrize("first", [date(9999, 12, 31), date(1, 1, 1)])
    def test_of_what_is_refused_or_long_past_can_be_told(self, first: date) -> None:
        order = OFFICE.order(employment=employed(first))
        assert order.earliest(NOW) is None
        assert order.deadline(NOW) == NOW + timedelta(hours=1)
