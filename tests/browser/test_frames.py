"""Screens in frames: found by the frame's name, worked in from the page around them, awaited whichever frame changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from framed_screens import (
    Changed,
    Content,
    FieldForm,
    Fields,
    Home,
    InnerList,
    InnerRecord,
    Listed,
    Lost,
    Menu,
    NameForm,
    NewRecord,
    NoSuchFrame,
    Other,
    Postback,
    PostbackForm,
    Record,
    Register,
    Slow,
    Start,
    Uploaded,
)

from common.browser.agent import AGENT
from common.browser.locator import button, heading, link
from common.browser.page import BrowserPage
from common.errors import SignedOut, TargetDown, TargetTimeout, UiChanged, UnexpectedDialog

if TYPE_CHECKING:
    from website import Website

    from common.browser.screen import Screen
    from common.browser.session import Browser
    from common.errors import RogerError
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser


def trips(screen: Screen) -> int:
    assert isinstance(screen.page, BrowserPage)
    return screen.page.round_trips


def test_a_press_in_one_frame_shows_in_another_within_one_round_trip(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    menu = browser.open(Menu, robot, hold)
    before = trips(menu)
    found = menu.press(link("Liste"), Listed)
    assert [row["Navn"] for row in found.rows(Listed.found)] == ["Åse", "Per"]
    assert trips(menu) == before + 1
    record = found.rows(Listed.found)[1].press(link("Åpne"), Record)
    assert record.terms()["Navn"] == "Per"
    assert trips(menu) == before + 2
    assert menu.press(link("Register"), Register).terms()["Nummer"] == "0"


def test_a_frame_that_shows_itself_again_is_not_taken_for_its_old_self(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Menu, robot, hold).press(link("Register"), Register)
    before = trips(page)
    for number in (1, 2, 3):
        site.gate.clear()
        site.open_gate_after(0.2)
        page = page.submit(NameForm(name=f"Nr{number}"), button("Lagre"), Register)
        assert page.terms() == {"Nummer": str(number), "Navn": f"Nr{number}"}
    assert len(site.posts("/framed/register")) == 3
    assert trips(page) == before + 3


def test_a_frame_that_is_loaded_anew_from_another_one_is_awaited(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    menu = browser.open(Menu, robot, hold)
    first = menu.press(link("Post"), Record)
    second = menu.press(button("Oppdater"), Record)
    assert (first.terms()["Visning"], second.terms()["Visning"]) == ("1", "2")


def test_a_frame_that_another_one_changes_in_place(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    menu = browser.open(Menu, robot, hold)
    assert menu.press(link("Post"), Record)
    assert menu.press(button("Endre"), Changed).shows(heading("Endret"))


def test_a_frame_in_a_frame(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    found = browser.open(InnerList, robot, hold)
    record = found.rows(InnerList.found)[0].press(link("Åpne"), InnerRecord)
    assert record.terms()["Navn"] == "Åse"


def test_a_frame_that_loads_itself_anew_at_a_choice_is_gone_on_with(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    site.gate.set()
    page = browser.open(Menu, robot, hold).press(link("Postback"), Postback)
    chosen = page.submit(PostbackForm(fylke="Vfylke", by="Voss"), button("Lagre"), Record)
    assert chosen.terms()["Navn"] == "Valgt"
    assert [visit.one("by") for visit in site.visits if visit.one("navn") == "Valgt"] == ["Voss"]


def test_a_frame_that_is_long_in_loading_itself_anew_is_awaited(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Menu, robot, hold).press(link("Postback"), Postback)
    site.open_gate_after(1)
    chosen = page.submit(PostbackForm(fylke="Vfylke", by="Voss"), button("Lagre"), Record)
    assert chosen.terms()["Navn"] == "Valgt"
    assert [visit.one("by") for visit in site.visits if visit.one("navn") == "Valgt"] == ["Voss"]


def test_a_frame_that_is_left_for_no_page_is_worked_in_on(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    site.gate.set()
    page = browser.open(Menu, robot, hold).press(link("Postback"), Postback)
    page.fill(PostbackForm(fylke="Nfylke", by="Velg"))
    assert page.submit(PostbackForm(fylke="Nfylke", by="Velg"), button("Lagre"), Record).terms()["Navn"] == "Valgt"


def test_fields_that_believe_only_hands_and_files_in_a_frame(
    browser: Browser, site: Website, hold: Lease, robot: Account, tmp_path: Path
) -> None:
    file = tmp_path / "vedtak.pdf"
    file.write_bytes(b"%PDF-1.7 \xe6\xf8\xe5")
    page = browser.open(Menu, robot, hold).press(link("Felter"), Fields)
    form = FieldForm(maske="17838410103", tastet="Åse", vanlig="Rett fram", fil=file)
    assert page.submit(form, button("Lagre"), Uploaded)
    (sent,) = site.posts("/framed/upload")
    for part in ("178384 10103", "Åse", "Rett fram", "vedtak.pdf"):
        assert part.encode() in sent.body
    assert file.read_bytes() in sent.body
    assert browser.open(Menu, robot, hold).shows(link("Register"))


def test_a_slow_frame_is_awaited(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    site.open_gate_after(0.5)
    assert browser.open(Menu, robot, hold).press(link("Langsom"), Slow).shows(heading("Langsom"))


def test_a_link_out_of_the_frames(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    assert browser.open(Menu, robot, hold).press(link("Ut"), Other).shows(heading("Annen"))


def test_the_same_press_sent_twice_clicks_once(browser: Browser, site: Website, hold: Lease, robot: Account) -> None:
    page = browser.open(Menu, robot, hold).press(link("Register"), Register)
    assert isinstance(page.page, BrowserPage)
    driver = page.page.driver
    awaited = [{"ready": [heading("Register").data()], "reads": [], "place": {"frame": "innhold"}}]
    request: dict[str, Any] = {
        "set": [],
        "check": [],
        "screens": awaited,
        "grace": 300,
        "budget": 3000,
        "step": "same",
        "press": {"what": button("Lagre").data(), "row": None},
        "place": {"frame": "innhold"},
        "deadline": hold.wall_deadline_ms(),
    }
    site.gate.set()
    assert [driver.script(AGENT, request)["state"] for _ in range(3)] == ["arrived"] * 3
    assert len(site.posts("/framed/register")) == 1


@pytest.mark.parametrize(
    ("pressed", "screen", "error", "said"),
    [
        ("Feil", Record, TargetDown, "answered with an error"),
        ("Melding", Record, UnexpectedDialog, "Message came instead of Record"),
        ("Borte", Record, TargetDown, "cannot be reached"),
        ("Annet sted", Start, UiChanged, "no Start"),
        ("Langsom", Slow, TargetTimeout, "Slow did not come"),
        ("Register", NoSuchFrame, UiChanged, r"no NoSuchFrame \(heading\('Post'\)\)"),
        ("Ingenting", Record, TargetTimeout, "Record did not come"),
    ],
)
def test_what_comes_instead_in_a_frame_has_a_name(  # noqa: PLR0917 -- fixtures
    brisk: Browser,
    site: Website,
    hold: Lease,
    robot: Account,
    pressed: str,
    screen: type[Content],
    error: type[RogerError],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        brisk.open(Menu, robot, hold).press(link(pressed), screen)
    site.gate.set()
    brisk.collect()


def test_an_alert_in_a_frame(brisk: Browser, site: Website, hold: Lease, robot: Account) -> None:
    with pytest.raises(UnexpectedDialog) as failed:
        brisk.open(Menu, robot, hold).press(button("Varsel"), Record)
    assert "Nordmann" not in failed.value.message
    assert brisk.open(Menu, robot, hold)


def test_whoever_is_signed_out_meets_the_sign_in_in_a_frame(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    menu = browser.open(Menu, robot, hold)
    site.signed_in = False
    with pytest.raises(SignedOut):
        menu.press(link("Liste"), Listed)
    assert browser.open(Menu, robot, hold).press(link("Liste"), Listed)


def times_loaded(site: Website) -> int:
    return sum(visit.path == "/framed" for visit in site.visits)


def test_the_next_visit_comes_back_without_loading_the_frames_anew(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    home = browser.open(Home, robot, hold)
    before = times_loaded(site)
    home.beside(Menu).press(link("Liste"), Listed)
    home = browser.open(Home, robot, hold)
    again = browser.open(Home, robot, hold)
    assert times_loaded(site) == before
    # Each is the page anew, though it may have stood there before.
    assert again.arrival.document != home.arrival.document
    browser.collect()
    assert browser.open(Home, robot, hold)
    assert times_loaded(site) == before + 1


def test_where_there_is_no_way_back_the_frames_are_loaded_anew(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    brisk.open(Home, robot, hold)
    before = times_loaded(site)
    assert brisk.open(Lost, robot, hold)
    assert times_loaded(site) == before + 1


def test_a_window_that_was_left_open_is_closed_on_the_way_back(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    menu = browser.open(Home, robot, hold).beside(Menu)
    window = menu.press(link("Post"), Record).press(button("Ny"), NewRecord)
    assert browser.open(Home, robot, hold).beside(Menu).press(link("Post"), Record)
    assert isinstance(window.page, BrowserPage)
    assert not window.page.driver.has_windows


def test_whoever_has_been_signed_out_signs_in_on_the_way_back(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    browser.open(Home, robot, hold)
    site.signed_in = False
    assert browser.open(Home, robot, hold).beside(Menu).press(link("Liste"), Listed)
    assert site.signed_in
