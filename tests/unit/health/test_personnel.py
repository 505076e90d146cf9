"""HPR numbers looked up at a real HTTP server: what it says counts, and whatever else it does stops no vaccination."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from doses import a_vaccination
from hspro_in_memory import journal
from vaccination_office import Office

from common.errors import ConfigurationError, InvalidValue
from common.process import OutcomeCode
from common.settings import load
from common.testing import Person, person
from health_svc.doses.personnel import AWAY, HprLookup, HprSettings, Standing, lookup

ANNE, BERIT = "9999101", "9999102"


@dataclass
class Register:
    """A register of health personnel: by number, status and body; what it does not know is another site's 404 page."""

    says: dict[str, tuple[int, Any]] = field(default_factory=dict[str, tuple[int, Any]])
    asked: list[str] = field(default_factory=list[str])
    tokens: set[str | None] = field(default_factory=set[str | None])
    silent: threading.Event = field(default_factory=threading.Event)
    """Set: answers at once. Cleared: says nothing."""
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        number = handler.path.rpartition("/")[2]
        self.asked.append(number)
        self.tokens.add(handler.headers["Authorization"])
        self.silent.wait(20)
        status, told = self.says.get(number, (404, "<h1>Not found</h1>"))
        body = (told if isinstance(told, str) else json.dumps(told)).encode()
        handler.send_response(status)
        if status == 302:
            handler.send_header("Location", f"{self.url}/{BERIT}")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def listening(register: Register) -> Generator[Register]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            register.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    register.url = f"http://127.0.0.1:{server.server_port}/hpr"
    register.silent.set()
    try:
        yield register
    finally:
        register.silent.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def register() -> Generator[Register]:
    with listening(Register({ANNE: (200, {"active": True}), BERIT: (200, {"active": False})})) as here:
        yield here


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def asking(register: Register, clock: Clock | None = None, **settings: Any) -> HprLookup:
    return HprLookup(register.url, clock=clock or Clock(), **settings)


SAID: list[tuple[tuple[int, Any], Standing]] = [
    ((200, {"active": True}), Standing.ACTIVE),
    ((200, {"active": False}), Standing.INACTIVE),
    ((404, {"active": False}), Standing.INACTIVE),
    ((404, {"active": True}), Standing.NOT_CHECKED),
    ((404, "<h1>Not found</h1>"), Standing.NOT_CHECKED),
    ((200, {"active": "true"}), Standing.NOT_CHECKED),
    ((200, {"active": 1}), Standing.NOT_CHECKED),
    ((200, {}), Standing.NOT_CHECKED),
    ((200, [{"active": False}]), Standing.NOT_CHECKED),
    ((200, "maintenance"), Standing.NOT_CHECKED),
    ((302, {"active": False}), Standing.NOT_CHECKED),
    ((401, {"active": False}), Standing.NOT_CHECKED),
    ((503, {"active": False}), Standing.NOT_CHECKED),
]


