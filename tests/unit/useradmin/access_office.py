"""Where accesses are ordered: programs, register of orderers and TK-nett in memory, the registers, and orders about somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest
from directory_in_memory import MemoryDirectory
from orderers_in_memory import Employee, OrderersInMemory
from programs_in_memory import ProgramsInMemory

from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome, RegisterRow
from common.testing import FixedClock, MemoryCase, MemoryRegisters, person
from useradmin_svc.accesses.ordered import OrderedAccess
from useradmin_svc.accesses.registers import ForbiddenPair, ProgramRole, ProgramRow
from useradmin_svc.directory.desk import directory_screen
from useradmin_svc.directory.entry import Network
from useradmin_svc.processes.program_accesses import program_access
from useradmin_svc.screens.programs.target import Access, AccessState, Holder
from useradmin_svc.units import UnitRow

NOW = datetime(2026, 11, 23, 10, tzinfo=OSLO)
TODAY = NOW.date()
SCHOOL, HOME, HALL = "311874322", "312900114", "310456780"
TYPES = {SCHOOL: "SKOLE", HOME: "HELSE", HALL: "ADM"}
OWNER, ORDERER, SUBJECT = "100301", "100900", "118203"
ESA, PAYROLL, AGRESSO = "ESA", "PAYROLL", "AGRESSO"
CLERK, READER, LEADER = "SAKSBEHANDLER", "LESER", "LEDER"
ACTIVE, DISABLED = AccessState.ACTIVE, AccessState.DISABLED

PROGRAMS = [
    ProgramRow(program=ESA, name="ESA"),
    ProgramRow(program=PAYROLL, name="Lønn", sensitive=True, system_owner=OWNER),
    ProgramRow(program=AGRESSO, name="Agresso"),
]
ROLES = [
    *(ProgramRole(program=ESA, role=role, unit_type=kind) for role in (CLERK, READER) for kind in TYPES.values()),
    ProgramRole(program=ESA, role=LEADER, unit_type="ADM"),
    ProgramRole(program=PAYROLL, role=READER, unit_type="SKOLE"),
    *(ProgramRole(program=AGRESSO, role=role, unit_type="SKOLE") for role in ("BESTILLER", "GODKJENNER", READER)),
]
PAIRS = [
    ForbiddenPair(program=AGRESSO, role="BESTILLER", other_program=AGRESSO, other_role="GODKJENNER"),
    ForbiddenPair(program=PAYROLL, role=READER, other_program=AGRESSO, other_role="GODKJENNER"),
]


def unit_row(unit: str, kind: str) -> UnitRow:
    return UnitRow(
        unit=unit,
        name=f"Enhet {kind}",
        unit_type=kind,
        leader_employee_no="100777",
        place="Skole",
        mail_domain="kommune.example",
    )


@dataclass
class Office:
    """Ahmed works at the school; best22 may order for it, and for the nursing home."""

    case: MemoryCase = field(default_factory=MemoryCase)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    programs: ProgramsInMemory = field(default_factory=ProgramsInMemory)
    orderers: OrderersInMemory = field(default_factory=OrderersInMemory)
    tk: MemoryDirectory = field(default_factory=MemoryDirectory)

    def __post_init__(self) -> None:
        self.ahmed = person(family_name="Yusuf", given_name="Ahmed")
        self.holder = Holder(user_name="ahmyus", number=self.ahmed.number, name="Yusuf, Ahmed")
        self.store_registers()
        self.programs.program(ESA, CLERK, READER, LEADER)
        self.programs.program(PAYROLL, READER)
        self.programs.program(AGRESSO, "BESTILLER", "GODKJENNER", READER)
        for unit, kind in TYPES.items():
            self.orderers.unit(unit, unit_type=kind)
        self.orderers.put("best22", Employee(employee_no=ORDERER, name="Dahle, Per", number=person().number))
        for unit in (SCHOOL, HOME):
            self.orderers.authorise("best22", unit, first_day=date(2026, 1, 1))
        self.employed()
        self.new_case()

    def store_registers(self, *, but: str = "") -> None:
        """Every register, except for that one."""
        tables: dict[str, Sequence[RegisterRow]] = {
            "programs": PROGRAMS,
            "program-roles": ROLES,
            "forbidden-roles": PAIRS,
            "units": [unit_row(*each) for each in TYPES.items()],
        }
        for name in tables.keys() - {but}:
            self.registers.store(name, tables[name], valid_from=date(2026, 1, 1))

    def employed(self, **changes: Any) -> None:
        """Ahmed's account in TK-nett, with these changes."""
        usual = {"family_name": "Yusuf", "given_name": "Ahmed", "employee_no": SUBJECT, "units": (SCHOOL,)}
        self.tk.put("ahmyus", **usual | changes)

    def new_case(self) -> None:
        self.case = MemoryCase(registers=self.registers, submitted_at=NOW)
        self.programs.case = self.orderers.case = self.tk.case = self.case

    def ordering_for_himself(self) -> str:
        """Ahmed is an orderer himself: his user of the order form."""
        own = Employee(employee_no=SUBJECT, name="Yusuf, Ahmed", number=self.ahmed.number)
        self.orderers.put("best9", own)
        self.orderers.authorise("best9", SCHOOL)
        return "best9"

    def order(self, action: str = "NEW", program: str = ESA, **changes: Any) -> OrderedAccess:
        """An order about Ahmed by who may order for the school."""
        subject = {
            "person_id": self.ahmed.number,
            "family_name": "Yusuf",
            "given_name": "Ahmed",
            "employee_no": SUBJECT,
            **changes.pop("subject", {}),
        }
        usual: dict[str, Any] = {"order_id": "BRK-1", "orderer_id": "best22", "subject": subject, "unit": SCHOOL}
        if action != "DELETE":
            usual |= {"roles": [CLERK], "valid_from": TODAY}
        given = usual | {"action": action, "program": program} | changes
        return OrderedAccess.model_validate(given, context={"accepts_synthetic": True})

    def put(self, *roles: str, program: str = ESA, **known: Any) -> int:
        """An access of Ahmed's that was there before: at the school, as a clerk, unless the test says otherwise."""
        return self.programs.put(program, self.holder, *(roles or (CLERK,)), **{"units": (SCHOOL,), **known})

    def perform(self, order: OrderedAccess, *, now: datetime = NOW, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        screens = {**self.programs.screens(), **self.orderers.screens(), directory_screen(Network.TK): self.tk}
        return program_access(order, self.case.run(screens, clock=FixedClock(now), dies_at=dies_at))

    def again(self, order: OrderedAccess, *, now: datetime = NOW) -> Outcome:
        """A case of its own about the same order."""
        self.new_case()
        return self.perform(order, now=now)

    def refused(
        self, order: OrderedAccess, code: type[BusinessException], match: str | None = None, *, now: datetime = NOW
    ) -> BusinessException:
        """A person takes over, and nothing has been saved."""
        before = dict(self.programs.accesses)
        self.new_case()
        with pytest.raises(code, match=match) as told:
            self.perform(order, now=now)
        assert type(told.value) is code
        assert (self.programs.accesses, self.programs.writes) == (before, [])
        assert self.ahmed.number not in told.value.message
        return told.value

    def access(self, program: str = ESA) -> Access:
        """Ahmed's only access to a program."""
        (found,) = self.programs.standing(program, "ahmyus")
        return found

    def opened(self) -> list[str]:
        """What was looked at and saved, by the points that were reached."""
        assert self.case.platform is not None
        return self.case.platform.reached
