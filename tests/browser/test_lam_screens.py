"""What only LAM's pages have: what the directory itself says afterwards, its moods, and two networks in one browser."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from directory_houses import account
from lam_house import LamHouse, lam_house
from pydantic import SecretStr

from common.browser.drift import look
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.errors import AccountOut, TargetDown, TargetRejected
from common.lease import Lease, now
from common.target import Account
from sandbox.lam.machine import missing
from tests.sandbox.visitor import Lam, starting
from useradmin_svc.directory.desk import Elevnett, TkNett
from useradmin_svc.directory.entry import AccountState, Arrangement
from useradmin_svc.directory.port import Wanted
from useradmin_svc.screens.lam.directory import LamDirectory

if TYPE_CHECKING:
    from common.browser.target import WebTarget

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}"),
]
SECRET = "Blåbær-17-kvist"
PEOPLE = "ou=Brukere,dc=tknett,dc=example"
ROBOT = ["-D", "uid=robot1,ou=Roboter,dc=tknett,dc=example", "-w", "robot1-secret"]
PER = Arrangement(
    family_name="Østgård",
    given_name="Per",
    employee_no="104418",
    person_key="c9f0f895",
    units=("312900114",),
    place="Skole",
    groups=("SKOLE-ALLE",),
    manager="olanor",
    mail="per@skole.example",
    hidden=False,
    expires=None,
    remark="",
)


class PupilsLam(Lam):
    title = "LAM (elevnett)"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Generator[LamHouse]:
    with lam_house(tmp_path_factory) as house:
        yield house


@pytest.fixture
def house(standing: LamHouse) -> LamHouse:
    standing.fresh()
    standing.seed([account()], ["SKOLE-ALLE"])
    return standing


def opened(browser: Browser, target: WebTarget, password: str | None = None) -> LamDirectory:
    robot = Account(target=target.name, name="robot1", password=password or "robot1-secret")
    return browser.open(LamDirectory.at(target), robot, Lease(fence=1, started=now(), seconds=60, margin=2))


@contextmanager
def fresh_browser(lam: Lam) -> Generator[Browser]:
    browser = Browser(BrowserSettings(), {"tknett": lam.url})
    yield browser
    browser.close()


def asked(lam: Lam, program: str, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """What OpenLDAP's own tools get to hear from the directory."""
    command = [program, "-x", "-H", lam.directory, *words]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def held(lam: Lam, condition: str) -> list[str]:
    return asked(lam, "ldapsearch", *ROBOT, "-LLL", "-b", "dc=tknett,dc=example", condition).stdout.splitlines()


def lets_in(lam: Lam, user_name: str, place: str) -> bool:
    dn = f"uid={user_name},ou={place},{PEOPLE}"
    return asked(lam, "ldapwhoami", "-D", dn, "-w", SECRET).returncode == 0


def test_all_that_is_looked_for_before_a_night_is_there(house: LamHouse) -> None:
    robot = Account(target="tknett", name="robot1", password="robot1-secret")
    with fresh_browser(house.lam) as browser:
        pages = list(look(TkNett.looks, browser, robot, Lease(fence=1, started=now(), seconds=60, margin=2)))
    assert {page.screen: page.drifted for page in pages} == dict.fromkeys(
        (f"tknett.{screen}" for screen in ("SignIn", "LamDirectory", "PersonTab", "Menu")), ()
    )


