"""Towns of demos: nobody twice, and every situation in the mix it is to turn up in."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from common.local.day import shared_out
from common.local.town import CREATED, EXISTS, Made, MadeUpTown, situations
from common.norway.national_id import IdKind

NIGHT_OF_NEW_YEAR = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)


def town(born: int = 0) -> MadeUpTown:
    return MadeUpTown(random.Random(7), NIGHT_OF_NEW_YEAR, born=born)


def _single(town: MadeUpTown) -> Made:
    return [town.somebody()], [CREATED]


def _pair(town: MadeUpTown) -> Made:
    person = town.somebody()
    return [person, person], [CREATED, EXISTS]


MAKERS = {_single: 5, _pair: 1}


def test_nobody_is_there_twice() -> None:
    there = town()
    numbers = [there.number(kind)[0] for _ in range(2_500) for kind in (IdKind.FNR, IdKind.DNR)]
    assert len(set(numbers)) == len(numbers)
    later = town(born=5_000)
    assert not set(numbers) & {later.number()[0] for _ in range(500)}


def test_it_is_a_day_in_norway() -> None:
    assert town().today.isoformat() == "2026-01-01"


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 40])
def test_every_situation_turns_up_and_the_rows_add_up(rows: int) -> None:
    made = situations(town(), MAKERS, rows, first={_pair}, filling=_single)
    assert sum(len(situation.rows) for situation in made) == rows
    assert {situation.name for situation in made} >= ({"single", "pair"} if rows > 2 else set())
    assert all(situation.expected.total() == len(situation.rows) for situation in made)


def test_what_is_first_has_room_before_the_others() -> None:
    (only,) = situations(town(), MAKERS, 2, first={_pair}, filling=_single)
    assert (only.name, only.expected) == ("pair", {CREATED: 1, EXISTS: 1})


def test_the_same_chance_gives_the_same_day() -> None:
    days = [situations(town(), MAKERS, 30, first={_pair}, filling=_single) for _ in range(2)]
    assert days[0] == days[1]


@pytest.mark.parametrize("cases", [0, 1, 2, 7, 1000])
def test_shares_add_up(cases: int) -> None:
    rows = shared_out(cases, {"a": 4, "b": 2, "c": 1})
    assert sum(rows.values()) == cases
    assert abs(rows["a"] - cases * 4 / 7) < 1
