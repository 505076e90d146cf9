"""Katalog behaves as an ordinary directory administration: accounts are found, made, changed, locked and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.directory_seeds import GROUPS, OLA, PLACES, account
from tests.sandbox.visitor import Browser, Katalog, Visitor, details, heading, rows, starting, text_of

NEW = {
    "brukernavn": "perost",
    "etternavn": "Østgård",
    "fornavn": "Per",
    "ansattnr": "104418",
    "personnokkel": "c9f0f895fb98ab9159f51fd0297e236d",
    "enheter": "312900114, 312900122",
    "plassering": "Skole",
    "leder": "olanor",
    "epost": "per.ostgard@skole.example",
    "utloper": "30.06.2027",
    "merknad": "Bestilling BRK-9003",
}
PASSWORD = "Hemmelig-14 ord æ"


@pytest.fixture(scope="module")
def standing_katalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Katalog]:
    with starting(Katalog, tmp_path_factory) as start_one:
        yield start_one("--network", "tknett")


@pytest.fixture
def katalog(standing_katalog: Katalog) -> Katalog:
    """A Katalog with places, groups and nobody but Ola and his leader."""
    standing_katalog.post("reset")
    standing_katalog.post("places", PLACES)
    standing_katalog.post("groups", GROUPS)
    kari = account("kariba", employee_no="100003", given_name="Kari", manager="", groups=[], secret=PASSWORD)
    standing_katalog.post("accounts", [OLA, kari])
    return standing_katalog


@pytest.fixture
def clerk(katalog: Katalog, visitor_at: Browser) -> Visitor:
    """Somebody of the user administration who has signed in."""
    clerk = visitor_at(katalog)
    assert heading(clerk.sign_in()) == "Finn konto"
    return clerk


def search(clerk: Visitor, **wanted: str) -> httpx.Response:
    return clerk.press(clerk.get("/kontoer"), "Søk", **wanted)


def opened(clerk: Visitor, user_name: str = "olanor") -> httpx.Response:
    return clerk.follow(search(clerk, brukernavn=user_name), "Åpne")


def made(clerk: Visitor, **different: str) -> httpx.Response:
    return clerk.press(clerk.get("/kontoer/ny"), "Opprett konto", **(NEW | different))


def stored(katalog: Katalog, user_name: str) -> dict[str, Any]:
    (found,) = katalog.get("accounts", user_name=user_name)
    return found


def changed(katalog: Katalog, clerk: Visitor, **different: str) -> httpx.Response:
    """Ola's form sent with other values."""
    ola = stored(katalog, "olanor")
    filled = {
        "etternavn": ola["family_name"],
        "fornavn": ola["given_name"],
        "ansattnr": ola["employee_no"],
        "personnokkel": ola["person_key"],
        "enheter": ", ".join(ola["units"]),
        "plassering": ola["place"],
        "leder": ola["manager"],
        "epost": ola["mail"],
        "utloper": "30.06.2027",
        "merknad": ola["remark"],
    }
    return clerk.press(clerk.follow(opened(clerk), "Endre konto"), "Lagre konto", **(filled | different))


def joined(clerk: Visitor, groups: str, user_name: str = "olanor") -> httpx.Response:
    return clerk.press(clerk.follow(opened(clerk, user_name), "Endre grupper"), "Lagre grupper", grupper=groups)


def disabled(clerk: Visitor, remark: str = "Sperret 30.11.2026, bestilling BRK-9003") -> httpx.Response:
    return clerk.press(clerk.follow(opened(clerk), "Sperr konto"), "Sperr konto", merknad=remark)


def given(clerk: Visitor, user_name: str = "olanor", **different: str) -> httpx.Response:
    form = clerk.follow(opened(clerk, user_name), "Sett passord")
    typed = {"passord": PASSWORD, "gjentatt": PASSWORD, "bytte": "ja", "apne": "ja"} | different
    return clerk.press(form, "Sett passord", **typed)


def sign_in(katalog: Katalog, user_name: str = "olanor", secret: str = PASSWORD) -> str:
    return katalog.post("sign-ins", {"user_name": user_name, "secret": secret})["result"]


