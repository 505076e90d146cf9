"""From page to page: clicked once, awaited in the page, never taken for the page before."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hard_screens import (
    OPEN,
    SAVE,
    Jump,
    Late,
    LateButton,
    LateForm,
    NameForm,
    OneField,
    Other,
    Person,
    Persons,
    Popups,
    Register,
    Saved,
    Search,
    Slow,
)

from common.browser.agent import AGENT
from common.browser.locator import button, css, heading, label, link, table, text
from common.browser.page import BrowserPage
from common.browser.screen import Form, Screen
from common.errors import ConfigurationError, LeaseLost, UiChanged

if TYPE_CHECKING:
    from website import Website

    from common.browser.driver import Driver
    from common.browser.session import Browser
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def trips(screen: Screen) -> int:
    assert isinstance(screen.page, BrowserPage)
    return screen.page.round_trips


def test_a_page_that_renders_itself_again_is_not_taken_for_its_old_self(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Register, robot, hold)
    for number in (1, 2, 3):
        site.gate.clear()
        site.open_gate_after(0.2)
        page = page.submit(NameForm(navn=f"Nr{number}"), SAVE, Register)
        assert (page.text(page.number), page.text(page.name)) == (str(number), f"Nr{number}")
    assert len(site.posts("/again")) == 3


def test_a_page_that_changes_in_place_is_awaited_until_its_answer_is_there(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    site.gate.set()
    page = browser.open(Search, robot, hold)
    for name in ("Åse", "Per", "Kari"):
        site.gate.clear()
        site.open_gate_after(0.15)
        page = page.submit(NameForm(navn=name), button("Søk"), Search)
        assert [row["Navn"] for row in page.rows(Search.hits)] == [name]


def test_reading_what_arrived_costs_no_further_round_trip(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Persons, robot, hold)
    before = trips(page)
    rows = page.rows(Persons.hits)
    assert [dict(row) for row in rows] == [
        {"Navn": "Åse Ørn", "Nr": "1", "3": "Åpne"},
        {"Navn": 'Per "Pelle" O\'Hara', "Nr": "2", "3": "Åpne"},
    ]
    assert page.rows(table("Tom")) == []
    assert page.terms() == {"Fødselsnummer": "12345", "Navn": "Kari, Normann"}
    assert page.shows(Persons.none)
    assert trips(page) == before
    assert not page.shows(text("Usynlig tekst"))
    assert page.text(heading("Personer")) == "Personer"
    assert page.text(css("#nei")) is None


def test_a_row_is_pressed_where_it_was_read(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    page = browser.open(Persons, robot, hold)
    person = page.rows(Persons.hits)[1].press(OPEN, Person)
    assert person.terms() == {"Nr": "2"}


def test_two_things_that_look_alike_are_not_guessed_at(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Persons, robot, hold)
    with pytest.raises(UiChanged, match="several"):
        page.press(OPEN, Person)


def test_pages_in_between_are_passed_through(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert browser.open(Jump, robot, hold).shows(heading("Annen"))


def test_a_link_to_a_new_window_stays_in_this_one(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert isinstance(browser.open(Popups, robot, hold).press(link("Nytt vindu"), (Saved, Other)), Other)


def test_a_slow_page_is_awaited(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    site.open_gate_after(0.8)
    assert browser.open(Slow, robot, hold).shows(heading("Langsom"))


def counting(page: Screen, hold: Lease) -> tuple[Driver, dict[str, Any]]:
    """Let the page count clicks in its title, and give a request that clicks."""
    assert isinstance(page.page, BrowserPage)
    driver = page.page.driver
    count = "document.title = 'x' + (Number(document.title.slice(1) || 0) + 1)"
    driver.script(f"document.querySelector('h1').onclick = () => {{ {count} }}; arguments[1](1)", {})
    press = {"what": heading("Vinduer").data(), "row": None}
    request: dict[str, Any] = {
        "set": [],
        "check": [],
        "screens": [],
        "grace": 300,
        "budget": 1000,
        "step": "same",
        "press": press,
    }
    return driver, {**request, "deadline": hold.wall_deadline_ms()}


def test_the_same_press_sent_twice_clicks_once(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    driver, request = counting(browser.open(Popups, robot, hold), hold)
    for _ in range(3):
        assert driver.script(AGENT, request)["state"] == "filled"
    assert driver.script("arguments[1](document.title)", {}) == "x1"


def test_a_request_that_comes_after_its_deadline_does_nothing(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    driver, request = counting(browser.open(Popups, robot, hold), hold)
    assert driver.script(AGENT, {**request, "deadline": time.time() * 1000 - 1})["state"] == "late"
    assert driver.script("arguments[1](document.title)", {}) == ""


class Frozen:
    """The hold of a worker that does not notice how time goes by; only the page still knows the deadline."""

    wall = (time.time() + 3600) * 1000

    def require(self, seconds: float) -> None:
        """Believe that there is time enough."""

    def wall_deadline_ms(self) -> float:
        return self.wall


@pytest.mark.parametrize(("screen", "form"), [(Late, LateForm(sent="x")), (LateButton, OneField(felt="x"))])
def test_nothing_is_done_in_the_page_after_the_deadline(
    browser: Browser, site: Website, robot: Account, screen: type[Screen], form: Form
) -> None:
    hold = Frozen()
    page = browser.open(screen, robot, hold)
    hold.wall = (time.time() + 0.4) * 1000
    with pytest.raises(LeaseLost):
        page.submit(form, SAVE, Saved)
    site.gate.set()
    site.await_visit("/appeared")
    hold.wall = (time.time() + 3600) * 1000
    assert page.shows(SAVE)
    assert not page.text(label("Sent felt"))
    assert site.posts("/saved") == []


def test_a_screen_without_a_path_cannot_be_opened(browser: Browser, hold: Lease, robot: Account) -> None:
    with pytest.raises(ConfigurationError, match="no path"):
        browser.open(Person, robot, hold)
