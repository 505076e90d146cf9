"""A form is filled as a person would have filled it, and what was saved is what was meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hard_screens import (
    SAVE,
    Everything,
    EverythingForm,
    Forgetful,
    ForgetfulForm,
    NeverEnabled,
    OneField,
    Postback,
    PostbackForm,
    Saved,
    Sex,
    Stubborn,
    StubbornForm,
    Travel,
    TravelForm,
    Upload,
    UploadForm,
)

from common.browser.locator import button, label
from common.browser.page import BrowserPage
from common.browser.screen import Screen
from common.errors import FieldNotTaken, TargetRejected, UiChanged

if TYPE_CHECKING:
    from pathlib import Path

    from website import Website

    from common.browser.session import Browser
    from common.lease import Lease
    from common.target import Account

pytestmark = pytest.mark.browser
HARD_TEXT = """Åse «Ørn» "O'Hara" <b>&amp; \\n {x} 🙂"""


def trips(screen: Screen) -> int:
    assert isinstance(screen.page, BrowserPage)
    return screen.page.round_trips


def test_every_control_in_one_round_trip_and_one_arrival(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Everything, robot, hold)
    before = trips(page)
    form = EverythingForm(
        navn=HARD_TEXT,
        adresse="Storgata 1",
        epost="a@b.no",
        telefon="55 00 00 00",
        sok="søk",
        kommune="Bergen",
        merknad="en\nto",
        kjonn=Sex.MAN,
        fodt=date(1970, 2, 1),
        fodt_tekst=date(1970, 2, 1),
        tid=datetime(2026, 7, 1, 10, 30, tzinfo=UTC),
        tid_tekst=datetime(2026, 1, 1, 10, 30, tzinfo=UTC),
        antall=Decimal("1234.50"),
        belop=Decimal("1234.50"),
        symptomer="Nei",
        testet="Ja",
        samtykke=True,
        nyhetsbrev=False,
        sprak=("Samisk", "Engelsk"),
        roller=("Leser", "Leder"),
        notat="fritt ord",
        kode="1234",
    )
    arrived = page.submit(form, button("Lagre alt"), Saved)
    assert isinstance(arrived, Saved)
    assert trips(page) - before == 2
    [sent] = site.posts("/saved")
    assert {name: values if len(values) > 1 else values[0] for name, values in sent.fields.items()} == {
        "navn": HARD_TEXT,
        "adresse": "Storgata 1",
        "etternavn": "",
        "epost": "a@b.no",
        "telefon": "55 00 00 00",
        "sok": "søk",
        "kommune": "Bergen",
        "merknad": "en\r\nto",
        "kjonn": "2",
        "fodt": "1970-02-01",
        "fodt_tekst": "01.02.1970",
        "tid": "2026-07-01T12:30",
        "tid_tekst": "01.01.2026 11:30",
        "antall": "1234.50",
        "belop": "1234,50",
        "symptomer": "n",
        "testet": "1",
        "samtykke": "ja",
        "sprak": ["se", "en"],
        "roller": ["Leder", "Leser"],
        "notat": "fritt ord",
        "kode": "1234",
        "skjult": "",
        "uendret": "står",
        "knapp": "lagre",
    }


def test_a_filled_form_reads_back_what_stands_in_it(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Everything, robot, hold)
    page.fill(EverythingForm(navn="Kari", kjonn=Sex.WOMAN, symptomer="Ja", samtykke=True))
    assert page.text(label("Navn")) == "Kari"
    assert page.text(label("Kjønn")) == "Kvinne"
    assert page.text(label("Symptomer")) == "Ja"
    assert page.text(label("Samtykke")) == "true"
    page.fill(EverythingForm(navn="", uendret="nytt"))
    assert page.text(label("Navn")) == ""
    page.submit(None, button("Lagre kladd"), Saved)
    [sent] = site.posts("/saved")
    assert (sent.one("navn"), sent.one("uendret"), sent.one("knapp")) == ("", "nytt", "Lagre kladd")


def test_fields_that_come_after_an_answer_are_awaited(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Travel, robot, hold)
    before = trips(page)
    page.submit(TravelForm(utland="Ja", land="Sverige", hjem=date(2026, 3, 4)), SAVE, Saved)
    assert trips(page) - before == 2
    assert [v.fields for v in site.posts("/saved")] == [{"utland": ["j"], "land": ["SE"], "hjem": ["04.03.2026"]}]


@pytest.mark.parametrize("slow", [0, 0.5])
def test_a_page_that_reloads_at_a_choice_is_gone_on_with(
    browser: Browser, site: Website, hold: Lease, robot: Account, slow: float
) -> None:
    page = browser.open(Postback, robot, hold)
    site.open_gate_after(slow)
    page.submit(PostbackForm(navn="Åse", fylke="Vfylke", by="Voss"), SAVE, Saved)
    final = [visit.fields for visit in site.posts("/postback") if visit.one("knapp")]
    assert final == [{"navn": ["Åse"], "fylke": ["V"], "by": ["Voss"], "knapp": ["1"]}]


def test_what_defeats_the_agent_is_typed_by_hand_and_remembered(
    own: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    form = StubbornForm(maske="01017012345", tastet="æøå", styrt="S", tillit="T", vanlig="V")
    wanted = {"maske": ["010170 12345"], "tastet": ["æøå"], "styrt": ["S"], "tillit": ["T"], "vanlig": ["V"]}
    spent: list[int] = []
    for _ in range(2):
        page = own.open(Stubborn, robot, hold)
        before = trips(page)
        page.submit(form, SAVE, Saved)
        spent.append(trips(page) - before)
    assert [visit.fields for visit in site.posts("/saved")] == [wanted, wanted]
    assert spent[1] < spent[0]


def test_a_field_that_never_keeps_its_value_is_named_without_the_value(
    browser: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = browser.open(Forgetful, robot, hold)
    with pytest.raises(FieldNotTaken) as failed:
        page.submit(ForgetfulForm(glemsk="hemmelig"), SAVE, Saved)
    assert "Glemsk felt" in failed.value.message
    assert "hemmelig" not in failed.value.message
    assert site.posts("/saved") == []


@pytest.mark.parametrize(
    ("form", "named"),
    [
        (EverythingForm(kode="12345"), "Kode"),
        (EverythingForm(roller=("Konge",)), "Roller"),
        (EverythingForm(symptomer="Kanskje"), "Symptomer"),
    ],
)
def test_what_a_person_could_not_enter_is_not_entered(  # noqa: PLR0917 -- fixtures
    brisk: Browser, site: Website, hold: Lease, robot: Account, form: EverythingForm, named: str
) -> None:
    page = brisk.open(Everything, robot, hold)
    with pytest.raises(FieldNotTaken, match=named):
        page.submit(form, button("Lagre alt"), Saved)
    assert site.posts("/saved") == []


def test_a_button_that_stays_disabled_means_the_target_refuses(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = brisk.open(NeverEnabled, robot, hold)
    with pytest.raises(TargetRejected, match="Lagre"):
        page.submit(OneField(felt="x"), SAVE, Saved)
    assert site.posts("/saved") == []


def test_a_label_that_is_gone_means_the_page_has_changed(
    brisk: Browser, site: Website, hold: Lease, robot: Account
) -> None:
    page = brisk.open(Everything, robot, hold)
    with pytest.raises(UiChanged, match="Felt"):
        page.fill(OneField(felt="x"))


def test_a_file_is_uploaded(browser: Browser, site: Website, hold: Lease, robot: Account, tmp_path: Path) -> None:
    letter = tmp_path / "brev æ.txt"
    letter.write_text("innholdet")
    page = browser.open(Upload, robot, hold)
    page.submit(UploadForm(vedlegg=letter, tittel="Brev"), SAVE, Saved)
    [sent] = site.posts("/saved")
    assert b"innholdet" in sent.body
    assert "brev æ.txt".encode() in sent.body


def test_a_form_never_shows_its_values() -> None:
    assert "hemmelig" not in repr(OneField(felt="hemmelig")) + str(OneField(felt="hemmelig").fields())
