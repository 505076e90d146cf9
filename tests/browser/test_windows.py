"""Windows that a page opens: worked in from that page, gone when they have saved, and never there for the next visit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from framed_screens import Menu, NewRecord, Record, RecordForm, Refused, SlowToSave

from common.browser.agent import AGENT
from common.browser.locator import button, heading, label, link
from common.browser.page import BrowserPage
from common.errors import SignedOut, TargetDown, TargetTimeout, UiChanged, UnexpectedDialog

if TYPE_CHECKING:
    from website import Website

    from common.browser.driver import Driver
    from common.browser.screen import Screen
    from common.browser.session import Browser
    from common.errors import RogerError
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def page_of(screen: Screen) -> BrowserPage:
    assert isinstance(screen.page, BrowserPage)
    return screen.page


def windows(driver: Driver) -> int:
    targets = driver.cdp("Target.getTargets")["targetInfos"]
    return len([each for each in targets if each["type"] == "page"])


def record(browser: Browser, robot: Account, hold: Lease) -> Record:
    return browser.open(Menu, robot, hold).press(link("Post"), Record)


@pytest.mark.parametrize(
    "opened", [button("Ny"), button("Ny uten åpner"), button("Ny om litt"), link("Ny som lenke")], ids=str
)
def test_a_window_saves_closes_itself_and_shows_its_record_below(
    browser: Browser, site: Website, hold: Lease, robot: Account, opened: Any
) -> None:
    before = record(browser, robot, hold)
    page = page_of(before)
    trips = page.round_trips
    window = before.press(opened, NewRecord)
    site.open_gate_after(0.2)
    saved = window.submit(RecordForm(name="Åse Ørn"), button("Lagre"), (Record, Refused))
    assert isinstance(saved, Record)
    assert saved.terms() == {"Navn": "Åse Ørn", "Visning": "2"}
    assert page.round_trips == trips + 2
    assert windows(page.driver) == 1


def test_a_refusal_stays_in_the_window_and_can_be_put_right(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    site.gate.set()
    window = record(browser, robot, hold).press(button("Ny"), NewRecord)
    refused = window.submit(RecordForm(name="Avvist"), button("Lagre"), (Record, Refused))
    assert isinstance(refused, Refused)
    assert refused.text(label("Navn")) == "Avvist"
    again = refused.submit(RecordForm(name="Avvist"), button("Lagre"), (Record, Refused))
    assert isinstance(again, Refused)
    saved = again.submit(RecordForm(name="Per"), button("Lagre"), (Record, Refused))
    assert saved.terms()["Navn"] == "Per"
    assert len(site.posts("/framed/new")) == 3


def test_what_takes_longer_than_usual_is_awaited_where_that_is_known(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = record(brisk, robot, hold).press(button("Ny"), SlowToSave)
    site.open_gate_after(3.5)
    assert window.submit(RecordForm(name="Åse"), button("Lagre"), Record).terms()["Navn"] == "Åse"
    assert len(site.posts("/framed/new")) == 1


def test_what_takes_longer_than_usual_is_else_given_up(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = record(brisk, robot, hold).press(button("Ny"), NewRecord)
    with pytest.raises(TargetTimeout):
        window.submit(RecordForm(name="Åse"), button("Lagre"), Record)
    site.gate.set()
    assert len(site.posts("/framed/new")) == 1


def test_a_window_that_is_given_up_leaves_the_page_as_it_stood(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = record(browser, robot, hold).press(button("Ny"), NewRecord)
    assert window.press(button("Avbryt"), Record).terms() == {"Navn": "Fra menyen", "Visning": "1"}


def test_files_and_fields_that_believe_only_hands_in_a_window(
    browser: Browser, site: Website, hold: Lease, robot: Account, tmp_path: Path
) -> None:
    site.gate.set()
    file = tmp_path / "vedtak.pdf"
    file.write_bytes(b"%PDF-1.7 \xe6\xf8\xe5")
    page = record(browser, robot, hold)
    for name in ("Åse", "Per"):
        window = page.press(button("Ny"), NewRecord)
        page = window.submit(RecordForm(name=name, mask="178384", file=file), button("Lagre"), Record)
        assert page.terms()["Navn"] == name
    for sent in site.posts("/framed/new"):
        assert b"178384" in sent.body
        assert file.read_bytes() in sent.body


def test_a_window_that_was_left_open_is_not_there_for_the_next_visit(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    left = record(browser, robot, hold).press(button("Ny"), NewRecord)
    driver = page_of(left).driver
    left.fill(RecordForm(name="Halvskrevet"))
    assert windows(driver) == 2
    again = record(browser, robot, hold)
    assert windows(driver) == 1
    window = again.press(button("Ny"), NewRecord)
    assert window.text(label("Navn")) == ""
    browser.collect()
    assert windows(driver) == 1


def test_the_evidence_holds_what_stands_in_frames_and_windows(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    record(browser, robot, hold).press(button("Ny"), NewRecord).fill(RecordForm(name="Halvskrevet"))
    source = browser.source() or ""
    for part in ("<title>Rammer</title>", "<!-- innhold -->", "<h1>Post</h1>", "<!-- Ny post -->", "<h1>Ny post</h1>"):
        assert source.count(part) == 1


def test_a_window_that_nobody_expected_is_closed_after_the_case(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = record(brisk, robot, hold)
    with pytest.raises(UiChanged, match="no Refused"):
        page.press(button("Reklame"), Refused)
    assert windows(page_of(page).driver) == 2
    brisk.collect()
    assert windows(page_of(page).driver) == 1


def test_the_same_press_sent_twice_saves_once(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    window = record(browser, robot, hold).press(button("Ny"), NewRecord)
    driver = page_of(window).driver
    awaited = [{"ready": [heading("Post").data()], "reads": [], "place": {"frame": "innhold"}}]
    request: dict[str, Any] = {
        "set": [],
        "check": [],
        "screens": awaited,
        "grace": 300,
        "budget": 3000,
        "step": "same",
        "press": {"what": button("Lagre").data(), "row": None},
        "place": {"window": "Ny post"},
        "deadline": hold.wall_deadline_ms(),
    }
    site.gate.set()
    assert driver.script(AGENT, request)["state"] == "arrived"
    assert driver.script(AGENT, {**request, "awaiting": window.arrival.document})["state"] == "arrived"
    assert len(site.posts("/framed/new")) == 1


@pytest.mark.parametrize(
    ("pressed", "error", "said"),
    [
        ("Ny som aldri kommer", UiChanged, r"no NewRecord \(heading\('Ny post'\)\)"),
        ("Ny langsom", TargetTimeout, "NewRecord did not come"),
        ("Ny med feil", TargetDown, "answered with an error"),
        ("Ny borte", TargetDown, "cannot be reached"),
        ("Ny med varsel", UnexpectedDialog, "showed an alert"),
    ],
)
def test_what_comes_instead_of_a_window_has_a_name(  # noqa: PLR0917 -- fixtures
    brisk: Browser, site: Website, hold: Lease, robot: Account, pressed: str, error: type[RogerError], said: str
) -> None:
    page = record(brisk, robot, hold)
    with pytest.raises(error, match=said):
        page.press(button(pressed), NewRecord)
    site.gate.set()
    assert record(brisk, robot, hold).press(button("Ny"), NewRecord)
    brisk.collect()


@pytest.mark.parametrize("pressed", ["Varsel", "Spørsmål"])
def test_what_a_window_says_in_a_dialog(
    brisk: Browser, site: Website, hold: Lease, robot: Account, pressed: str
) -> None:
    window = record(brisk, robot, hold).press(button("Ny"), NewRecord)
    with pytest.raises(UnexpectedDialog) as failed:
        window.press(button(pressed), Record)
    assert "Nordmann" not in failed.value.message
    assert record(brisk, robot, hold)


def test_whoever_is_signed_out_meets_the_sign_in_in_a_window(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    window = record(browser, robot, hold).press(button("Ny"), NewRecord)
    site.signed_in = False
    with pytest.raises(SignedOut):
        window.submit(RecordForm(name="Åse"), button("Lagre"), Record)
    site.gate.set()
    assert record(browser, robot, hold)
