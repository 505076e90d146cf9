"""Where lists of hours are performed: assignments in memory, with the register and the ledger that cases share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from assignments_in_memory import AssignmentsInMemory

from common.clock import Clock
from common.person import PersonFacts
from common.process import Outcome
from common.testing import FixedClock, MemoryCase, MemoryLedger, MemoryRegisters, Person, person
from payroll_svc.assignments.benefit import BenefitKind
from payroll_svc.assignments.claimed_hours import ClaimedHours
from payroll_svc.assignments.lines import line_of
from payroll_svc.assignments.rates import AssignmentRate
from payroll_svc.processes.assignment_hours import register_hours
from payroll_svc.screens.assignments import Assignment
from payroll_svc.screens.timesheets import Timesheet

RATE = 214_50
RATES = (
    AssignmentRate(ytelse_code=BenefitKind.STOTTEKONTAKT, rate=RATE, first_day=date(2026, 1, 1)),
    AssignmentRate(ytelse_code=BenefitKind.TOLK, rate=480_00, first_day=date(2026, 1, 1)),
)
PERIOD = "2026-11"
_numbers = count(1)


def an_assignment(of: Person, **changes: Any) -> Assignment:
    """Of a støttekontakt with eight hours a month and kilometres."""
    row = {
        "number": f"OPP-{next(_numbers)}",
        "holder": PersonFacts(
            number=of.number, family_name=of.family_name, given_name=of.given_name, status="", remark=""
        ),
        "kind": "STOTTEKONTAKT",
        "first_day": date(2026, 1, 1),
        "last_day": None,
        "decision": "V-2026-3391",
        "hours_per_month": 800,
        "carried_over": 0,
        "km": True,
        "relation": "CONTRACTOR",
    }
    return Assignment.model_validate(row | changes)


@dataclass
class Office:
    """Somebody's assignment, and the register and the ledger that the cases of one town share."""

    payroll: AssignmentsInMemory = field(default_factory=AssignmentsInMemory)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    holder: Person = field(default_factory=person)
    clock: Clock = field(default_factory=FixedClock)

    def __post_init__(self) -> None:
        self.registers.store("assignment-rates", RATES, valid_from=date(2026, 1, 1))
        self.payroll.prices = {row.ytelse_code: row.rate for row in RATES}
        self.payroll.assignments = [an_assignment(self.holder)]
        self.new_case()

    @property
    def assignment(self) -> Assignment:
        return self.payroll.assignments[0]

    def change(self, **changes: Any) -> None:
        """Let the assignment be another one."""
        self.payroll.assignments = [an_assignment(self.holder, number=self.assignment.number, **changes)]

    def new_case(self) -> None:
        self.payroll.case = MemoryCase(registers=self.registers, ledger=self.ledger)

    def a_list(self, **changes: Any) -> ClaimedHours:
        """Six and a half hours of two evenings, approved the day after the last."""
        row: dict[str, Any] = {
            "person_id": self.holder.number,
            "family_name": self.holder.family_name,
            "given_name": self.holder.given_name,
            "oppdrag_nr": self.assignment.number,
            "ytelse_code": "STOTTEKONTAKT",
            "period": PERIOD,
            "lines": ["2026-11-04 16:00-19:00", "2026-11-18 16:00-19:30"],
            "approved_by": "enhl03",
            "approved_at": "2026-11-19T08:02:00+01:00",
            "vedtak_ref": "V-2026-3391",
        }
        return ClaimedHours.model_validate(row | changes)

    def later(self, **changes: Any) -> ClaimedHours:
        """A list with an hour less on the second evening, approved later than the first list."""
        other = {
            "lines": ["2026-11-04 16:00-19:00", "2026-11-18 16:00-18:30"],
            "approved_at": "2026-11-20T08:00:00+01:00",
        }
        return self.a_list(**other | changes)

    def put(self, *lines: str, reference: str = "") -> Timesheet:
        """A timesheet that a clerk has registered."""
        return self.payroll.put(self.assignment, PERIOD, *(line_of(line) for line in lines), reference=reference)

    def perform(self, claimed: ClaimedHours, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        run = self.payroll.case.run(self.payroll.screens(), clock=self.clock, dies_at=dies_at)
        return register_hours(claimed, run)

    def case(self, claimed: ClaimedHours) -> Outcome:
        """A case of its own."""
        self.new_case()
        return self.perform(claimed)

    @property
    def standing(self) -> list[Timesheet]:
        """What holds of the assignment in the period."""
        return self.payroll.standing(self.assignment.number, PERIOD)

    @property
    def texts(self) -> list[list[str]]:
        """The lines of each timesheet that holds."""
        return [[line.text for line in sheet.lines] for sheet in self.standing]
