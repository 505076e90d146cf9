"""Where control reports are worked through: the payroll system in memory, the registers, the ledger, rows of somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from pay_rows import an_account
from pay_runs_in_memory import UNTOUCHED, PayRunsInMemory
from pydantic_core import to_jsonable_python

from common.batch import EndedRow, Judgement
from common.clock import OSLO
from common.errors import BusinessException
from common.process import Outcome
from common.readings import Readings
from common.testing import FixedClock, MemoryCase, MemoryDesk, MemoryLedger, MemoryRegisters, Person, person
from payroll_svc.control.finding import Finding
from payroll_svc.control.judgement import judge
from payroll_svc.control.registers import ExceptionRow, rows_of
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import Overtime, RunType
from payroll_svc.processes.payroll_controls import control_of_pay_row
from payroll_svc.screens.pay_row import Control, PayRowFacts
from payroll_svc.screens.run_list import RunFacts, RunState

NOW = datetime(2026, 12, 7, 8, tzinfo=OSLO)
TRIAL, FINAL = "2026-12-T1", "2026-12-H1"
SCHOOL, HOME = "311874322", "312900114"
_employees = count(104_001)

Ended = Outcome | BusinessException


def a_report_row(of: Person | None = None, *, run: str = TRIAL, **changes: Any) -> ReportedRow:
    """A clean row of somebody, unless something else is said."""
    somebody, employee = of or person(), next(_employees)
    given: dict[str, Any] = {
        "run_id": run,
        "run_type": "FINAL" if run == FINAL else "TRIAL",
        "pay_date": "2026-12-11",
        "period": "2026-12",
        "person_id": somebody.number,
        "family_name": somebody.family_name,
        "given_name": somebody.given_name,
        "employee_no": str(employee),
        "position_no": "A1",
        "unit": SCHOOL,
        "stillingsprosent": "80.00",
        "gross": 3_980_000,
        "net": 2_600_000,
        "tax": 1_200_000,
        "deductions": 180_000,
        "gross_prev": 3_980_000,
        "fixed_pay": 3_980_000,
        "tax_card_status": "OK",
        "account_no": an_account(employee),
        "employment_start": "2019-08-01",
        "contract_present": True,
        "pay_lines": ["FASTLONN:3980000"],
    }
    return ReportedRow.model_validate(given | changes)


def shown(row: ReportedRow, **changes: Any) -> PayRowFacts:
    """The row as the payroll system shows it, when it says what the report does."""
    pay = row.pay_row(accepts_synthetic=True)
    run = RunFacts(
        run_id=row.run_id,
        run_type=row.run_type,
        period=row.period,
        pay_date=row.pay_date,
        state=RunState.CALCULATED,
    )
    facts: dict[str, Any] = {
        "run": run,
        "employee_no": row.employee_no,
        "position_no": row.position_no,
        "name": f"{row.family_name}, {row.given_name}",
        "person_id": pay.person_id,
        "unit": row.unit or SCHOOL,
        "percent": pay.percent,
        "gross": row.gross,
        "net": row.net,
        "tax": row.tax,
        "deductions": row.deductions,
        "gross_prev": row.gross_prev,
        "fixed_pay": row.fixed_pay,
        "tax_card": row.tax_card_status,
        "account": pay.account,
        "employment_start": row.employment_start,
        "employment_end": row.employment_end,
        "contract_present": row.contract_present,
        "overtime": pay.overtime or Overtime(),
        "lines": pay.lines,
        "locked": False,
        "control": UNTOUCHED,
    }
    return PayRowFacts.model_validate(facts | changes)


@dataclass
class Office:
    """The payroll system, and what all cases of one deployment share."""

    system: PayRunsInMemory = field(default_factory=PayRunsInMemory)
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    accepts_synthetic: bool = True

    def __post_init__(self) -> None:
        self.registers.store("control-thresholds", rows_of(), valid_from=date(2026, 1, 1))
        self.readings = Readings()
        self.new_case()

    def new_case(self, finding: Finding | None = None) -> None:
        self.system.case = MemoryCase(
            registers=self.registers,
            ledger=self.ledger,
            readings=self.readings,
            accepts_synthetic=self.accepts_synthetic,
            finding=to_jsonable_python(finding),
        )

    def know(self, *rows: ReportedRow, **changes: Any) -> None:
        """The payroll system has these rows, as the report says them unless something else is said."""
        for row in rows:
            facts = shown(row, **changes)
            self.system.rows.append(facts)
            self.system.runs[facts.run.run_id] = facts.run

    def accept(self, row: ReportedRow, rule: str, first: date, until: date) -> None:
        accepted = {"employee_no": row.employee_no, "rule": rule, "first_day": first, "until": until}
        self.registers.store("control-exceptions", [ExceptionRow.model_validate(accepted)], valid_from=date(2026, 1, 1))

    def perform(self, row: ReportedRow, dies_at: str | None = None) -> Outcome:
        """One attempt at the present case."""
        return control_of_pay_row(row, self.system.case.run(self.system.screens(), clock=self.clock, dies_at=dies_at))

    def case(self, row: ReportedRow, finding: Finding | None = None) -> Outcome:
        """A case of its own."""
        self.new_case(finding)
        return self.perform(row)

    def judge(self, *rows: ReportedRow) -> Judgement:
        return judge(rows, MemoryDesk(self.registers, self.clock, self.accepts_synthetic))

    def control(self, *rows: ReportedRow) -> list[Ended]:
        """A whole report: how each of its rows ended, in their order."""
        return [self._ended(row, finding) for row, finding in zip(rows, self.judge(*rows).findings, strict=True)]

    def ended(self, *rows: ReportedRow) -> list[EndedRow[ReportedRow]]:
        """The same as its report is made of."""
        findings: Sequence[Finding] = self.judge(*rows).findings
        found: list[EndedRow[ReportedRow]] = []
        for place, (row, finding) in enumerate(zip(rows, findings, strict=True)):
            ended = self._ended(row, finding)
            done = isinstance(ended, Outcome)
            found.append(
                EndedRow(
                    case=self.system.case.id,
                    row=place,
                    input=row,
                    state="done" if done else "manual",
                    code=ended.code,
                    detail=ended.detail,
                    finding=to_jsonable_python(finding),
                )
            )
        return found

    def _ended(self, row: ReportedRow, finding: Finding) -> Ended:
        try:
            return self.case(row, finding)
        except BusinessException as broken:
            return broken

    def control_of(self, row: ReportedRow) -> Control:
        return self.system.control_of(row.employee_no, row.position_no, row.run_id)

    def put(self, row: ReportedRow, control: Control) -> None:
        """Somebody at a screen writes a control on a row."""
        (facts,) = self.system.of_position(row.run_id, row.employee_no, row.position_no)
        self.system.write(facts, control)

    def recalculate(self, row: ReportedRow, **changes: Any) -> None:
        """The run is calculated anew, with something else on a row; what was written there stays."""
        (facts,) = self.system.of_position(row.run_id, row.employee_no, row.position_no)
        self.system.rows[self.system.rows.index(facts)] = facts.model_copy(update=changes)

    def final_run(self, row: ReportedRow, **changes: Any) -> ReportedRow:
        """The same row in the final run, which inherits hold and comment, and no mark."""
        update = {"run_id": FINAL, "run_type": RunType.FINAL} | changes
        final = ReportedRow.model_validate(row.model_dump(mode="json", exclude_unset=True) | update)
        before = self.control_of(row)
        inherited = UNTOUCHED.model_copy(
            update={"hold": before.hold, "hold_by": before.hold_by, "comment": before.comment}
        )
        self.know(final, control=inherited)
        return final
