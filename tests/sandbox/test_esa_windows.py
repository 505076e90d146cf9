"""What is done in ESA's windows, and Noark's rules: case files and posts are registered, go forward, are written off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.sandbox.esa_seeds import CASE, ERIK, NEW_CASE_FILE, NEW_POST, answer, case_file, post, refusal
from tests.sandbox.visitor import Esa, Visitor, details, heading, rows, text_of

OSLO = ZoneInfo("Europe/Oslo")
TITLE = 250


def where(archivist: Visitor) -> str:
    hits = archivist.press(archivist.get("/esa/saksmapper"), "Søk", saksnr=CASE)
    return archivist.follow(hits, "Åpne").url.path


@pytest.fixture
def case(esa: Esa, archivist: Visitor) -> str:
    """Where the one case file of the archive is."""
    esa.post("casefiles", [case_file()])
    return where(archivist)


def saved(archivist: Visitor, page: httpx.Response) -> httpx.Response:
    """The record over which a window closes."""
    assert 'role="status" data-lagret="' in page.text, text_of(page.text)
    return archivist.follow(page, "Fortsett")


def window(archivist: Visitor, address: str, **typed: str) -> httpx.Response:
    return archivist.press(archivist.get(address), "Lagre", **typed)


def new_post(archivist: Visitor, case: str, **different: str) -> httpx.Response:
    return window(archivist, f"{case}/ny-journalpost", **(NEW_POST | different))


def day(days: int) -> str:
    return f"{datetime.now(OSLO) + timedelta(days=days):%d.%m.%Y}"


def test_a_case_file_gets_the_next_number_of_the_year(esa: Esa, archivist: Visitor) -> None:
    year = datetime.now(OSLO).year
    esa.post("casefiles", [case_file(f"{year}/004411"), case_file(f"{year - 1}/009000")])
    page = archivist.get("/esa/saksmapper/ny")
    assert heading(page) == "Ny saksmappe"
    assert "UO – Unntatt offentlighet" in text_of(page.text)

    made = saved(archivist, archivist.press(page, "Lagre", **NEW_CASE_FILE))

    assert heading(made) == f"Saksmappe {year}/004412"
    assert details(made)["Status"] == "B"
    (told,) = esa.get("casefiles", number=f"{year}/004412")
    assert (told["klass"], told["series"], told["access"]) == ("313332217", "Skatteinnkreving", "UO")
    (write,) = esa.get("writes")
    assert (write["kind"], write["account"], write["number"]) == ("casefile", "robot1", f"{year}/004412")


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"tittel": ""}, "Tittel må fylles ut."),
        ({"enhet": ""}, "Enhet må fylles ut."),
        ({"saksansvarlig": ""}, "Saksansvarlig må fylles ut."),
        ({"klasse": ""}, "Klasse må fylles ut."),
        ({"tilgangskode": ""}, "Tilgangskode må fylles ut."),
        ({"tilgangskode": "B"}, "Tilgangskode: ugyldig valg."),
        ({"hjemmel": ""}, "Hjemmel må fylles ut når tilgangskoden er UO."),
        ({"tilgangskode": "U"}, "Hjemmel skal ikke fylles ut når tilgangskoden er U."),
        ({"serie": "Elevmapper"}, "Serie Elevmapper finnes ikke i arkivdel Kemnerarkiv."),
        ({"tittel": "Sak  med hull"}, "Tittel har ugyldige tegn eller overflødige mellomrom."),
        ({"tittel": "å" * (TITLE + 1)}, "Tittel kan ha høyst 250 tegn."),
    ],
)
def test_a_case_file_may_be_refused(esa: Esa, archivist: Visitor, different: dict[str, str], why: str) -> None:
    refused = window(archivist, "/esa/saksmapper/ny", **(NEW_CASE_FILE | different))
    assert (heading(refused), refusal(refused)) == ("Ny saksmappe", why)
    assert f'value="{(NEW_CASE_FILE | different)["tittel"]}"' in refused.text
    assert esa.get("casefiles") == []


def test_a_post_gets_the_next_number_and_id(esa: Esa, archivist: Visitor, case: str) -> None:
    esa.post("posts", [post(id="JP-550001"), post(number=7)])
    second = {"part2_rolle": "EK", "part2_navn": "Ånes, Kari", "part2_nummer": ""}

    made = saved(archivist, new_post(archivist, case, tittel="Æ" * TITLE, forfall="01.12.2026", **second))

    assert heading(made) == f"Journalpost {CASE}-8"
    told = details(made)
    assert (told["Journalpost-id"], told["Status"], told["Journaldato"]) == ("JP-550003", "S", "")
    assert (told["Dok.dato"], told["Mottatt"], told["Forfall"]) == ("10.09.2026", "13.09.2026", "01.12.2026")
    assert (told["Tittel"], told["Ekstern ref."]) == ("Æ" * TITLE, "S-2026-104417")
    assert rows(made, "Parter") == [["EA", "Synt Bygg AS", "313332217"], ["EK", "Ånes, Kari", ""]]
    (told_post,) = esa.get("posts", reference="S-2026-104417")
    assert esa.post("posts", [told_post]) == {"posts": 1}
    assert esa.get("posts", reference="S-2026-104417") == [told_post]


def test_a_draft_that_answers_is_registered(esa: Esa, archivist: Visitor, case: str) -> None:
    esa.post("posts", [post()])
    draft = {"type": "U", "status": "R", "mottatt": "", "svar_pa": "1", "saksbehandler": "", "forsendelse": "E-post"}
    told = details(saved(archivist, new_post(archivist, case, **draft)))
    assert (told["Status"], told["Svar på"], told["Forsendelse"]) == ("R", "1", "E-post")


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"type": ""}, "Type må fylles ut."),
        ({"tittel": "x" * (TITLE + 1)}, "Tittel kan ha høyst 250 tegn."),
        ({"offentlig_tittel": "x" * (TITLE + 1)}, "Offentlig tittel kan ha høyst 250 tegn."),
        ({"dok_dato": "31.09.2026"}, "Dok.dato: skriv datoen som dd.mm.åååå."),
        ({"mottatt": ""}, "Mottatt må fylles ut for inngående journalpost."),
        ({"mottatt": day(1)}, "Mottatt kan ikke være etter dagens dato."),
        ({"saksbehandler": ""}, "Saksbehandler må fylles ut for inngående journalpost."),
        ({"hjemmel": ""}, "Hjemmel må fylles ut når tilgangskoden er UO."),
        ({"part1_rolle": "", "part1_navn": "", "part1_nummer": ""}, "Journalposten må ha minst én part."),
        ({"part1_navn": ""}, "Part 1 må ha rolle og navn."),
        ({"part4_nummer": "1"}, "Part 4 må ha rolle og navn."),
        ({"status": "R"}, "Status R gjelder ikke journalposttype I."),
        ({"status": "J"}, "Status: ugyldig valg."),
        ({"type": "U", "svar_pa": "9"}, "Svar på: journalpost 9 finnes ikke i saksmappen."),
        ({"svar_pa": "en"}, "Svar på: skriv nummeret på journalposten."),
        ({"ekstern_ref": "S-1"}, f"Ekstern ref. finnes fra før på {CASE}-1."),
    ],
)
def test_a_post_may_be_refused(esa: Esa, archivist: Visitor, case: str, different: dict[str, str], why: str) -> None:
    esa.post("posts", [post(external_reference="S-1")])
    refused = new_post(archivist, case, **different)
    assert (heading(refused), refusal(refused)) == ("Ny journalpost", why)
    assert 'value="10.09.2026"' in refused.text or "dok_dato" in different
    assert len(esa.get("posts")) == 1


@pytest.mark.parametrize(("kind", "answered"), [("I", 1), ("U", 2)])
def test_only_what_waits_is_answered_and_not_by_what_comes_in(
    esa: Esa, archivist: Visitor, case: str, kind: str, answered: int
) -> None:
    esa.post("posts", [post(), post(type="X")])
    refused = new_post(archivist, case, type=kind, svar_pa=str(answered))
    assert refusal(refused).startswith("Svar på: bare inngående dokumenter og notater med oppfølging kan besvares")


def test_a_post_may_be_received_today(esa: Esa, archivist: Visitor, case: str) -> None:
    assert details(saved(archivist, new_post(archivist, case, mottatt=day(0))))["Mottatt"] == day(0)
    assert len(esa.get("posts")) == 1


def test_posts_without_a_reference_are_not_alike(archivist: Visitor, case: str) -> None:
    for number in (1, 2):
        made = saved(archivist, new_post(archivist, case, ekstern_ref=""))
        assert heading(made) == f"Journalpost {CASE}-{number}"


@pytest.mark.usefixtures("case")
def test_a_party_is_added(esa: Esa, archivist: Visitor) -> None:
    esa.post("posts", [post(id="JP-550001")])
    address = "/esa/journalposter/550001/ny-part"
    assert refusal(window(archivist, address, rolle="", navn="", nummer="")) == "Rolle må fylles ut. Navn må fylles ut."
    page = saved(archivist, window(archivist, address, rolle="EK", navn="Ånes, Kari", nummer="02919110271"))
    assert rows(page, "Parter") == [["EA", "Dahle, Erik", ERIK], ["EK", "Ånes, Kari", "02919110271"]]


@pytest.mark.parametrize(
    ("standing", "status", "why"),
    [
        ({"status": "S"}, "J", ""),
        ({"status": "M"}, "S", ""),
        ({"status": "J"}, "A", ""),
        ({"status": "J"}, "U", ""),
        ({"status": "J"}, "S", "Status kan bare endres framover: J kan ikke bli S."),
        ({"status": "J"}, "J", "Status kan bare endres framover: J kan ikke bli J."),
        ({"status": "A"}, "U", "Status A kan ikke bli U."),
        ({"status": "U"}, "J", "Status kan bare endres framover: U kan ikke bli J."),
        ({"status": "S"}, "E", "Status E gjelder ikke journalposttype I (inngående)."),
        ({"status": "S", "documents": []}, "J", "Journalposten mangler hoveddokument."),
        ({"status": "S", "documents": [{"role": "V"}]}, "J", "Journalposten mangler hoveddokument."),
        (
            {"status": "S", "documents": [{"format": "PDF"}]},
            "J",
            "Hoveddokumentet er ikke i arkivformat (PDF/A), men PDF.",
        ),
        ({"type": "U", "status": "F"}, "E", "Sendt må fylles ut for utgående journalpost med status E."),
        ({"type": "U", "status": "F", "sent": "2026-08-05"}, "E", ""),
        ({"type": "U", "status": "R"}, "J", ""),
        ({"type": "X", "status": "S"}, "G", ""),
        ({"type": "N", "status": "F"}, "R", "Status kan bare endres framover: F kan ikke bli R."),
    ],
)
@pytest.mark.usefixtures("case")
def test_a_post_only_goes_forward(
    esa: Esa, archivist: Visitor, standing: dict[str, Any], status: str, why: str
) -> None:
    esa.post("posts", [post(id="JP-550001", journalled=None, **standing)])
    page = window(archivist, "/esa/journalposter/550001/endre-status", status=status)
    assert refusal(page) == why
    (told,) = esa.get("posts")
    assert told["status"] == (standing["status"] if why else status)
    today = datetime.now(OSLO).date().isoformat()
    assert told["journalled"] == (today if status in ("J", "A") and not why else None)


@pytest.mark.usefixtures("case")
def test_what_is_sent_is_dated_with_its_status(esa: Esa, archivist: Visitor) -> None:
    esa.post("posts", [post(id="JP-550001", type="U", status="F"), post(id="JP-550002", status="S")])
    page = window(archivist, "/esa/journalposter/550001/endre-status", status="E", sendt="20.08.2026")
    told = details(saved(archivist, page))
    assert (told["Status"], told["Sendt"]) == ("E", "20.08.2026")
    assert ">Sendt<" not in archivist.get("/esa/journalposter/550002/endre-status").text


OFF = {"mate": "BU", "dato": "21.08.2026", "besvart_av": "2"}


@pytest.mark.parametrize(
    ("answering", "typed", "told"),
    [
        ({}, {}, "BU 21.08.2026, besvart av 2"),
        ({"status": "F"}, {"mate": "BE"}, "BE 21.08.2026, besvart av 2"),
        ({"status": "J"}, {"mate": "BN"}, "BN 21.08.2026, besvart av 2"),
        ({"type": "X", "status": "F"}, {"mate": "BN"}, "BN 21.08.2026, besvart av 2"),
        ({}, {"mate": "TE", "besvart_av": ""}, "TE 21.08.2026"),
        ({}, {"dato": day(0)}, f"BU {day(0)}, besvart av 2"),
    ],
)
@pytest.mark.usefixtures("case")
def test_a_post_is_written_off(
    esa: Esa, archivist: Visitor, answering: dict[str, str], typed: dict[str, str], told: str
) -> None:
    esa.post("posts", [post(id="JP-550001"), answer() | answering])
    page = saved(archivist, window(archivist, "/esa/journalposter/550001/avskriv", **(OFF | typed)))
    assert details(page)["Avskrevet"] == told
    assert rows(archivist.follow(page, "Til saken"), "Journalposter")[0][10] == told[:2]
    assert esa.get("writes")[-1]["kind"] == "writeoff"


Refused = tuple[tuple[dict[str, Any], dict[str, Any]], dict[str, str], str]
NOT_WRITTEN_OFF: list[Refused] = [
    (({}, {}), {"mate": ""}, "Avskrivningsmåte må fylles ut."),
    (({}, {}), {"dato": ""}, "Avskrevet dato må fylles ut."),
    (({}, {}), {"dato": day(1)}, "Avskrevet dato kan ikke være etter dagens dato."),
    (({}, {}), {"besvart_av": ""}, "Besvart av må fylles ut for avskrivningsmåte BU."),
    (({}, {}), {"besvart_av": "9"}, "Besvart av: journalpost 9 finnes ikke i saksmappen."),
    (({}, {}), {"mate": "TLF"}, "Besvart av gjelder ikke avskrivningsmåte TLF."),
    (({}, {"answers": None}), {}, "Besvart av: journalpost 2 er ikke registrert som svar på 1."),
    (({}, {"status": "R"}), {}, "Besvart av: journalpost 2 er ikke ferdigstilt (status R)."),
    (({}, {"status": "G"}), {}, "Besvart av: journalpost 2 er ikke ferdigstilt (status G)."),
    (({}, {"type": "X"}), {}, "Besvart av: journalposttype X kan ikke avskrive med BU."),
    (
        ({}, {"type": "N", "status": "E"}),
        {"mate": "BN"},
        "Besvart av: journalpost 2 er ikke ferdigstilt (status E).",
    ),
    (({"type": "X"}, {}), {}, "Journalposttype X avskrives ikke: bare I og N kan avskrives."),
    (
        ({"write_off": {"code": "TO", "on": "2026-08-10"}}, {}),
        {},
        "Journalposten er avskrevet fra før: TO 10.08.2026.",
    ),
]
"""How the post and its answer stand otherwise, what is typed otherwise, and why it is refused."""


@pytest.mark.parametrize(("posts", "typed", "why"), NOT_WRITTEN_OFF)
@pytest.mark.usefixtures("case")
def test_a_write_off_may_be_refused(
    esa: Esa, archivist: Visitor, posts: tuple[dict[str, Any], dict[str, Any]], typed: dict[str, str], why: str
) -> None:
    standing, answering = posts
    esa.post("posts", [post(id="JP-550001", **standing), answer() | answering])
    before = esa.get("posts")
    refused = window(archivist, "/esa/journalposter/550001/avskriv", **(OFF | typed))
    assert (heading(refused), refusal(refused)) == ("Avskriv", why)
    assert esa.get("posts") == before


CLOSED = f"Saksmappe {CASE} er avsluttet (status A): ingenting kan legges til eller endres."


def test_nothing_is_changed_in_a_closed_case_file(esa: Esa, archivist: Visitor, case: str) -> None:
    esa.post("posts", [post(id="JP-550001", status="S"), answer()])
    esa.post("casefiles", [case_file(status="A")])
    here = "/esa/journalposter/550001"
    assert refusal(new_post(archivist, case)) == CLOSED
    assert refusal(window(archivist, f"{here}/endre-status", status="J")) == CLOSED
    assert refusal(window(archivist, f"{here}/avskriv", **OFF)) == CLOSED
    assert refusal(window(archivist, f"{here}/ny-part", rolle="EK", navn="Ånes, Kari", nummer="")) == CLOSED
    again = refusal(window(archivist, f"{case}/endre-status", status="B"))
    assert again == f"Saksmappe {CASE} er avsluttet (status A): statusen kan ikke endres."
    assert esa.get("writes") == []


@pytest.mark.parametrize(
    ("posts", "asked", "why"),
    [
        ([], "A", ""),
        ([post(write_off={"code": "TE", "on": "2026-08-10"}), answer()], "A", ""),
        ([post(status="U")], "A", ""),
        ([post()], "A", "Saksmappen har restanser (journalpost 1) og kan ikke avsluttes."),
        ([post(), post(type="N")], "S", "Saksmappen har restanser (journalpost 1, 2) og kan ikke avsluttes."),
        (
            [post(type="U", status="R")],
            "A",
            "Saksmappen har reserverte journalposter (journalpost 1) og kan ikke avsluttes.",
        ),
        (
            [post(type="X", documents=[{}, {"role": "V", "format": "Ukjent"}])],
            "F",
            "Saksmappen har dokumenter som ikke er i arkivformat (journalpost 1) og kan ikke avsluttes.",
        ),
        ([post()], "P", ""),
        ([post()], "B", "Saksmappen har status B fra før."),
        ([post(type="X")], "U", "Saksmappen har journalposter som ikke utgår."),
        ([post(status="U")], "U", ""),
    ],
)
@pytest.mark.usefixtures("case")
def test_a_case_file_is_closed_when_nothing_is_left(
    esa: Esa, archivist: Visitor, posts: list[dict[str, Any]], asked: str, why: str
) -> None:
    esa.post("posts", posts)
    page = window(archivist, f"{where(archivist)}/endre-status", status=asked)
    assert refusal(page) == why
    assert esa.get("casefiles")[0]["status"] == ("B" if why else asked)
    if not why:
        assert details(saved(archivist, page))["Status"] == asked


def test_a_record_may_be_open_elsewhere(esa: Esa, archivist: Visitor, case: str) -> None:
    esa.post("posts", [post(id="JP-550001", status="S")])
    here = "/esa/journalposter/550001"
    locks = [{"record": "casefile", "key": CASE}, {"record": "post", "key": "JP-550001"}]
    since = {"locked_by": "kemn03", "since": "29.11.2026 08:15"}
    assert esa.post("locks", [lock | since for lock in locks]) == {"records": 2}

    told = f"Journalpost {CASE}-1 er låst av kemn03 siden 29.11.2026 08:15."
    assert refusal(archivist.get(here)) == told
    assert refusal(window(archivist, f"{here}/endre-status", status="J")) == told
    assert refusal(window(archivist, f"{here}/ny-part", rolle="EK", navn="Ånes, Kari", nummer="")) == told
    of_case = f"Saksmappe {CASE} er låst av kemn03 siden 29.11.2026 08:15."
    assert refusal(archivist.get(case)) == of_case
    assert refusal(new_post(archivist, case)) == of_case
    assert refusal(window(archivist, f"{case}/endre-status", status="P")) == of_case
    assert esa.get("writes") == []

    esa.post("locks", [lock | {"locked_by": "robot1"} for lock in locks])
    assert refusal(archivist.get(here)) == ""
    saved(archivist, window(archivist, f"{here}/endre-status", status="J"))
    esa.post("locks", locks)
    saved(archivist, new_post(archivist, case))


def test_two_at_the_same_time_keep_the_rules(esa: Esa, archivist: Visitor, case: str) -> None:
    # Each takes effect a while after it was sent, so that all of them are under way before the first is written.
    esa.fault("save_delay", what="post", seconds=0.2)
    references = ["S-1", "S-1", "S-1", "S-2", "S-2", "S-2", "", ""]

    def send(reference: str) -> str:
        sent = httpx.post(
            f"{esa.url}{case}/ny-journalpost",
            data=NEW_POST | {"ekstern_ref": reference},
            cookies=dict(archivist.http.cookies),
            timeout=30,
        )
        return refusal(sent)

    with ThreadPoolExecutor(len(references)) as threads:
        refused = [why for why in threads.map(send, references) if why]

    assert len(refused) == 4
    assert all(why.startswith("Ekstern ref. finnes fra før på 2026/004411-") for why in refused)
    told = esa.get("posts")
    assert sorted(each["external_reference"] for each in told) == ["", "", "S-1", "S-2"]
    assert sorted(each["number"] for each in told) == [1, 2, 3, 4]
    assert len({each["id"] for each in told}) == 4
    assert esa.get("summary")["references_twice"] == 0
