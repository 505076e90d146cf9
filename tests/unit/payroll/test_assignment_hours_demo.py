"""The demo's lists of hours: on every day of the year they are what the process takes, refuses or leaves to a person."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from common.local.day import REFUSED
from payroll_svc.assignments.claimed_hours import ClaimedHours
from payroll_svc.demo.assignment_hours import SITUATIONS, evenings, flow
from payroll_svc.demo.town import Town


def town(now: datetime) -> Town:
    return Town(random.Random(7), now)


def test_every_situation_turns_up_in_a_day_of_forty() -> None:
    made = flow(town(datetime(2026, 11, 23, 8, tzinfo=UTC)), 40)
    assert made.rows == 40
    assert {situation.name for situation in made.situations} == {make.__name__.strip("_") for make in SITUATIONS}


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        ("2026-11-03", ("2026-11-01", "2026-11-02")),
        ("2026-11-02", ("2026-10-30", "2026-10-31")),
        ("2026-01-03", ("2026-01-01", "2026-01-02")),
        ("2026-01-02", None),
    ],
)
def test_evenings_are_of_one_month_and_this_year(day: str, dates: tuple[str, str] | None) -> None:
    found = evenings(town(datetime.fromisoformat(f"{day}T08:00:00+01:00")))
    assert (found and tuple(map(str, found))) == dates


@pytest.mark.parametrize("hour", [0, 23])
def test_on_every_day_lists_are_refused_only_where_they_must_be(hour: int) -> None:
    for number in range(0, 366, 5):
        there = town(datetime(2026, 1, 1, hour, 30, tzinfo=UTC) + timedelta(days=number))
        for situation in flow(there, 40).situations:
            refused = any(state == REFUSED for state, _ in situation.expected)
            assert all(_taken(row, there.now) is not refused for row in situation.rows), situation.name


def _taken(row: dict[str, object], now: datetime) -> bool:
    try:
        claimed = ClaimedHours.model_validate(row)
    except ValidationError:
        return False
    return not list(claimed.breaches(now))
