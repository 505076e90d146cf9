"""Møteportalen behaves as an ordinary module for political meetings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import Browser, Meetings, Visitor, details, heading, rows, starting, text_of

DECISION = "\n\nFormannskapet vedtar:\n\n1. Planen for Øvre Ålgård godkjennes:\n   – høyden settes til 12 m;\n\t<i>&amp;</i> «ja»\n "


def item(**different: Any) -> dict[str, Any]:
    """One that three voted for and one was disqualified in."""
    return {
        "number": "PS 12/26",
        "case_no": "2026/004411",
        "title": "Reguleringsplan <b>",
        "decision": DECISION,
        "votes": {"for": 3, "against": 0},
        "disqualified": ["Øyås, Nina"],
    } | different


def meeting(*items: dict[str, Any], **different: Any) -> dict[str, Any]:
    names = ("Bakkehaug, Kari", "Nordhaug, Ola", "Sæther, Ingrid", "Øyås, Nina")
    return {
        "body": "Formannskapet",
        "date": "2026-11-17",
        "present": [{"name": name, "party": "A"} for name in names],
        "items": [*items],
    } | different


@pytest.fixture(scope="module")
def standing_meetings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Meetings]:
    with starting(Meetings, tmp_path_factory) as start_one:
        yield start_one()


@pytest.fixture
def meetings(standing_meetings: Meetings) -> Meetings:
    """A body with one meeting, in which two items were treated."""
    standing_meetings.post("reset")
    standing_meetings.post("bodies", [{"name": "Formannskapet", "secretary": "Østgård, Per"}])
    closed = item(number="PS 13/26", case_no="2026/004412", closed=True, legal_basis="offl. § 13", result="UT")
    standing_meetings.post("meetings", [meeting(item(), closed)])
    return standing_meetings


@pytest.fixture
def secretary(meetings: Meetings, visitor_at: Browser) -> Visitor:
    """Somebody who has signed in."""
    secretary = visitor_at(meetings)
    assert heading(secretary.sign_in()) == "Finn sak"
    return secretary


def search(secretary: Visitor, **sought: str) -> httpx.Response:
    empty = {"utvalg": "", "dato": "", "saksnr": "", "arkivsak": ""}
    return secretary.press(secretary.get("/saker"), "Finn sak", **(empty | sought))


def opened(secretary: Visitor, number: str = "PS 12/26") -> httpx.Response:
    return secretary.follow(search(secretary, saksnr=number), "Åpne")


def noted(secretary: Visitor, reference: str = "2026/004411-3") -> httpx.Response:
    form = secretary.follow(opened(secretary), "Noter arkivreferanse")
    assert heading(form) == "Noter arkivreferanse"
    return secretary.press(form, "Lagre referanse", referanse=reference)


def test_an_item_is_found_and_opened(meetings: Meetings, secretary: Visitor) -> None:
    hits = search(secretary, utvalg="Formannskapet", dato="17.11.2026", saksnr="PS 12/26", arkivsak="2026/004411")
    facts = ["Formannskapet", "17.11.2026", "PS 12/26", "2026/004411", "Reguleringsplan <b>"]
    assert rows(hits, "Saker") == [[*facts, "Behandlet", "Godkjent", "", "Åpne"]]

    page = secretary.follow(hits, "Åpne")

    assert details(page) == {
        "Utvalg": "Formannskapet",
        "Møtedato": "17.11.2026",
        "Møteprotokoll": "Godkjent",
        "Saksnr.": "PS 12/26",
        "Sakstype": "Politisk sak",
        "Arkivsak": "2026/004411",
        "Tittel": "Reguleringsplan <b>",
        "Lukket møte": "Nei",
        "Hjemmel": "–",
        "Resultat": "Behandlet",
        "Stemmer for": "3",
        "Stemmer mot": "0",
        "Arkivreferanse": "–",
    }
    assert rows(page, "Til stede")[2:] == [["Sæther, Ingrid", "A", "Nei"], ["Øyås, Nina", "A", "Ja"]]
    assert [look["kind"] for look in meetings.get("looks")] == ["search", "item_page"]


def test_a_decision_is_shown_letter_for_letter(secretary: Visitor) -> None:
    page = opened(secretary)
    shown = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page.text, re.DOTALL)
    assert shown
    assert unescape(shown[1]) == DECISION


def test_behind_closed_doors(secretary: Visitor) -> None:
    page = opened(secretary, "PS 13/26")
    told = details(page)
    assert (told["Lukket møte"], told["Hjemmel"], told["Resultat"]) == ("Ja", "offl. § 13", "Utsatt")
    assert "Saken ble behandlet for lukkede dører" in text_of(page.text)


def test_somebody_disqualified_may_have_left(meetings: Meetings, secretary: Visitor) -> None:
    meetings.post("meetings", [meeting(item(disqualified=["Dahle, Per"]))])
    assert rows(opened(secretary), "Til stede")[-1] == ["Dahle, Per", "", "Ja, fratrådt"]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"utvalg": "Formannskapet"}, 2),
        ({"utvalg": "formannskapet"}, 0),
        ({"dato": "18.11.2026"}, 0),
        ({"arkivsak": "2026/004412"}, 1),
        ({"saksnr": "PS 12"}, 0),
    ],
)
def test_what_is_sought_narrows_the_search(secretary: Visitor, sought: dict[str, str], found: int) -> None:
    hits = search(secretary, **sought)
    assert len(rows(hits)) == found
    assert ("Ingen sak funnet" in text_of(hits.text)) == (found == 0)


def test_a_search_needs_something_to_go_by(secretary: Visitor) -> None:
    assert "Fyll ut minst ett felt." in search(secretary).text
    assert "Skriv datoen som dd.mm.åååå." in search(secretary, dato="2026-11-17").text


def test_a_reference_is_noted(meetings: Meetings, secretary: Visitor) -> None:
    done = noted(secretary)
    assert (heading(done), details(done)["Arkivreferanse"]) == ("Referansen er lagret", "2026/004411-3")
    assert details(secretary.follow(done, "Til saken"))["Arkivreferanse"] == "2026/004411-3"
    (write,) = meetings.get("writes")
    told = ("reference", "Formannskapet/2026-11-17/PS 12/26", "2026/004411-3")
    assert (write["kind"], write["number"], write["source"]) == told
    assert rows(search(secretary, saksnr="PS 12/26"))[0][7] == "2026/004411-3"


def test_nothing_guards_against_noting_another_one(meetings: Meetings, secretary: Visitor) -> None:
    noted(secretary)
    noted(secretary, "2026/004411-4")
    summary = meetings.get("summary")
    assert (summary["archived"], summary["noted_twice"], summary["archived_twice"]) == (1, 1, 0)


@pytest.mark.parametrize("typed", ["", "3", "2026/4411-3", "2026/004411", "2026/004411-3 "])
def test_a_reference_may_be_refused(meetings: Meetings, secretary: Visitor, typed: str) -> None:
    refused = noted(secretary, typed)
    kept = typed == "2026/004411-3 "  # blanks at the ends are taken away
    assert ("Arkivreferansen kan ikke lagres: skriv den" in text_of(refused.text)) is not kept
    assert len(meetings.get("writes")) == kept


def test_a_draft_of_minutes_takes_no_reference(meetings: Meetings, secretary: Visitor) -> None:
    meetings.post("meetings", [meeting(minutes="DRAFT")])
    refused = noted(secretary)
    assert "Arkivreferansen kan ikke lagres: protokollen er ikke godkjent." in text_of(refused.text)
    assert details(opened(secretary))["Møteprotokoll"] == "Utkast"


def test_an_item_may_be_open_elsewhere(meetings: Meetings, secretary: Visitor) -> None:
    form = secretary.follow(opened(secretary), "Noter arkivreferanse")
    lock = {"record": "item", "key": ["Formannskapet", "2026-11-17", "PS 12/26"], "locked_by": "sekr04"}
    assert meetings.post("locks", [lock]) == {"records": 1}
    for refused in (opened(secretary), secretary.press(form, "Lagre referanse", referanse="2026/004411-3")):
        assert "Saken er låst av sekr04" in text_of(refused.text)
    assert meetings.get("writes") == []


def test_an_item_is_replaced_and_its_reference_stays(meetings: Meetings, secretary: Visitor) -> None:
    noted(secretary)
    meetings.post("meetings", [meeting(item(decision="Rettet.", disqualified=[]))])
    (told,) = [each for each in meetings.get("items") if each["number"] == "PS 12/26"]
    assert (told["decision"], told["disqualified"], told["archived"]) == ("Rettet.", [], "2026/004411-3")
    assert meetings.get("summary")["items"] == 2


def test_a_meeting_with_its_items(secretary: Visitor) -> None:
    page = secretary.follow(secretary.get("/moter"), "Åpne")
    assert details(page) == {
        "Utvalg": "Formannskapet",
        "Møtedato": "17.11.2026",
        "Sted": "Rådhuset",
        "Sekretær": "Østgård, Per",
        "Møteprotokoll": "Godkjent",
        "Til stede": "4",
    }
    assert [row[0] for row in rows(page, "Sakliste")] == ["PS 12/26", "PS 13/26"]
    assert rows(secretary.get("/utvalg")) == [["Formannskapet", "Østgård, Per"]]


@pytest.mark.parametrize("address", ["/saker/77", "/saker/77/arkivreferanse", "/moter/77"])
def test_what_is_not_there(secretary: Visitor, address: str) -> None:
    assert heading(secretary.get(address)) == "Siden finnes ikke"


@pytest.mark.parametrize("wrong", [{"number": "PS 12"}, {"case_no": "4411"}, {"result": "XX"}, {"votes": {"for": -1}}])
def test_a_seed_has_its_shape(meetings: Meetings, wrong: dict[str, Any]) -> None:
    assert meetings.console.post("/_kontroll/meetings", json=[meeting(item(**wrong))]).status_code == 422


def test_faults_hit_a_save(meetings: Meetings, secretary: Visitor) -> None:
    meetings.fault("error_before_save", what="reference", times=1)
    assert heading(noted(secretary)) == "Systemfeil"
    assert meetings.get("writes") == []
    meetings.fault("error_after_save", what="reference", times=1)
    assert heading(noted(secretary)) == "Systemfeil"
    assert len(meetings.get("writes")) == 1
