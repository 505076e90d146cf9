"""A session is signed in once, kept warm, and signed in again when the target has ended it between cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest
from hard_pages import FORGOTTEN
from hard_screens import SAVE, AppForm, Done, Menu, NameForm, Other, Persons

from common.browser.chromium import find_programs
from common.browser.host import Host
from common.browser.session import Browser
from common.browser.settings import BrowserSettings, Sandbox
from common.errors import AccountOut, ConfigurationError, LoginFailed, SignedOut

if TYPE_CHECKING:
    from pathlib import Path

    from website import Website

    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def logins(site: Website) -> int:
    return len(site.posts("/app/login"))


def test_signed_in_once_and_kept_warm(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert not own.serves("app")
    for _ in range(3):
        own.open(AppForm, robot, hold).submit(NameForm(navn="x"), SAVE, Done)
        own.collect()
    assert own.serves("app")
    assert (logins(site), len(site.posts("/app/done")), own.cases) == (1, 3, 3)
    # Each process's share of what it has in common with others, as with a browser beside this one.
    shares = sum(psutil.Process(pid).memory_full_info().pss for pid in own.pids)
    assert own.memory == pytest.approx(shares, rel=0.5)
    assert shares > 50 * 2**20


def test_pages_are_asked_for_in_the_language_that_screens_are_known_in(
    own: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    own.open(AppForm, robot, hold)
    asked = {tuple(choice.partition(";")[0] for choice in visit.languages.split(",")) for visit in site.visits}
    assert asked == {BrowserSettings().languages}


def test_signed_out_between_cases_is_signed_in_again(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    own.open(AppForm, robot, hold)
    site.signed_in = False
    assert isinstance(own.open(AppForm, robot, hold), AppForm)
    assert logins(site) == 2


def test_signed_out_in_the_middle_of_a_form_is_told(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    page = own.open(AppForm, robot, hold)
    site.signed_in = False
    with pytest.raises(SignedOut):
        page.submit(NameForm(navn="x"), SAVE, Done)
    assert logins(site) == 1


def test_a_wrong_password_is_never_tried_twice(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    wrong = replace(robot, password="feil")
    for _ in range(2):
        with pytest.raises(AccountOut):
            own.open(AppForm, wrong, hold)
        own.recycle()
    assert logins(site) == 1
    assert isinstance(own.open(AppForm, robot, hold), AppForm)


def test_a_sign_in_that_leads_back_to_itself_has_failed_and_is_no_change_of_screens(
    own: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    with pytest.raises(LoginFailed):
        own.open(AppForm, replace(robot, name=FORGOTTEN), hold)
    own.recycle()
    assert isinstance(own.open(AppForm, robot, hold), AppForm)


def test_another_account_gets_a_session_of_its_own(own: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert "robot1" in (own.open(Menu, robot, hold).text(Menu.who) or "")
    other = replace(robot, name="robot2")
    who = own.open(Menu, other, hold).text(Menu.who) or ""
    assert "robot2" in who
    assert "robot1" not in who
    assert [visit.path for visit in site.visits].count("/app/logout") == 1


def test_closing_signs_out_where_a_second_login_is_refused_and_leaves_nothing(
    addresses: dict[str, str], site: Website, hold: Lease, robot: Account, tmp_path: Path
) -> None:
    mine = Browser(BrowserSettings(profile_root=tmp_path), addresses)
    mine.open(Menu, robot, hold)
    assert list(tmp_path.iterdir())
    mine.close()
    assert not site.signed_in
    assert mine.pids == []
    assert list(tmp_path.iterdir()) == []


def test_after_a_case_nothing_of_it_remains_on_screen(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    browser.open(Persons, robot, hold)
    assert "Kari" in (browser.source() or "")
    browser.collect()
    assert "Kari" not in (browser.source() or "")


def test_a_case_that_showed_no_page_leaves_nothing_to_tidy_up(
    own: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    own.open(Persons, robot, hold)
    for _ in range(3):
        own.collect()
    assert own.cases == 1


def test_a_remote_endpoint_is_worked_through_and_left_empty(
    addresses: dict[str, str], site: Website, hold: Lease, robot: Account, tmp_path: Path
) -> None:
    settings = BrowserSettings()
    grid = Host(find_programs(settings).chromedriver, tmp_path, settings.start_budget)
    try:
        there = BrowserSettings(remote_url=f"http://127.0.0.1:{grid.port}", sandbox=Sandbox.OFF)
        away = Browser(there, addresses)
        assert isinstance(away.open(Menu, robot, hold), Menu)
        away.open(AppForm, robot, hold).submit(NameForm(navn="borte"), SAVE, Done)
        assert site.posts("/app/done")[0].one("navn") == "borte"
        driver = psutil.Process(grid.session)
        assert (away.pids, len(driver.children()) > 0) == ([], True)
        away.kill()
        away.close()
        assert driver.children() == []
    finally:
        grid.end()


def test_a_target_without_an_address_is_a_setting_that_is_missing(hold: Lease, robot: Account) -> None:
    nowhere = Browser(BrowserSettings(), {})
    try:
        with pytest.raises(ConfigurationError, match="hard"):
            nowhere.open(Other, robot, hold)
    finally:
        nowhere.close()


def test_fifty_cases_in_one_session(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    browser.open(AppForm, robot, hold)
    pids = browser.pids[:2]
    for number in range(50):
        browser.open(AppForm, robot, hold).submit(NameForm(navn=f"Nr {number}"), SAVE, Done)
        browser.collect()
    assert [visit.one("navn") for visit in site.posts("/app/done")] == [f"Nr {number}" for number in range(50)]
    assert browser.pids[:2] == pids
    assert browser.memory < 700 * 2**20
