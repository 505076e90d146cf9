"""Answers that come late, out of order or never: the page that still stands there is not taken for the one that is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hard_screens import SAVE, LateButton, NameForm, OneField, Saved
from late_screens import (
    AddressForm,
    Completed,
    Count,
    FramedPrice,
    FramedSaved,
    Guarded,
    New,
    Opener,
    Price,
    PriceForm,
    Quiet,
    QuietFirst,
    Saying,
    Taken,
    Top,
    Tree,
)

from common.browser.agent import AGENT
from common.browser.locator import button, css, link
from common.browser.page import BrowserPage
from common.errors import TargetTimeout, UiChanged

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


# --- a page that is not answered in time ----------------------------------------------------------------------------


@pytest.mark.parametrize("expected", [Saying, Saved])
def test_a_page_that_was_not_answered_has_not_come_again_nor_changed(
    brisk: Browser, site: Website, hold: Lease, robot: Account, expected: type[Screen]
) -> None:
    page = brisk.open(Saying, robot, hold)
    with pytest.raises(TargetTimeout):
        page.submit(NameForm(navn="Åse"), SAVE, expected)
    assert len(site.posts("/late/saying")) == 1


@pytest.mark.parametrize("screens", [(Price, Saved), (FramedPrice, FramedSaved)])
def test_nothing_is_saved_while_a_choice_has_not_been_answered(
    brisk: Browser, site: Website, hold: Lease, robot: Account, screens: tuple[type[Screen], type[Screen]]
) -> None:
    screen, saved = screens
    page = brisk.open(screen, robot, hold)
    with pytest.raises(TargetTimeout):
        page.submit(PriceForm(item="Stol"), SAVE, saved)
    with pytest.raises(TargetTimeout):
        brisk.open(screen, robot, hold).fill(PriceForm(item="Stol"))
    assert not any(visit.one("knapp") for visit in site.posts("/late/price"))


def test_what_a_choice_in_a_frame_is_answered_with_is_awaited_as_long_as_any_page(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = brisk.open(FramedPrice, robot, hold)
    site.open_gate_after(1.2)
    page.submit(PriceForm(item="Stol"), SAVE, FramedSaved)
    assert [visit.one("pris") for visit in site.posts("/late/price") if visit.one("knapp")] == ["100"]


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


# --- what changes elsewhere meanwhile -------------------------------------------------------------------------------


def test_a_page_that_changes_while_its_window_is_long_in_saving_does_not_show_what_was_saved(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = browser.open(Opener, robot, hold).press(button("Ny"), New)
    site.open_gate_after(0.6)
    assert window.submit(NameForm(navn="Åse"), SAVE, Opener).text(Opener.number) == "1"


def test_a_page_that_notices_by_itself_that_its_window_is_closed(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = browser.open(Opener, robot, hold).press(button("Ny og vent"), New)
    site.gate.set()
    assert window.submit(NameForm(navn="Åse"), SAVE, Opener).text(Opener.number) == "1"


def test_a_frame_that_changes_while_another_is_long_in_posting_does_not_show_what_was_saved(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Count, robot, hold)
    site.open_gate_after(0.6)
    assert page.submit(NameForm(navn="Åse"), SAVE, Tree).text(Tree.number) == "2"


def test_a_frame_that_is_still_to_be_answered_is_awaited_when_it_is_read(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    top = browser.open(Top, robot, hold)
    tree = top.beside(Tree)
    site.open_gate_after(0.6)
    top.press(button("Begge"), Count)
    assert tree.text(css("p#nr")) == "2"
    site.gate.clear()
    site.open_gate_after(0.6)
    top.press(button("Begge"), Count)
    assert top.beside(Tree).text(Tree.number) == "3"


def test_a_frame_that_was_left_for_a_file_is_read_on(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    top = browser.open(Top, robot, hold)
    tree = top.beside(Tree)
    with pytest.raises(TargetTimeout):
        top.press(link("Hent fil"), Tree)
    assert tree.text(css("p#nr")) == "1"
    assert top.beside(Tree).text(Tree.number) == "1"


def test_a_window_that_stood_open_is_not_taken_for_the_one_that_is_opened(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Opener, robot, hold)
    driver = driver_of(page)
    driver.script("window.open('/late/new?hvem=gammel', 'Ny', 'popup').onload = () => arguments[1](1)", {})
    site.open_gate_after(0.6)
    assert page.press(button("Ny"), New).text(New.who) == "ingen"


def test_a_window_that_closes_itself_while_it_is_filled_in_is_missed(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = brisk.open(Opener, robot, hold).press(button("Ny som lukkes"), New)
    site.open_gate_after(0.2)
    with pytest.raises(UiChanged, match="no New"):
        window.fill(OneField(felt="x"))
    assert brisk.open(Opener, robot, hold)


# --- what comes between ---------------------------------------------------------------------------------------------


def test_what_was_taken_away_while_the_button_was_closed_is_filled_in_again(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Taken, robot, hold)
    site.open_gate_after(0.2)
    page.submit(OneField(felt="x"), SAVE, Saved)
    assert [visit.one("felt") for visit in site.posts("/saved")] == ["x"]


def test_what_a_page_asks_for_while_it_is_filled_in_is_awaited_before_the_press(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Completed, robot, hold)
    site.open_gate_after(0.4)
    page.submit(AddressForm(street="Torget 1", code="5014"), SAVE, Saved)
    assert [visit.fields for visit in site.posts("/saved")] == [
        {"gate": ["Torget 1"], "nr": ["5014"], "sted": ["Bergen"]}
    ]


def test_a_page_that_closes_its_button_and_posts_a_moment_later_has_not_come_yet(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    site.gate.set()
    page = browser.open(Guarded, robot, hold).submit(NameForm(navn="Åse"), SAVE, Guarded)
    assert page.text(page.number) == "1"
