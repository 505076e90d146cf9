"""Where accounts are ordered: both networks' directories and the register of orderers in memory, and the register of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from directory_in_memory import MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory

from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from useradmin_svc.accounts.order import AccountOrder
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import AccountState, Entry, Network
from useradmin_svc.person_key import person_key
from useradmin_svc.processes.network_accounts import ordered_accounts
from useradmin_svc.units import UnitRow

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
TODAY = NOW.date()
FIRST, LAST = date(2026, 12, 1), date(2027, 6, 30)
SCHOOL, HOME, HALL = "311874322", "312900114", "310456780"
LEADER_NO, EMPLOYEE_NO = "100201", "119001"
TK, ELEV = Network.TK, Network.ELEV
ACTIVE, DISABLED, PENDING = AccountState

UNITS = [
    UnitRow(
        unit=SCHOOL,
        name="Nordre skole",
        unit_type="SKOLE",
        leader_employee_no=LEADER_NO,
        place="Skole",
        groups_tk=("SKOLE-ALLE", "SKRIVER-1"),
        groups_elev=("LAERERE",),
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
    UnitRow(
        unit=HALL,
        name="Rådhuset",
        unit_type="ADM",
        leader_employee_no="100203",
        place="Administrasjon",
        groups_tk=("ADM-ALLE",),
        mail_domain="kommune.example",
    ),
]
LEADERS = {"100201": "lederskole", "100202": "lederhjem", "100203": "lederhall"}
GROUPS = {
    TK: {"SKOLE-ALLE", "HELSE-ALLE", "ADM-ALLE", "SKRIVER-1", "KANTINE", "Domain Admins"},
    ELEV: {"LAERERE", "KANTINE"},
}


@dataclass
class Office:
    """best22 may order for the school and the nursing home. The leaders have accounts in both networks."""

    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    orderers: OrderersInMemory = field(default_factory=OrderersInMemory)
    tk: MemoryDirectory = field(default_factory=MemoryDirectory)
    elev: MemoryDirectory = field(default_factory=MemoryDirectory)
    case: MemoryCase = field(default_factory=MemoryCase)
    ane: Person = field(default_factory=lambda: person(family_name="Løvås", given_name="Ane"))

    def __post_init__(self) -> None:
        self.registers.store("units", UNITS, valid_from=date(2026, 1, 1))
        for unit in (SCHOOL, HOME, HALL):
            self.orderers.unit(unit)
        self.orderers.put("best22", Employee(employee_no="100900", name="Dahle, Per", number=person().number))
        for unit in (SCHOOL, HOME):
            self.orderers.authorise("best22", unit)
        for network, directory in self.directories.items():
            directory.known_groups |= GROUPS[network]
            for number, user_name in LEADERS.items():
                directory.put(user_name, employee_no=number, family_name="Leder", given_name=user_name)
        self.new_case()

    @property
    def directories(self) -> dict[Network, MemoryDirectory]:
        return {TK: self.tk, ELEV: self.elev}

    def new_case(self) -> None:
        self.case = MemoryCase(registers=self.registers, ledger=self.ledger, submitted_at=NOW)
        self.tk.case = self.elev.case = self.orderers.case = self.case

    def order(
        self, action: str = "NEW", network: str = "TK", *, of: Person | None = None, **changes: Any
    ) -> AccountOrder:
        """An order about Ane, or somebody else: a substitute at the school."""
        about = of or self.ane
        subject = {
            "person_id": about.number,
            "family_name": about.family_name,
            "given_name": about.given_name,
            "employee_no": EMPLOYEE_NO,
            "mobile": "40000003",
            **changes.pop("subject", {}),
        }
        row: dict[str, Any] = {
            "order_id": "BRK-9002",
            "orderer_id": "best22",
            "subject": subject,
            "unit": SCHOOL,
            "employment": {"type": "VIKAR", "from": FIRST, "to": LAST},
            "network": network,
            "action": action,
        }
        return AccountOrder.model_validate(row | changes)

    def moved(self, **changes: Any) -> AccountOrder:
        """An order that moves Ane from the school to the nursing home."""
        units: dict[str, Any] = {"unit": HOME, "from_unit": SCHOOL}
        return self.order("MOVE", **units | changes)

    def standing(self, user_name: str = "anelov", *, network: Network = TK, **known: Any) -> Entry:
        """An account of Ane's that was there before, at the school."""
        usual: dict[str, Any] = {
            "family_name": "Løvås",
            "given_name": "Ane",
            "employee_no": EMPLOYEE_NO,
            "person_key": person_key(self.ane.number),
            "units": (SCHOOL,),
            "place": "Skole",
            "groups": ("SKOLE-ALLE", "SKRIVER-1") if network is TK else ("LAERERE",),
            "manager": "lederskole",
            "expires": LAST,
        }
        return self.directories[network].put(user_name, **usual | known)

    def screens(self) -> dict[type, object]:
        directories = {directory_screen(network): directory for network, directory in self.directories.items()}
        return {**self.orderers.screens(), **directories}

    def perform(self, order: AccountOrder, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        return ordered_accounts(order, self.case.run(self.screens(), clock=FixedClock(now), dies_at=dies_at))

    def again(self, order: AccountOrder, *, now: datetime = NOW) -> Outcome:
        """A case of its own."""
        self.new_case()
        return self.perform(order, now=now)

    def refused(
        self, order: AccountOrder, code: type[BusinessException], match: str | None = None, *, now: datetime = NOW
    ) -> BusinessException:
        """A person takes over, and neither directory has changed."""
        before = [dict(directory.accounts) for directory in self.directories.values()]
        self.new_case()
        with pytest.raises(code, match=match) as told:
            self.perform(order, now=now)
        assert [directory.accounts for directory in self.directories.values()] == before
        assert order.person.person_id not in told.value.message
        assert order.person.person_id not in repr(told.value.detail)
        return told.value

    def meanwhile(self, act: Callable[[], object]) -> None:
        """Somebody does something once, just before the next save in TK-nett."""
        usual = self.tk.meanwhile

        def once(what: str, user_name: str) -> None:
            self.tk.meanwhile = usual
            act()

        self.tk.meanwhile = once
