"""What every order carries: who, for whom, when, and what is refused at the door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from common.errors import TemporaryId
from common.testing import MemoryCase, person
from useradmin_svc.order import Order
from useradmin_svc.settings import OrderSettings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ANE = person(family_name="Løvås", given_name="Ane")


def order(**changes: Any) -> Order:
    given: dict[str, Any] = {
        "order_id": "BRK-9002",
        "orderer_id": "best22",
        "subject": {
            "person_id": ANE.number,
            "family_name": "Løvås",
            "given_name": "Ane",
            "employee_no": "119001",
            "mobile": "+47 400 00 003",
        },
        "unit": "311874322",
    }
    subject = changes.pop("subject", {})
    given |= {"subject": given["subject"] | subject, **changes}
    return Order.model_validate(given, context={"accepts_synthetic": True})


def refused(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refusal:
        order(**changes)
    return [(".".join(map(str, error["loc"])), error["type"]) for error in refusal.value.errors()]


class TestWhatItSays:
    def test_it_is_known_by_its_number_unless_another_reference_is_given(self) -> None:
        assert order().reference == "BRK-9002"
        assert order(reference="HR-1").reference == "HR-1"
        assert order(source_id="HR-2").reference == "HR-2"

    def test_it_is_about_a_person_and_found_by_its_number(self) -> None:
        assert order().subject.key == ANE.number
        assert (order().alias.kind, order().alias.key) == ("order", "BRK-9002")

    def test_it_reads_what_it_stores(self) -> None:
        given = order(employment={"type": "VIKAR", "from": "2026-12-01", "to": "2027-06-30"})
        stored = given.model_dump(mode="json", exclude_unset=True)
        assert Order.model_validate(stored, context={"accepts_synthetic": True}) == given

    def test_it_says_nobody_s_name_or_number_where_it_is_quoted(self) -> None:
        shown = repr(order()) + repr(order().person)
        assert not any(secret in shown for secret in (ANE.number, "Løvås", "Ane", "119001"))

    def test_somebody_with_a_temporary_number_is_for_a_person(self) -> None:
        with pytest.raises(TemporaryId):
            order(subject={"person_id": "201012345611"}).sought(MemoryCase().run())


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "order_id",
        ["", "BRK 9002", "<b>", "*)(uid=*", "x" * 65, "BRK\n1"],
    )
    def test_numbers_that_are_none(self, order_id: str) -> None:
        assert ("order_id", "string_pattern_mismatch") in refused(order_id=order_id)

    @pytest.mark.parametrize("orderer_id", ["", "*", "a(b", "x" * 41])
    def test_users_that_are_none(self, orderer_id: str) -> None:
        assert refused(orderer_id=orderer_id) == [("orderer_id", "string_pattern_mismatch")]

    @pytest.mark.parametrize("field", ["order_id", "orderer_id"])
    def test_a_person_s_number_in_the_place_of_another(self, field: str) -> None:
        assert refused(**{field: ANE.number}) == [(field, "INVALID_VALUE")]
        assert refused(**{field: f"BRK-{ANE.number}"}) == [(field, "INVALID_VALUE")]

    @pytest.mark.parametrize("unit", [None, "123456789", "31187432"])
    def test_units_that_are_none(self, unit: str | None) -> None:
        assert refused(unit=unit)[0][0] == "unit"

    def test_names_of_three_hundred_letters(self) -> None:
        assert refused(subject={"family_name": "Å" * 300}) == [("subject.family_name", "string_too_long")]

    def test_a_telephone_that_takes_no_messages(self) -> None:
        assert refused(subject={"mobile": "73500000"}) == [("subject.mobile", "INVALID_VALUE")]

    @pytest.mark.parametrize("kind", ["VIKAR", "TIME", "OPPDRAG", "VERV"])
    def test_a_temporary_employment_without_an_end(self, kind: str) -> None:
        assert refused(employment={"type": kind, "from": "2026-12-01"}) == [("employment.to", "MISSING_FIELD")]
        assert order(employment={"type": "FAST", "from": "2026-12-01"}).employment

    def test_an_employment_that_ends_before_it_begins(self) -> None:
        ends = {"type": "VIKAR", "from": "2026-12-01", "to": "2026-11-30"}
        assert refused(employment=ends) == [("employment.to", "DATE_OUT_OF_RANGE")]
        assert order(employment=ends | {"to": "2026-12-01"}).employment


class TestWhenItWasOrdered:
    @pytest.mark.parametrize(
        ("ago", "broken"),
        [
            (timedelta(days=30), []),
            (timedelta(days=30, seconds=1), ["ordered_at"]),
            (-timedelta(minutes=5), []),
            (-timedelta(minutes=5, seconds=1), ["ordered_at"]),
        ],
    )
    def test_it_holds_for_thirty_days_and_is_not_of_tomorrow(self, ago: timedelta, broken: list[str]) -> None:
        found = list(order(ordered_at=(NOW - ago).isoformat()).breaches(NOW))
        assert [problem.field for problem in found] == broken

    def test_without_a_time_it_was_ordered_when_roger_got_it(self) -> None:
        run = MemoryCase(submitted_at=NOW - timedelta(days=2)).run()
        assert list(order().breaches(NOW)) == []
        assert order().ordered(run) == NOW - timedelta(days=2)
        assert order(ordered_at=NOW.isoformat()).ordered(run) == NOW

    def test_how_long_it_holds_is_a_setting(self) -> None:
        assert OrderSettings(valid_days=7).valid_days == 7
