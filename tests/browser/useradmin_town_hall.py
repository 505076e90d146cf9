"""All systems of user administration as stand-ins, both networks with Katalog, and a browser signed in there; cases in memory."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import Clock
from common.process import Outcome, Run
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from tests.sandbox.visitor import Katalog, Orderers, Programs, StandIn, starting
from useradmin_svc.directory.entry import Network
from useradmin_svc.units import UnitRow

SCHOOL, HOME = "311874322", "312900114"
LEADER, LEAVER = "100777", "119001"
GROUPS = {Network.TK: ["SKOLE-ALLE", "HELSE-ALLE", "TILLEGG", "Administrators"], Network.ELEV: ["LAERERE"]}
UNITS = [
    UnitRow(
        unit=unit,
        name=name,
        unit_type=kind,
        leader_employee_no=LEADER,
        place=place,
        groups_tk=(group,),
        groups_elev=("LAERERE",) if unit == SCHOOL else (),
        mail_domain="kommune.example",
    )
    for unit, name, kind, place, group in (
        (SCHOOL, "Nordre skole", "SKOLE", "Skole", "SKOLE-ALLE"),
        (HOME, "Åsheim", "HELSE", "Helse", "HELSE-ALLE"),
    )
]


@dataclass
class TownHall:
    """The four systems, a browser, and what the cases of one town share. Somebody works at the school."""

    katalogs: dict[Network, Katalog]
    programs: Programs
    orderers: Orderers
    browser: Browser
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: Clock = field(default_factory=FixedClock)
    leaver: Person = field(default_factory=person)

    def fresh(self) -> TownHall:
        """The same systems emptied, with places, groups, programs, units and an orderer; and nothing remembered."""
        for system in self.systems:
            system.empty()
        for network, katalog in self.katalogs.items():
            katalog.post("places", ["Skole", "Helse", "Administrasjon"])
            katalog.post("groups", GROUPS[network])
        self.programs.post(
            "programs", [{"code": code, "roles": ["LESER", "SAKSBEHANDLER"]} for code in ("ESA", "AGRESSO")]
        )
        leader = {"employee_no": LEADER, "name": "Leder, Lise"}
        self.orderers.post(
            "units", [{"unit": row.unit, "name": row.name, "type": row.unit_type, "leader": leader} for row in UNITS]
        )
        hall = TownHall(self.katalogs, self.programs, self.orderers, self.browser)
        hall.registers.store("units", UNITS, valid_from=date(2026, 1, 1))
        hall.authorise("best22", "100900", person(), SCHOOL)
        return hall

    @property
    def systems(self) -> list[StandIn]:
        return [*self.katalogs.values(), self.programs, self.orderers]

    def authorise(self, user: str, employee_no: str, of: Person, unit: str) -> None:
        """Let somebody order for a unit."""
        row = {
            "user": user,
            "employee_no": employee_no,
            "national_id": of.number,
            "name": f"{of.family_name}, {of.given_name}",
            "unit": unit,
            "from": "2026-01-01",
            "signed_by": LEADER,
            "signature_ref": "ES-1",
        }
        self.orderers.post("authorisations", [row])

    def employ(self, *networks: Network, user_name: str = "anelov", **facts: Any) -> None:
        """The leaver's account in these networks: at the school, in all groups of it, unless the test says otherwise."""
        groups = {Network.TK: ["SKOLE-ALLE", "TILLEGG"], Network.ELEV: ["LAERERE"]}
        for network in networks or tuple(Network):
            row = {
                "user_name": user_name,
                "family_name": self.leaver.family_name,
                "given_name": self.leaver.given_name,
                "employee_no": LEAVER,
                "units": [SCHOOL],
                "place": "Skole",
                "groups": groups[network],
                "secret": "hemmelig-nok",
            }
            self.katalogs[network].post("accounts", [row | facts])

    def access(self, program: str = "ESA", **facts: Any) -> None:
        """An access that the leaver has already."""
        row = {
            "program": program,
            "user_name": "anelov",
            "person": self.leaver.number,
            "name": f"{self.leaver.family_name}, {self.leaver.given_name}",
            "roles": ["SAKSBEHANDLER"],
            "units": [SCHOOL],
            "from": "2026-01-01",
        }
        self.programs.post("accesses", [row | facts])

    def account(self, network: Network = Network.TK, user_name: str = "anelov") -> dict[str, Any] | None:
        """As the directory itself has it."""
        found = self.katalogs[network].get("accounts", user_name=user_name)
        return found[0] if found else None

    def sign_in(self, network: Network = Network.TK) -> str:
        """What the leaver meets at a workstation."""
        attempt = {"user_name": "anelov", "secret": "hemmelig-nok"}
        return self.katalogs[network].post("sign-ins", attempt)["result"]

    def writes(self) -> list[dict[str, Any]]:
        """All that was saved in any of the systems."""
        return [write for system in self.systems for write in system.get("writes", since=0)]

    def case(self) -> MemoryCase:
        return MemoryCase(registers=self.registers, ledger=self.ledger)

    def perform(self, process: Any, given: Any, case: MemoryCase | None = None, unproven: str | None = None) -> Outcome:
        """One attempt at a case; it dies when it is about to record the effect named `unproven`."""
        case = case or self.case()
        platform = RealScreens(case, self.browser, unproven)
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        outcome: Outcome = process(given, Run(facts, platform, self.clock))
        return outcome


@contextmanager
def a_town_hall(tmp_path_factory: pytest.TempPathFactory) -> Generator[TownHall]:
    """One of each for the tests of a module."""
    with ExitStack() as running:
        start = running.enter_context(starting(Katalog, tmp_path_factory))
        katalogs = {Network.TK: start("--network", "tknett"), Network.ELEV: start("--network", "elevnett")}
        programs = running.enter_context(starting(Programs, tmp_path_factory))()
        orderers = running.enter_context(starting(Orderers, tmp_path_factory))()
        addresses = {
            "tknett": katalogs[Network.TK].url,
            "elevnett": katalogs[Network.ELEV].url,
            "programs": programs.url,
            "orderers": orderers.url,
        }
        browser = Browser(BrowserSettings(), addresses)
        running.callback(browser.close)
        yield TownHall(katalogs, programs, orderers, browser)
