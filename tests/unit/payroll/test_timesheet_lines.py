"""Lines of a timesheet: every way to write one, what is none, overlaps and sums; exact to the quarter of an hour."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from payroll_svc.assignments.lines import (
    MIDNIGHT,
    QUARTER,
    WorkedLine,
    by_day,
    clock,
    hours,
    in_order,
    line_of,
    line_text,
    minutes_of,
    require_apart,
    total,
)

DAY = date(2026, 11, 4)
QUARTERS = st.integers(0, MIDNIGHT // QUARTER)


def span(start: int, end: int, day: date = DAY) -> WorkedLine:
    """Hours between two minutes of a date."""
    return WorkedLine(day=day, hundredths=(end - start) * 100 // 60, start=start, end=end)


@st.composite
def spans(draw: st.DrawFn) -> WorkedLine:
    day = DAY + timedelta(days=draw(st.integers(0, 3)))
    start = draw(st.integers(0, MIDNIGHT - QUARTER))
    quarters = draw(st.integers(1, (MIDNIGHT - start) // QUARTER))
    return span(start, start + quarters * QUARTER, day)


@st.composite
def counted(draw: st.DrawFn) -> WorkedLine:
    return WorkedLine(day=DAY + timedelta(days=draw(st.integers(0, 3))), hundredths=25 * draw(st.integers(1, 96)))


LINES = st.lists(st.one_of(spans(), counted()), max_size=8)


def moments(line: WorkedLine) -> set[tuple[date, int]]:
    """Every minute of a line: the slow way to tell what overlaps."""
    return {(line.day, minute) for minute in range(line.start or 0, line.end or 0)}


class TestWritten:
    @pytest.mark.parametrize(
        ("line", "text"),
        [
            ("2026-11-04 16:00-19:00", "2026-11-04 16:00-19:00"),
            ("4.11.2026 8.30 – 9.00", "2026-11-04 08:30-09:00"),
            ("  04.11.2026   16:05—19:05 ", "2026-11-04 16:05-19:05"),
            ("2026-11-04 00:00-24:00", "2026-11-04 00:00-24:00"),
            ("2026-11-05 3,5", "2026-11-05 3.50"),
            ("2026-11-05 3.25", "2026-11-05 3.25"),
            ("2026-11-05 24", "2026-11-05 24.00"),
            ("2026-11-05 0,25", "2026-11-05 0.25"),
            ({"date": "2026-11-04", "from": "16:00", "to": "19:00"}, "2026-11-04 16:00-19:00"),
            ({"date": "2026-11-05", "hours": 3.5}, "2026-11-05 3.50"),
            ({"date": "2026-11-05", "hours": 3}, "2026-11-05 3.00"),
            ({"date": "2026-11-05", "hours": "3,5", "from": None, "to": None}, "2026-11-05 3.50"),
        ],
    )
    def test_in_any_of_these_ways(self, line: Any, text: str) -> None:
        assert line_text(line) == text
        assert line_text(text) == text

    @pytest.mark.parametrize(
        ("line", "code"),
        [
            ("2026-11-04", "INVALID_VALUE"),
            ("16:00-19:00", "INVALID_VALUE"),
            ("2026-02-30 3", "INVALID_VALUE"),
            ("2026-13-01 3", "INVALID_VALUE"),
            ("2026-11-04 16:00-16:00", "INVALID_VALUE"),
            ("2026-11-04 19:00-16:00", "INVALID_VALUE"),
            ("2026-11-04 20:00-02:00", "INVALID_VALUE"),  # past midnight
            ("2026-11-04 20:00-00:00", "INVALID_VALUE"),
            ("2026-11-04 16:00-24:15", "INVALID_VALUE"),
            ("2026-11-04 16:60-19:00", "INVALID_VALUE"),
            ("2026-11-04 16:00-19:10", "INVALID_VALUE"),
            ("2026-11-04 0", "INVALID_VALUE"),
            ("2026-11-04 24,25", "INVALID_VALUE"),
            ("2026-11-04 3,1", "INVALID_VALUE"),
            ("2026-11-04 -3", "INVALID_VALUE"),
            ("2026-11-04 3.250", "INVALID_VALUE"),
            ("٢٠٢٦-11-04 3", "INVALID_VALUE"),
            ({"date": "2026-11-04"}, "MISSING_FIELD"),
            ({"hours": 3}, "MISSING_FIELD"),
            ({"date": "2026-11-04", "from": "16:00"}, "MISSING_FIELD"),
            ({"date": "2026-11-04", "from": "16:00", "to": "19:00", "hours": 3}, "MISSING_FIELD"),
            ({"date": "2026-11-04", "hours": 3, "km": 2}, "UNKNOWN_FIELD"),
            ({"date": "2026-11-04", "hours": True}, "INVALID_VALUE"),
            ({"date": "2026-11-04", "hours": [3]}, "INVALID_VALUE"),
            ({"date": 20261104, "hours": 3}, "INVALID_VALUE"),
            ({"date": "2026-11-04", "from": 16, "to": 19}, "INVALID_VALUE"),
        ],
    )
    def test_in_no_other(self, line: Any, code: str) -> None:
        with pytest.raises(PydanticCustomError) as refused:
            line_text(line)
        assert refused.value.type == code

    def test_who_works_past_midnight_is_told_how_to_write_it(self) -> None:
        with pytest.raises(PydanticCustomError, match=r"until 24:00, and from 00:00"):
            line_of("2026-11-04 20:00-02:00")
        assert total([line_of("2026-11-04 20:00-24:00"), line_of("2026-11-05 00:00-02:00")]) == 600

    @pytest.mark.parametrize("other", [7, None, ["2026-11-04 3"]])
    def test_what_is_neither_text_nor_object_is_left_to_the_validator(self, other: Any) -> None:
        assert line_text(other) is other

    @given(st.one_of(spans(), counted()))
    def test_what_is_written_is_read_again(self, line: WorkedLine) -> None:
        assert line_of(line.text) == line

    @given(st.text(max_size=40))
    def test_any_text_is_a_line_or_refused_in_words(self, text: str) -> None:
        try:
            line = line_of(text)
        except PydanticCustomError as refused:
            assert refused.type == "INVALID_VALUE"  # noqa: PT017  either is right
        else:
            assert line_of(line.text) == line


class TestClock:
    @given(QUARTERS.map(lambda quarter: quarter * QUARTER))
    def test_is_read_as_it_is_written(self, minutes: int) -> None:
        assert minutes_of(clock(minutes)) == minutes

    @pytest.mark.parametrize("shown", ["", "24:01", "25:00", "16", "16:5", "1600", "-1:00"])
    def test_shows_nothing_else(self, shown: str) -> None:
        with pytest.raises(ValueError, match="16:00"):
            minutes_of(shown)

    @pytest.mark.parametrize(("night", "went_by"), [("2026-10-25", 3), ("2026-03-29", 1)])
    def test_what_counts_is_the_clock_on_the_wall(self, night: str, went_by: int) -> None:
        """Also in the nights in which it is changed, whatever went by."""
        assert went_by != 2
        assert line_of(f"{night} 02:00-04:00").hundredths == 200

    @pytest.mark.parametrize(("hundredths", "text"), [(0, "0.00"), (25, "0.25"), (350, "3.50"), (12_000, "120.00")])
    def test_hours_have_two_decimals(self, hundredths: int, text: str) -> None:
        assert hours(hundredths) == text


class TestOverlap:
    @pytest.mark.parametrize(
        ("one", "other", "overlap"),
        [
            ("2026-11-04 16:00-19:00", "2026-11-04 18:45-20:00", True),
            ("2026-11-04 16:00-19:00", "2026-11-04 17:00-18:00", True),
            ("2026-11-04 16:00-19:00", "2026-11-04 16:00-19:00", True),
            ("2026-11-04 16:00-19:00", "2026-11-04 19:00-20:00", False),
            ("2026-11-04 16:00-19:00", "2026-11-04 15:00-16:00", False),
            ("2026-11-04 16:00-19:00", "2026-11-05 16:00-19:00", False),
            ("2026-11-04 16:00-19:00", "2026-11-04 3", False),
            ("2026-11-04 20:00-24:00", "2026-11-05 00:00-02:00", False),
        ],
    )
    def test_of_two(self, one: str, other: str, *, overlap: bool) -> None:
        a, b = line_of(one), line_of(other)
        assert a.overlaps(b) is b.overlaps(a) is overlap

    @given(spans(), spans())
    def test_is_a_minute_in_common(self, one: WorkedLine, other: WorkedLine) -> None:
        assert one.overlaps(other) is bool(moments(one) & moments(other))

    @given(st.lists(spans(), max_size=8))
    def test_in_a_list_is_found_wherever_it_is(self, lines: list[WorkedLine]) -> None:
        apart = len(set[tuple[date, int]]().union(*map(moments, lines))) == sum(len(moments(line)) for line in lines)
        if apart:
            require_apart(lines)
            return
        with pytest.raises(PydanticCustomError) as refused:
            require_apart(lines)
        assert refused.value.type == "SUSPECTED_DUPLICATE"

    def test_hours_without_times_twice_on_a_date_may_be_one_line_twice(self) -> None:
        with pytest.raises(PydanticCustomError) as refused:
            require_apart([line_of("2026-11-05 3"), line_of("2026-11-05 2,5")])
        assert refused.value.type == "SUSPECTED_DUPLICATE"
        require_apart([line_of("2026-11-05 3"), line_of("2026-11-06 3"), line_of("2026-11-05 08:00-09:00")])

    def test_a_date_has_24_hours(self) -> None:
        require_apart([line_of("2026-11-05 21"), line_of("2026-11-05 08:00-11:00")])
        with pytest.raises(PydanticCustomError) as refused:
            require_apart([line_of("2026-11-05 21,25"), line_of("2026-11-05 08:00-11:00")])
        assert refused.value.type == "INVALID_VALUE"


class TestSum:
    @given(LINES)
    def test_is_exact_and_the_same_by_date(self, lines: list[WorkedLine]) -> None:
        minutes = sum(line.end - line.start for line in lines if line.start is not None and line.end is not None)
        untimed = sum(line.hundredths for line in lines if line.start is None)
        assert total(lines) * 60 == minutes * 100 + untimed * 60
        assert sum(by_day(lines).values()) == total(lines)

    @given(LINES, st.randoms())
    def test_order_does_not_matter(self, lines: list[WorkedLine], chance: Any) -> None:
        shuffled = list(lines)
        chance.shuffle(shuffled)
        assert in_order(shuffled) == in_order(lines)
        assert total(shuffled) == total(lines)
