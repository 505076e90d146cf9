"""A worker that is asked to end hands over nothing half done."""

from __future__ import annotations

import pytest

from common.local.child import Child
from tests.recovery.plant import CONFIRMATION, FORM, Plant, assert_gone, family
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


def holds_accounts(roger: Plant, worker: Child) -> bool:
    return bool(roger.rows("select 1 from accounts where holder like %s", f"%-{worker.pid}-%"))


def test_what_it_has_begun_it_ends_and_begins_nothing_more(roger: Plant) -> None:
    first, second = roger.people(2)
    hold_up = roger.hold_up(FORM, seconds=1.5)
    cases = roger.submit(first, second)
    hold_up.strike()
    browsers = family(roger.worker)
    assert holds_accounts(roger, roger.worker)
    roger.retire()
    assert roger.worker.process is not None
    assert roger.worker.process.returncode == 0
    assert_gone(browsers)
    assert roger.codes(cases[0]) == ["CREATED"]
    assert (roger.case(cases[1])["state"], roger.case(cases[1])["fence"]) == ("queued", 0)
    assert not holds_accounts(roger, roger.worker)
    roger.worker.start()
    roger.await_ended(cases)
    prove(roger, cases)


def test_a_run_that_outlasts_the_grace_goes_back_at_no_cost(roger: Plant) -> None:
    roger.retire()
    (tested,) = roger.people(1)
    impatient = roger.another_worker(ROGER_WORKER_GRACE="0.2")
    hold_up = roger.hold_up(CONFIRMATION, seconds=1.5, method="POST")
    (case,) = roger.submit(tested)
    hold_up.strike()
    browsers = family(impatient)
    impatient.ask_to_stop()
    impatient.wait()
    assert impatient.process is not None
    assert impatient.process.returncode == 0
    assert_gone(browsers)
    assert roger.codes(case) == ["DRAINED"]
    found = roger.case(case)
    assert (found["state"], found["failures"], found["lost"]) == ("queued", 0, 0)
    assert not holds_accounts(roger, impatient)
    roger.worker.start()
    roger.await_ended([case])
    prove(roger, [case])
    assert roger.codes(case) == ["DRAINED", "CREATED"]


def test_nobody_looks_before_the_last_click_of_a_drained_run_has_settled(roger: Plant) -> None:
    """Nor does another case of the same person, in a browser that is warm and waits for nothing else."""
    roger.retire()
    hasty = {"ROGER_WORKER_GRACE": "0", "ROGER_WORKER_POLL": "0.05"}
    workers = [roger.another_worker(**hasty), roger.another_worker(**hasty)]
    tested, *others = roger.people(3)
    hold_ups = roger.hold_up(FORM, seconds=2, times=2)
    warm_ups = roger.submit(*others)
    hold_ups.strike(2)
    roger.await_ended(warm_ups)
    late = roger.fault("save_delay", seconds=1.9)
    cases = roger.submit(tested, tested)
    late.strike()
    (drained,) = [worker for worker in workers if f"-{worker.pid}-" in roger.moves(cases[0])[1]["actor"]]
    drained.ask_to_stop()
    drained.wait()
    roger.await_ended(cases)
    prove(roger, cases)
    assert roger.codes(cases[0]) == ["DRAINED", "CREATED"]
