"""The payroll service's night through deaths and freezes: no control, activation or timesheet twice, none lost."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import pytest

from common.local.child import Child
from common.local.daybook import DayBook
from payroll_svc.demo import FLOWS, day_of
from tests.recovery.plant import BRISK, Plant, assert_gone, family, freeze, running, thaw, wait_for

pytestmark = [pytest.mark.recovery, pytest.mark.browser]

_OPEN = "select 1 from cases where state in ('queued', 'running') limit 1"
_EXPIRED = "select 1 from events where code = 'LEASE_EXPIRED' and id > %s limit 1"


@pytest.fixture
def payroll() -> Generator[Plant]:
    """A payroll service of its own, with two workers."""
    with (
        tempfile.TemporaryDirectory(prefix="roger-recovery-") as folder,
        running(BRISK, Path(folder), "payroll") as plant,
    ):
        plant.another_worker()
        yield plant
        for child in plant.others:
            thaw(child)
            child.kill()


def kill(_: Plant, worker: Child) -> None:
    """SIGKILL: the browsers go with it, and another takes its place."""
    browsers = family(worker)
    worker.kill()
    assert_gone(browsers)
    worker.start()


def freeze_until_its_work_is_taken(roger: Plant, worker: Child) -> None:
    """SIGSTOP: the others take over what it held, and then it wakes up and must find that out."""
    (newest,) = roger.rows("select coalesce(max(id), 0) as id from events")
    freeze(worker)
    wait_for(lambda: bool(roger.rows(_EXPIRED, newest["id"])) or not roger.rows(_OPEN), "its work is taken")
    thaw(worker)


HARM: tuple[Callable[[Plant, Child], None], ...] = (kill, freeze_until_its_work_is_taken)


def test_a_night_of_all_flows(payroll: Plant) -> None:
    roger, chance = payroll, random.Random(20261206)
    with closing(DayBook(roger.stack, day_of(dict.fromkeys(FLOWS, 6), seed=6))) as book:
        book.prepare()
        for flows in book.phases():
            for flow in flows:
                book.hand_in(flow)
            for number, _ in enumerate(flows):
                moment = roger.noted() + chance.randrange(1, 12)
                wait_for(lambda moment=moment: _may_be_harmed(roger, moment), "the work goes on")
                HARM[number % 2](roger, chance.choice([roger.worker, *roger.others]))
            wait_for(book.all_ended, "the night is over")
        assert book.problems(list(book.found())) == []


def _may_be_harmed(roger: Plant, moment: int) -> bool:
    """The stand-in has noted so much, and no case would go to a person for having lost its robot a third time."""
    hit_twice = roger.rows("select 1 from cases where state = 'running' and lost >= 2")
    return (roger.noted() >= moment and not hit_twice) or not roger.rows(_OPEN)
