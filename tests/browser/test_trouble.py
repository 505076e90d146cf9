"""Whatever a target does instead of what was expected has a name, and no page text in it."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest
from hard_screens import (
    SAVE,
    Broken,
    NameForm,
    NeverReady,
    Other,
    Persons,
    Popups,
    Register,
    Saved,
    Slow,
    Unfortunate,
    Unreachable,
)

from common.browser.driver import status_of
from common.browser.locator import button, link
from common.errors import BrowserFailed, Interrupted, LeaseLost, TargetDown, TargetTimeout, UiChanged, UnexpectedDialog
from common.lease import Lease, now

if TYPE_CHECKING:
    from website import Website

    from common.browser.screen import Screen
    from common.browser.session import Browser
    from common.errors import RogerError
    from common.target import Account

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("screen", "error", "said"),
    [
        (NeverReady, UiChanged, r"NeverReady \(button\('Finnes ikke'\)\)"),
        (Broken, TargetDown, "hard"),
        (Unfortunate, TargetDown, "Sorry came instead of Unfortunate"),
        (Unreachable, TargetDown, "dead"),
        (Slow, TargetTimeout, "Slow"),
    ],
)
def test_what_came_instead_has_a_name(  # noqa: PLR0917 -- fixtures
    brisk: Browser,
    site: Website,
    hold: Lease,
    robot: Account,
    screen: type[Screen],
    error: type[RogerError],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        brisk.open(screen, robot, hold)
    site.gate.set()
    brisk.recycle() if screen is Slow else brisk.collect()


@pytest.mark.parametrize("name", ["Varsel", "Spørsmål", "Sent varsel", "Dialog"])
def test_dialogs_are_dismissed_and_told_without_their_text(
    brisk: Browser, site: Website, hold: Lease, robot: Account, name: str
) -> None:
    page = brisk.open(Popups, robot, hold)
    with pytest.raises(UnexpectedDialog) as failed:
        page.press(button(name), Other)
    assert "Nordmann" not in failed.value.message
    assert brisk.open(Other, robot, hold)


def test_a_click_that_leads_elsewhere_means_the_page_has_changed(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = brisk.open(Popups, robot, hold)
    with pytest.raises(UiChanged, match=r"no Other \(.*\), no Saved"):
        page.press(button("Endre"), (Other, Saved))


def test_a_link_that_leads_nowhere_is_not_followed_twice(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = brisk.open(Popups, robot, hold)
    with pytest.raises(UiChanged, match="Other"):
        page.press(link("Ingenting"), Other)
    assert len([visit for visit in site.visits if visit.path == "/empty"]) == 1


def test_no_command_is_sent_unless_it_fits_before_the_deadline(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Persons, robot, hold)
    site.visits.clear()
    short = Lease(fence=1, started=now(), seconds=9, margin=1)
    with pytest.raises(LeaseLost):
        browser.open(Persons, robot, short)
    hold.end(Interrupted)
    with pytest.raises(Interrupted):
        page.rows(Persons.hits)[0].press(link("Åpne"), Other)
    assert site.visits == []


@pytest.mark.parametrize("ended", [LeaseLost, None])
def test_a_browser_killed_while_it_waits_is_what_ended_it(
    own: Browser, site: Website, hold: Lease, robot: Account, ended: type[LeaseLost] | None
) -> None:
    page = own.open(Register, robot, hold)
    pids = own.pids
    assert pids

    def kill_when_posted() -> None:
        site.await_visit("/again", "POST")
        if ended is not None:
            hold.end(ended)
        own.kill()

    killer = threading.Thread(target=kill_when_posted)
    killer.start()
    with pytest.raises(ended or BrowserFailed):
        page.submit(NameForm(navn="x"), SAVE, Saved)
    killer.join()
    assert own.pids == []
    site.gate.set()
    fresh = Lease(fence=2, started=now(), seconds=600, margin=1)
    assert own.open(Persons, robot, fresh)


def test_a_browser_that_dies_by_itself_has_failed(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    page = own.open(Persons, robot, hold)
    for pid in own.pids:
        with contextlib.suppress(ProcessLookupError):  # One process often takes the next with it.
            os.kill(pid, signal.SIGKILL)
    with pytest.raises(BrowserFailed, match=r"the browser is gone \([a-z ]+\)"):
        page.refresh()
    own.recycle()
    assert own.open(Persons, robot, hold)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("tab crashed\n  (Session info: chrome=130.0)", "tab crashed"),
        ("Message: session not created: DevToolsActivePort file doesn't exist", "session not created"),
        ('unknown error: Element <a href="/personer/13874000188">Kari Nordmann</a> …', "unknown error"),
        ("", "for no known reason"),
        ("Kari Nordmann", "for no known reason"),
    ],
)
def test_of_what_the_driver_says_only_its_own_words_are_told(said: str, told: str) -> None:
    assert status_of(said) == told
