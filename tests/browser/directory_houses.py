"""Where the promises of a directory are put to the test: each product in a house of its own, behind the same doors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.lease import Lease, now
from common.target import Account
from common.testing import MemoryCase
from tests.sandbox.visitor import Katalog, starting
from tests.unit.useradmin.directory_in_memory import PLACES, MemoryDirectory, SignInResult
from useradmin_svc.directory.desk import TkNett
from useradmin_svc.directory.entry import AccountState
from useradmin_svc.directory.port import Directory
from useradmin_svc.screens.katalog.directory import KatalogDirectory

Seed = dict[str, Any]
"""An account in the shape in which the consoles of all stand-ins take and tell it."""


class House(ABC):
    """One directory of a network, and what the tests know of it otherwise than through the port."""

    @abstractmethod
    def fresh(self) -> None:
        """Empty it of accounts and groups; accounts may lie in Administrasjon, Helse and Skole."""

    @abstractmethod
    def seed(self, accounts: Sequence[Seed], groups: Sequence[str] = ()) -> None:
        """Groups first, then accounts; one without `secret` has one that nobody knows."""

    @abstractmethod
    def open(self) -> Directory:
        """The page where a visit begins, anew for each."""

    @abstractmethod
    def sign_in(self, user_name: str, secret: str) -> SignInResult:
        """What a workstation of the network answers."""

    @abstractmethod
    def accounts(self) -> list[Seed]:
        """Every account as the directory itself holds it, by user name."""


class MemoryHouse(House):
    """The double that tests of processes use."""

    def __init__(self) -> None:
        self.fresh()

    def fresh(self) -> None:
        case = MemoryCase()
        _ = case.begin()
        self._directory = MemoryDirectory(case)

    def seed(self, accounts: Sequence[Seed], groups: Sequence[str] = ()) -> None:
        self._directory.known_groups.update(groups)
        for account in accounts:
            known = dict(account)
            secret = known.pop("secret", None)
            put = self._directory.put(known.pop("user_name"), **known)
            if secret is not None:
                self._directory.secrets[put.user_name] = secret

    def open(self) -> Directory:
        return self._directory

    def sign_in(self, user_name: str, secret: str) -> SignInResult:
        return self._directory.sign_in(user_name, secret)

    def accounts(self) -> list[Seed]:
        held = [one.model_dump(mode="json") for one in self._directory.accounts.values()]
        return sorted(held, key=lambda one: one["user_name"])


class KatalogHouse(House):
    """The sandbox's stand-in, in a real browser."""

    def __init__(self, katalog: Katalog, browser: Browser) -> None:
        self.katalog, self._browser = katalog, browser
        self._before = 0

    def fresh(self) -> None:
        """The robot stays signed in: `reset` would cost each test a second."""
        for emptied in ("faults", "accounts"):
            assert self.katalog.console.delete(f"/_kontroll/{emptied}").is_success
        self.katalog.post("places", PLACES)
        self._before = self.katalog.get("summary")["last_seq"]

    def seed(self, accounts: Sequence[Seed], groups: Sequence[str] = ()) -> None:
        self.katalog.post("groups", list(groups))
        self.katalog.post("accounts", list(accounts))

    def open(self) -> Directory:
        hold = Lease(fence=1, started=now(), seconds=60, margin=2)
        robot = Account(target="tknett", name="robot1", password="robot1-secret")
        return self._browser.open(KatalogDirectory.at(TkNett), robot, hold)

    def sign_in(self, user_name: str, secret: str) -> SignInResult:
        return self.katalog.post("sign-ins", {"user_name": user_name, "secret": secret})["result"]

    def accounts(self) -> list[Seed]:
        return self.katalog.get("accounts")

    def written(self) -> list[str]:
        """What has been saved since it was emptied, in order."""
        return [write["kind"] for write in self.katalog.get("writes", since=self._before)]


@contextmanager
def memory_house(_: pytest.TempPathFactory) -> Generator[House]:
    yield MemoryHouse()


@contextmanager
def katalog_house(tmp_path_factory: pytest.TempPathFactory) -> Generator[KatalogHouse]:
    with starting(Katalog, tmp_path_factory) as start:
        katalog = start("--network", "tknett")
        browser = Browser(BrowserSettings(), {"tknett": katalog.url})
        yield KatalogHouse(katalog, browser)
        browser.close()


def account(user_name: str = "olanor", **different: Any) -> Seed:
    """Somebody with an account; all of it made up."""
    usual: Seed = {
        "user_name": user_name,
        "family_name": "Nordhaug Åsen",
        "given_name": "Ola",
        "employee_no": "104417",
        "person_key": "8f14e45fceea167a5a36dedd4bea2543",
        "units": ["312900114", "312900122"],
        "place": "Skole",
        "groups": [],
        "manager": "",
        "mail": "ola.nordhaug@skole.example",
        "hidden": False,
        "expires": date(2027, 6, 30).isoformat(),
        "remark": "Vikar for Øystein",
        "state": AccountState.ACTIVE.value,
    }
    return usual | different
