"""Many robots, many cases, the same people."""

from __future__ import annotations

import random

import pytest

from tests.recovery.plant import Plant
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


def test_two_workers_of_two_shifts_and_many_cases_of_the_same_people(roger: Plant) -> None:
    chance = random.Random(7)
    roger.another_worker(ROGER_WORKER_SHIFTS="2")
    people = roger.people(4) + roger.people(2, with_journal=True)
    tests = people * 4
    chance.shuffle(tests)
    cases = roger.submit(*tests)
    roger.await_ended(cases)
    prove(roger, cases)
    workers = {move["actor"].rpartition("-")[0] for case in cases for move in roger.moves(case)[1:2]}
    assert len(workers) == 2
