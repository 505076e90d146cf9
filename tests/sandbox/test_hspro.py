"""HsPro does what an ordinary line-of-business application does."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import (
    D_NUMBER,
    KARI,
    PER,
    TEST,
    UNKNOWN,
    Browser,
    HsPro,
    Start,
    Visitor,
    card,
    confirmation,
    details,
    heading,
    rows,
    someone,
    text_of,
)

# the way through


def test_a_journal_is_made_and_stands_on_the_card(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hits = visitor.search("029191 10271")
    assert heading(hits) == "Søkeresultat"
    assert "<caption>Treff</caption>" in hits.text
    assert rows(hits) == [["Bakkehaug, Kari Ånes", "02.11.1991", "02919110271", "Bosatt", "", "Åpne"]]

    opened = visitor.follow(hits, "Åpne")
    assert heading(opened) == "Personkort"
    assert details(opened)["Navn"] == "Bakkehaug, Kari Ånes"
    assert rows(opened) == [["Ingen journaler"]]

    form = visitor.follow(opened, "Ny journal")
    assert heading(form) == "Ny journal"
    check = visitor.press(form, "Lagre", **TEST)
    assert heading(check) == "Kontroller og bekreft"
    saved = visitor.press(check, "Bekreft")

    assert heading(saved) == "Journal"
    assert "Journalen er opprettet" in text_of(saved.text)
    shown = details(saved)
    assert re.fullmatch(r"\d{4}-\d{6}", shown["Journalnr"])
    expected = {
        "Journaltype": "Smittevern",
        "Enhet": "Smittevernkontoret",
        "Status": "Aktiv",
        "Åpnet dato": "15.02.2026",
        "Årsak": "Test",
        "Teststed": "Leangen",
        "Testtype": "PCR",
        "Prøvetidspunkt": "15.02.2026 09:40",
        "Telefon": "90000001",
        "Adresse": "Blåbærstien 4",
        "Postnummer": "7050",
        "Kontaktform": "SMS",
        "Behov for tolk": "Ja",
        "Språk": "Nordsamisk",
        "Informert samtykke": "Ja",
        "Kilde": "T-88121",
        "Merknad": "Ringer selv ved spørsmål",
        "Opprettet av": "robot1",
    }
    assert expected.items() <= shown.items()
    assert [row[:4] for row in rows(card(visitor))] == [
        [shown["Journalnr"], "Smittevern", "Smittevernkontoret", "Aktiv"]
    ]

    (write,) = hspro.get("writes", since=0)
    assert (write["kind"], write["account"], write["source"]) == ("journal", "robot1", "T-88121")
    assert (write["national_id"], write["number"]) == (kari["national_id"], shown["Journalnr"])
    looks = hspro.get("looks", since=0)
    assert [look["kind"] for look in looks] == ["search", "card", "search", "card"]
    assert [look["seq"] < write["seq"] for look in looks] == [True, True, False, False]
    assert {look["session"] for look in looks} == {write["session"]}
    (journal,) = hspro.get("journals", national_id=kari["national_id"])
    assert (journal["number"], journal["type"], journal["state"]) == (shown["Journalnr"], "SMITTEVERN", "ACTIVE")


def test_no_address_carries_a_national_id(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    hspro.post("register", [PER])
    visitor.press(confirmation(visitor), "Bekreft")
    found = visitor.press(visitor.search(PER["national_id"]), "Hent fra folkeregisteret")
    visitor.press(found, "Registrer person")

    addresses = " ".join(visitor.visited)
    assert kari["national_id"] not in addresses
    assert PER["national_id"] not in addresses
    assert not re.search(r"\d{11}", addresses)


def test_tilbake_keeps_what_was_typed(visitor: Visitor, kari: dict[str, Any]) -> None:
    form = visitor.press(confirmation(visitor), "Tilbake")
    assert heading(form) == "Ny journal"
    for value in ("15.02.2026 09:40", "Blåbærstien 4", "Nordsamisk"):
        assert f'value="{value}"' in form.text
    assert re.search(r'value="TRD-LEANGEN" selected', form.text)
    assert re.search(r'value="PCR" checked', form.text)


def test_confirming_twice_makes_two_journals(hspro: HsPro, visitor: Visitor, kari: dict[str, Any]) -> None:
    check = confirmation(visitor)
    first, second = visitor.press(check, "Bekreft"), visitor.press(check, "Bekreft")

    assert details(first)["Journalnr"] != details(second)["Journalnr"]
    assert hspro.get("summary")["duplicates"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("journaltype", "", "Må fylles ut."),
        ("apnet_dato", "2026-02-15", "Skriv datoen som dd.mm.åååå."),
        ("apnet_dato", "30.02.2026", "Skriv datoen som dd.mm.åååå."),
        ("provetidspunkt", "15.02.2026 25:10", "Skriv tidspunktet som dd.mm.åååå tt:mm."),
        ("teststed", "TRD-MARS", "Ugyldig valg."),
        ("telefon", "123", "Telefonnummer har 8 siffer."),
        ("postnummer", "70", "Postnummer har 4 siffer."),
        ("sprak", "", "Må fylles ut."),
        ("samtykke", "", "Må krysses av."),
        ("kilde", "x" * 65, "Kan ha høyst 64 tegn."),
        ("merknad", "x" * 201, "Kan ha høyst 200 tegn."),
    ],
)
def test_a_wrong_value_brings_the_form_back(
    hspro: HsPro, visitor: Visitor, kari: dict[str, Any], wrong: tuple[str, str, str]
) -> None:
    field, value, message = wrong
    page = confirmation(visitor, **{field: value})
    assert heading(page) == "Ny journal"
    assert f'id="{field}-melding">{message}<' in page.text
    assert hspro.get("writes", since=0) == []


def test_fields_that_are_not_shown_are_not_taken(visitor: Visitor, kari: dict[str, Any]) -> None:
    page = confirmation(visitor, arsak="VAKSINASJON", tolk="")
    shown = details(page)
    assert [shown[label] for label in ("Teststed", "Testtype", "Prøvetidspunkt", "Språk")] == ["–"] * 4


def test_every_control_has_a_label(visitor: Visitor, kari: dict[str, Any]) -> None:
    form = visitor.follow(card(visitor), "Ny journal")
    controls = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]*)"', form.text))
    labels = set(re.findall(r'<label for="([^"]*)"', form.text))
    assert len(controls) == 19
    assert controls == labels


# finding people


def test_no_hits_and_not_in_the_register(visitor: Visitor) -> None:
    hits = visitor.search(UNKNOWN)
    assert "Ingen treff" in text_of(hits.text)
    page = visitor.press(hits, "Hent fra folkeregisteret")
    assert 'role="alert">Finnes ikke i folkeregisteret<' in page.text


def test_a_person_comes_from_the_register(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("register", [someone(protection=7)])
    page = visitor.press(visitor.search(KARI["national_id"]), "Hent fra folkeregisteret")
    assert heading(page) == "Folkeregisteret"
    assert details(page) == {
        "Navn": "Bakkehaug, Kari Ånes",
        "Fødselsdato": "02.11.1991",
        "Fødselsnummer": "02919110271",
        "Status": "Bosatt",
        "Merknad": "Adressesperre: kode 7",
    }
    registered = visitor.press(page, "Registrer person")
    assert heading(registered) == "Personkort"
    assert details(registered)["Adressesperre"] == "kode 7"
    (write,) = hspro.get("writes", since=0)
    assert (write["kind"], write["national_id"]) == ("person", KARI["national_id"])
    assert len(rows(visitor.search(KARI["national_id"]))) == 1


def test_a_replaced_number_finds_the_person(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("people", [someone(previous_ids=[D_NUMBER], protection=6)])
    (row,) = rows(visitor.search(D_NUMBER))
    assert row[2] == KARI["national_id"]
    assert row[4] == f"Adressesperre: kode 6; Tidligere nummer: {D_NUMBER}"


def test_the_register_knows_replaced_numbers(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("register", [someone(previous_ids=[D_NUMBER])])
    page = visitor.press(visitor.search(D_NUMBER), "Hent fra folkeregisteret")
    assert details(page)["Fødselsnummer"] == KARI["national_id"]
    assert details(page)["Merknad"] == f"Tidligere nummer: {D_NUMBER}"


def test_several_people_may_have_one_number(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("people", [KARI, someone(given_name="Karin", status="EMIGRATED"), someone(status="DECEASED")])
    assert [row[3] for row in rows(visitor.search(KARI["national_id"]))] == ["Bosatt", "Utvandret", "Død"]


def test_a_number_must_have_eleven_digits(visitor: Visitor) -> None:
    page = visitor.search("0291911027")
    assert heading(page) == "Personsøk"
    assert "Fødselsnummer må ha 11 siffer." in text_of(page.text)


def test_two_thousand_people_in_one_call(hspro: HsPro, visitor: Visitor) -> None:
    journals = [{"type": "HELSESTASJON", "opened": "2020-03-01"}, {"type": "SMITTEVERN", "opened": "2020-04-01"}]
    people = [someone(national_id=f"0181{index:07d}", journals=journals) for index in range(2000)]
    assert hspro.post("people", people) == {"people": 2000}

    summary = hspro.get("summary")
    assert (summary["people"], summary["duplicates"]) == (2000, 0)
    assert summary["journals"] == {"SMITTEVERN": 2000, "HELSESTASJON": 2000, "SKOLEHELSE": 0}
    assert [row[1:4] + row[5:] for row in rows(card(visitor, "01810001999"))] == [
        ["Helsestasjon", "Midtbyen helsestasjon", "Aktiv", "Import"],
        ["Smittevern", "Smittevernkontoret", "Aktiv", "Import"],
    ]


def test_a_journal_that_was_seeded_can_be_read(hspro: HsPro, visitor: Visitor) -> None:
    hspro.post("people", [someone(journals=[{"type": "SMITTEVERN", "state": "ARCHIVED", "opened": "2020-03-01"}])])
    opened = card(visitor)
    page = visitor.follow(opened, rows(opened)[0][0])
    assert details(page)["Status"] == "Arkivert"
    assert details(page)["Åpnet dato"] == "01.03.2020"


# signing in


def test_a_page_without_a_session_leads_to_the_sign_in(hspro: HsPro, visitor_at: Browser) -> None:
    stranger = visitor_at(hspro)
    page = stranger.get("/personer")
    assert (heading(page), page.url.path) == ("Logg inn", "/")
    assert "Økten er utløpt. Logg inn på nytt." in page.text
    assert "utløpt" not in stranger.get("/").text


def test_signing_out_ends_the_session(visitor: Visitor) -> None:
    page = visitor.get("/personer")
    assert "Pålogget: robot1" in text_of(page.text)
    assert heading(visitor.press(page, "Logg ut")) == "Logg inn"
    assert heading(visitor.get("/personer")) == "Logg inn"


def test_three_wrong_passwords_lock_the_account(hspro: HsPro, visitor_at: Browser) -> None:
    stranger = visitor_at(hspro)
    for _ in range(2):
        assert 'role="alert">Feil brukernavn eller passord<' in stranger.sign_in("robot2", "feil").text
    assert 'role="alert">Kontoen er sperret<' in stranger.sign_in("robot2", "feil").text
    assert "Kontoen er sperret" in stranger.sign_in("robot2").text
    assert [attempt["kind"] for attempt in hspro.get("sign-ins", since=0)] == ["sign_in_refused"] * 4
    assert heading(stranger.sign_in("robot1")) == "Personsøk"


def test_the_newer_sign_in_ends_the_older_session(hspro: HsPro, visitor: Visitor, visitor_at: Browser) -> None:
    newer = visitor_at(hspro)
    newer.sign_in()
    assert "Økten er utløpt" in visitor.get("/personer").text
    assert heading(newer.get("/personer")) == "Personsøk"
    assert hspro.get("summary")["sessions"] == {"robot1": 1}


def test_a_second_sign_in_may_be_refused_or_allowed(start: Start, visitor_at: Browser) -> None:
    refusing = start("--second-login", "refused", "--account", "anne:hemmelig")
    first, second = visitor_at(refusing), visitor_at(refusing)
    page = first.sign_in("anne", "hemmelig")
    assert "Brukeren er allerede pålogget" in second.sign_in("anne", "hemmelig").text
    first.press(page, "Logg ut")
    assert heading(second.sign_in("anne", "hemmelig")) == "Personsøk"

    allowing = start("--second-login", "allowed")
    both = [visitor_at(allowing), visitor_at(allowing)]
    assert [heading(one.sign_in()) for one in both] == ["Personsøk"] * 2
    assert [heading(one.get("/personer")) for one in both] == ["Personsøk"] * 2


def test_a_session_times_out(start: Start, visitor_at: Browser) -> None:
    page = visitor_at(start("--session-minutes", "0")).sign_in()
    assert heading(page) == "Logg inn"
    assert "Økten er utløpt" in page.text


def test_the_session_cookie_is_out_of_reach_of_scripts(hspro: HsPro) -> None:
    form = {"brukernavn": "robot1", "passord": "robot1-secret"}
    answer = httpx.post(f"{hspro.url}/", data=form, follow_redirects=False)
    assert answer.status_code == 303
    assert {"httponly", "samesite=lax"} <= set(answer.headers["set-cookie"].lower().split("; "))


def test_static_files_are_cached_and_pages_are_not(visitor: Visitor) -> None:
    page = visitor.get("/personer")
    assert page.headers["cache-control"] == "no-store"
    names = re.findall(r'(?:href|src)="(/static/[^"]*)"', page.text)
    assert len(names) == 4
    for name in names:
        kept = visitor.get(name)
        assert "max-age" in kept.headers["cache-control"]
        assert visitor.http.get(name, headers={"If-None-Match": kept.headers["etag"]}).status_code == 304
