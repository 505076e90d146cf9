"""Where somebody is removed: both directories, programs and the register of orderers in memory, and an order about her."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from directory_in_memory import MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory
from programs_in_memory import ProgramsInMemory

from common.clock import OSLO
from common.errors import BusinessException
from common.process import CaseInput, Outcome
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, person
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import AccountState, Entry, Network
from useradmin_svc.processes.account_deletions import delete_accounts
from useradmin_svc.processes.account_removals import remove_user
from useradmin_svc.removals.deletion import AccountDeletion
from useradmin_svc.removals.order import Removal
from useradmin_svc.screens.programs.target import Holder
from useradmin_svc.units import UnitRow

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 23, 59, tzinfo=OSLO)
ORDERED = datetime(2026, 11, 20, 12, 0, tzinfo=OSLO)
SCHOOL, HOME, HALL = "311874322", "312900114", "310456780"
LEAVER = "119001"
UNITS = [
    UnitRow(
        unit=SCHOOL,
        name="Nordre skole",
        unit_type="SKOLE",
        leader_employee_no="100777",
        place="Skole",
        groups_tk=("SKOLE-ALLE", "FELLES"),
        groups_elev=("LAERERE",),
        mail_domain="kommune.example",
    ),
    UnitRow(
        unit=HOME,
        name="Åsheim",
        unit_type="HELSE",
        leader_employee_no="100778",
        place="Helse",
        groups_tk=("HELSE-ALLE", "FELLES"),
        mail_domain="kommune.example",
    ),
]
NOTE = "Sperret 30.11.2026, bestilling BRK-9003"
ACTIVE, DISABLED, PENDING = AccountState


@dataclass
class Office:
    """Ane works at the school, with an account in both networks; best22 may order for it."""

    case: MemoryCase = field(default_factory=MemoryCase)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    programs: ProgramsInMemory = field(default_factory=ProgramsInMemory)
    orderers: OrderersInMemory = field(default_factory=lambda: OrderersInMemory(today=TODAY))
    tk: MemoryDirectory = field(default_factory=MemoryDirectory)
    elev: MemoryDirectory = field(default_factory=MemoryDirectory)

    def __post_init__(self) -> None:
        self.ane = person(family_name="Løvås", given_name="Ane")
        self.holder = Holder(user_name="anelov", number=self.ane.number, name="Løvås, Ane")
        self.registers.store("units", UNITS, valid_from=date(2026, 1, 1))
        for program in ("ESA", "AGRESSO"):
            self.programs.program(program, "LESER", "SAKSBEHANDLER")
        for unit in (SCHOOL, HOME, HALL):
            self.orderers.unit(unit)
        self.orderers.put("best22", Employee(employee_no="100900", name="Dahle, Per", number=person().number))
        self.orderers.authorise("best22", SCHOOL)
        self.new_case()

    def new_case(self) -> None:
        self.case = MemoryCase(registers=self.registers, ledger=self.ledger, submitted_at=ORDERED)
        for there in (self.tk, self.elev, self.programs, self.orderers):
            there.case = self.case

    # what stands before

    def employed(self, *networks: Network, **known: Any) -> None:
        """Ane's account in these networks, or in both: at the school, unless the test says otherwise."""
        groups = {Network.TK: ("FELLES", "SKOLE-ALLE", "TILLEGG"), Network.ELEV: ("LAERERE",)}
        for network in networks or tuple(Network):
            usual = {
                "family_name": "Løvås",
                "given_name": "Ane",
                "employee_no": LEAVER,
                "units": (SCHOOL,),
                "groups": groups[network],
                "mail": "anelov@kommune.example",
            }
            self.directory(network).put("anelov", **usual | known)

    def access(self, program: str = "ESA", *, units: tuple[str, ...] = (SCHOOL,), **known: Any) -> int:
        """An access that Ane has in a program already."""
        return self.programs.put(program, self.holder, *known.pop("roles", ("SAKSBEHANDLER",)), units=units, **known)

    def orders_herself(self, *units: str) -> None:
        """Ane may order for these units."""
        self.orderers.put("best9", Employee(employee_no=LEAVER, name="Løvås, Ane", number=self.ane.number))
        for unit in units:
            self.orderers.authorise("best9", unit)

    # what is ordered and done

    def order(self, **changes: Any) -> Removal:
        subject = {
            "person_id": self.ane.number,
            "family_name": "Løvås",
            "given_name": "Ane",
            "employee_no": LEAVER,
            **changes.pop("subject", {}),
        }
        given: dict[str, Any] = {
            "order_id": "BRK-9003",
            "orderer_id": "best22",
            "subject": subject,
            "unit": SCHOOL,
            "scope": "TK_NETT",
            "last_day": TODAY,
        }
        return Removal.model_validate(given | changes, context={"accepts_synthetic": True})

    def remove(self, order: Removal | None = None, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        run = self.case.run(self.screens(), clock=FixedClock(now), dies_at=dies_at)
        return remove_user(order or self.order(), run)

    def removed(self, **changes: Any) -> Outcome:
        """A case of its own, from its first attempt to its end."""
        self.new_case()
        return self.remove(self.order(**changes))

    def delete(self, deletion: AccountDeletion, *, now: datetime, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        return delete_accounts(deletion, self.case.run(self.screens(), clock=FixedClock(now), dies_at=dies_at))

    def refused(self, code: type[BusinessException], **changes: Any) -> BusinessException:
        """A person takes over, and nothing has been touched anywhere."""
        before = self.writes(), {**self.tk.accounts}, {**self.elev.accounts}
        order = self.order(**changes)
        self.new_case()
        with pytest.raises(code) as told:
            self.remove(order)
        assert (self.writes(), self.tk.accounts, self.elev.accounts) == before
        assert self.ane.number not in told.value.message
        return told.value

    # what tests ask

    def directory(self, network: Network) -> MemoryDirectory:
        return self.tk if network is Network.TK else self.elev

    def screens(self) -> dict[type, object]:
        directories = {directory_screen(network): self.directory(network) for network in Network}
        return {**self.programs.screens(), **self.orderers.screens(), **directories}

    def account(self, network: Network = Network.TK) -> Entry:
        return self.directory(network).accounts["anelov"]

    def writes(self) -> list[tuple[str, str]]:
        return [*self.tk.writes, *self.elev.writes, *self.programs.writes, *self.orderers.writes]

    def reached(self) -> list[str]:
        assert self.case.platform is not None
        return self.case.platform.reached


def handed_over(outcome: Outcome, process: str) -> list[CaseInput]:
    """The rows that another process gets."""
    return [row for handover in outcome.handovers if handover.process == process for row in handover.rows]


def days(number: int) -> timedelta:
    return timedelta(days=number)
