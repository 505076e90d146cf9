"""The register of orderers as its conformance tests know it: the stand-in in a real browser, and its double in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from itertools import count
from typing import Any, TypeVar

import httpx
import pytest
from real_screens import RealScreens

from common.browser.screen import Screen
from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.testing import MemoryCase, person
from tests.sandbox.visitor import PLAIN, Orderers, Visitor, starting
from tests.unit.useradmin.orderers_in_memory import OrderersInMemory
from useradmin_svc.screens.orderers.employee import EmployeePage, EmployeeSearch
from useradmin_svc.screens.orderers.orderer import NewOrderer, OrdererPage
from useradmin_svc.screens.orderers.search import OrdererHits, OrdererSearch, OrdererToFind
from useradmin_svc.screens.orderers.target import AuthorisationState, Signing
from useradmin_svc.screens.orderers.unit import UnitPage, UnitSearch

LEADER = {"employee_no": "100778", "name": "Leder, Lise"}
SINCE = date(2020, 1, 1)
SIGNED = date(2026, 11, 19)

S = TypeVar("S", bound=Screen)

_serial = count(1)


class Office(ABC):
    """Somebody new whom the municipality employs, and two new units: a school and a health centre."""

    def __init__(self) -> None:
        self.who = person()
        self.name = f"{self.who.family_name}, {self.who.given_name}"
        serial = next(_serial)
        self.employee_no, self.user = str(200_000 + serial), f"user{serial}"
        self.school, self.health = str(310_000_000 + serial), str(320_000_000 + serial)

    @abstractmethod
    def open(self, screen: type[S]) -> S:
        """Where an errand begins."""

    @abstractmethod
    def seed(
        self,
        unit: str = "",
        *,
        user: str = "",
        last_day: date | None = None,
        signed: date | None = None,
        revoked: bool = False,
    ) -> None:
        """An authorisation of this person that was there before; for the school, where nothing is said."""

    @abstractmethod
    def lock(self) -> None:
        """Let somebody else have the orderer open."""

    @abstractmethod
    def end_meanwhile(self, number: str) -> None:
        """Somebody else ends an authorisation as of `SIGNED`."""

    @abstractmethod
    def writes(self) -> list[str]:
        """What was done about this person, in the stand-in's words."""

    def search(self, **sought: str) -> OrdererHits:
        return self.open(OrdererSearch).search(OrdererToFind(**sought))

    def page(self) -> OrdererPage:
        """The only orderer of this employee number."""
        hits = self.search(employee_no=self.employee_no)
        (hit,) = hits.orderers()
        return hits.open(hit)

    def new(self) -> NewOrderer:
        return self.search(employee_no=self.employee_no).new()

    def unit(self, unit: str) -> UnitPage | None:
        return self.open(UnitSearch).find(unit)

    def employee(self, employee_no: str) -> EmployeePage | None:
        return self.open(EmployeeSearch).find(employee_no)

    def signing(self, **different: Any) -> Signing:
        usual = Signing(
            unit=self.school,
            first_day=date(2026, 11, 20),
            last_day=date(2090, 11, 20),
            signed_by=LEADER["employee_no"],
            signed=SIGNED,
            signature="ES-17",
        )
        return usual.model_copy(update=different)

    def number(self) -> str:
        """Of the orderer's only authorisation."""
        (only,) = self.page().facts().authorisations
        return only.number


class RealOffice(Office):
    """The sandbox's stand-in, in a real browser."""

    def __init__(self, orderers: Orderers, browser: Browser) -> None:
        super().__init__()
        self._orderers, self._browser = orderers, browser
        school = {"unit": self.school, "name": "Lia skole", "type": "SKOLE", "leader": LEADER}
        orderers.post("units", [school, school | {"unit": self.health, "name": "Øya helsehus", "type": "HELSE"}])
        employee = {"employee_no": self.employee_no, "national_id": self.who.number, "name": self.name}
        orderers.post("employees", [employee])

    def open(self, screen: type[S]) -> S:
        return RealScreens(MemoryCase(), self._browser, None).open(screen)

    def seed(
        self,
        unit: str = "",
        *,
        user: str = "",
        last_day: date | None = None,
        signed: date | None = None,
        revoked: bool = False,
    ) -> None:
        row: dict[str, Any] = {
            "user": user or self.user,
            "employee_no": self.employee_no,
            "national_id": self.who.number,
            "name": self.name,
            "unit": unit or self.school,
            "from": SINCE.isoformat(),
            "to": last_day and last_day.isoformat(),
            "signed_by": LEADER["employee_no"],
            "signed": signed and signed.isoformat(),
            "signature_ref": "ES-1",
            "state": "REVOKED" if revoked else "ACTIVE",
        }
        self._orderers.post("authorisations", [row])

    def lock(self) -> None:
        self._orderers.post("locks", [{"record": "orderer", "key": [self.user], "locked_by": "ikt04"}])

    def end_meanwhile(self, number: str) -> None:
        with httpx.Client(base_url=self._orderers.url, follow_redirects=True, verify=PLAIN) as http:
            other = Visitor(http)
            other.sign_in("robot2")
            hits = other.press(other.get("/bestillere"), "Finn bestiller", bestiller=self.user)
            form = other.follow(other.follow(hits, "Åpne"), "Avslutt")
            assert number in form.text
            other.press(form, "Avslutt fullmakt", til=f"{SIGNED:%d.%m.%Y}")

    def writes(self) -> list[str]:
        found: list[dict[str, Any]] = self._orderers.get("writes")
        return [each["kind"] for each in found if each["national_id"] == self.who.number]


class MemoryOffice(Office):
    """What tests of processes stand on."""

    def __init__(self) -> None:
        super().__init__()
        self._register = OrderersInMemory()
        self._register.unit(self.school, leader=LEADER["employee_no"])
        self._register.unit(self.health, leader=LEADER["employee_no"], name="Øya helsehus", unit_type="HELSE")
        self._register.employ(self.employee_no, self.name, self.who.number)

    def open(self, screen: type[S]) -> S:
        return self._register.case.begin(self._register.screens()).open(screen)

    def seed(
        self,
        unit: str = "",
        *,
        user: str = "",
        last_day: date | None = None,
        signed: date | None = None,
        revoked: bool = False,
    ) -> None:
        orderer_id = user or self.user
        if orderer_id not in self._register.orderers:
            self._register.put(orderer_id, self._register.employees[self.employee_no])
        state = {"state": AuthorisationState.REVOKED} if revoked else {}
        self._register.authorise(
            orderer_id, unit or self.school, first_day=SINCE, last_day=last_day, signed=signed, **state
        )

    def lock(self) -> None:
        self._register.change(self.user, locked=True)

    def end_meanwhile(self, number: str) -> None:
        self._register.withdraw(self.user, number, SIGNED)

    def writes(self) -> list[str]:
        words = {"authorise": "authorisation", "end": "end", "give_role": "role", "remove_role": "role"}
        return [words[what] for what, _ in self._register.writes]


@contextmanager
def orderers_and_browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[Orderers, Browser]]:
    """One of each for the tests of a module."""
    with starting(Orderers, tmp_path_factory) as start:
        orderers = start()
        browser = Browser(BrowserSettings(), {"orderers": orderers.url})
        yield orderers, browser
        browser.close()