class TestFinding:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("brukernavn", "olanor"),
            ("brukernavn", "OlaNor"),
            ("ansattnr", "104417"),
            ("personnokkel", OLA["person_key"]),
            ("etternavn", "Nordhaug Åsen"),
        ],
    )
    def test_by_each_key(self, katalog: Katalog, clerk: Visitor, field: str, value: str) -> None:
        katalog.post("accounts", [account("kariba", family_name="Bakkehaug", employee_no="1", person_key="")])
        page = search(clerk, **{field: value})
        assert heading(page) == "Kontotreff"
        assert rows(page, "Kontoer") == [
            [
                "olanor",
                "Nordhaug Åsen",
                "Ola",
                "104417",
                "8f14e45fceea167a5a36dedd4bea2543",
                "312900114, 312900122",
                "30.06.2027",
                "Aktiv",
                "Åpne",
            ]
        ]

    def test_all_that_is_typed_must_fit(self, clerk: Visitor) -> None:
        assert [hit[0] for hit in rows(search(clerk, etternavn="Nordhaug Åsen"))] == ["kariba", "olanor"]
        assert [hit[0] for hit in rows(search(clerk, etternavn="Nordhaug Åsen", fornavn="Ola"))] == ["olanor"]

    @pytest.mark.parametrize("value", ["olano", "*", "%", "ol_nor", "(uid=*)", "' or 1=1 --", "<b>"])
    def test_nothing_is_a_pattern(self, clerk: Visitor, value: str) -> None:
        page = search(clerk, brukernavn=value)
        assert rows(page, "Kontoer") == []
        assert "Fant ingen konto" in text_of(page.text)

    def test_something_must_be_typed(self, clerk: Visitor) -> None:
        assert "Fyll ut minst ett felt." in search(clerk, brukernavn="  ").text

    def test_no_address_says_who_is_sought(self, clerk: Visitor) -> None:
        opened(clerk)
        assert not [address for address in clerk.visited if "olanor" in address]

    def test_everybody_page_by_page(self, katalog: Katalog, clerk: Visitor) -> None:
        katalog.post("accounts", [account(f"bruker{n:03}") for n in range(199)])
        pages = [clerk.follow(clerk.get("/kontoer"), "Alle kontoer")]
        while "Neste side" in pages[-1].text:
            pages.append(clerk.follow(pages[-1], "Neste side"))
        assert [details(page) for page in pages] == [{"Antall kontoer": "201", "Side": f"{n} av 3"} for n in (1, 2, 3)]
        assert [len(rows(page)) for page in pages] == [100, 100, 1]
        assert len({row[0] for page in pages for row in rows(page)}) == 201

    @pytest.mark.parametrize("page", ["0", "-1", "to", ""])
    def test_what_is_no_page(self, clerk: Visitor, page: str) -> None:
        assert clerk.get(f"/kontoer/alle?side={page}").status_code == 404


class TestAccount:
    def test_all_about_it(self, clerk: Visitor) -> None:
        page = opened(clerk)
        assert heading(page) == "Konto"
        assert details(page) == {
            "Brukernavn": "olanor",
            "Etternavn": "Nordhaug Åsen",
            "Fornavn": "Ola",
            "Ansattnr.": "104417",
            "Personnøkkel": "8f14e45fceea167a5a36dedd4bea2543",
            "Enheter": "312900114, 312900122",
            "Leder": "kariba",
            "Status": "Aktiv",
            "Plassering": "Skole",
            "Utløper": "30.06.2027",
            "E-post": "ola.nordhaug@skole.example",
            "Skjult i adresselisten": "Nei",
            "Passord må byttes": "Nei",
            "Merknad": "Vikar for Øystein",
        }
        assert rows(page, "Medlem av") == [["SKOLE-ALLE"], ["SKOLE-LÆRERE"]]

    def test_what_an_active_one_cannot(self, clerk: Visitor) -> None:
        page = opened(clerk)
        assert [text for text in ("Gjenåpne konto", "Flytt til Slettes", "Slett konto") if text in page.text] == []

    @pytest.mark.parametrize("path", ["/kontoer/999", "/kontoer/999/endre", "/kontoer/999/sperret", "/kontoer/1/tull"])
    def test_one_that_is_not_there(self, clerk: Visitor, path: str) -> None:
        page = clerk.get(path)
        assert (page.status_code, heading(page)) == (404, "Siden finnes ikke")

    def test_the_groups_there_are(self, clerk: Visitor) -> None:
        page = clerk.get("/grupper")
        assert rows(page, "Alle grupper") == [["ADM-ALLE", "0"], ["SKOLE-ALLE", "1"], ["SKOLE-LÆRERE", "1"]]


