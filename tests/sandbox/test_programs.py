"""Programportalen behaves as an ordinary user administration of programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import Browser, Programs, Visitor, details, heading, rows, starting, text_of

AHMED = "21859610371"
GRANTED = {"rolle-SAKSBEHANDLER": "ja", "enheter": "312900114", "fra": "16.11.2026", "til": ""}
HOLDER = {"brukernavn": "ahmyus", "fodselsnr": AHMED, "navn": "Yusuf, Ahmed"}


def program(**different: Any) -> dict[str, Any]:
    return {"code": "ESA", "name": "Sak og arkiv", "licences": 2, "roles": ["SAKSBEHANDLER", "LESER"]} | different


def access(**different: Any) -> dict[str, Any]:
    return {
        "program": "ESA",
        "user_name": "ahmyus",
        "person": AHMED,
        "name": "Yusuf, Ahmed",
        "roles": ["LESER"],
        "units": ["312900114", "311874322"],
        "from": "2026-01-01",
        "to": "2026-12-31",
        "open_items": 3,
    } | different


@pytest.fixture(scope="module")
def standing_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    with starting(Programs, tmp_path_factory) as start_one:
        yield start_one()


@pytest.fixture
def programs(standing_programs: Programs) -> Programs:
    """The portal with ESA, and nobody who uses it."""
    standing_programs.post("reset")
    standing_programs.post(
        "programs", [program(), program(code="AGRESSO", name="", licences=None, roles=["BESTILLER"])]
    )
    return standing_programs


@pytest.fixture
def admin(programs: Programs, visitor_at: Browser) -> Visitor:
    """Somebody who has signed in."""
    admin = visitor_at(programs)
    assert heading(admin.sign_in()) == "Programmer"
    return admin


def search(admin: Visitor, *, program: str = "ALLE", user: str = "", number: str = "") -> httpx.Response:
    return admin.press(admin.get("/programmer"), "Søk", program=program, brukernavn=user, fodselsnr=number)


def opened(admin: Visitor) -> httpx.Response:
    return admin.follow(search(admin, user="ahmyus"), "Åpne")


def new(admin: Visitor) -> httpx.Response:
    return admin.follow(search(admin, program="ESA"), "Ny tilgang")


def test_the_first_page_lists_the_programs(programs: Programs, admin: Visitor) -> None:
    programs.post("accesses", [access(), access(state="DISABLED", user_name="olanor")])
    assert rows(admin.get("/programmer"), "Programliste") == [
        ["AGRESSO", "AGRESSO", "BESTILLER", "0", "Ubegrenset"],
        ["ESA", "Sak og arkiv", "LESER, SAKSBEHANDLER", "1", "2"],
    ]


def test_an_access_is_found_and_opened(programs: Programs, admin: Visitor) -> None:
    other = access(program="AGRESSO", roles=["BESTILLER"], user_name="kari", person="02919110271", to=None)
    assert programs.post("accesses", [access(), other]) == {"accesses": 2}
    hits = search(admin, program="ESA", user="ahmyus", number=AHMED)
    assert heading(hits) == "Tilganger"
    assert details(hits) == {"Program": "ESA", "Lisenser i bruk": "1", "Lisenser i alt": "2"}
    told = ["LESER", "311874322, 312900114", "01.01.2026", "31.12.2026", "Aktiv", "Åpne"]
    assert rows(hits, "Treff") == [["ESA", "ahmyus", "Yusuf, Ahmed", *told]]

    page = admin.follow(hits, "Åpne")

    assert heading(page) == "Tilgang"
    assert details(page) == {
        "Program": "ESA",
        "Brukernavn": "ahmyus",
        "Navn": "Yusuf, Ahmed",
        "Fødselsnr.": AHMED,
        "Åpne saker": "3",
        "Roller": "LESER",
        "Enheter": "311874322, 312900114",
        "Gyldig fra": "01.01.2026",
        "Gyldig til": "31.12.2026",
        "Status": "Aktiv",
        "Programmets roller": "LESER, SAKSBEHANDLER",
    }
    assert [look["kind"] for look in programs.get("looks")] == ["search", "access_page"]
    assert not any(AHMED in address for address in admin.visited)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ({"user": "ahmyus"}, 2),
        ({"number": AHMED}, 2),
        ({"program": "AGRESSO", "user": "ahmyus"}, 1),
        ({"user": "ahmyus", "number": "02919110271"}, 0),
        ({"user": "ahm"}, 0),
        ({"user": "ahmyus' or '1'='1"}, 0),
    ],
)
def test_what_is_sought_narrows_the_search(
    programs: Programs, admin: Visitor, sought: dict[str, str], found: int
) -> None:
    programs.post("accesses", [access(), access(program="AGRESSO"), access(user_name="per", person="30876910361")])
    hits = search(admin, **sought)
    assert len(rows(hits)) == found
    assert ("Ingen tilganger funnet" in text_of(hits.text)) == (found == 0)


def test_a_search_needs_something(admin: Visitor) -> None:
    assert heading(search(admin)) == "Programmer"
    assert "Velg et program, eller fyll ut" in search(admin).text
    assert "Velg et program." in search(admin, program="UKJENT").text
    assert ">Ny tilgang<" not in search(admin, user="ahmyus").text


def test_an_access_is_made(programs: Programs, admin: Visitor) -> None:
    done = admin.press(new(admin), "Opprett tilgang", **HOLDER, **GRANTED)
    assert heading(done) == "Tilgangen er lagret"
    told = details(admin.follow(done, "Til tilgangen"))
    assert (told["Roller"], told["Enheter"]) == ("SAKSBEHANDLER", "312900114")
    assert (told["Gyldig fra"], told["Gyldig til"], told["Status"]) == ("16.11.2026", "", "Aktiv")
    (write,) = programs.get("writes")
    assert (write["kind"], write["number"], write["national_id"]) == ("access", "ESA/ahmyus", AHMED)
    (known,) = programs.get("accesses", user_name="ahmyus")
    assert (known["roles"], known["units"], known["to"]) == (["SAKSBEHANDLER"], ["312900114"], None)


def test_what_is_sent_twice_is_there_twice(programs: Programs, admin: Visitor) -> None:
    form = new(admin)
    for _ in range(2):
        admin.press(form, "Opprett tilgang", **HOLDER, **GRANTED)
    summary = programs.get("summary")
    assert (summary["accesses"], summary["accesses_twice"], summary["over_licence"]) == (2, 1, 0)
    assert summary["saved"] == {"access": 2, "change": 0, "block": 0, "reopen": 0}


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"rolle-ADMIN": "ja"}, "ukjent rolle ADMIN"),
        ({"enheter": "Lia skole"}, "skriv enheter som organisasjonsnumre"),
        ({"fra": "31.11.2026"}, "skriv datoer som dd.mm.åååå"),
        ({"fra": ""}, "skriv datoer som dd.mm.åååå"),
        ({"til": "15.11.2026"}, "siste dag er før første dag"),
        ({"fodselsnr": "2185961037"}, "fødselsnummer har 11 siffer"),
        ({"brukernavn": " "}, "fyll ut brukernavn og navn"),
    ],
)
def test_an_access_may_be_refused(programs: Programs, admin: Visitor, different: dict[str, str], why: str) -> None:
    refused = admin.press(new(admin), "Opprett tilgang", **(HOLDER | GRANTED | different))
    assert (heading(refused), f"Tilgangen kan ikke lagres: {why}" in text_of(refused.text)) == ("Ny tilgang", True)
    assert programs.get("accesses") == []


def test_an_access_may_be_for_one_day(programs: Programs, admin: Visitor) -> None:
    admin.press(new(admin), "Opprett tilgang", **(HOLDER | GRANTED | {"til": "16.11.2026"}))
    assert [each["to"] for each in programs.get("accesses")] == ["2026-11-16"]


def test_an_access_is_changed_blocked_and_reopened(programs: Programs, admin: Visitor) -> None:
    programs.post("accesses", [access()])
    page = opened(admin)
    assert "checked>LESER" in page.text
    assert "checked>SAKSBEHANDLER" not in page.text
    changed = admin.press(page, "Lagre tilgang", **GRANTED, handling="lagre")
    assert (details(changed)["Roller"], details(changed)["Status"]) == ("SAKSBEHANDLER", "Aktiv")

    blocked = admin.press(opened(admin), "Sperr tilgang", **(GRANTED | {"til": "01.11.2026"}), handling="sperr")
    assert (details(blocked)["Status"], details(blocked)["Gyldig til"]) == ("Sperret", "01.11.2026")

    reopened = admin.press(opened(admin), "Gjenåpne tilgang", **GRANTED, handling="gjenapne")
    assert (details(reopened)["Status"], details(reopened)["Gyldig til"]) == ("Aktiv", "")
    assert [write["kind"] for write in programs.get("writes")] == ["change", "block", "reopen"]


def test_licences_run_out(programs: Programs, admin: Visitor) -> None:
    programs.post("accesses", [access(user_name="a"), access(state="DISABLED"), access(user_name="b")])
    full = admin.press(new(admin), "Opprett tilgang", **HOLDER, **GRANTED)
    assert (heading(full), "Ingen ledige lisenser" in full.text) == ("Ny tilgang", True)
    closed = opened(admin)
    full = admin.press(closed, "Gjenåpne tilgang", **GRANTED, handling="gjenapne")
    assert (heading(full), "Ingen ledige lisenser" in full.text) == ("Tilgang", True)
    changed = admin.press(closed, "Lagre tilgang", **GRANTED, handling="lagre")
    assert heading(changed) == "Tilgangen er lagret"  # which takes no licence

    programs.post("programs", [program(licences=3)])
    assert heading(admin.press(closed, "Gjenåpne tilgang", **GRANTED, handling="gjenapne")) == "Tilgangen er lagret"
    programs.post("programs", [program(licences=1)])
    assert programs.get("summary")["over_licence"] == 1


def test_an_access_may_be_open_elsewhere(programs: Programs, admin: Visitor) -> None:
    programs.post("accesses", [access()])
    page = opened(admin)
    assert programs.post("locks", [{"record": "access", "key": ["ESA", "ahmyus"], "locked_by": "adm04"}]) == {
        "records": 1
    }
    refused = admin.press(page, "Lagre tilgang", **GRANTED, handling="lagre")
    assert (heading(refused), "Tilgangen er låst av adm04" in text_of(refused.text)) == ("Tilgang", True)
    assert "Tilgangen er låst av adm04" in text_of(opened(admin).text)
    assert programs.get("writes") == []
    programs.post("locks", [{"record": "access", "key": ["ESA", "ahmyus"]}])
    assert heading(admin.press(page, "Lagre tilgang", **GRANTED, handling="lagre")) == "Tilgangen er lagret"


def test_what_is_typed_is_shown_as_it_was_typed(programs: Programs, admin: Visitor) -> None:
    strange = {"brukernavn": "a*)(uid=*", "navn": '<b>Yusuf</b> & Co, "Ahmed"'}
    done = admin.press(new(admin), "Opprett tilgang", **(HOLDER | GRANTED | strange))
    assert (details(done)["Brukernavn"], details(done)["Navn"]) == (strange["brukernavn"], strange["navn"])
    assert "<b>Yusuf" not in done.text
    assert len(rows(search(admin, user="a*)(uid=*"))) == 1


@pytest.mark.parametrize("address", ["/tilganger/77", "/tilganger/77/lagret", "/programmer/UKJENT/ny-tilgang"])
def test_what_is_not_there(admin: Visitor, address: str) -> None:
    assert heading(admin.get(address)) == "Siden finnes ikke"


def test_faults_hit_a_save(programs: Programs, admin: Visitor) -> None:
    programs.fault("error_after_save", times=1)
    assert heading(admin.press(new(admin), "Opprett tilgang", **HOLDER, **GRANTED)) == "Systemfeil"
    assert len(programs.get("accesses")) == 1
    programs.fault("error_before_save", what="block", times=1)
    assert heading(admin.press(opened(admin), "Sperr tilgang", **GRANTED, handling="sperr")) == "Systemfeil"
    assert [each["state"] for each in programs.get("accesses")] == ["ACTIVE"]
    programs.fault("sign_out", times=1)
    assert "Økten er utløpt" in admin.get("/programmer").text


def test_everything_but_sessions_survives_a_restart(programs: Programs, admin: Visitor) -> None:
    programs.post("accesses", [access()])
    programs.restart()
    admin.http.base_url = httpx.URL(programs.url)
    assert heading(admin.get("/programmer")) == "Pålogging"
    admin.sign_in()
    assert details(opened(admin))["Roller"] == "LESER"
    assert programs.get("summary")["sessions"] == {"robot1": 1}
