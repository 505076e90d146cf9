"""ESA behaves as an ordinary case archive: case files and journal posts are found, listed and looked at."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.sandbox.esa_seeds import CASE, ERIK, answer, case_file, post
from tests.sandbox.visitor import Esa, Visitor, details, heading, rows, text_of


@pytest.fixture
def known(esa: Esa) -> Esa:
    """An archive with a case file of three posts."""
    esa.post("casefiles", [case_file()])
    incoming = post(id="JP-550001", external_reference="S-2026-104417", due="2026-09-15")
    off = {"code": "BU", "on": "2026-08-20", "answered_by": 2}
    esa.post("posts", [incoming | {"write_off": off}, answer(id="JP-550002"), post(id="JP-550003", type="N")])
    return esa


def search(archivist: Visitor, **wanted: str) -> httpx.Response:
    return archivist.press(archivist.get("/esa/saksmapper"), "Søk", **wanted)


def opened(archivist: Visitor) -> httpx.Response:
    return archivist.follow(search(archivist, saksnr=CASE, avsluttede="ja"), "Åpne")


def headers(page: httpx.Response, caption: str) -> list[str]:
    head = page.text.partition(f"<caption>{caption}</caption>")[2].partition("</thead>")[0]
    return [text_of(cell) for cell in re.findall(r"<th[^>]*>(.*?)</th>", head)]


def test_the_archive_stands_in_frames(archivist: Visitor) -> None:
    page = archivist.get("/esa")
    assert re.findall(r'<frame name="(\w+)"[^>]* src="([^"]+)"', page.text) == [
        ("topp", "/esa/topp"),
        ("tre", "/esa/tre"),
        ("innhold", "/esa/saksmapper"),
    ]
    menu = archivist.get("/esa/topp")
    links = re.findall(r'<a[^>]*target="(\w+)">(.*?)</a>', menu.text)
    assert links == [
        ("innhold", "Søk saksmappe"),
        ("innhold", "Søk journalpost"),
        ("innhold", "Restanser"),
        ("innhold", "Saksbehandlere"),
        ("_top", "Logg av"),
    ]
    assert heading(archivist.follow(menu, "Logg av")) == "Pålogging"
    assert heading(archivist.get("/esa/saksmapper")) == "Pålogging"


def test_the_tree_opens_branch_by_branch(known: Esa, archivist: Visitor) -> None:
    assert CASE not in archivist.get("/esa/tre").text
    part = archivist.follow(archivist.get("/esa/tre"), "+")
    assert "Elevmapper" in part.text
    series = archivist.get("/esa/tre?arkivdel=Kemnerarkiv&serie=Skatteinnkreving")
    assert heading(archivist.follow(series, f"{CASE} Skatteinnkreving – skatteyter")) == f"Saksmappe {CASE}"
    known.post("casefiles", [case_file("2026/009999", status="A")])
    listed = archivist.follow(series, "Skatteinnkreving")
    assert [row[0] for row in rows(listed)] == ["2026/009999", CASE]
    assert "Ingen saksmapper" in archivist.get("/esa/tre?arkivdel=Elevarkiv&serie=Elevmapper").text


def test_a_case_file_is_found_and_opened(known: Esa, archivist: Visitor) -> None:
    hits = search(archivist, arkivdel="Kemnerarkiv", serie="Skatteinnkreving", klasse=ERIK)
    assert heading(hits) == "Saksmapper"
    told = ["Skatteinnkreving – Dahle, Erik", "Kemnerarkiv", "Skatteinnkreving", ERIK, "310456780", "kemn01", "B"]
    assert rows(hits, "Saksmapper") == [[CASE, *told, "Åpne"]]
    assert headers(hits, "Saksmapper")[:3] == ["Saksnr.", "Tittel", "Arkivdel"]

    page = archivist.follow(hits, "Åpne")

    assert heading(page) == f"Saksmappe {CASE}"
    assert details(page) == {
        "Saksnr.": CASE,
        "Tittel": "Skatteinnkreving – Dahle, Erik",
        "Offentlig tittel": "Skatteinnkreving – skatteyter",
        "Arkivdel": "Kemnerarkiv",
        "Serie": "Skatteinnkreving",
        "Klasse": ERIK,
        "Enhet": "310456780",
        "Saksansvarlig": "kemn01",
        "Status": "B",
        "Tilgangskode": "UO",
        "Hjemmel": "offl. § 13 jf. sktbl. § 3-2",
    }
    title, day = "Klage – skatteyter", "01.08.2026"
    assert rows(page, "Journalposter") == [
        ["1", "JP-550001", "I", "J", title, day, "03.08.2026", "04.08.2026", "S-2026-104417", "", "BU", "Åpne"],
        ["2", "JP-550002", "U", "E", title, day, "", "04.08.2026", "", "1", "", "Åpne"],
        ["3", "JP-550003", "N", "J", title, day, "03.08.2026", "04.08.2026", "", "", "", "Åpne"],
    ]
    looks = known.get("looks")
    assert [(look["kind"], look["national_id"]) for look in looks] == [("casefile_search", ERIK), ("casefile_page", "")]
    assert not any(ERIK in address for address in archivist.visited)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["2026/004413", CASE]),
        ({"klasse": ERIK}, [CASE]),
        ({"klasse": ERIK[:-1]}, []),
        ({"klasse": ERIK, "avsluttede": "ja"}, ["2026/004412", CASE]),
        ({"arkivdel": "Personalarkiv"}, ["2026/004413"]),
        ({"arkivdel": "Kemnerarkiv", "serie": "Personalmapper"}, []),
        ({"saksnr": CASE}, [CASE]),
        ({"saksnr": "2026/004412"}, []),
        ({"klasse": "' or '1'='1"}, []),
    ],
)
def test_what_is_sought_narrows_the_search(
    esa: Esa, archivist: Visitor, wanted: dict[str, str], found: list[str]
) -> None:
    staff = case_file("2026/004413", part="Personalarkiv", series="Personalmapper", klass="104417")
    esa.post("casefiles", [case_file(), case_file("2026/004412", status="A"), staff])
    hits = search(archivist, **wanted)
    assert [row[0] for row in rows(hits)] == found
    assert ("Ingen treff" in text_of(hits.text)) == (not found)


def test_lists_are_sorted_and_paged(esa: Esa, archivist: Visitor) -> None:
    esa.post("casefiles", [case_file(f"2026/{n:06}", title=f"Sak {99 - n}", klass="alle") for n in range(1, 46)])
    first = search(archivist, klasse="alle")
    assert "Side 1 av 3" in text_of(first.text)
    assert ">Forrige<" not in first.text
    assert len(rows(first)) == 20

    by_title = archivist.follow(first, "Tittel")
    assert 'aria-sort="ascending"' in by_title.text
    second = archivist.follow(by_title, "Neste")
    third = archivist.follow(second, "Neste")
    assert "Side 3 av 3" in text_of(third.text)
    assert ">Neste<" not in third.text
    titles = [row[1] for page in (by_title, second, third) for row in rows(page)]
    assert titles == sorted(titles)
    assert len(set(titles)) == 45
    assert rows(archivist.follow(third, "Forrige")) == rows(second)

    down = archivist.follow(by_title, "Tittel")
    assert [row[1] for row in rows(down)] == sorted(titles, reverse=True)[:20]


def test_rows_alike_are_on_one_page_each(esa: Esa, archivist: Visitor) -> None:
    esa.post("casefiles", [case_file()])
    esa.post("posts", [post() for _ in range(44)])
    page = archivist.follow(opened(archivist), "Status")
    seen = [row[0] for row in rows(page)]
    while ">Neste<" in page.text:
        page = archivist.follow(page, "Neste")
        seen += [row[0] for row in rows(page)]
    assert sorted(seen, key=int) == [str(n) for n in range(1, 45)]


def test_a_journal_post_is_found_and_looked_at(known: Esa, archivist: Visitor) -> None:
    hits = archivist.press(archivist.get("/esa/journalposter"), "Søk", ekstern_ref="S-2026-104417", id="")
    assert heading(hits) == "Journalposter"
    assert rows(hits, "Treff") == [["JP-550001", CASE, "1", "I", "J", "Klage – skatteyter", "Åpne"]]

    page = archivist.follow(hits, "Åpne")

    assert heading(page) == f"Journalpost {CASE}-1"
    assert details(page) == {
        "Journalpost-id": "JP-550001",
        "Saksnr.": CASE,
        "Saksstatus": "B",
        "Nr.": "1",
        "Type": "I",
        "Status": "J",
        "Tittel": "Klage fra Dahle, Erik",
        "Offentlig tittel": "Klage – skatteyter",
        "Dok.dato": "01.08.2026",
        "Mottatt": "03.08.2026",
        "Sendt": "",
        "Forsendelse": "",
        "Journaldato": "04.08.2026",
        "Forfall": "15.09.2026",
        "Saksbehandler": "kemn02",
        "Enhet": "310456780",
        "Tilgangskode": "UO",
        "Hjemmel": "offl. § 13 jf. sktbl. § 3-2",
        "Ekstern ref.": "S-2026-104417",
        "Svar på": "",
        "Avskrevet": "BU 20.08.2026, besvart av 2",
    }
    assert rows(page, "Parter") == [["EA", "Dahle, Erik", ERIK]]
    assert rows(page, "Dokumenter") == [["1", "H", "Klage", "PDF/A-2b", "a" * 64, ""]]
    assert heading(archivist.follow(page, "Til saken")) == f"Saksmappe {CASE}"
    assert details(archivist.get("/esa/journalposter/550003"))["Avskrevet"] == "–"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"id": "JP-550002"}, ["JP-550002"]),
        ({"id": "550002"}, ["JP-550002"]),
        ({"id": "JP-550009"}, []),
        ({"id": "JP-x"}, []),
        ({"ekstern_ref": "S-2026-10441"}, []),
        ({"ekstern_ref": "S-2026-104417", "id": "JP-550002"}, []),
    ],
)
def test_a_post_is_sought_by_reference_or_id(
    known: Esa, archivist: Visitor, wanted: dict[str, str], found: list[str]
) -> None:
    assert known.get("summary")["posts"] == 3
    hits = archivist.press(archivist.get("/esa/journalposter"), "Søk", **wanted)
    assert [row[0] for row in rows(hits)] == found
    assert ("Ingen treff" in text_of(hits.text)) == (not found)


def test_a_search_for_posts_needs_something(archivist: Visitor) -> None:
    page = archivist.press(archivist.get("/esa/journalposter"), "Søk", ekstern_ref=" ")
    assert (heading(page), "Fyll ut minst ett felt." in page.text) == ("Søk journalpost", True)


def test_what_waits_for_an_answer_is_listed(known: Esa, archivist: Visitor) -> None:
    known.post("casefiles", [case_file("2026/000001", part="Sakarkiv", series="Emnesaker", status="A")])
    school = post(case="2026/000001", id="JP-560001", unit="311874322", access="U", legal_basis="")
    never = [post(status="U"), post(type="X"), answer()]
    known.post("posts", [school, *never])
    asked = archivist.get("/esa/restanser")
    assert (heading(asked), "<table" in asked.text) == ("Restanser", False)

    everything = archivist.press(asked, "Vis", arkivdel="", enhet="")
    assert [row[0] for row in rows(everything, "Restanser")] == ["JP-550003", "JP-560001"]
    assert headers(everything, "Restanser")[:-1] == [
        "Id",
        "Saksnr.",
        "Nr.",
        "Type",
        "Status",
        "Offentlig tittel",
        "Tilgangskode",
        "Dok.dato",
        "Mottatt",
        "Journaldato",
        "Forfall",
        "Saksbehandler",
        "Enhet",
        "Saksstatus",
    ]
    told = ["I", "J", "Klage – skatteyter", "U", "01.08.2026", "03.08.2026", "04.08.2026", "", "kemn02", "311874322"]
    assert rows(archivist.press(asked, "Vis", arkivdel="", enhet="311874322")) == [
        ["JP-560001", "2026/000001", "1", *told, "A", "Åpne"]
    ]
    assert len(rows(archivist.press(asked, "Vis", arkivdel="Kemnerarkiv", enhet=""))) == 1
    assert "Ingen treff" in archivist.press(asked, "Vis", arkivdel="Elevarkiv", enhet="").text
    assert known.get("summary")["waiting"] == 2


def test_every_list_of_what_waits_can_be_sorted_by_every_header(known: Esa, archivist: Visitor) -> None:
    known.post("posts", [post(unit=f"3104567{n % 7}0", officer=f"kemn{n % 11:02}") for n in range(60)])
    page = archivist.press(archivist.get("/esa/restanser"), "Vis", arkivdel="", enhet="")
    assert "Side 1 av 2" in text_of(page.text)
    for header in headers(page, "Restanser")[:-1]:
        chosen = archivist.follow(page, header)
        assert len(rows(chosen)) == 50, header
        (sorted_by,) = re.findall(r'aria-sort="ascending"><a[^>]*>(.*?)</a>', chosen.text)
        assert sorted_by == header


def test_officers_are_listed(esa: Esa, archivist: Visitor) -> None:
    known = {"initials": "kemn01", "name": "Nordhaug, Ola", "unit": "310456780", "email": "ola@kommune.example"}
    esa.post("officers", [known | {"leads": True}, known | {"initials": "kemn02", "active": False}])
    page = archivist.get("/esa/saksbehandlere")
    assert headers(page, "Saksbehandlere") == ["Initialer", "Navn", "Enhet", "E-post", "Status", "Leder"]
    told = ["Nordhaug, Ola", "310456780", "ola@kommune.example"]
    assert rows(page, "Saksbehandlere") == [["kemn01", *told, "Aktiv", "Ja"], ["kemn02", *told, "Sluttet", "Nei"]]
    esa.post("officers", [known | {"initials": f"skol{n:02}"} for n in range(60)])
    assert "Side 1 av 2" in text_of(archivist.get("/esa/saksbehandlere").text)


@pytest.mark.parametrize(
    "address",
    [
        "/esa/saksmapper/77",
        "/esa/saksmapper/77/ny-journalpost",
        "/esa/journalposter/JP-550001",
        "/esa/journalposter/77",
        "/esa/journalposter/77/avskriv",
        "/esa/dokumenter/77",
        "/esa/saksbehandlere?side=x",
    ],
)
def test_what_is_not_there(known: Esa, archivist: Visitor, address: str) -> None:
    assert known.get("summary")["casefiles"] == 1
    assert heading(archivist.get(address)) == "Siden finnes ikke"


@pytest.mark.parametrize("asked", ["side=0", "side=x", "sorter=passord"])
def test_a_list_has_only_its_own_pages_and_columns(known: Esa, archivist: Visitor, asked: str) -> None:
    assert known.get("summary")["posts"] == 3
    address = opened(archivist).url.path
    assert heading(archivist.get(f"{address}?{asked}")) == "Siden finnes ikke"
    assert heading(archivist.get(f"{address}?side=9")) == f"Saksmappe {CASE}"


def test_what_was_sought_is_the_session_s_own(known: Esa, archivist: Visitor) -> None:
    assert known.get("summary")["casefiles"] == 1
    assert heading(archivist.get("/esa/saksmapper/treff/99999")) == "Søk saksmappe"
    assert heading(archivist.get("/esa/journalposter/treff/99999")) == "Søk journalpost"
