"""A worker that stands still past its lease while its browser goes on, and then goes on itself, does no harm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from common.browser.chromium import find_programs
from common.browser.settings import BrowserSettings
from common.local.child import Child
from tests.recovery.plant import CONFIRMATION, FORM, Patient, Plant, assert_gone, family, freeze, thaw, wait_for, words
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]


def standing(roger: Plant, case: UUID) -> list[Any]:
    """All that the database holds of a case."""
    return [
        roger.rows("select * from cases where id = %s", case),
        roger.rows("select * from case_contents where case_id = %s", case),
        roger.rows("select * from checkpoints where case_id = %s order by epoch, name", case),
        roger.rows("select * from events where case_id = %s order by id", case),
    ]


def let_another_end_it(roger: Plant, case: UUID) -> None:
    before = roger.codes(case)
    assert set(before) <= {"BROWSER_FAILED"}, roger.failures()  # one that did not come up at once on a busy machine
    roger.another_worker()
    roger.await_ended([case])
    assert roger.codes(case)[len(before) :] == ["LEASE_EXPIRED", "CREATED"], roger.failures()


def assert_it_only_gives_up(roger: Plant, frozen: Child, case: UUID) -> None:
    """Let the frozen worker go on: it notices, ends its browser and writes nothing, here or there."""
    before, said = standing(roger, case), len(words(frozen))
    writes = roger.log("writes")
    thaw(frozen)
    wait_for(lambda: "run.lease_lost" in words(frozen)[said:], "the frozen worker notices")
    assert standing(roger, case) == before
    assert roger.log("writes") == writes
    prove(roger, [case])


def assert_it_works_again(roger: Plant, tested: Patient) -> None:
    for other in roger.others:
        other.kill()
    cases = roger.submit(tested)
    roger.await_ended(cases)
    prove(roger, cases)


def test_frozen_in_the_middle_of_a_case(roger: Plant) -> None:
    tested, next_one = roger.people(2)
    hold_up = roger.hold_up(CONFIRMATION, method="POST", seconds=1)
    (case,) = roger.submit(tested)
    hold_up.strike()
    freeze(roger.worker)
    let_another_end_it(roger, case)
    assert_it_only_gives_up(roger, roger.worker, case)
    assert_it_works_again(roger, next_one)


def test_it_goes_on_while_the_database_is_away(roger: Plant) -> None:
    """Nobody tells it that the case is another's now: its own clock must."""
    database = roger.stack.postgres
    assert database is not None
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(FORM, seconds=1)
    (case,) = roger.submit(tested)
    hold_up.strike()
    browser = family(roger.worker)
    freeze(roger.worker)
    let_another_end_it(roger, case)
    said = len(words(roger.worker))
    writes = roger.log("writes")
    database.freeze()
    try:
        thaw(roger.worker)
        wait_for(lambda: "run.lease_lost" in words(roger.worker)[said:], "the frozen worker notices")
        assert_gone(browser)
    finally:
        database.thaw()
    assert roger.log("writes") == writes
    prove(roger, [case])


def test_frozen_with_its_browser_in_the_middle_of_a_click(roger: Plant) -> None:
    """As when a whole machine is suspended."""
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(CONFIRMATION, method="GET", seconds=1)
    (case,) = roger.submit(tested)
    hold_up.strike()
    freeze(roger.worker)
    browser = [process for process in family(roger.worker) if process.is_running()]
    for process in browser:
        process.suspend()
    let_another_end_it(roger, case)
    for process in browser:
        process.resume()
    assert_it_only_gives_up(roger, roger.worker, case)


def test_an_agent_that_waits_for_a_control_does_not_click_it_after_the_deadline(roger: Plant) -> None:
    (tested,) = roger.people(1)
    label, other = "Ny journal", "Nytt skjema"
    # The link to the form is not there when the card is shown: the agent waits for it in the page.
    roger.fault("renamed_label", **{"from": label, "to": other}, path_prefix="/personer/", method="GET")
    clicks = roger.hold_up(FORM, seconds=0.01, times=None)
    (case,) = roger.submit(tested)
    _await_act(roger, case)
    freeze(roger.worker)
    (address,) = {profile.joinpath("DevToolsActivePort").read_text().split()[0] for profile in roger.profiles.iterdir()}
    let_another_end_it(roger, case)
    clicked = clicks.fired
    with_link = (
        f"for (const a of document.links) if (a.text.trim() === '{other}') {{ a.text = '{label}'; return true }}"
    )
    browser = _attach(address)
    try:
        assert browser.execute_script(with_link)
        assert browser.execute_async_script("setTimeout(arguments[0], 500, true)")
    finally:
        browser.service.stop()
    assert_it_only_gives_up(roger, roger.worker, case)
    assert clicks.fired == clicked


def _await_act(roger: Plant, case: UUID) -> None:
    """Wait until a run has begun to act: two beats of its heart after it said so."""
    beats: set[Any] = set()

    def acts() -> bool:
        sql = "select c.lease_until from checkpoints p join cases c on c.id = p.case_id where c.id = %s and mark = %s"
        beats.update(row["lease_until"] for row in roger.rows(sql, case, "intent"))
        return len(beats) > 2

    wait_for(acts, "the run acts")


def _attach(port: str) -> Any:
    """Somebody else at the same browser, as the page's own script would be."""
    options: Any = ChromeOptions()
    options.debugger_address = f"127.0.0.1:{port}"
    return Chrome(options=options, service=Service(find_programs(BrowserSettings()).chromedriver))