class TestNewAccount:
    def test_can_be_used_by_nobody(self, katalog: Katalog, clerk: Visitor) -> None:
        page = made(clerk)
        assert (heading(page), details(page)["Status"]) == ("Kontoen er opprettet", "Sperret")
        assert stored(katalog, "perost") == {
            "user_name": "perost",
            "family_name": "Østgård",
            "given_name": "Per",
            "employee_no": "104418",
            "person_key": "c9f0f895fb98ab9159f51fd0297e236d",
            "units": ["312900114", "312900122"],
            "place": "Skole",
            "groups": [],
            "manager": "olanor",
            "mail": "per.ostgard@skole.example",
            "hidden": False,
            "expires": "2027-06-30",
            "remark": "Bestilling BRK-9003",
            "state": "DISABLED",
        }
        assert sign_in(katalog, "perost", "") == "REFUSED"

    def test_only_names_and_place_are_needed(self, katalog: Katalog, clerk: Visitor) -> None:
        clerk.press(
            clerk.get("/kontoer/ny"),
            "Opprett konto",
            brukernavn="perost",
            etternavn="Østgård",
            fornavn="Per",
            plassering="Helse",
        )
        made_one = stored(katalog, "perost")
        assert (made_one["units"], made_one["expires"], made_one["employee_no"]) == ([], None, "")

    @pytest.mark.parametrize("taken", ["olanor", "Olanor"])
    def test_a_name_is_there_once(self, katalog: Katalog, clerk: Visitor, taken: str) -> None:
        katalog.post("accounts", [account(taken)])
        page = made(clerk, brukernavn="olanor")
        assert heading(page) == "Ny konto"
        assert "Kontoen kan ikke lagres" in page.text
        assert "Brukernavnet er i bruk." in page.text
        assert len(katalog.get("accounts")) == 2

    def test_the_same_person_may_have_two(self, katalog: Katalog, clerk: Visitor) -> None:
        made(clerk)
        made(clerk, brukernavn="perost2")
        assert katalog.get("summary")["accounts_twice"] == 1

    @pytest.mark.parametrize(
        "text", ["<b>Per</b>", "*)(uid=*", "O'Brien & Sønn; DROP TABLE", 'Å"ø', "x" * 64, "Pérez ßœ 李"]
    )
    def test_text_is_stored_exactly(self, katalog: Katalog, clerk: Visitor, text: str) -> None:
        made(clerk, etternavn=text)
        assert stored(katalog, "perost")["family_name"] == text
        assert rows(search(clerk, etternavn=text))[0][0] == "perost"

    @pytest.mark.parametrize(
        ("field", "value", "word"),
        [
            ("brukernavn", "", "Må fylles ut."),
            ("brukernavn", "x" * 21, "Brukernavn har høyst 20 tegn"),
            ("brukernavn", "per*", "Brukernavn har høyst 20 tegn"),
            ("brukernavn", "Per", "Brukernavn har høyst 20 tegn"),
            ("etternavn", "x" * 65, "Kan ha høyst 64 tegn."),
            ("etternavn", "", "Må fylles ut."),
            ("fornavn", " Per", "Ugyldige tegn eller overflødige mellomrom."),
            ("fornavn", "Per  Ola", "Ugyldige tegn eller overflødige mellomrom."),
            ("fornavn", "Per\nOla", "Ugyldige tegn eller overflødige mellomrom."),
            ("fornavn", "Per\x00", "Ugyldige tegn eller overflødige mellomrom."),
            ("enheter", "312900114,312900122", "Skriv enhetene som 312900114, 312900115."),
            ("plassering", "Kantina", "Ukjent plassering."),
            ("plassering", "Slettes", "Ukjent plassering."),
            ("leder", "ingen", "Fant ingen bruker med dette navnet."),
            ("epost", "per", "Skriv en e-postadresse."),
            ("utloper", "31.06.2027", "Skriv datoen som dd.mm.åååå."),
            ("merknad", "x" * 201, "Kan ha høyst 200 tegn."),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, katalog: Katalog, clerk: Visitor, field: str, value: str, word: str
    ) -> None:
        page = made(clerk, **{field: value})
        assert heading(page) == "Ny konto"
        assert f'id="{field}-feil">{word}' in page.text
        assert katalog.get("accounts", user_name="perost") == []


class TestChange:
    def test_of_what_is_known(self, katalog: Katalog, clerk: Visitor) -> None:
        page = changed(katalog, clerk, fornavn="Ola <i>", plassering="Helse", enheter="", utloper="", skjult="ja")
        assert heading(page) == "Kontoen er lagret"
        expected: dict[str, Any] = {
            "given_name": "Ola <i>",
            "place": "Helse",
            "units": [],
            "expires": None,
            "hidden": True,
        }
        assert stored(katalog, "olanor") == OLA | expected

    def test_is_refused_as_a_new_one_would_be(self, katalog: Katalog, clerk: Visitor) -> None:
        page = changed(katalog, clerk, etternavn="x" * 300, epost="nei")
        assert heading(page) == "Endre konto"
        assert 'id="etternavn-feil"' in page.text
        assert 'id="epost-feil"' in page.text
        assert stored(katalog, "olanor") == OLA

    def test_of_groups(self, katalog: Katalog, clerk: Visitor) -> None:
        page = joined(clerk, "SKOLE-LÆRERE\r\nADM-ALLE\r\n\r\nADM-ALLE")
        assert heading(page) == "Gruppene er lagret"
        assert stored(katalog, "olanor")["groups"] == ["ADM-ALLE", "SKOLE-LÆRERE"]
        joined(clerk, "")
        assert stored(katalog, "olanor")["groups"] == []

    def test_of_groups_there_are_not(self, katalog: Katalog, clerk: Visitor) -> None:
        page = joined(clerk, "ADM-ALLE\nADM-<b>")
        assert heading(page) == "Endre grupper"
        assert "Ukjent gruppe: ADM-&lt;b&gt;" in page.text
        assert stored(katalog, "olanor") == OLA


class TestSigningIn:
    def test_a_password_that_must_be_changed(self, katalog: Katalog, clerk: Visitor) -> None:
        made(clerk)
        page = given(clerk, "perost")
        assert (heading(page), details(page)["Status"]) == ("Passordet er satt", "Aktiv")
        assert sign_in(katalog, "perost") == "MUST_CHANGE"
        assert sign_in(katalog, "perost", PASSWORD + "x") == "REFUSED"
        assert details(opened(clerk, "perost"))["Passord må byttes"] == "Ja"

    def test_one_that_need_not_be(self, katalog: Katalog, clerk: Visitor) -> None:
        given(clerk, bytte="")
        assert sign_in(katalog) == "SIGNED_IN"

    def test_an_account_may_stay_disabled(self, katalog: Katalog, clerk: Visitor) -> None:
        disabled(clerk)
        given(clerk, apne="")
        assert sign_in(katalog) == "REFUSED"
        clerk.press(clerk.follow(opened(clerk), "Gjenåpne konto"), "Gjenåpne konto")
        assert sign_in(katalog) == "MUST_CHANGE"

    @pytest.mark.parametrize(
        ("password", "again", "word"),
        [
            ("Hemmelig-14", "Hemmelig-15", "Passordene er ikke like."),
            ("x" * 7, "x" * 7, "8 til 128 tegn"),
            ("x" * 129, "x" * 129, "8 til 128 tegn"),
        ],
    )
    def test_one_that_is_refused(self, katalog: Katalog, clerk: Visitor, password: str, again: str, word: str) -> None:
        page = given(clerk, passord=password, gjentatt=again)
        assert heading(page) == "Sett passord"
        assert word in page.text
        assert password not in page.text
        assert katalog.get("writes") == []

    @pytest.mark.parametrize("length", [8, 128])
    def test_the_shortest_and_the_longest(self, katalog: Katalog, clerk: Visitor, length: int) -> None:
        given(clerk, passord="x" * length, gjentatt="x" * length)
        assert sign_in(katalog, secret="x" * length) == "MUST_CHANGE"

    def test_nobody_knows_the_password_of_a_disabled_one(self, katalog: Katalog, clerk: Visitor) -> None:
        given(clerk)
        page = disabled(clerk)
        assert (heading(page), details(page)["Status"]) == ("Kontoen er sperret", "Sperret")
        assert stored(katalog, "olanor")["remark"] == "Sperret 30.11.2026, bestilling BRK-9003"
        assert sign_in(katalog) == "REFUSED"
        clerk.press(clerk.follow(opened(clerk), "Gjenåpne konto"), "Gjenåpne konto")
        assert stored(katalog, "olanor")["state"] == "ACTIVE"
        assert sign_in(katalog) == "REFUSED"

    def test_a_remark_that_is_too_long(self, katalog: Katalog, clerk: Visitor) -> None:
        page = disabled(clerk, "x" * 201)
        assert 'id="merknad-feil">Kan ha høyst 200 tegn.' in page.text
        assert stored(katalog, "olanor") == OLA


class TestEnd:
    def test_putting_aside(self, katalog: Katalog, clerk: Visitor) -> None:
        disabled(clerk)
        page = clerk.press(
            clerk.follow(opened(clerk), "Flytt til Slettes"), "Flytt til Slettes", merknad="Slettes i mars"
        )
        assert (heading(page), details(page)["Status"]) == ("Kontoen er flyttet", "Venter på sletting")
        expected = {"place": "Slettes", "hidden": True, "remark": "Slettes i mars", "state": "PENDING_DELETE"}
        assert stored(katalog, "olanor") == OLA | expected

    def test_one_put_aside_can_be_changed_there_and_taken_back(self, katalog: Katalog, clerk: Visitor) -> None:
        katalog.post("accounts", [account(state="PENDING_DELETE")])
        assert heading(changed(katalog, clerk, fornavn="Olav")) == "Kontoen er lagret"
        assert stored(katalog, "olanor")["state"] == "PENDING_DELETE"
        changed(katalog, clerk, plassering="Helse")
        assert stored(katalog, "olanor")["state"] == "DISABLED"

    @pytest.mark.parametrize("state", ["DISABLED", "PENDING_DELETE"])
    def test_deletion_of_a_disabled_one(self, katalog: Katalog, clerk: Visitor, state: str) -> None:
        katalog.post("accounts", [account(state=state)])
        form = clerk.follow(opened(clerk), "Slett konto")
        assert "Må krysses av." in clerk.press(form, "Slett konto").text
        page = clerk.press(form, "Slett konto", bekreftet="ja")
        assert heading(page) == "Kontoen er slettet"
        assert katalog.get("accounts", user_name="olanor") == []
        assert details(search(clerk, brukernavn="olanor")) == {"Antall treff": "0"}
        assert rows(clerk.get("/grupper"), "Alle grupper")[1] == ["SKOLE-ALLE", "0"]
        assert clerk.press(form, "Slett konto", bekreftet="ja").status_code == 404

    @pytest.mark.parametrize(
        ("path", "button", "typed"),
        [("flytt", "Flytt til Slettes", {"merknad": ""}), ("slett", "Slett konto", {"bekreftet": "ja"})],
    )
    def test_not_of_an_active_one(
        self, katalog: Katalog, clerk: Visitor, path: str, button: str, typed: dict[str, str]
    ) -> None:
        address = str(opened(clerk).url.copy_with(path=f"{opened(clerk).url.path}/{path}"))
        page = clerk.press(clerk.get(address), button, **typed)
        assert "Kontoen må sperres først." in page.text
        assert stored(katalog, "olanor") == OLA
