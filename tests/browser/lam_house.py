"""OpenLDAP with LAM, in a real browser: one for all tests of a process, because it takes its time to start."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

import pytest
from directory_houses import House, Seed

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.lease import Lease, now
from common.target import Account
from sandbox.lam.machine import missing
from tests.sandbox.visitor import Lam, starting
from tests.unit.useradmin.directory_in_memory import PLACES, SignInResult
from useradmin_svc.directory.desk import TkNett
from useradmin_svc.screens.lam.directory import LamDirectory


class LamHouse(House):
    """What IT departments administer a directory with."""

    def __init__(self, lam: Lam, browser: Browser) -> None:
        self.lam, self.browser = lam, browser

    def fresh(self) -> None:
        self.lam.post("reset")
        self.lam.post("places", PLACES)

    def seed(self, accounts: Sequence[Seed], groups: Sequence[str] = ()) -> None:
        self.lam.post("groups", list(groups))
        self.lam.post("accounts", list(accounts))

    def open(self) -> LamDirectory:
        hold = Lease(fence=1, started=now(), seconds=60, margin=2)
        robot = Account(target="tknett", name="robot1", password="robot1-secret")
        return self.browser.open(LamDirectory.at(TkNett), robot, hold)

    def sign_in(self, user_name: str, secret: str) -> SignInResult:
        return self.lam.post("sign-ins", {"user_name": user_name, "secret": secret})["result"]

    def accounts(self) -> list[Seed]:
        return self.lam.get("accounts")


@contextmanager
def lam_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[LamHouse]:
    """Skips where the machine lacks what it needs; `make test` installs that where it can."""
    if lacking := missing():
        pytest.skip(f"this machine lacks {', '.join(lacking)}")
    with starting(Lam, tmp_path_factory) as start:
        lam = start("--network", "tknett")
        browser = Browser(BrowserSettings(), {"tknett": lam.url})
        yield LamHouse(lam, browser)
        browser.close()
