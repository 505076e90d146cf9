"""The payroll service's night through deaths and freezes: no control, activation or timesheet twice, none lost."""

from __future__ import annotations

import random
from collections.abc import Generator
from contextlib import closing

import pytest

from common.local.daybook import DayBook
from payroll_svc.demo import FLOWS, day_of
from tests.recovery.harm import play_through, two_workers
from tests.recovery.plant import Plant

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


@pytest.fixture
def payroll() -> Generator[Plant]:
    with two_workers("payroll") as plant:
        yield plant


def test_a_night_of_all_flows(payroll: Plant) -> None:
    with closing(DayBook(payroll.stack, day_of(dict.fromkeys(FLOWS, 6), seed=6))) as book:
        play_through(book, payroll, random.Random(20261206))
        assert book.problems(list(book.found())) == []