def test_the_directory_itself_knows_of_the_account_its_groups_and_its_lock(house: LamHouse) -> None:
    house.open().create("perost", PER)
    assert not lets_in(house.lam, "perost", "Skole")
    assert "memberUid: perost" in held(house.lam, "(cn=SKOLE-ALLE)")
    assert f"manager: uid=olanor,ou=Skole,{PEOPLE}" in held(house.lam, "(uid=perost)")

    house.open().set_secret("perost", SecretStr(SECRET))
    assert lets_in(house.lam, "perost", "Skole")
    known = dict(line.split(": ", 1) for line in held(house.lam, "(uid=perost)") if line.startswith("shadow"))
    today = (datetime.now(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert int(known["shadowLastChange"]) + int(known["shadowMax"]) < today, "an old password must be changed"

    house.open().disable("perost", remark="Sperret")
    assert not lets_in(house.lam, "perost", "Skole")
    house.open().set_aside("perost", remark="Sperret")
    assert not lets_in(house.lam, "perost", "Slettes")
    assert "memberUid: perost" not in held(house.lam, "(cn=SKOLE-ALLE)")


def test_a_manager_who_moves_stays_one_and_one_who_goes_does_not(house: LamHouse) -> None:
    house.open().create("perost", PER)
    house.open().arrange("olanor", PER.model_copy(update={"place": "Helse", "manager": "", "mail": ""}))
    assert f"manager: uid=olanor,ou=Helse,{PEOPLE}" in held(house.lam, "(uid=perost)")
    house.open().disable("olanor", remark="Sperret")
    house.open().delete("olanor")
    entry = house.open().entry("perost")
    assert entry is not None
    assert entry.manager == ""


def test_an_account_that_never_knew_of_old_passwords_must_change_its_new_one_too(house: LamHouse) -> None:
    bare = f"dn: uid=olanor,ou=Skole,{PEOPLE}\nchangetype: modify\n"
    for name in ("shadowLastChange", "shadowMax", "shadowExpire"):
        bare += f"delete: {name}\n-\n"
    bare += "delete: objectClass\nobjectClass: shadowAccount\n"
    assert asked(house.lam, "ldapmodify", *ROBOT, given=bare).returncode == 0
    house.open().set_secret("olanor", SecretStr(SECRET))
    assert house.sign_in("olanor", SECRET) == "MUST_CHANGE"


def test_an_account_whose_last_day_is_over_is_not_a_disabled_one(house: LamHouse) -> None:
    house.seed([account("anneli", expires="2020-01-31")])
    [anneli] = house.open().find(Wanted(user_name="anneli"))
    assert (anneli.state, anneli.expires and anneli.expires.isoformat()) == (AccountState.ACTIVE, "2020-01-31")


def test_nothing_of_an_account_stays_in_a_session_after_the_visit(house: LamHouse) -> None:
    def size() -> int:
        return sum(file.stat().st_size for file in Path(_data(house.lam), "lam", "sess").iterdir())

    house.open().entry("olanor")
    before = size()
    for _ in range(3):
        house.open().entry("olanor")
        house.open().disable("olanor", remark="Sperret")
    assert size() < before + 50_000


def test_groups_are_listed_from_page_to_page(house: LamHouse) -> None:
    many = [f"GRUPPE-{number:02}" for number in range(70)]
    house.seed([], many)
    assert house.open().groups() == sorted(["SKOLE-ALLE", *many])


def test_words_in_whose_place_names_would_be_put_are_refused(house: LamHouse) -> None:
    before = house.accounts()
    for remark in ("Ring $firstname", "$_lastname", "Send til $email"):
        with pytest.raises(TargetRejected):
            house.open().disable("olanor", remark=remark)
    assert house.accounts() == before
    house.open().disable("olanor", remark="Skylder $5 & 10 %")
    assert [one["remark"] for one in house.accounts()] == ["Skylder $5 & 10 %"]


def test_a_refused_password_takes_the_account_out(house: LamHouse) -> None:
    with fresh_browser(house.lam) as browser:
        with pytest.raises(AccountOut):
            opened(browser, TkNett, "feil")
        with pytest.raises(AccountOut):
            opened(browser, TkNett, "feil")
        assert opened(browser, TkNett).groups() == ["SKOLE-ALLE"]


def test_two_networks_in_one_browser_know_nothing_of_each_other(
    house: LamHouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with starting(PupilsLam, tmp_path_factory) as start:
        pupils = start("--network", "elevnett")
        pupils.post("accounts", [account("elevola")])
        browser = Browser(BrowserSettings(), {"tknett": house.lam.url, "elevnett": pupils.url})
        targets = [TkNett, Elevnett] * 2
        found = [[one.user_name for one in opened(browser, target).everybody()] for target in targets]
        browser.close()
        assert found == [["olanor"], ["elevola"]] * 2
        assert _sign_ins(pupils) == 1


def _sign_ins(lam: Lam) -> int:
    """How often somebody's password was asked for on LAM's first page."""
    return Path(_data(lam), "lam.log").read_text(errors="replace").count("POST /templates/login.php")


def _data(lam: Lam) -> str:
    words = psutil.Process(lam.process.pid).cmdline()
    return words[words.index("--data") + 1]


def test_a_directory_that_is_gone_is_not_an_empty_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    with lam_house(tmp_path_factory) as house:
        house.seed([account()])
        assert [one.user_name for one in house.open().find(Wanted(user_name="olanor"))] == ["olanor"]
        list_page = house.open()
        house.lam.process.send_signal(signal.SIGSTOP)  # it would end LAM, too
        try:
            for process in psutil.Process(house.lam.process.pid).children(recursive=True):
                if process.name() == "slapd":
                    os.kill(process.pid, signal.SIGKILL)
            with pytest.raises(TargetDown):
                list_page.find(Wanted(user_name="olanor"))
            with pytest.raises(TargetDown):
                house.open().everybody()
        finally:
            house.lam.process.send_signal(signal.SIGCONT)
