"""The sweep over a person's positions, at each of its edges, and beside a slow count of every single day (PAY-04)."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payroll_svc.positions.sweep import (
    FOREVER,
    Approval,
    Held,
    Leave,
    Over,
    counted,
    joined,
    over_limit,
    sums_above,
    unapproved,
)

FIRST = date(2026, 11, 1).toordinal()
LAST = date(2026, 11, 30).toordinal()
LIMIT = 100_00


def position(percent: int, since: int = 1, until: int | None = None, *leaves: tuple[int, int, int]) -> Held:
    """Of so many hundredths, from one day of November through another; days before 1 and after 30 lie outside it."""
    spans = tuple((FIRST + begins - 1, FIRST + ends - 1, less) for begins, ends, less in leaves)
    return FIRST + since - 1, FOREVER if until is None else FIRST + until - 1, percent, spans


def over(*held: Held, limit: int = LIMIT, change_over: int = 1) -> list[tuple[int, int, int]]:
    """What is above the limit, by days of November."""
    _, found = over_limit(held, FIRST, LAST, limit=limit, change_over=change_over)
    return [(begins - FIRST + 1, ends - FIRST + 1, total) for begins, ends, total, _ in joined(found)]


def highest(*held: Held) -> int:
    return over_limit(held, FIRST, LAST, limit=LIMIT, change_over=1)[0]


class TestTheLimit:
    def test_is_strict(self) -> None:
        assert over(position(60_00), position(40_00)) == []
        assert over(position(60_00), position(40_01)) == [(1, 30, 100_01)]

    def test_is_as_high_as_it_is_set(self) -> None:
        held = position(60_00), position(50_00)
        assert over(*held, limit=110_00) == []
        assert over(*held, limit=109_99) == [(1, 30, 110_00)]

    def test_of_nothing_and_of_nobody_here(self) -> None:
        assert over() == []
        assert over(position(100_00, -90, 0), position(100_00, 31), position(100_00)) == []

    def test_highest_of_what_is_not_above_it(self) -> None:
        assert highest() == 0
        assert highest(position(60_00), position(40_00, 5, 9)) == 100_00
        assert highest(position(60_00), position(50_00, 5, 9)) == 60_00


class TestDays:
    def test_first_and_last_are_both_in_it(self) -> None:
        assert over(position(60_00), position(50_00, 3, 3)) == [(3, 3, 110_00)]
        assert over(position(60_00), position(50_00, 30)) == [(30, 30, 110_00)]
        assert over(position(60_00, -9), position(50_00, -5, 1)) == [(1, 1, 110_00)]

    def test_positions_are_cut_off_at_the_days_asked_for(self) -> None:
        assert over(position(60_00, -999), position(50_00, -3, 99)) == [(1, 30, 110_00)]

    def test_stretches_that_touch_are_one_with_the_highest_sum(self) -> None:
        assert over(position(80_00), position(30_00, 1, 9), position(50_00, 10, 20)) == [(1, 20, 130_00)]

    def test_a_day_between_makes_two(self) -> None:
        assert over(position(80_00), position(30_00, 1, 9), position(50_00, 11, 20)) == [
            (1, 9, 110_00),
            (11, 20, 130_00),
        ]

    def test_one_day_is_enough(self) -> None:
        day = FIRST + 4
        assert sums_above([position(60_00), position(50_00, 5, 5)], day, day, LIMIT) == (0, [(day, day, 110_00)])


class TestLeave:
    def test_is_taken_off(self) -> None:
        assert over(position(60_00, 1, None, (1, 30, 10_00)), position(50_00)) == []
        assert over(position(60_00, 1, None, (1, 30, 9_99)), position(50_00)) == [(1, 30, 100_01)]

    def test_holds_on_its_own_days_only(self) -> None:
        assert over(position(60_00, 1, None, (10, 20, 60_00)), position(50_00)) == [(1, 9, 110_00), (21, 30, 110_00)]

    def test_never_makes_less_than_nothing_of_a_position(self) -> None:
        assert over(position(60_00, 1, None, (1, 30, 100_00)), position(100_01)) == [(1, 30, 100_01)]

    def test_that_overlaps_another_adds_up(self) -> None:
        two = (1, 20, 5_00), (10, 30, 5_00)
        assert over(position(60_00, 1, None, *two), position(50_00)) == [(1, 9, 105_00), (21, 30, 105_00)]

    def test_told_twice_is_one(self) -> None:
        assert over(position(60_00, 1, None, (1, 30, 5_00), (1, 30, 5_00)), position(50_00)) == [(1, 30, 105_00)]

    def test_without_an_end_goes_on(self) -> None:
        open_ended: Leave = (FIRST, FOREVER, 60_00)
        assert over((FIRST, FOREVER, 60_00, (open_ended,)), position(50_00)) == []

    def test_outside_its_position_is_nothing(self) -> None:
        assert over(position(60_00, 10, 20, (1, 9, 60_00), (21, 30, 60_00)), position(50_00)) == [(10, 20, 110_00)]


class TestChangeOver:
    def test_of_one_day_is_not_counted_double(self) -> None:
        held = position(100_00, -99, 15), position(100_00, 15)
        assert over(*held) == []
        assert highest(*held) == 100_00

    def test_of_two_days_is(self) -> None:
        assert over(position(100_00, -99, 15), position(100_00, 14)) == [(14, 15, 200_00)]

    def test_may_be_longer_or_not_allowed_at_all(self) -> None:
        two_days = position(100_00, -99, 15), position(100_00, 14)
        assert over(*two_days, change_over=2) == []
        assert over(position(100_00, -99, 15), position(100_00, 15), change_over=0) == [(15, 15, 200_00)]

    def test_beside_a_third_position_counts_the_larger_side(self) -> None:
        held = position(50_00), position(60_00, -9, 15), position(80_00, 15)
        assert over(*held) == [(1, 30, 130_00)]
        assert over(position(50_00), position(80_00, -9, 15), position(40_00, 15)) == [(1, 15, 130_00)]

    def test_from_one_to_two(self) -> None:
        assert over(position(100_00, -9, 15), position(50_00, 15), position(50_00, 15)) == []
        assert over(position(100_00, -9, 15), position(50_00, 15), position(51_00, 15)) == [(15, 30, 101_00)]

    def test_is_no_excuse_for_a_position_of_one_day(self) -> None:
        assert over(position(100_00), position(50_00, 15, 15)) == [(15, 15, 150_00)]
        assert over(position(100_00, -9, 15), position(50_00, 15, 15)) == [(15, 15, 150_00)]

    def test_is_seen_on_that_very_day(self) -> None:
        day = FIRST + 14
        held = position(100_00, -99, 15), position(100_00, 15)
        assert over_limit(held, day, day, limit=LIMIT, change_over=1) == (100_00, [])


class TestApproval:
    HELD = (position(60_00), position(50_00))

    def left(self, *approved: tuple[int, int, int], of: int = 0) -> list[tuple[int, int]]:
        spans: list[Approval] = [(FIRST + a - 1, FIRST + b - 1, most) for a, b, most in approved]
        _, found = over_limit(self.HELD, FIRST, LAST, limit=LIMIT, change_over=1)
        left = unapproved(found, [spans if place == of else [] for place in range(2)])
        return [(begins - FIRST + 1, ends - FIRST + 1) for begins, ends, _, _ in left]

    @pytest.mark.parametrize("of", [0, 1])
    def test_of_either_position_covers_the_sum(self, of: int) -> None:
        assert self.left((-99, 30, 110_00), of=of) == []

    def test_reaches_through_its_last_day(self) -> None:
        assert self.left((-99, 29, 110_00)) == [(30, 30)]
        assert self.left((2, 99, 110_00)) == [(1, 1)]

    def test_in_between_leaves_both_ends(self) -> None:
        assert self.left((5, 9, 110_00)) == [(1, 4), (10, 30)]

    def test_overlapping_another_and_touching_it(self) -> None:
        assert self.left((1, 10, 110_00), (5, 20, 110_00), (21, 29, 110_00)) == [(30, 30)]

    def test_of_a_lower_sum_covers_nothing(self) -> None:
        assert self.left((-99, 99, 109_99)) == [(1, 30)]

    def test_of_other_days_covers_nothing(self) -> None:
        assert self.left((-99, 0, 110_00), (31, 99, 110_00)) == [(1, 30)]


# --- the slow count ----------------------------------------------------------------------------------------------------

_DAY = st.integers(FIRST - 6, LAST + 6)
_PERCENT = st.sampled_from([0, 1, 20_00, 33_33, 50_00, 66_67, 80_00, 99_99, 100_00])


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    since = draw(_DAY)
    return since, draw(st.one_of(st.just(FOREVER), st.integers(since, since + 12)))


def with_amount(span: tuple[int, int], amount: int) -> tuple[int, int, int]:
    return (*span, amount)


@st.composite
def positions(draw: st.DrawFn) -> Held:
    leaves = draw(st.lists(st.builds(with_amount, spans(), _PERCENT), max_size=3))
    return (*draw(spans()), draw(_PERCENT), tuple(leaves))


def of_day(held: Sequence[Held], day: int, change_over: int) -> int:
    """What they come to on one day, by the words of the rule."""
    counts = [0] * len(held)
    for place, (since, until, percent, leaves) in enumerate(held):
        if since <= day <= until:
            away = sum(less for begins, ends, less in dict.fromkeys(leaves) if begins <= day <= ends)
            counts[place] = max(0, percent - away)
    here = [place for place, count in enumerate(counts) if count]
    pairs = [
        (old, new)
        for old in here
        for new in here
        if held[old][0] < held[new][0] <= held[old][1] < held[new][1] and held[old][1] - held[new][0] + 1 <= change_over
    ]
    leaving, arriving = ({pair[side] for pair in pairs} for side in (0, 1))
    sides = [sum(counts[place] for place in side) for side in (leaving, arriving)]
    rest = sum(count for place, count in enumerate(counts) if place not in leaving | arriving)
    total = sum(counts)
    return total if total <= LIMIT else rest + max(sides)


def covered(held: Sequence[Held], approvals: Sequence[Sequence[Approval]], day: int, total: int) -> bool:
    return any(
        begins <= day <= ends and total <= most
        for position, spans in zip(held, approvals, strict=True)
        if counted(position, day)
        for begins, ends, most in spans
    )


def by_day(over: Sequence[Over]) -> dict[int, int]:
    return {day: total for begins, ends, total, _ in over for day in range(begins, ends + 1)}


class TestBesideTheSlowCount:
    @given(st.lists(positions(), max_size=6), st.integers(0, 3))
    @settings(max_examples=150, deadline=None)
    def test_every_day_is_the_same(self, held: list[Held], change_over: int) -> None:
        most, over = over_limit(held, FIRST, LAST, limit=LIMIT, change_over=change_over)
        slow = {day: of_day(held, day, change_over) for day in range(FIRST, LAST + 1)}
        assert by_day(over) == {day: total for day, total in slow.items() if total > LIMIT}
        assert most == max((total for total in slow.values() if total <= LIMIT), default=0)

    @given(st.lists(positions(), min_size=1, max_size=5), st.data())
    @settings(max_examples=150, deadline=None)
    def test_and_so_is_what_no_approval_covers(self, held: list[Held], data: st.DataObject) -> None:
        approval = st.builds(with_amount, spans(), st.sampled_from([110_00, 10**9]))
        approvals = [data.draw(st.lists(approval, max_size=2)) for _ in held]
        _, over = over_limit(held, FIRST, LAST, limit=LIMIT, change_over=1)
        slow = {day: of_day(held, day, 1) for day in range(FIRST, LAST + 1)}
        expected = {
            day: total for day, total in slow.items() if total > LIMIT and not covered(held, approvals, day, total)
        }
        assert by_day(unapproved(over, approvals)) == expected

    @given(st.lists(positions(), max_size=5))
    @settings(max_examples=150, deadline=None)
    def test_joined_stretches_never_touch_and_lose_no_day(self, held: list[Held]) -> None:
        _, over = over_limit(held, FIRST, LAST, limit=LIMIT, change_over=1)
        whole = joined(over)
        assert by_day(whole).keys() == by_day(over).keys()
        assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(whole))
        assert max((total for *_, total, _ in whole), default=0) == max((total for *_, total, _ in over), default=0)


def a_workforce(people: int, each: int) -> list[list[Held]]:
    chance = random.Random(7)
    return [
        [
            position(
                chance.choice((20_00, 40_00, 50_00, 60_00, 100_00)),
                chance.randrange(-2000, 25),
                chance.choice((None, None, chance.randrange(25, 300))),
                *([(chance.randrange(-30, 15), chance.randrange(15, 90), 50_00)] if chance.random() < 0.2 else []),
            )
            for _ in range(each)
        ]
        for _ in range(people)
    ]


def test_a_municipality_takes_less_than_a_second_of_one_core() -> None:
    workforce = a_workforce(20_000, 3)
    before = time.process_time()
    for held in workforce:
        over_limit(held, FIRST, LAST, limit=LIMIT, change_over=1)
    assert time.process_time() - before < 1
