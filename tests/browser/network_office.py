"""Both networks' directories and the register of orderers on real pages, in one browser; cases in memory, so that a run can die."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from real_screens import RealScreens

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.clock import OSLO
from common.process import Outcome, Run
from common.run import CaseFacts
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from tests.sandbox.visitor import Katalog, Orderers, starting
from useradmin_svc.accounts.order import AccountOrder
from useradmin_svc.processes.network_accounts import ordered_accounts
from useradmin_svc.units import UnitRow

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
SCHOOL, HOME = "311874322", "312900114"
EMPLOYEE_NO = "119001"
UNITS = [
    UnitRow(
        unit=SCHOOL,
        name="Nordre skole",
        unit_type="SKOLE",
        leader_employee_no="100201",
        place="Skole",
        groups_tk=("SKOLE-ALLE", "SKRIVER-1"),
        groups_elev=("LÆRERE",),
        mail_domain="skole.kommune.example",
    ),
    UnitRow(
        unit=HOME,
        name="Åsheim sykehjem",
        unit_type="HELSE",
        leader_employee_no="100202",
        place="Helse",
        groups_tk=("HELSE-ALLE", "SKRIVER-1"),
        mail_domain="helse.kommune.example",
    ),
]
LEADERS = {"100201": "lederskole", "100202": "lederhjem"}
GROUPS = {"TK": ["HELSE-ALLE", "KANTINE", "SKOLE-ALLE", "SKRIVER-1"], "ELEV": ["LÆRERE"]}


@dataclass
class NetworkOffice:
    """best22 may order for the school and the nursing home, whose leaders have accounts."""

    directories: dict[str, Katalog]
    """By network."""
    orderers: Orderers
    browser: Browser
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ane: Person = field(default_factory=lambda: person(family_name="Løvås", given_name="Ane"))
    last: MemoryCase = field(default_factory=MemoryCase)
    """The case that was performed last."""

    def fresh(self) -> NetworkOffice:
        """The same systems with nothing but leaders and an orderer, and nothing remembered."""
        for network, katalog in self.directories.items():
            katalog.empty()
            katalog.post("places", ["Administrasjon", "Helse", "Skole"])
            katalog.post("groups", GROUPS[network])
        office = NetworkOffice(self.directories, self.orderers, self.browser)
        office.registers.store("units", UNITS, valid_from=date(2026, 1, 1))
        for network in self.directories:
            office.seed(
                network,
                *(
                    {"user_name": name, "employee_no": number, "family_name": "Leder"}
                    for number, name in LEADERS.items()
                ),
            )
        self.orderers.empty()
        self.orderers.post("units", [_unit(row) for row in UNITS])
        self.orderers.post("authorisations", _authorisations(person()))
        return office

    def seed(self, network: str, *accounts: dict[str, Any]) -> None:
        """Accounts that were there before; a test names only what it is about."""
        usual: dict[str, Any] = {
            "family_name": "Løvås",
            "given_name": "Ane",
            "employee_no": EMPLOYEE_NO,
            "person_key": "",
            "units": [SCHOOL],
            "place": "Skole",
            "groups": [],
            "manager": "",
            "mail": "",
            "hidden": False,
            "expires": None,
            "remark": "",
            "state": "ACTIVE",
        }
        self.directories[network].post("accounts", [usual | account for account in accounts])

    def order(self, action: str = "NEW", network: str = "TK", *, of: Person | None = None, **said: Any) -> AccountOrder:
        """An order about Ane, or somebody else: a substitute at the school."""
        about = of or self.ane
        row: dict[str, Any] = {
            "order_id": "BRK-9002",
            "orderer_id": "best22",
            "subject": {
                "person_id": about.number,
                "family_name": about.family_name,
                "given_name": about.given_name,
                "employee_no": EMPLOYEE_NO,
                "mobile": "40000003",
                **said.pop("subject", {}),
            },
            "unit": SCHOOL,
            "employment": {"type": "VIKAR", "from": "2026-12-01", "to": "2027-06-30"},
            "network": network,
            "action": action,
        }
        return AccountOrder.model_validate(row | said)

    def perform(self, order: AccountOrder, case: MemoryCase | None = None, *, unproven: str | None = None) -> Outcome:
        """One attempt at a case; it dies when it is about to record the effect named `unproven`."""
        case = case or MemoryCase(registers=self.registers, ledger=self.ledger, submitted_at=NOW)
        self.last = case
        platform = RealScreens(case, self.browser, unproven)
        case.platform = platform
        facts = CaseFacts(id=case.id, process=case.process, fence=case.fence, submitted_at=case.submitted_at)
        return ordered_accounts(order, Run(facts, platform, FixedClock(NOW)))

    def account(self, network: str = "TK", employee_no: str = EMPLOYEE_NO) -> dict[str, Any]:
        """The only account of an employee, as the directory itself holds it."""
        (found,) = [one for one in self.directories[network].get("accounts") if one["employee_no"] == employee_no]
        return found

    def sign_in(self, network: str = "TK") -> str:
        """What a workstation answers to the secret that the last case has left for Ane."""
        (secret,) = [
            given.secret.get_secret_value()
            for name, given in self.last.entrusted.items()
            if name == f"secret in {network}"
        ]
        who = {"user_name": self.account(network)["user_name"], "secret": secret}
        answer: str = self.directories[network].post("sign-ins", who)["result"]
        return answer


def _unit(row: UnitRow) -> dict[str, Any]:
    leader = {"employee_no": row.leader_employee_no, "name": "Leder, Lise"}
    return {"unit": row.unit, "name": row.name, "type": row.unit_type, "leader": leader}


def _authorisations(orderer: Person) -> Sequence[dict[str, Any]]:
    return [
        {
            "user": "best22",
            "employee_no": "100900",
            "national_id": orderer.number,
            "name": f"{orderer.family_name}, {orderer.given_name}",
            "unit": row.unit,
            "from": "2026-01-01",
            "to": "2027-12-31",
            "signed_by": row.leader_employee_no,
            "signature_ref": "ES-1",
        }
        for row in UNITS
    ]


@contextmanager
def a_network_office(tmp_path_factory: pytest.TempPathFactory) -> Generator[NetworkOffice]:
    """One of each for the tests of a module."""
    with (
        starting(Katalog, tmp_path_factory) as directory,
        starting(Orderers, tmp_path_factory) as register,
        pytest.MonkeyPatch.context() as environment,
    ):
        tk, elev, orderers = directory("--network", "tknett"), directory("--network", "elevnett"), register()
        for network in ("TKNETT", "ELEVNETT"):
            environment.setenv(f"ROGER_DIRECTORY_{network}", "katalog")
        browser = Browser(BrowserSettings(), {"tknett": tk.url, "elevnett": elev.url, "orderers": orderers.url})
        yield NetworkOffice({"TK": tk, "ELEV": elev}, orderers, browser)
        browser.close()
