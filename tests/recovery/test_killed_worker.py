"""A worker that is killed at any moment loses nothing and does nothing twice."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from common.local.daybook import DayBook
from health_svc.demo import FLOWS, day_of
from tests.recovery.harm import LOOKS, await_end
from tests.recovery.plant import CONFIRMATION, SAVED, Plant, assert_gone, family, wait_for
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]

RECOVERED_WITHIN = 30.0
_APART = 100_000
"""None of the day's people is one of those whom other tests make up."""
_OPEN = "select 1 from cases where state in ('queued', 'running') limit 1"


def kill_worker(roger: Plant) -> None:
    """SIGKILL the worker, see its browsers go with it, and start another."""
    browsers = family(roger.worker)
    roger.worker.kill()
    assert_gone(browsers)
    roger.worker.start()


def test_killed_between_the_save_and_its_checkpoint(roger: Plant) -> None:
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(SAVED, seconds=20)
    (case,) = roger.submit(tested)
    hold_up.strike()
    assert len(roger.journals(tested)) == 1
    kill_worker(roger)
    roger.await_ended([case])
    prove(roger, [case])
    assert roger.codes(case) == ["LEASE_EXPIRED", "CREATED"]
    assert (roger.case(case)["lost"], roger.case(case)["failures"]) == (1, 0)


def test_killed_before_the_save_takes_effect(roger: Plant) -> None:
    (tested,) = roger.people(1)
    late = roger.fault("save_delay", seconds=4)
    (case,) = roger.submit(tested)
    late.strike()
    kill_worker(roger)
    assert not roger.journals(tested)
    roger.await_ended([case])
    prove(roger, [case])
    assert roger.codes(case) == ["LEASE_EXPIRED", "CREATED"]


def test_killed_at_random_moments_of_a_day(roger: Plant) -> None:
    """All that the health service does in a day, through six deaths: each row comes to what it must come to."""
    chance = random.Random(20261122)
    # Journals are counted at the end: what other tests left in HsPro is none of this day's.
    roger.console.post("/reset").raise_for_status()
    with closing(DayBook(roger.stack, day_of(dict.fromkeys(FLOWS, 6), seed=7, born=_APART))) as book:
        book.prepare()
        for flows in book.phases():
            for flow in flows:
                book.hand_in(flow)
            for _ in flows:
                moment = roger.noted() + chance.randrange(1, 9)
                wait_for(lambda moment=moment: _may_be_killed(roger, moment), "the work goes on", every=LOOKS)
                kill_worker(roger)
            await_end(book, roger)
        assert book.problems(list(book.found())) == []


def _may_be_killed(roger: Plant, moment: int) -> bool:
    """The stand-ins have noted so much, and the kill makes nothing a person's: a third loss of one case would, and rightly."""
    hit_twice = roger.rows("select 1 from cases where state = 'running' and lost >= 2")
    return (roger.noted() >= moment and not hit_twice) or not roger.rows(_OPEN)


def test_a_case_over_which_three_robots_vanish_goes_to_a_person(roger: Plant) -> None:
    (tested,) = roger.people(1)
    roger.retire()
    (case,) = roger.submit(tested)
    short = {"ROGER_WORKER_LEASE": "5.4", "ROGER_WORKER_HEARTBEAT": "0.4", "ROGER_BROWSER_BUDGET": "1"}
    for run in (1, 2, 3):
        worker = roger.another_worker(**short)
        roger.await_run(case, run)
        worker.kill()
    roger.await_ended([case])
    assert (roger.case(case)["state"], roger.case(case)["code"]) == ("manual", "ROBOT_LOST")
    roger.worker.start()
    roger.act(case, "retry")
    roger.await_state([case], "done")
    prove(roger, [case])


def test_with_the_default_clockwork_at_work_again_within_30_seconds(unhurried: Plant) -> None:
    roger = unhurried
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(CONFIRMATION, seconds=4, method="POST")
    (case,) = roger.submit(tested)
    hold_up.strike()
    kill_worker(roger)
    wait_for(lambda: roger.case(case)["fence"] > 1, "the case is at work again", RECOVERED_WITHIN)
    roger.await_ended([case])
    prove(roger, [case])
