"""What a vaccination form may hold: HLT-03's fields at their boundaries, and the one key of a form."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from doses import a_vaccination, breaches_of
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from common.process import Subject
from common.testing import FixedClock, person
from common.web.fields import field_problems
from health_svc.doses.vaccination import Vaccination, batch_number

NOW = FixedClock()()
FORM = "7b7f3c1e-0001-4a10-9c55-000000000001"


def refused(**changes: Any) -> list[tuple[str, str]]:
    """(field, code) of what is wrong with a form."""
    with pytest.raises(ValidationError) as wrong:
        a_vaccination(**changes)
    return [(problem.field, problem.code) for problem in field_problems(wrong.value.errors())]


class TestTimes:
    @pytest.mark.parametrize(
        ("given_at", "fits"),
        [
            (NOW, True),
            (NOW + timedelta(minutes=5), True),
            (NOW + timedelta(minutes=5, microseconds=1), False),
            (NOW - timedelta(days=30), True),
            (NOW - timedelta(days=30, microseconds=1), False),
        ],
    )
    def test_from_30_days_ago_to_5_minutes_ahead(self, given_at: datetime, fits: bool) -> None:  # noqa: FBT001
        expected = [] if fits else [("vaccinated_at", "DATE_OUT_OF_RANGE")]
        assert breaches_of(a_vaccination(vaccinated_at=given_at.isoformat()), NOW) == expected

    @pytest.mark.parametrize("exempt", [{"given_abroad": True}, {"corrects": str(uuid4())}])
    def test_older_when_it_corrects_or_was_given_abroad(self, exempt: dict[str, Any]) -> None:
        old = a_vaccination(vaccinated_at=(NOW - timedelta(days=200)).isoformat(), **exempt)
        assert breaches_of(old, NOW) == []

    @pytest.mark.parametrize(
        ("given_at", "fits"), [("2020-12-26T23:00:00+00:00", True), ("2020-12-26T23:59:59+01:00", False)]
    )
    def test_never_before_the_programme_began_in_norway(self, given_at: str, fits: bool) -> None:  # noqa: FBT001
        early = a_vaccination(vaccinated_at=given_at, given_abroad=True)
        assert (breaches_of(early, datetime(2021, 1, 10, tzinfo=UTC)) == []) == fits

    def test_without_a_zone_is_refused(self) -> None:
        assert refused(vaccinated_at="2026-11-22T09:40:00") == [("vaccinated_at", "INVALID_VALUE")]

    @pytest.mark.parametrize(
        ("given_at", "day"),
        [
            ("2026-11-22T23:30:00+00:00", date(2026, 11, 23)),
            ("2026-10-25T00:30:00+00:00", date(2026, 10, 25)),  # 02:30 for the first time
            ("2026-10-24T22:30:00+00:00", date(2026, 10, 25)),
            ("2026-03-28T23:30:00+00:00", date(2026, 3, 29)),
        ],
    )
    def test_its_day_is_the_norwegian_one(self, given_at: str, day: date) -> None:
        assert a_vaccination(vaccinated_at=given_at).day == day

    @pytest.mark.parametrize(("expiry", "fits"), [("2026-11-23", True), ("2026-11-22", False)])
    def test_the_batch_may_expire_on_the_day(self, expiry: str, fits: bool) -> None:  # noqa: FBT001
        late: dict[str, Any] = {"vaccinated_at": "2026-11-22T23:30:00+00:00", "expiry_date": expiry}
        if fits:
            assert a_vaccination(**late).expiry_date == date(2026, 11, 23)
        else:
            assert refused(**late) == [("expiry_date", "DATE_OUT_OF_RANGE")]


class TestFields:
    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("dose_no", 0, "INVALID_VALUE"),
            ("dose_no", 6, "INVALID_VALUE"),
            ("batch_no", "AB", "INVALID_VALUE"),
            ("batch_no", "A" * 21, "INVALID_VALUE"),
            ("batch_no", "SYN 1234", "INVALID_VALUE"),
            ("batch_no", "SYNÆ1", "INVALID_VALUE"),
            ("consent", False, "INVALID_VALUE"),
            ("vaccine_code", "BNT3", "INVALID_VALUE"),
            ("vaccinator_hpr", "123456", "INVALID_VALUE"),
            ("prescriber_hpr", "1234567890", "INVALID_VALUE"),
            ("remark", "x" * 501, "INVALID_VALUE"),
            ("site", "LEG", "INVALID_VALUE"),
            ("indication", "WISH", "INVALID_VALUE"),
            ("family_name", "", "INVALID_VALUE"),
            ("given_name", "x" * 81, "INVALID_VALUE"),
            ("form_id", "7b7f3c1e", "INVALID_VALUE"),
            ("corrects", "T-1", "INVALID_VALUE"),
            ("result", "POSITIVE", "UNKNOWN_FIELD"),
        ],
    )
    def test_beyond_their_boundaries(self, field: str, value: Any, code: str) -> None:
        assert refused(**{field: value}) == [(field, code)]

    @pytest.mark.parametrize(
        "name",
        [
            "form_id",
            "person_id",
            "vaccinated_at",
            "batch_no",
            "consent",
            "reaction_observed",
            "contraindication_answers",
        ],
    )
    def test_what_must_be_said(self, name: str) -> None:
        whole = a_vaccination().model_dump(mode="json", exclude_unset=True)
        with pytest.raises(ValidationError) as wrong:
            Vaccination.model_validate(
                {field: value for field, value in whole.items() if field not in {name, "reference"}}
            )
        (problem,) = field_problems(wrong.value.errors())
        assert (problem.field, problem.code) == (name, "MISSING_FIELD")

    @given(st.text(alphabet=st.characters(codec="utf-8"), max_size=25))
    @settings(max_examples=100, deadline=None)
    def test_a_batch_number_is_normal_or_refused(self, typed: str) -> None:
        try:
            number = batch_number(typed)
        except ValueError:
            return
        assert number == typed.strip().upper()
        assert batch_number(number) == number
        assert 3 <= len(number) <= 20
        assert number.isascii()

    def test_nothing_of_the_person_in_what_may_be_printed(self) -> None:
        kari = person()
        form = a_vaccination(kari)
        assert form.subject == Subject("person", kari.number)
        for shown in (repr(form), str(form), repr(form.subject)):
            assert kari.number not in shown
            assert kari.family_name not in shown


class TestKey:
    @pytest.mark.parametrize("spelt", [FORM, FORM.upper(), FORM.replace("-", "")])
    def test_a_form_is_its_cases_reference_however_it_is_spelt(self, spelt: str) -> None:
        form = a_vaccination(form_id=spelt)
        assert (form.form_id, form.reference) == (UUID(FORM), FORM)

    @pytest.mark.parametrize("key", ["reference", "source_id"])
    def test_which_may_be_said_twice_but_not_otherwise(self, key: str) -> None:
        twice: dict[str, Any] = {"form_id": FORM, key: FORM}
        assert a_vaccination(**twice).reference == FORM
        assert refused(form_id=FORM, **{key: "T-1"}) == [("", "INVALID_VALUE")]

    def test_what_was_stored_is_read_back(self) -> None:
        form = a_vaccination()
        assert Vaccination.model_validate(form.model_dump(mode="json", exclude_unset=True)) == form

    def test_it_cannot_correct_itself(self) -> None:
        assert refused(form_id=FORM, corrects=FORM) == [("corrects", "INVALID_VALUE")]
