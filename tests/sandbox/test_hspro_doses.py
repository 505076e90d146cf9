"""HsPro's vaccination pages: the doses of a person, registering and correcting one, batches, what SYSVAK says."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import HsPro, Visitor, card, details, heading, rows, someone, text_of

LOTS = [
    {"vaccine": "BNT03", "batch": "SYN1234", "expiry": "2026-06-30"},
    {"vaccine": "BNT03", "batch": "SYN1240", "expiry": "2026-06-30", "transfer": "SENT"},
    {"vaccine": "MOD03", "batch": "SYN77", "expiry": "2026-02-15", "transfer": "REJECTED", "message": "Ukjent enhet"},
]
DOSE = {
    "vaksine": "BNT03",
    "batchnr": "SYN1234",
    "vaksinasjonsdato": "15.02.2026",
    "dosenr": "1",
    "injeksjonssted": "VENSTRE",
    "indikasjon": "ALDER",
    "vaksinert_av": "9999101",
    "samtykke": "ja",
    "kilde": "F-1",
}
INFLUENZA = {"vaccine": "INF01", "given": "2025-10-10", "dose_no": 1, "batch": "FLU9"}
FIRST = {"vaccine": "BNT03", "given": "2026-01-20", "dose_no": 1, "batch": "SYN1", "transfer": "ACCEPTED"}


@pytest.fixture
def kari(hspro: HsPro) -> dict[str, Any]:
    hspro.post("lots", LOTS)
    hspro.post("people", [someone(doses=[FIRST, INFLUENZA])])
    return someone()


def doses(visitor: Visitor) -> httpx.Response:
    return visitor.follow(card(visitor), "Vaksinasjoner")


def filled_in(visitor: Visitor, **different: str) -> httpx.Response:
    return visitor.press(visitor.follow(doses(visitor), "Ny dose"), "Lagre", **(DOSE | different))


def test_a_dose_is_registered_and_sent_to_sysvak(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    before = doses(visitor)
    assert heading(before) == "Vaksinasjoner"
    assert details(before)["Fødselsdato"] == "02.11.1991"
    assert [row[1:7] for row in rows(before)] == [
        ["BNT03 Comirnaty", "20.01.2026", "1", "SYN1", "Godkjent", "–"],
        ["INF01 Influensa", "10.10.2025", "1", "FLU9", "Godkjent", "–"],
    ]

    form = visitor.follow(before, "Ny dose")
    assert [row[:2] for row in rows(form)] == [
        ["BNT03 Comirnaty", "SYN1234"],
        ["BNT03 Comirnaty", "SYN1240"],
        ["MOD03 Spikevax", "SYN77"],
    ]
    check = visitor.press(form, "Lagre", **(DOSE | {"dosenr": "2"}))
    assert heading(check) == "Kontroller og bekreft"
    shown = details(check)
    assert (shown["Vaksine"], shown["Dosenummer"], shown["Samtykke"]) == ("BNT03 Comirnaty", "2", "Ja")
    after = visitor.press(check, "Bekreft")
    assert "Dosen er registrert" in text_of(after.text)
    assert rows(after)[1][1:7] == ["BNT03 Comirnaty", "15.02.2026", "2", "SYN1234", "Godkjent", "–"]
    (write,) = hspro.get("writes", since=0)
    expected = ("dose", "F-1", kari["national_id"], "robot1")
    assert (write["kind"], write["source"], write["national_id"], write["account"]) == expected


@pytest.mark.parametrize(
    ("batch", "shown"), [({"batchnr": "SYN1240"}, ["Sendt", "–"]), ({"batchnr": "SYN77", "vaksine": "MOD03"}, None)]
)
def test_what_sysvak_says_follows_the_batch(
    visitor: Visitor, kari: dict[str, Any], batch: dict[str, str], shown: list[str] | None
) -> None:
    saved = visitor.press(filled_in(visitor, **batch), "Bekreft")
    (row,) = [row for row in rows(saved) if row[2] == "15.02.2026"]
    assert row[5:7] == (shown or ["Avvist", "Ukjent enhet"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"batchnr": "SYN77"}, "Batchen finnes ikke for denne vaksinen."),
        ({"batchnr": "UKJENT"}, "Batchen finnes ikke for denne vaksinen."),
        (
            {"batchnr": "SYN77", "vaksine": "MOD03", "vaksinasjonsdato": "16.02.2026"},
            "Batchen var utløpt på vaksinasjonsdatoen.",
        ),
        ({"vaksinert_av": "123"}, "HPR-nummer har 7 til 9 siffer."),
        ({"samtykke": ""}, "Må krysses av."),
    ],
)
def test_a_wrong_form_is_shown_again(
    hspro: HsPro, visitor: Visitor, kari: dict[str, Any], wrong: dict[str, str], said: str
) -> None:
    page = filled_in(visitor, **wrong)
    assert heading(page) == "Ny dose"
    assert said in text_of(page.text)
    assert hspro.get("writes", since=0) == []


def test_a_correction_replaces_what_stands(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    form = visitor.follow(doses(visitor), "Korriger")
    assert heading(form) == "Korriger dose"
    assert 'value="SYN1"' in form.text
    saved = visitor.press(visitor.press(form, "Lagre", **DOSE), "Bekreft")
    assert "Dosen er korrigert" in text_of(saved.text)
    assert rows(saved)[0][1:5] == ["BNT03 Comirnaty", "15.02.2026", "1", "SYN1234"]
    summary = hspro.get("summary")
    assert (summary["doses"]["BNT03"], summary["corrections"], summary["double_doses"]) == (1, 1, 0)
    assert [write["kind"] for write in hspro.get("writes", since=0)] == ["correction"]


def test_confirming_twice_registers_two_doses(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    check = filled_in(visitor)
    visitor.press(check, "Bekreft")
    visitor.press(check, "Bekreft")
    assert hspro.get("summary")["double_doses"] == 1
    assert [dose["batch"] for dose in hspro.get("doses", national_id=kari["national_id"])][2:] == ["SYN1234"] * 2


@pytest.mark.parametrize(("what", "path"), [("dose", "Ny dose"), ("correction", "Korriger")])
def test_the_saves_of_vaccination_fail_when_told_to(
    hspro: HsPro, visitor: Visitor, kari: dict[str, Any], what: str, path: str
) -> None:
    hspro.fault("error_before_save", what=what, times=1)
    hspro.fault("error_after_save", what=what, times=1)
    check = visitor.press(visitor.follow(doses(visitor), path), "Lagre", **DOSE)
    assert visitor.press(check, "Bekreft").status_code == 500
    assert hspro.get("writes", since=0) == []
    assert visitor.press(check, "Bekreft").status_code == 500
    assert [write["kind"] for write in hspro.get("writes", since=0)] == [what]


def test_the_list_of_batches(visitor: Visitor, kari: dict[str, Any]) -> None:
    page = visitor.get("/batcher")
    assert heading(page) == "Batcher"
    assert rows(page)[2] == ["MOD03 Spikevax", "SYN77", "15.02.2026"]
