"""Bestillerregisteret behaves as an ordinary register of who may order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.visitor import Browser, Orderers, Visitor, details, heading, rows, starting, text_of

INGRID = "09925810077"
LIA = "311874322"
FORM = {
    "enhet": LIA,
    "fra": "20.11.2026",
    "til": "20.11.2028",
    "signert-av": "100778",
    "signert": "19.11.2026",
    "signatur": "ES-17",
}


def authorisation(**different: Any) -> dict[str, Any]:
    """One without end."""
    return {
        "user": "best22",
        "employee_no": "100777",
        "national_id": INGRID,
        "name": "Sæther, Ingrid",
        "unit": LIA,
        "from": "2020-01-01",
        "signed_by": "100778",
        "signature_ref": "ES-1",
    } | different


@pytest.fixture(scope="module")
def standing_orderers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orderers]:
    with starting(Orderers, tmp_path_factory) as start_one:
        yield start_one()


@pytest.fixture
def orderers(standing_orderers: Orderers) -> Orderers:
    """The register with a unit and two employees, and nobody who may order."""
    leader = {"employee_no": "100778", "name": "Leder, Lise"}
    standing_orderers.post("reset")
    standing_orderers.post("units", [{"unit": LIA, "name": "Lia skole", "type": "SKOLE", "leader": leader}])
    ingrid = {"employee_no": "100777", "national_id": INGRID, "name": "Sæther, Ingrid"}
    per = {"employee_no": "118203", "national_id": "30876910361", "name": "Østgård, Per", "user": "perost"}
    standing_orderers.post("employees", [ingrid, per])
    return standing_orderers


@pytest.fixture
def clerk(orderers: Orderers, visitor_at: Browser) -> Visitor:
    """Somebody who has signed in."""
    clerk = visitor_at(orderers)
    assert heading(clerk.sign_in()) == "Finn bestiller"
    return clerk


def search(clerk: Visitor, *, orderer: str = "", employee: str = "", unit: str = "") -> httpx.Response:
    return clerk.press(clerk.get("/bestillere"), "Finn bestiller", bestiller=orderer, ansattnr=employee, enhet=unit)


def opened(clerk: Visitor, orderer: str = "best22") -> httpx.Response:
    return clerk.follow(search(clerk, orderer=orderer), "Åpne")


def new_orderer(clerk: Visitor, **different: str) -> httpx.Response:
    form = clerk.follow(search(clerk, orderer="best22"), "Ny bestiller")
    return clerk.press(form, "Lagre fullmakt", **({"ansattnr": "100777"} | FORM | different))


def end(clerk: Visitor, last_day: str = "21.11.2026") -> httpx.Response:
    return clerk.press(clerk.follow(opened(clerk), "Avslutt"), "Avslutt fullmakt", til=last_day)


def test_an_orderer_is_found_and_opened(orderers: Orderers, clerk: Visitor) -> None:
    expired = authorisation(to="2020-12-31", signed="2019-12-30")
    revoked = authorisation(state="REVOKED", to="2090-12-31", unit="312900114")
    assert orderers.post("authorisations", [authorisation(), expired, revoked]) == {"authorisations": 3}
    hits = search(clerk, orderer="best22", employee="100777", unit=LIA)
    assert heading(hits) == "Bestillertreff"
    assert rows(hits, "Bestillere") == [["best22", "100777", "Sæther, Ingrid", "Åpne"]]

    page = clerk.follow(hits, "Åpne")

    assert heading(page) == "Bestiller"
    assert details(page) == {
        "Bestiller-ID": "best22",
        "Ansattnr.": "100777",
        "Navn": "Sæther, Ingrid",
        "Fødselsnr.": INGRID,
        "Bestillerrolle": "Ja",
    }
    assert rows(page, "Fullmakter") == [
        [LIA, "Lia skole", "01.01.2020", "", "Aktiv", "100778", "", "ES-1", "7001", "Avslutt"],
        [LIA, "Lia skole", "01.01.2020", "31.12.2020", "Utløpt", "100778", "30.12.2019", "ES-1", "7002", ""],
        ["312900114", "", "01.01.2020", "31.12.2090", "Trukket", "100778", "", "ES-1", "7003", ""],
    ]
    assert [look["kind"] for look in orderers.get("looks")] == ["search", "orderer_page"]
    assert orderers.get("summary")["authorisations"] == {"ACTIVE": 1, "EXPIRED": 1, "REVOKED": 1}


@pytest.mark.parametrize(
    ("sought", "found"),
    [({"employee": "100777"}, 1), ({"unit": LIA}, 2), ({"orderer": "best"}, 0), ({"unit": LIA, "orderer": "best9"}, 1)],
)
def test_what_is_sought_narrows_the_search(
    orderers: Orderers, clerk: Visitor, sought: dict[str, str], found: int
) -> None:
    orderers.post("authorisations", [authorisation(), authorisation(), authorisation(user="best9", employee_no="9")])
    hits = search(clerk, **sought)
    assert len(rows(hits)) == found
    assert ("Ingen bestiller funnet" in text_of(hits.text)) == (found == 0)
    assert "Fyll ut minst ett felt." in search(clerk).text


def test_an_employee_becomes_an_orderer(orderers: Orderers, clerk: Visitor) -> None:
    orderers.post("authorisations", [authorisation(user="best109", employee_no="9")])
    done = new_orderer(clerk)
    assert heading(done) == "Fullmakten er lagret"
    assert (details(done)["Bestiller-ID"], details(done)["Nr."]) == ("best110", "7002")
    page = clerk.follow(done, "Til bestilleren")
    assert (details(page)["Fødselsnr."], details(page)["Bestillerrolle"]) == (INGRID, "Ja")
    told = ["20.11.2026", "20.11.2028", "Aktiv", "100778", "19.11.2026", "ES-17", "7002", "Avslutt"]
    assert rows(page, "Fullmakter") == [[LIA, "Lia skole", *told]]
    (write,) = orderers.get("writes")
    assert (write["kind"], write["number"], write["source"]) == ("orderer", f"best110/{LIA}", "ES-17")


def test_the_first_orderers_user(orderers: Orderers, clerk: Visitor) -> None:
    users = [details(new_orderer(clerk, ansattnr=number))["Bestiller-ID"] for number in ("100777", "118203", "118203")]
    assert users == ["best101", "perost", "best102"]
    summary = orderers.get("summary")
    assert (summary["orderers"], summary["orderers_twice"], summary["with_role"]) == (3, 1, 3)


def test_one_more_authorisation(orderers: Orderers, clerk: Visitor) -> None:
    orderers.post("authorisations", [authorisation(role=False)])
    form = clerk.follow(opened(clerk), "Ny fullmakt")
    assert heading(form) == "Ny fullmakt"
    numbers = [details(clerk.press(form, "Lagre fullmakt", **(FORM | {"til": ""})))["Nr."] for _ in range(2)]
    assert numbers == ["7002", "7003"]
    summary = orderers.get("summary")
    assert (summary["authorisations"]["ACTIVE"], summary["authorisations_twice"], summary["with_role"]) == (3, 1, 0)


@pytest.mark.parametrize(
    ("different", "why"),
    [
        ({"ansattnr": "404"}, "Fant ikke den ansatte"),
        ({"enhet": "312900114"}, "Fullmakten kan ikke lagres: ukjent enhet"),
        ({"fra": "20/11/2026"}, "Fullmakten kan ikke lagres: skriv datoer"),
        ({"signert": ""}, "Fullmakten kan ikke lagres: skriv datoer"),
        ({"til": "19.11.2026"}, "Fullmakten kan ikke lagres: siste dag er før første dag"),
        ({"signert-av": ""}, "Fullmakten kan ikke lagres: fyll ut hvem som har signert"),
        ({"signatur": "E" * 65}, "Fullmakten kan ikke lagres: signaturen kan ha høyst 64 tegn"),
    ],
)
def test_an_authorisation_may_be_refused(
    orderers: Orderers, clerk: Visitor, different: dict[str, str], why: str
) -> None:
    refused = new_orderer(clerk, **different)
    assert (heading(refused), why in text_of(refused.text)) == ("Ny bestiller", True)
    assert orderers.get("orderers") == []


def test_an_authorisation_is_ended(orderers: Orderers, clerk: Visitor) -> None:
    orderers.post("authorisations", [authorisation()])
    form = clerk.follow(opened(clerk), "Avslutt")
    assert heading(form) == "Avslutt fullmakt"
    refused = clerk.press(form, "Avslutt fullmakt", til="i dag")
    assert "Fullmakten kan ikke avsluttes: skriv datoer" in text_of(refused.text)

    done = clerk.press(form, "Avslutt fullmakt", til="21.11.2026")

    assert heading(done) == "Fullmakten er avsluttet"
    assert rows(clerk.follow(done, "Til bestilleren"))[0][2:5] == ["01.01.2020", "21.11.2026", "Trukket"]
    again = clerk.press(form, "Avslutt fullmakt", til="20.11.2026")
    assert "Fullmakten kan ikke avsluttes: den er ikke aktiv" in text_of(again.text)
    assert [write["kind"] for write in orderers.get("writes")] == ["end"]


def test_the_role_goes_with_the_last_authorisation(orderers: Orderers, clerk: Visitor) -> None:
    orderers.post("authorisations", [authorisation()])
    early = clerk.press(opened(clerk), "Fjern bestillerrolle")
    assert "Bestillerrollen kan ikke endres: det er fortsatt en aktiv fullmakt" in text_of(early.text)
    end(clerk)
    gone = clerk.press(opened(clerk), "Fjern bestillerrolle")
    assert heading(gone) == "Bestillerrollen er fjernet"
    page = clerk.follow(gone, "Til bestilleren")
    assert details(page)["Bestillerrolle"] == "Nei"

    early = clerk.press(page, "Gi bestillerrolle")
    assert "Bestillerrollen kan ikke endres: det er ingen aktiv fullmakt" in text_of(early.text)
    clerk.press(clerk.follow(page, "Ny fullmakt"), "Lagre fullmakt", **FORM)
    assert heading(clerk.press(opened(clerk), "Gi bestillerrolle")) == "Bestillerrollen er gitt"
    assert details(opened(clerk))["Bestillerrolle"] == "Ja"
    writes = [(write["kind"], write["source"]) for write in orderers.get("writes")]
    assert writes == [("end", "2026-11-21"), ("role", "off"), ("authorisation", "ES-17"), ("role", "on")]


def test_an_orderer_may_be_open_elsewhere(orderers: Orderers, clerk: Visitor) -> None:
    orderers.post("authorisations", [authorisation()])
    lock = {"record": "orderer", "key": ["best22"], "locked_by": "ikt04"}
    page = opened(clerk)
    form, ending = clerk.follow(page, "Ny fullmakt"), clerk.follow(page, "Avslutt")
    assert orderers.post("locks", [lock]) == {"records": 1}
    for refused in (
        opened(clerk),
        clerk.press(form, "Lagre fullmakt", **FORM),
        clerk.press(ending, "Avslutt fullmakt", til="21.11.2026"),
        clerk.press(page, "Fjern bestillerrolle"),
    ):
        assert "Bestilleren er låst av ikt04" in text_of(refused.text)
    assert orderers.get("writes") == []


def test_a_unit_with_its_orderers(orderers: Orderers, clerk: Visitor) -> None:
    twice = [authorisation(), authorisation(signature_ref="ES-2")]
    orderers.post(
        "authorisations", [*twice, authorisation(user="best9", to="2020-12-31"), authorisation(unit="312900114")]
    )
    page = clerk.press(clerk.get("/enheter"), "Finn enhet", enhet=LIA)
    assert heading(page) == "Enhet"
    assert details(page) == {
        "Enhet": LIA,
        "Navn": "Lia skole",
        "Type": "SKOLE",
        "Leder": "Leder, Lise",
        "Leders ansattnr.": "100778",
        "Antall bestillere": "1",
    }
    active = ["best22", "100777", "Sæther, Ingrid", "01.01.2020", "", "Aktiv"]
    expired = ["best9", "100777", "Sæther, Ingrid", "01.01.2020", "31.12.2020", "Utløpt"]
    assert rows(page, "Enhetens bestillere") == [active, active, expired]
    unknown = clerk.press(clerk.get("/enheter"), "Finn enhet", enhet="312900114")
    assert (heading(unknown), "Fant ikke enheten" in text_of(unknown.text)) == ("Finn enhet", True)


def test_whose_an_employee_number_is(orderers: Orderers, clerk: Visitor) -> None:
    page = clerk.press(clerk.get("/ansatte"), "Finn ansatt", ansattnr="100777")
    assert heading(page) == "Ansatt"
    assert details(page) == {"Ansattnr.": "100777", "Navn": "Sæther, Ingrid", "Fødselsnr.": INGRID}
    assert INGRID not in str(page.url)
    unknown = clerk.press(clerk.get("/ansatte"), "Finn ansatt", ansattnr="9")
    assert (heading(unknown), "Fant ikke den ansatte" in text_of(unknown.text)) == ("Finn ansatt", True)
    assert [look["kind"] for look in orderers.get("looks")] == ["employee", "employee"]


def test_what_is_typed_is_shown_as_it_was_typed(orderers: Orderers, clerk: Visitor) -> None:
    strange = "<i>ES</i> & 'x' or 1=1"
    page = clerk.follow(new_orderer(clerk, signatur=strange), "Til bestilleren")
    assert orderers.get("orderers")[0]["authorisations"][0]["signature"] == strange
    assert "<i>ES" not in page.text


@pytest.mark.parametrize("address", ["/bestillere/77", "/fullmakter/77/avslutt", "/bestillere/77/rolle/gi"])
def test_what_is_not_there(clerk: Visitor, address: str) -> None:
    assert heading(clerk.get(address)) == "Siden finnes ikke"


def test_faults_hit_a_save(orderers: Orderers, clerk: Visitor) -> None:
    orderers.fault("error_after_save", what="orderer", times=1)
    assert heading(new_orderer(clerk)) == "Systemfeil"
    assert len(orderers.get("orderers")) == 1
    orderers.fault("error_before_save", what="orderer", times=1)
    assert heading(new_orderer(clerk)) == "Systemfeil"
    assert len(orderers.get("orderers")) == 1
    assert not any(INGRID in address for address in clerk.visited)
