"""Answers that come late, out of order or never: the page that still stands there is not taken for the one that is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hard_screens import SAVE, LateButton, NameForm
from late_screens import Quiet, QuietFirst

from common.browser.agent import AGENT
from common.browser.page import BrowserPage

if TYPE_CHECKING:
    from website import Website

    from common.browser.driver import Driver
    from common.browser.screen import Screen
    from common.browser.session import Browser
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def driver_of(screen: Screen) -> Driver:
    assert isinstance(screen.page, BrowserPage)
    return screen.page.driver


# --- no press twice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("screen", [Quiet, QuietFirst])
def test_a_page_that_keeps_its_leave_to_itself_is_not_posted_twice(
    browser: Browser, site: Website, hold: Lease, robot: Account, screen: type[Quiet]
) -> None:
    page = browser.open(screen, robot, hold)
    site.open_gate_after(0.3)
    page = page.submit(NameForm(navn="Åse"), SAVE, screen)
    assert page.text(page.number) == "1"
    assert len(site.posts(screen.path)) == 1


def test_a_call_that_nobody_hears_any_more_presses_nothing(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(LateButton, robot, hold)
    driver = driver_of(page)
    driver.script("window.clicks = 0; onclick = (e) => { clicks += 1; e.preventDefault(); }; arguments[1](1)", {})
    request: dict[str, Any] = {
        "set": [],
        "check": [],
        "screens": [],
        "grace": 300,
        "budget": 5000,
        "step": "same",
        "press": {"what": SAVE.data(), "row": None},
        "deadline": hold.wall_deadline_ms(),
    }
    unheard = f"((...arguments) => {{ {AGENT} }})(arguments[0], () => {{}}); arguments[1](1)"
    assert driver.script(unheard, request) == 1
    site.open_gate_after(0.2)
    assert driver.script(AGENT, request)["state"] == "filled"
    assert driver.script("setTimeout(() => arguments[1](clicks), 100)", {}) == 1
