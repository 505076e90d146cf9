"""An order to remove somebody: what it says, when it is carried out, and what is refused at the door."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from pydantic import ValidationError
from removal_office import TODAY, Office

from common.clock import OSLO
from common.testing import person
from useradmin_svc.removals.order import Removal, Scope
from useradmin_svc.removals.remark import Note, is_for_security, is_held, note_of, removal_remark

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=OSLO)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office() -> Office:
    return Office()


class TestWhenItIsCarriedOut:
    def test_at_the_end_of_the_last_day(self, office: Office) -> None:
        assert office.order().earliest(NOON) == datetime(2026, 11, 30, 23, 59, tzinfo=OSLO)

    def test_of_a_day_in_summer_by_the_clock_in_norway(self, office: Office) -> None:
        earliest = office.order(last_day="2027-06-30").earliest(NOON)
        assert earliest is not None
        assert earliest.utcoffset() == timedelta(hours=2)

    def test_now_when_the_last_day_is_over(self, office: Office) -> None:
        earliest = office.order(last_day=TODAY - timedelta(days=40)).earliest(NOON)
        assert earliest is not None
        assert earliest < NOON

    def test_later_if_the_caller_asks_for_it_and_never_earlier(self, office: Office) -> None:
        leaves = datetime(2026, 11, 30, 23, 59, tzinfo=OSLO)
        assert office.order(not_before=leaves + MINUTE).earliest(NOON) == leaves + MINUTE
        assert office.order(not_before=leaves - MINUTE).earliest(NOON) == leaves

    def test_at_once_for_security_within_a_quarter_of_an_hour_and_first_of_all(self, office: Office) -> None:
        order = office.order(security=True)
        assert order.earliest(NOON) is None
        assert order.deadline(NOON) == NOON + timedelta(minutes=15)
        assert order.urgency(NOON) == 1

    def test_otherwise_by_the_process_and_in_turn(self, office: Office) -> None:
        assert office.order().deadline(NOON) is None
        assert office.order(priority=7).urgency(NOON) == 7


class TestWhatIsRefused:
    def breaches(self, order: Removal) -> list[tuple[str, str]]:
        return [(problem.field, problem.code) for problem in order.breaches(NOON)]

    def test_a_last_day_more_than_a_year_ahead(self, office: Office) -> None:
        assert self.breaches(office.order(last_day=date(2027, 11, 22))) == []
        assert self.breaches(office.order(last_day=date(2027, 11, 23))) == [("last_day", "DATE_OUT_OF_RANGE")]

    def test_an_order_of_more_than_thirty_days_ago(self, office: Office) -> None:
        assert self.breaches(office.order(ordered_at=NOON - timedelta(days=30))) == []
        assert self.breaches(office.order(ordered_at=NOON - timedelta(days=30) - MINUTE)) == [
            ("ordered_at", "DATE_OUT_OF_RANGE")
        ]

    @pytest.mark.parametrize("name", ["", "kar dah", "<b>kari</b>", "*", "x" * 41, person().number])
    def test_whoever_takes_over_is_named_by_user_name(self, office: Office, name: str) -> None:
        with pytest.raises(ValidationError) as told:
            office.order(handover_to=name)
        assert name == "" or name not in str(told.value)

    def test_an_unknown_scope(self, office: Office) -> None:
        with pytest.raises(ValidationError):
            office.order(scope="ALT")

    def test_nothing_that_it_stores(self, office: Office) -> None:
        order = office.order(scope=Scope.UNIT, handover_to="kardah", legal_hold=True)
        stored = order.model_dump(mode="json", exclude_unset=True)
        assert Removal.model_validate(stored, context={"accepts_synthetic": True}) == order


class TestTheRemark:
    def test_says_since_when_and_by_which_order(self, office: Office) -> None:
        remark = removal_remark(office.order(), TODAY, before="", held=False)
        assert remark == "Sperret 30.11.2026, bestilling BRK-9003"
        assert note_of(remark) == Note(day=TODAY, order_id="BRK-9003")
        assert not is_held(remark)

    def test_says_what_must_be_kept(self, office: Office) -> None:
        remark = removal_remark(office.order(), TODAY, before="", held=True)
        assert remark == "Sperret 30.11.2026, bestilling BRK-9003, bevares"
        assert note_of(remark) == Note(day=TODAY, order_id="BRK-9003")
        assert is_held(remark)

    def test_the_number_of_an_order_is_no_word_of_it(self, office: Office) -> None:
        order = office.order().model_copy(update={"order_id": "bevares-SIKKERHET"})
        remark = removal_remark(order, TODAY, before="Opprettet, bestilling sikkerhet/1", held=False)
        assert remark == "Sperret 30.11.2026, bestilling bevares-SIKKERHET"
        assert not is_held(remark)
        assert not is_for_security(remark)
        assert is_for_security(f"{remark}, av sikkerhetsansvarlig")

    @pytest.mark.parametrize(
        ("security", "before"), [(True, ""), (False, "Sperret av SIKKERHETSansvarlig"), (True, "sikkerhet")]
    )
    def test_says_and_goes_on_saying_that_it_was_for_security(
        self, office: Office, before: str, *, security: bool
    ) -> None:
        remark = removal_remark(office.order(security=security), TODAY, before=before, held=False)
        assert remark == "Sperret 30.11.2026, bestilling BRK-9003, sikkerhet"

    @pytest.mark.parametrize(
        "remark", ["", "sperret 30.11.2026, bestilling B", "Se: Sperret 30.11.2026, bestilling B", "Sperret 30.11.2026"]
    )
    def test_of_somebody_else_is_none_of_ours(self, remark: str) -> None:
        assert note_of(remark) is None

    def test_of_the_longest_order_is_read_as_it_was_written(self, office: Office) -> None:
        order = office.order(order_id="Ø/_.-" * 12 + "1234")
        assert note_of(removal_remark(order, TODAY, before="", held=True)) == Note(day=TODAY, order_id=order.order_id)
