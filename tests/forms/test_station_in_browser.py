"""The vaccination form in a real browser, over one working day: whole flows, a scanner, a connection that drops, two taps."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from common.clock import OSLO, system
from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.privacy.key_file import KeyFile
from common.settings import ApiSettings, DatabaseSettings, DeploymentSettings, Environment, RedisSettings
from common.web.parts import Settings
from tests.forms.screen import NARROW, WIDE, Screen
from tests.forms.station import BJORN, HPR, SOLVEIG, Standing, needs_a_person, served
from tests.web.keys import write_keys

PAGE = "/forms/vaccination"
NOBODY = "17838410103"
ANSWERS = {
    "answer.ALLERGIC_REACTION": "nei",
    "answer.ACUTE_ILLNESS": "nei",
    "answer.BLEEDING_RISK": "nei",
    "indication": "AGE",
    "consent": "ja",
    "dose_no": "1",
    "site": "LEFT_ARM",
    "reaction_observed": "nei",
}
OF_THE_STATION = {"vaccine_code": "BNT03", "batch_no": "syn1234", "vaccinator_hpr": HPR}


@pytest.fixture(scope="module")
def standing(
    postgres: EmbeddedPostgres,
    template_database: str,
    redis_server: EmbeddedRedis,
    worker_keys: tuple[dict[str, str], list[dict[str, object]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[Standing]:
    name, folder = f"test_{uuid4().hex}", tmp_path_factory.mktemp("station")
    KeyFile(folder / "keyring.json").create()
    settings = Settings(
        api=ApiSettings(keys=write_keys(folder / "keys.json", worker_keys[1])),
        database=DatabaseSettings(url=postgres.url_of(name)),
        redis=RedisSettings(url=redis_server.url),
        deployment=DeploymentSettings(environment=Environment.TEST, keyring=folder / "keyring.json"),
    )
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f"create database {name} template {template_database}".encode())
        with served(settings, worker_keys[0]) as station:
            soon = (system() + timedelta(hours=1)).isoformat()
            station.do(station.station.book("B-50001", appointment_time=soon))
            yield station
        admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture(scope="module")
def shared_screen(standing: Standing) -> Generator[Screen]:
    found = Screen()
    found.size(NARROW)
    sign_in(found, standing, "anne")
    yield found
    found.close()


@pytest.fixture
def screen(shared_screen: Screen, standing: Standing) -> Screen:
    """The form, opened anew, with a network and nothing lost on it."""
    shared_screen.connected(True)
    standing.line.loses = lambda _method, _path: False
    shared_screen.open(standing.url + PAGE)
    return shared_screen


def sign_in(screen: Screen, standing: Standing, worker: str, path: str = PAGE) -> None:
    screen.open(f"{standing.url}/logg-inn?til={path}")
    assert screen.axe() == []
    screen.write("#nokkel", standing.station.keys[worker])
    screen.tap("form[action='/logg-inn/nokkel'] button")
    screen.until(f"location.pathname === '{path}' && document.readyState === 'complete'")


def find(screen: Screen, text: str) -> None:
    screen.write("#sok", text)
    screen.key("Enter")
    screen.until("document.getElementById('dose').checkVisibility()")


def fill_in(screen: Screen, **changes: str) -> None:
    screen.fill(ANSWERS | OF_THE_STATION | changes)


def cases(standing: Standing) -> int:
    return len(standing.do(standing.station.stored()))


def is_sent(screen: Screen) -> None:
    screen.until("document.getElementById('melding').textContent.startsWith('Sendt:')")


def leaving_is_warned_of(screen: Screen) -> bool:
    return bool(
        screen.js(
            "(() => { const e = new Event('beforeunload', {cancelable: true}); return !window.dispatchEvent(e); })()"
        )
    )


def looks_right(screen: Screen, state: str, pictures: Path) -> None:
    """No rule of axe-core broken and nothing beyond the edge, on a phone and on a large screen."""
    for width in (WIDE, NARROW):
        screen.size(width)
        screen.picture(pictures / f"{state}-{width}.png")
        assert screen.axe() == [], (state, width)
        assert screen.overflow(width) == 0, (state, width)


def test_a_person_from_booking_to_registered(screen: Screen, standing: Standing, tmp_path: Path) -> None:
    before = cases(standing)
    looks_right(screen, "empty", tmp_path)
    assert not leaving_is_warned_of(screen)
    screen.write("#sok", SOLVEIG[:-1] + "7")
    screen.key("Enter")
    assert "kontroller alle" in screen.until("document.getElementById('sok-feil').textContent")
    screen.js("document.getElementById('sok').select()")
    screen.scan("B-50001")
    screen.until("document.getElementById('dose').checkVisibility()")
    assert (screen.text("#hvem"), screen.focused()) == ("Solveig Myrvold", "hvem")
    assert screen.value("dose_no") == "2"  # as it was booked
    assert not screen.shown("#identitet")
    assert SOLVEIG not in screen.text("body")
    assert leaving_is_warned_of(screen)
    looks_right(screen, "form", tmp_path)

    screen.tap("#send")
    assert screen.focused() == "oppsummering"
    assert "Svar ja eller nei på spørsmålet om allergisk reaksjon." in screen.text("#oppsummering")
    looks_right(screen, "wrong", tmp_path)
    assert screen.js("document.getElementById('site').getAttribute('aria-invalid')") == "true"
    screen.tap("#oppsummering li:first-child a")
    assert screen.focused() == "answer.ALLERGIC_REACTION"
    fill_in(screen)
    assert not screen.shown("#oppsummering")
    screen.write("#vaccinator_hpr", "12345")
    screen.key("Tab")
    assert screen.text("#vaccinator_hpr-feil") == "HPR-nummeret har 7 til 9 sifre."
    screen.write("#vaccinator_hpr", HPR)
    assert screen.js("document.getElementById('vaccinator_hpr-feil').textContent") == ""
    looks_right(screen, "filled", tmp_path)
    screen.tap("#send")
    is_sent(screen)
    assert "S. M." in screen.text("#linjer")
    assert screen.text("[data-count=sent]") == "1"
    assert screen.focused() == "sok"
    assert cases(standing) == before + 1
    looks_right(screen, "sent", tmp_path)

    standing.do(standing.station.end())
    screen.js("window.dispatchEvent(new Event('focus'))")
    screen.until("document.querySelector('#linjer .registered')")
    assert screen.text("[data-count=registered]") == "1"
    # The next person's form begins with the station's vaccine and batch, and nothing of the last person's.
    find(screen, BJORN)
    kept = {name: screen.value(name) for name in ("vaccine_code", "batch_no", "vaccinator_hpr")}
    assert kept == {"vaccine_code": "BNT03", "batch_no": "syn1234", "vaccinator_hpr": HPR}
    rest = ("site", "indication", "answer.ACUTE_ILLNESS", "given_name", "remark", "dose_no")
    assert {screen.value(name) for name in rest} == {""}
    assert screen.value("person_id") == BJORN
    looks_right(screen, "unknown", tmp_path)


def test_the_keyboard_alone(screen: Screen, standing: Standing) -> None:
    before = cases(standing)
    find(screen, "B-50001")
    for _ in range(40):
        screen.key("Tab")
        name = screen.focused()
        kind = screen.js("document.activeElement.type")
        if (
            (kind == "radio" and screen.value(name) == "")
            or (kind == "checkbox" and name == "consent")
            or kind == "submit"
        ):
            screen.key(" ")
        elif name == "indication":
            for letter in "Alder":
                screen.key(letter)
        elif name == "vaccinator_hpr" and not screen.value(name):
            screen.write("#vaccinator_hpr", HPR)
        elif name == "batch_no":
            screen.write("#batch_no", "SYN-77")
            screen.key("Enter")  # goes on, and sends nothing
            assert screen.focused() == "dose_no"
            screen.key(" ")
        if name == "send":
            break
    is_sent(screen)
    assert cases(standing) == before + 1


def test_a_scanner_types_wherever_the_focus_is(screen: Screen, standing: Standing) -> None:
    find(screen, "B-50001")
    screen.js("document.querySelector('[name=site]').focus()")
    screen.scan("SYN-4711")
    assert (screen.value("batch_no"), screen.text("#melding")) == ("SYN-4711", "Batch SYN-4711 er skannet.")
    screen.js("document.getElementById('vaccinator_hpr').focus()")
    screen.write("#vaccinator_hpr", "9999102")
    screen.scan("SYN-4712")
    assert (screen.value("batch_no"), screen.value("vaccinator_hpr")) == ("SYN-4712", "9999102")
    screen.write("#batch_no", "")
    screen.scan("010569314100001417300600101ABC123\x1d21999")  # GS1: product, expiry at the month's end, batch, serial
    assert (screen.value("batch_no"), screen.value("expiry_date")) == ("1ABC123", "2030-06-30")
    assert screen.shown("#dose")


def test_two_taps_are_one_case(screen: Screen, standing: Standing) -> None:
    before = cases(standing)
    find(screen, "B-50001")
    fill_in(screen)
    screen.tap("#send", times=2)
    is_sent(screen)
    screen.js("document.getElementById('dose').requestSubmit()")
    assert cases(standing) == before + 1


def test_a_dropped_connection_loses_nothing(screen: Screen, standing: Standing, tmp_path: Path) -> None:
    before = cases(standing)
    find(screen, "B-50001")
    fill_in(screen)
    screen.connected(False)
    screen.tap("#send")
    screen.until("document.querySelector('#linjer .waiting') && document.getElementById('nett').checkVisibility()")
    assert "Ingen forbindelse. 1 skjema ligger trygt" in screen.text("#nett")
    assert leaving_is_warned_of(screen)
    looks_right(screen, "offline", tmp_path)
    # The next person does not wait for the network.
    find(screen, BJORN)
    assert "Oppslaget virker ikke nå" in screen.text("#merk")
    screen.fill({"given_name": "Bjørn", "family_name": "Åsen"})
    fill_in(screen, dose_no="2")
    screen.tap("#send")
    screen.until("document.querySelectorAll('#linjer .waiting').length === 2")
    assert cases(standing) == before
    screen.connected(True)
    screen.until("!document.querySelector('#linjer .waiting') && !document.getElementById('nett').checkVisibility()")
    assert not leaving_is_warned_of(screen)
    assert cases(standing) == before + 2


def test_an_answer_that_is_lost_makes_no_second_case(screen: Screen, standing: Standing) -> None:
    before = cases(standing)
    losing = [True]
    standing.line.loses = lambda method, path: method == "POST" and path == PAGE and bool(losing and losing.pop())
    find(screen, "B-50001")
    fill_in(screen)
    screen.tap("#send")
    is_sent(screen)
    assert (standing.line.lost, cases(standing)) == (1, before + 1)


def test_what_the_service_refuses_comes_back_to_be_corrected(
    screen: Screen, standing: Standing, tmp_path: Path
) -> None:
    before = cases(standing)
    find(screen, NOBODY)
    screen.fill({"person_id": "30828810185", "given_name": "Solveig", "family_name": "Myrvold"})  # 30 February
    fill_in(screen)
    yesterday = (system().astimezone(OSLO) - timedelta(days=1)).date().isoformat()
    screen.tap("#mer summary")
    for name, value, told in (
        ("expiry_date", yesterday, "gått ut på dato"),
        ("vaccinated_at", "2026-01-01T12:00", "høyst 30 dager"),
        ("vaccinated_at", "2099-01-01T12:00", "fram i tid"),
    ):
        field = f"document.getElementById('{name}')"
        typed = f"{field}.dispatchEvent(new Event('change', {{bubbles: true}}))"
        kept = screen.js(f"(() => {{ const was = {field}.value; {field}.value = '{value}'; {typed}; return was; }})()")
        assert told in screen.text(f"#{name}-feil")
        screen.js(f"(() => {{ {field}.value = '{kept}'; {typed}; }})()")
    screen.write("#remark", "Ringte lege")
    screen.tap("#send")
    screen.until("document.getElementById('oppsummering').checkVisibility()")
    assert "Fødselsnummeret er ikke gyldig" in screen.text("#oppsummering")
    looks_right(screen, "refused", tmp_path)
    assert (screen.value("remark"), screen.value("site"), cases(standing)) == ("Ringte lege", "LEFT_ARM", before)
    screen.write("#person_id", SOLVEIG)
    screen.tap("#send")
    is_sent(screen)
    assert cases(standing) == before + 1
    standing.do(standing.station.end(needs_a_person()))
    screen.js("window.dispatchEvent(new Event('focus'))")
    screen.until("document.querySelector('#linjer .attention')")
    assert "Navnet i fagsystemet er et annet" in screen.text("#linjer .attention")
    looks_right(screen, "attention", tmp_path)


def test_a_form_of_today_is_opened_again_and_corrected(screen: Screen, standing: Standing, tmp_path: Path) -> None:
    before, act = cases(standing), "#linjer .act button"
    find(screen, "B-50001")
    fill_in(screen, batch_no="syn7001", site="RIGHT_ARM")
    screen.tap("#send")
    is_sent(screen)
    screen.connected(False)
    screen.tap(act)
    screen.until("document.getElementById('melding').textContent.includes('kan ikke hentes akkurat nå')")
    screen.connected(True)
    # The list is drawn anew while somebody has come to the button by the keyboard.
    screen.js(f"document.querySelector('{act}').focus(); document.querySelector('#linjer li').id = 'former'; 0")
    screen.js("window.dispatchEvent(new Event('focus'))")
    screen.until("!document.getElementById('former')")
    assert screen.js("document.activeElement.ariaLabel").startswith("Rett skjemaet for S. M. kl. ")
    screen.key("Enter")
    screen.until("document.getElementById('dose').checkVisibility()")
    assert (screen.text("#hvem"), screen.focused()) == ("Solveig Myrvold", "hvem")
    kept = {name: screen.value(name) for name in ("batch_no", "site", "dose_no", "answer.ACUTE_ILLNESS", "consent")}
    assert list(kept.values()) == ["SYN7001", "RIGHT_ARM", "1", "nei", "ja"]
    assert SOLVEIG not in screen.text("body")
    looks_right(screen, "correcting", tmp_path)
    screen.tap(act)
    assert "Send eller avbryt skjemaet du har åpent først." in screen.text("#melding")
    screen.write("#batch_no", "SYN7002")
    screen.tap("#send")
    is_sent(screen)
    assert cases(standing) == before + 2
    screen.js("window.dispatchEvent(new Event('focus'))")
    screen.until("document.querySelector('#linjer li:nth-child(2) .told').innerText.startsWith('Rettet med skjemaet')")
    assert screen.text("#linjer li .what").endswith(", rettelse")
    assert not screen.shown("#linjer li:nth-child(2) .act")
    looks_right(screen, "corrected", tmp_path)
    assert screen.value("batch_no") == "syn7001"  # of the station, for the next person
    waiting = [case for case in standing.do(standing.station.stored()) if case["state"] == "queued"]
    for ending in [None] * (len(waiting) - 1) + [needs_a_person()]:
        standing.do(standing.station.end(ending))
    screen.tap(act)
    screen.until("document.getElementById('dose').checkVisibility()")
    assert (screen.text("#hvem"), screen.value("person_id"), screen.focused()) == ("Personen", SOLVEIG, "given_name")
    looks_right(screen, "doubted", tmp_path)


def test_signed_out_the_form_waits_for_the_same_person(screen: Screen, standing: Standing, tmp_path: Path) -> None:
    before = cases(standing)
    find(screen, "B-50001")
    fill_in(screen)
    sessions = standing.station.app.state.reception.sessions
    standing.do(sessions.end_all_of("anne"))
    screen.tap("#send")
    screen.until("document.getElementById('inn').checkVisibility()")
    looks_right(screen, "signed-out", tmp_path)
    assert leaving_is_warned_of(screen)
    for worker in ("berit", "anne"):  # in another tab
        key = standing.station.keys[worker]
        screen.js(
            f"fetch('/logg-inn/nokkel', {{method: 'POST', body: new URLSearchParams({{nokkel: '{key}', til: '{PAGE}'}})}})"
            ".then((answer) => answer.text()).then(() => 0)"
        )
        screen.js("window.dispatchEvent(new Event('focus'))")
        if worker == "berit":
            screen.until("document.getElementById('nett').textContent.startsWith('En annen er logget inn')")
            assert cases(standing) == before
    is_sent(screen)
    assert [case["caller"] for case in standing.do(standing.station.stored())][before:] == ["anne"]


def test_nothing_about_anybody_stays_in_the_browser(screen: Screen, standing: Standing) -> None:
    find(screen, BJORN)
    screen.fill({"given_name": "Bjørn", "family_name": "Åsen"})
    fill_in(screen)
    screen.tap("#send")
    is_sent(screen)
    stored = screen.js(
        "(async () => [localStorage.length, sessionStorage.length, document.cookie, (await caches.keys()).length,"
        "(await indexedDB.databases()).length, (await navigator.serviceWorker.getRegistrations()).length, history.state])()"
    )
    assert stored == [0, 0, "", 0, 0, 0, None]
    addresses = screen.js("[location.href, ...performance.getEntries().map((entry) => entry.name)].join(' ')")
    assert not any(text in addresses for text in (BJORN, SOLVEIG, "B-50001", "Bj"))
    assert screen.profile_holds(SOLVEIG, BJORN, "Myrvold", "Bjørn") == []


def test_the_other_pages_too(screen: Screen, standing: Standing) -> None:
    """The work list, a case, and what is said when something is not allowed, break no rule either."""
    find(screen, "B-50001")
    fill_in(screen)
    screen.tap("#send")
    is_sent(screen)
    standing.do(standing.station.end(needs_a_person()))
    sign_in(screen, standing, "leser", "/arbeidsliste")
    case = next(case for case in standing.do(standing.station.stored()) if case["state"] == "manual")
    for path in ("/arbeidsliste", f"/arbeidsliste/saker/{case['id']}", PAGE):
        screen.open(standing.url + path)
        for width in (WIDE, NARROW):
            screen.size(width)
            assert screen.axe() == [], (path, width)
            assert screen.overflow(width) == 0, (path, width)
