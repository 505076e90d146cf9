"""A browser that dies takes no case with it."""

from __future__ import annotations

from collections.abc import Callable

import psutil
import pytest

from tests.recovery.plant import CONFIRMATION, FORM, Plant, assert_gone, family, program
from tests.recovery.proof import prove

pytestmark = [pytest.mark.recovery, pytest.mark.browser]

Find = Callable[[Plant], psutil.Process]


def the_browser(roger: Plant) -> psutil.Process:
    """Chromium itself, without its driver, its helpers, the script that starts it, and the guardian."""
    programs = {process: program(process) for process in family(roger.worker)}
    found = [each for each, name in programs.items() if name.startswith("chrom") and name != "chromedriver"]
    # Its helpers are its own children.
    return min(found, key=lambda process: process.create_time())


def the_driver(roger: Plant) -> psutil.Process:
    (driver,) = [process for process in family(roger.worker) if process.name() == "chromedriver"]
    return driver


@pytest.mark.parametrize(("find", "part", "method"), [(the_browser, CONFIRMATION, "POST"), (the_driver, FORM, "GET")])
def test_killed_in_the_middle_of_a_case(roger: Plant, find: Find, part: str, method: str) -> None:
    (tested,) = roger.people(1)
    hold_up = roger.hold_up(part, seconds=1.5, method=method)
    (case,) = roger.submit(tested)
    hold_up.strike()
    browsers = [process for process in family(roger.worker) if process.is_running()]
    find(roger).kill()
    roger.await_ended([case])
    prove(roger, [case])
    assert_gone(browsers)
    assert roger.case(case)["lost"] == 0


@pytest.mark.parametrize("find", [the_browser, the_driver])
def test_killed_between_two_cases(roger: Plant, find: Find) -> None:
    first, second = roger.people(2)
    cases = roger.submit(first)
    roger.await_ended(cases)
    find(roger).kill()
    cases += roger.submit(second)
    roger.await_ended(cases)
    prove(roger, cases)
