"""When a dose may be registered: each rule of HLT-03 at its boundary, and what holds for any mix of doses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from doses import BATCH, COMIRNATY, SPIKEVAX, TODAY, VACCINES, VAXZEVRIA, a_dose, a_vaccination
from hypothesis import given as examples
from hypothesis import settings
from hypothesis import strategies as st

from common.errors import BusinessException, ConflictInTarget, InvalidValue, LimitExceeded, NeedsJudgement
from health_svc.doses.rules import require_age, require_batch, require_interval, require_place, require_product
from health_svc.doses.vaccines import Vaccine, vaccine_in_use, without_overlaps
from health_svc.screens.hspro_vaccination import Dose

FIRST = a_vaccination()


class TestAge:
    @pytest.mark.parametrize(
        ("birth", "day", "old_enough"),
        [
            (date(2005, 3, 4), date(2021, 3, 4), True),
            (date(2005, 3, 5), date(2021, 3, 4), False),
            (date(2004, 2, 29), date(2020, 2, 28), False),
            (date(2004, 2, 29), date(2020, 2, 29), True),
            (date(2005, 2, 28), date(2021, 2, 28), True),
            (date(2004, 12, 31), date(2020, 12, 30), False),
            (date(1921, 1, 1), date(2021, 1, 1), True),
        ],
    )
    def test_counts_on_the_day(self, birth: date, day: date, old_enough: bool) -> None:  # noqa: FBT001
        if old_enough:
            require_age(birth, day, COMIRNATY)
        else:
            with pytest.raises(LimitExceeded):
                require_age(birth, day, COMIRNATY)

    @examples(st.dates(date(1920, 1, 1), date(2015, 1, 1)), st.integers(0, 120))
    @settings(max_examples=100, deadline=None)
    def test_nobody_is_old_enough_the_day_before_and_too_young_the_day_after(self, birth: date, minimum: int) -> None:
        vaccine = COMIRNATY.model_copy(update={"minimum_age": minimum})
        # Whoever is born on a leap day comes of age on the first of March.
        reached = (birth + timedelta(days=birth.day == 29)).replace(year=birth.year + minimum)
        require_age(birth, reached, vaccine)
        if minimum and birth.day != 29:
            with pytest.raises(LimitExceeded):
                require_age(birth, reached - timedelta(days=1), vaccine)


class TestBatch:
    @pytest.mark.parametrize(
        ("batch", "changes", "fits"),
        [
            ({}, {}, True),
            ({"expiry": TODAY}, {}, True),
            ({"expiry": TODAY - timedelta(days=1)}, {}, False),
            ({"vaccine": "MOD03"}, {}, False),
            ({"number": "SYN1235"}, {}, False),
            ({}, {"expiry_date": BATCH.expiry.isoformat()}, True),
            ({}, {"expiry_date": (BATCH.expiry + timedelta(days=1)).isoformat()}, False),
        ],
    )
    def test_known_for_the_vaccine_and_not_expired(
        self,
        batch: dict[str, Any],
        changes: dict[str, Any],
        fits: bool,  # noqa: FBT001
    ) -> None:
        listed = [BATCH.model_copy(update={"number": "OTHER", "expiry": TODAY}), BATCH.model_copy(update=batch)]
        if fits:
            require_batch(a_vaccination(**changes), listed)
        else:
            with pytest.raises(InvalidValue):
                require_batch(a_vaccination(**changes), listed)


class TestPlace:
    @pytest.mark.parametrize(
        ("dose_no", "others", "fits"),
        [
            (1, [], True),
            (2, [], False),
            (2, [a_dose(days_ago=30)], True),
            (1, [a_dose(days_ago=30)], False),
            (3, [a_dose(days_ago=30)], False),
            (3, [a_dose(days_ago=60), a_dose(days_ago=30, dose_no=2)], True),
            # told late: the second dose stands already
            (1, [a_dose(days_ago=-30, dose_no=2)], True),
            (1, [a_dose(days_ago=-30, dose_no=1)], False),
        ],
    )
    def test_the_number_after_the_doses_before(self, dose_no: int, others: list[Dose], fits: bool) -> None:  # noqa: FBT001
        given = a_vaccination(dose_no=dose_no)
        if fits:
            require_place(given, others, COMIRNATY)
        else:
            with pytest.raises(ConflictInTarget):
                require_place(given, others, COMIRNATY)

    @pytest.mark.parametrize("most", [1, 2])
    def test_no_more_than_the_product_has(self, most: int) -> None:
        vaccine = COMIRNATY.model_copy(update={"max_doses": most})
        second, before = a_vaccination(dose_no=2), [a_dose(days_ago=30)]
        if most > 1:
            require_place(second, before, vaccine)
        else:
            with pytest.raises(LimitExceeded):
                require_place(second, before, vaccine)


class TestInterval:
    @pytest.mark.parametrize(
        ("code", "others", "fits"),
        [
            ("BNT03", [], True),
            ("BNT03", [a_dose(days_ago=21)], True),
            ("BNT03", [a_dose(days_ago=20)], False),
            ("MOD03", [a_dose(days_ago=28)], True),
            ("MOD03", [a_dose(days_ago=27)], False),
            ("BNT03", [a_dose(days_ago=0, vaccine="MOD03")], False),
            # only the dose beside it counts
            ("BNT03", [a_dose(days_ago=90), a_dose(days_ago=89, dose_no=2)], True),
            # told late: what counts is the minimum of the later one
            ("BNT03", [a_dose(days_ago=-21, dose_no=2)], True),
            ("BNT03", [a_dose(days_ago=-20, dose_no=2)], False),
            ("BNT03", [a_dose(days_ago=-27, vaccine="MOD03", dose_no=2)], False),
        ],
    )
    def test_days_between_neighbours(self, code: str, others: list[Dose], fits: bool) -> None:  # noqa: FBT001
        vaccine = {"BNT03": COMIRNATY, "MOD03": SPIKEVAX}[code]
        given = a_vaccination(vaccine_code=code)
        if fits:
            require_interval(given, others, VACCINES, vaccine)
        else:
            with pytest.raises(LimitExceeded):
                require_interval(given, others, VACCINES, vaccine)

    @examples(st.lists(st.integers(-200, 200), max_size=5, unique=True))
    @settings(max_examples=100, deadline=None)
    def test_says_the_same_as_measuring_every_pair(self, days: list[int]) -> None:
        others = [a_dose(days_ago=day) for day in days]
        close = any(abs(day) < COMIRNATY.minimum_interval_days for day in days)
        try:
            require_interval(FIRST, others, VACCINES, COMIRNATY)
        except LimitExceeded:
            assert close
        else:
            assert not close


class TestProduct:
    @pytest.mark.parametrize(
        ("others", "fits"),
        [
            ([], True),
            ([a_dose(days_ago=90)], True),
            ([a_dose(days_ago=90, vaccine="ASZ03")], True),
            ([a_dose(days_ago=90, vaccine="MOD03")], False),
            ([a_dose(days_ago=90, vaccine="MOD03"), a_dose(days_ago=40, dose_no=2)], False),
            ([a_dose(days_ago=-90, vaccine="MOD03")], True),
        ],
    )
    def test_one_that_may_follow(self, others: list[Dose], fits: bool) -> None:  # noqa: FBT001
        if fits:
            require_product(a_vaccination(), others, COMIRNATY)
        else:
            with pytest.raises(NeedsJudgement):
                require_product(a_vaccination(), others, COMIRNATY)


class TestRegister:
    @pytest.mark.parametrize(
        ("code", "day", "found"),
        [
            ("ASZ03", date(2021, 2, 1), VAXZEVRIA),
            ("ASZ03", date(2021, 1, 31), None),
            ("ASZ03", date(2021, 3, 11), VAXZEVRIA),
            ("ASZ03", date(2021, 3, 12), None),
            ("JAN03", date(2021, 3, 1), None),
            ("BNT03", date(2099, 1, 1), COMIRNATY),
        ],
    )
    def test_the_row_that_holds_on_the_day(self, code: str, day: date, found: Vaccine | None) -> None:
        if found is None:
            with pytest.raises(InvalidValue):
                vaccine_in_use(VACCINES, code, day)
        else:
            assert vaccine_in_use(VACCINES, code, day) is found

    def test_no_two_rows_speak_of_one_day(self) -> None:
        def periods(*limits: tuple[date, date | None]) -> list[Vaccine]:
            return [VAXZEVRIA.model_copy(update={"first_day": first, "last_day": last}) for first, last in limits]

        january, february, march = date(2021, 1, 1), date(2021, 2, 1), date(2021, 3, 1)
        assert list(without_overlaps(VACCINES)) == []
        assert list(without_overlaps(periods((january, february - timedelta(days=1)), (february, None)))) == []
        for wrong in (
            [(january, february), (february, None)],
            [(february, None), (january, march)],
            [(march, january)],
        ):
            assert [problem.row for problem in without_overlaps(periods(*wrong))] == [len(wrong) - 1]


@st.composite
def histories(draw: st.DrawFn) -> list[Dose]:
    """Doses as they may stand in HsPro, also in ways that no rule allows."""
    ages = draw(st.lists(st.integers(-60, 300), max_size=4))
    return [
        a_dose(
            days_ago=age, vaccine=draw(st.sampled_from(["BNT03", "MOD03", "ASZ03"])), dose_no=draw(st.integers(1, 5))
        )
        for age in ages
    ]


@examples(histories(), st.integers(1, 5))
@settings(max_examples=150, deadline=None)
def test_what_is_let_through_leaves_a_record_that_follows_the_rules(others: list[Dose], dose_no: int) -> None:
    given = FIRST.model_copy(update={"dose_no": dose_no})
    try:
        require_place(given, others, COMIRNATY)
        require_interval(given, others, VACCINES, COMIRNATY)
        require_product(given, others, COMIRNATY)
    except BusinessException:
        return
    before = sorted((dose for dose in others if dose.day <= given.day), key=lambda dose: dose.day)
    assert len(before) == dose_no - 1 < COMIRNATY.max_doses
    assert dose_no not in {dose.dose_no for dose in others}
    assert {dose.vaccine for dose in before} <= {"BNT03", "ASZ03"}
    assert not before or (given.day - before[-1].day).days >= COMIRNATY.minimum_interval_days
