"""The decision table of the backlog control: each row at its boundary, and what holds for whatever facts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_svc.backlog.age import Bucket, age, waiting_since
from archive_svc.backlog.decision import Answer, AnsweredBy, Decision, Facts, decide, leader_hears
from archive_svc.esa.noark import WriteOffCode

ANSWER = Answer(number=3, by=AnsweredBy.LETTER, on=date(2026, 11, 12))
ANSWERS = st.builds(Answer, number=st.integers(1, 99), by=st.sampled_from(AnsweredBy), on=st.dates())
FACTS = st.builds(
    Facts,
    waiting=st.booleans(),
    written_off=st.booleans(),
    age=st.integers(0, 400),
    answer=st.none() | ANSWERS,
    unfinished_answer=st.none() | st.integers(1, 99),
    possible_answers=st.integers(0, 3),
    officer_active=st.booleans(),
    case_open=st.booleans(),
)


def decided(*, cutoff: int = 90, **facts: Any) -> Decision:
    return decide(Facts.model_validate({"waiting": True, "written_off": False, "age": 400} | facts), cutoff=cutoff)


class TestTheTable:
    def test_has_its_rows_in_order(self) -> None:
        # Everything that could be said of a post at once; then row by row what was said first is taken away.
        everything: dict[str, Any] = {
            "written_off": True,
            "waiting": False,
            "answer": ANSWER,
            "unfinished_answer": 4,
            "possible_answers": 1,
            "officer_active": False,
            "case_open": False,
            "age": 90,
        }
        plain = {"written_off": False, "waiting": True, "answer": None, "unfinished_answer": None}
        plain |= {"possible_answers": 0, "officer_active": True, "case_open": True, "age": 89}
        seen = [decided(**everything)]
        for name, value in plain.items():
            everything[name] = value
            seen.append(decided(**everything))
        assert seen == list(Decision)

    @pytest.mark.parametrize(("age", "expected"), [(89, Decision.YOUNG), (90, Decision.REMIND), (91, Decision.REMIND)])
    def test_reminds_from_the_cutoff_on(self, age: int, expected: Decision) -> None:
        assert decided(age=age) is expected

    @pytest.mark.parametrize("age", [0, 1])
    def test_with_a_cutoff_of_one_day_leaves_out_what_came_today(self, age: int) -> None:
        assert decided(age=age, cutoff=1) is (Decision.REMIND if age else Decision.YOUNG)

    @pytest.mark.parametrize(("letters", "expected"), [(0, False), (1, True), (2, False), (3, False)])
    def test_proposes_exactly_one_letter(self, letters: int, expected: bool) -> None:  # noqa: FBT001  as the table says
        assert (decided(possible_answers=letters) is Decision.PROPOSE) is expected

    def test_an_unfinished_answer_is_no_answer(self) -> None:
        assert decided(unfinished_answer=4, possible_answers=1) is Decision.FINISH_ANSWER

    def test_an_answer_beside_an_unfinished_one_is_enough(self) -> None:
        assert decided(answer=ANSWER, unfinished_answer=4) is Decision.WRITE_OFF

    def test_a_young_post_of_somebody_who_left_is_handed_on(self) -> None:
        assert decided(age=0, officer_active=False) is Decision.REASSIGN

    def test_a_young_post_in_a_closed_case_file_is_a_conflict(self) -> None:
        assert decided(age=0, case_open=False) is Decision.CASE_CLOSED

    @pytest.mark.parametrize(("age", "expected"), [(180, False), (181, True)])
    def test_leaders_hear_of_what_is_over_180_days(self, age: int, expected: bool) -> None:  # noqa: FBT001
        assert leader_hears(age) is expected


class TestWhateverTheFacts:
    @given(facts=FACTS, cutoff=st.integers(1, 400))
    def test_the_first_row_that_fits_decides(self, facts: Facts, cutoff: int) -> None:
        rows = {
            Decision.WRITTEN_OFF: facts.written_off,
            Decision.NOT_WAITING: not facts.waiting,
            Decision.WRITE_OFF: facts.answer is not None,
            Decision.FINISH_ANSWER: facts.unfinished_answer is not None,
            Decision.PROPOSE: facts.possible_answers == 1,
            Decision.REASSIGN: not facts.officer_active,
            Decision.CASE_CLOSED: not facts.case_open,
            Decision.REMIND: facts.age >= cutoff,
            Decision.YOUNG: True,
        }
        assert list(rows) == list(Decision)
        assert decide(facts, cutoff=cutoff) is next(decision for decision, fits in rows.items() if fits)

    @given(facts=FACTS, cutoff=st.integers(1, 400))
    def test_only_what_waits_and_is_answered_is_written_off(self, facts: Facts, cutoff: int) -> None:
        if decide(facts, cutoff=cutoff) is Decision.WRITE_OFF:
            assert facts.answer is not None
            assert facts.waiting
            assert not facts.written_off

    @given(answer=ANSWERS)
    def test_a_write_off_says_who_answered_and_never_judges(self, answer: Answer) -> None:
        write_off = answer.write_off
        assert write_off.code in {WriteOffCode.LETTER, WriteOffCode.EMAIL, WriteOffCode.NOTE}
        assert (write_off.answered_by, write_off.on) == (answer.number, answer.on)

    @given(facts=FACTS, cutoff=st.integers(1, 400), older=st.integers(0, 400))
    def test_a_post_that_grows_older_is_never_left_alone_again(self, facts: Facts, cutoff: int, older: int) -> None:
        later = facts.model_copy(update={"age": facts.age + older})
        if decide(facts, cutoff=cutoff) is not Decision.YOUNG:
            assert decide(later, cutoff=cutoff) is decide(facts, cutoff=cutoff)


class TestAge:
    def test_counts_calendar_days(self) -> None:
        assert age(date(2026, 8, 3), date(2026, 12, 1)) == 120

    def test_of_what_is_dated_ahead_is_none(self) -> None:
        assert age(date(2026, 12, 2), date(2026, 12, 1)) == 0

    def test_begins_with_the_day_it_was_received(self) -> None:
        days = {name: date(2026, 8, day) for day, name in enumerate(("received", "journalled", "document_date"), 1)}
        assert waiting_since(**days) == date(2026, 8, 1)
        assert waiting_since(**days | {"received": None}) == date(2026, 8, 2)
        assert waiting_since(**days | {"received": None, "journalled": None}) == date(2026, 8, 3)
        assert waiting_since(received=None, journalled=None, document_date=None) is None

    @pytest.mark.parametrize(
        ("days", "bucket"),
        [(0, 0), (30, 0), (31, 1), (90, 1), (91, 2), (180, 2), (181, 3), (4000, 3)],
    )
    def test_has_its_buckets(self, days: int, bucket: int) -> None:
        assert Bucket.of(days) is Bucket(bucket)

    @given(st.integers(0, 4000))
    def test_never_falls_back_into_a_younger_bucket(self, days: int) -> None:
        assert Bucket.of(days).value <= Bucket.of(days + 1).value

    def test_buckets_are_named(self) -> None:
        assert [bucket.label for bucket in Bucket] == [
            "0–30 dager",
            "31–90 dager (sent)",
            "91–180 dager",
            "over 180 dager",
        ]


def test_a_day_of_daylight_saving_is_a_day_like_others() -> None:
    spring = date(2026, 3, 29)
    assert age(spring - timedelta(days=90), spring) == 90