class TestTheLookup:
    @pytest.mark.parametrize(("said", "standing"), SAID)
    def test_believes_only_what_is_said_in_so_many_words(
        self, register: Register, said: tuple[int, Any], standing: Standing
    ) -> None:
        register.says[ANNE] = said
        assert asking(register).standing(ANNE) is standing
        assert register.asked == [ANNE]

    def test_keeps_an_answer_as_long_as_it_is_told(self, register: Register) -> None:
        clock = Clock()
        known = asking(register, clock, kept=600)
        assert known.standing(ANNE) is Standing.ACTIVE
        register.says[ANNE] = (200, {"active": False})
        clock.now += 599.9
        assert known.standing(ANNE) is Standing.ACTIVE
        clock.now += 0.1
        assert known.standing(ANNE) is Standing.INACTIVE
        assert register.asked == [ANNE, ANNE]

    def test_leaves_alone_for_a_while_what_does_not_answer(self, register: Register) -> None:
        clock = Clock()
        known = asking(register, clock, kept=10)
        assert known.standing(ANNE) is Standing.ACTIVE
        register.says |= {BERIT: (503, "")}
        assert known.standing(BERIT) is Standing.NOT_CHECKED
        clock.now += AWAY - 0.1
        register.says |= {BERIT: (200, {"active": False})}
        assert known.standing(BERIT) is Standing.NOT_CHECKED
        assert known.standing(ANNE) is Standing.NOT_CHECKED  # what was known of her holds no longer
        clock.now += 0.1
        assert known.standing(BERIT) is Standing.INACTIVE
        assert register.asked == [ANNE, BERIT, BERIT]

    def test_says_what_it_knows_while_the_register_is_away(self, register: Register) -> None:
        known = asking(register)
        known.standing(ANNE)
        assert known.standing("9999103") is Standing.NOT_CHECKED
        assert known.standing(ANNE) is Standing.ACTIVE

    def test_waits_no_longer_than_it_may(self, register: Register) -> None:
        register.silent.clear()
        assert asking(register, timeout=0.1).standing(ANNE) is Standing.NOT_CHECKED

    def test_goes_on_where_nobody_listens_or_the_token_has_gone(self, register: Register, tmp_path: Path) -> None:
        nobody = HprLookup("http://127.0.0.1:9/hpr")
        assert nobody.standing(ANNE) is Standing.NOT_CHECKED
        assert asking(register, token_file=tmp_path / "gone").standing(ANNE) is Standing.NOT_CHECKED

    def test_shows_its_token_and_never_follows_another_address(self, register: Register, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("s3cret\n")
        register.says[ANNE] = (302, "")
        asking(register, token_file=tmp_path / "token").standing(ANNE)
        assert (register.asked, register.tokens) == ([ANNE], {"Bearer s3cret"})


class TestTheSetting:
    @pytest.mark.parametrize("odd", ["hpr.example", "ftp://hpr.example", "https://hpr.example/?number=", "https://"])
    def test_is_an_address_to_which_a_number_is_added(self, monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
        monkeypatch.setenv("ROGER_HPR_URL", odd)
        with pytest.raises(ConfigurationError, match="ROGER_HPR_URL"):
            load(HprSettings)

    def test_is_off_by_itself(self) -> None:
        assert lookup() is None


class TestAVaccination:
    @pytest.fixture
    def office(self, monkeypatch: pytest.MonkeyPatch, register: Register) -> Office:
        monkeypatch.setenv("ROGER_HPR_URL", register.url)
        return Office()

    @pytest.fixture
    def kari(self, office: Office) -> Person:
        kari = person()
        office.hspro.know(kari, journal(number="J-7"))
        return kari

    def test_by_somebody_active_is_registered(self, office: Office, kari: Person) -> None:
        outcome = office.perform(a_vaccination(kari, vaccinator_hpr=ANNE))
        assert (outcome.code, outcome.detail["hpr"]) == (OutcomeCode.CREATED, "ACTIVE")

    @pytest.mark.parametrize("who", [{"vaccinator_hpr": BERIT}, {"vaccinator_hpr": ANNE, "prescriber_hpr": BERIT}])
    def test_by_somebody_inactive_is_for_a_person(self, office: Office, kari: Person, who: dict[str, str]) -> None:
        with pytest.raises(InvalidValue):
            office.perform(a_vaccination(kari, **who))
        assert office.hspro.forms == office.hspro.dose_forms == []

    @pytest.mark.parametrize("said", [(503, ""), (404, "<h1>Not found</h1>")])
    def test_goes_on_where_nobody_answers(
        self, office: Office, kari: Person, register: Register, said: tuple[int, str]
    ) -> None:
        register.says["9999109"] = said
        outcome = office.perform(a_vaccination(kari, vaccinator_hpr=ANNE, prescriber_hpr="9999109"))
        assert (outcome.code, outcome.detail["hpr"]) == (OutcomeCode.CREATED, "NOT_CHECKED")

    def test_is_decided_once(
        self, office: Office, kari: Person, register: Register, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A run that comes after a death goes by what the first one was told."""
        monkeypatch.setenv("ROGER_HPR_KEPT", "0")
        given = a_vaccination(kari, vaccinator_hpr=ANNE)
        office.perform(given)
        register.says[ANNE] = (200, {"active": False})
        office.hspro.case.recorded.pop("dose")
        assert office.perform(given).detail["hpr"] == "ACTIVE"
        assert register.asked == [ANNE]

    def test_without_a_lookup_says_nothing_of_it(
        self, office: Office, kari: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("ROGER_HPR_URL")
        assert "hpr" not in office.perform(a_vaccination(kari, vaccinator_hpr=BERIT)).detail
