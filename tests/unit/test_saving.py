"""The figures that were published, reckoned again (domain part C and rule B0.5)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.benefits.saving import full_time, hours, hundredths, saved


@pytest.mark.parametrize(
    ("hours_saved", "divisor", "fte"),
    [
        ("1100", "141.0256", "7.8"),  # journals, a month
        ("400", "160", "2.5"),  # refunds, a month
        ("10000", "1692", "5.9"),  # 2022: the published "7-8" needs another divisor
        ("10000", "1250", "8.0"),
        ("10000", "1429", "7.0"),
    ],
)
def test_published_full_time_equivalents(hours_saved: str, divisor: str, fte: str) -> None:
    assert full_time(Decimal(hours_saved), Decimal(divisor)) == Decimal(fte)


@pytest.mark.parametrize(
    ("cases", "minutes", "hours_saved"),
    [
        (1250 * 30, 1.76, "1100"),  # tests of a month of 30 days, at 1,250 a day
        (1250 * 30, 0.64, "400"),
        (1000, 1.76 + 0.64, "40"),
        (1_500_000, 1.64, "41000"),  # since 2019, until the end of 2022
    ],
)
def test_published_hours(cases: int, minutes: float, hours_saved: str) -> None:
    assert hours(saved(cases, 0, minutes=minutes)) == Decimal(hours_saved)


def test_fallout_costs_what_it_takes_to_pick_it_up() -> None:
    assert saved(100, 8, minutes=1.76, fallout=2.5) == 100 * 176 - 8 * 250


def test_fallout_alone_saves_less_than_nothing() -> None:
    assert hours(saved(0, 12, minutes=5, fallout=5)) == Decimal(-1)


@pytest.mark.parametrize(("minutes", "expected"), [(1.76, 176), (0.005, 1), (2.675, 268), (0, 0)])
def test_minutes_become_whole_hundredths(minutes: float, expected: int) -> None:
    assert hundredths(minutes) == expected
