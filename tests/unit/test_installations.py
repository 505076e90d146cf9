"""A web application that several targets run: declared once, and told apart wherever it is met."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from common.browser.locator import heading, link
from common.browser.screen import Screen, screen_name
from common.browser.target import WebTarget
from common.errors import SignedOut, TargetDown
from common.target import Account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.browser.form import Field
    from common.browser.screen import Page, Press

Registry = WebTarget(name="registry")
North = WebTarget(name="north", settle=timedelta(seconds=9))
South = WebTarget(name="south")


class RegistryScreen(Screen):
    target = Registry


@Registry.signs_in
class SignIn(RegistryScreen):
    path = "/"
    ready = heading("Sign in")

    def sign_in(self, account: Account) -> None:
        """Nobody does, here."""


@Registry.interrupts(TargetDown)
class Broken(RegistryScreen):
    ready = heading("Broken")


class Search(RegistryScreen):
    path = "/search"
    ready = heading("Search")

    def results(self) -> Results:
        return self.press(link("Results"), expect=Results)


class Results(RegistryScreen):
    ready = heading("Results")


class Pages:
    """Gives whatever screen is expected, and notes which that was."""

    def press(self, screen: Screen, fields: Sequence[Field], press: Press, expect: tuple[type[Screen], ...]) -> Screen:
        del screen, fields, press
        return expect[0](cast("Page", self))


def test_each_target_shows_its_own_and_always_the_same() -> None:
    assert Search.at(North) is Search.at(North)
    assert Search.at(North) is not Search.at(South)
    assert issubclass(Search.at(North), Search)
    assert [screen_name(Search.at(target)) for target in (North, South)] == ["north.Search", "south.Search"]
    assert Search.at(North).at(South) is not Search.at(North)
    assert Search.at(South).at(South) is Search.at(South)


def test_what_a_screen_leads_to_lies_in_the_same_target() -> None:
    came = Search.at(North)(cast("Page", Pages())).results()
    assert isinstance(came, Results)
    assert type(came) is Results.at(North)


def test_an_installation_signs_in_and_is_interrupted_as_its_product() -> None:
    installed = Search.at(North).target
    assert installed.sign_in_screen is SignIn.at(North)
    assert installed.interruptions == {SignIn.at(North): SignedOut, Broken.at(North): TargetDown}
    assert North.interruptions == {}


def test_all_else_is_the_target_s_own() -> None:
    installed = Search.at(North).target
    assert (installed.name, installed.settle) == ("north", timedelta(seconds=9))


def test_shifts_that_begin_at_once_know_the_same_screens() -> None:
    product = WebTarget(name="product")
    fresh = type("Fresh", (Screen,), {"target": product})
    target = WebTarget(name="west")
    together = threading.Barrier(8)
    seen: list[type[Screen]] = []

    def ask() -> None:
        together.wait()
        seen.append(fresh.at(target))

    shifts = [threading.Thread(target=ask) for _ in range(8)]
    for shift in shifts:
        shift.start()
    for shift in shifts:
        shift.join()
    assert len(set(seen)) == 1
