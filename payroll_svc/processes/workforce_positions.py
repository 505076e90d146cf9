"""`workforce-positions`: the check of PAY-04 for a table of positions, one row each, as HR systems export them."""

from __future__ import annotations

from datetime import timedelta

from common.batch import BatchRule
from common.person import require_lasting_id
from common.process import Outcome, OutcomeCode, Retention, Run
from payroll_svc.positions.conclusion import TOLD_TOGETHER, conclude_given
from payroll_svc.positions.employee import EmployeeRecords
from payroll_svc.positions.finding import Finding, judged
from payroll_svc.positions.report import report, tell_the_payroll_office
from payroll_svc.positions.rows import RowFinding, WorkforcePosition, judge_rows
from payroll_svc.positions.rules import rules_on
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll


@payroll.process(
    "workforce-positions",
    called="Stillinger fra fil",
    targets=[PayrollSystem],
    # Four minutes a person (PAY-04), who has three positions on average.
    manual_minutes=1.33,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    batch=BatchRule(judge=judge_rows, report=report, after=tell_the_payroll_office),
    notices=TOLD_TOGETHER,
)
def check_of_row(row: WorkforcePosition, run: Run) -> Outcome:
    """Add up what a file says of each person's positions; where it is more than 100 %, tell all units involved.

    The first row of a person ends as the person's check; the others end NOOP and say which row that is. A row that comes
    alone is judged alone.
    """
    said = run.finding(of=RowFinding)
    if said is not None and said.first is not None:
        return Outcome(OutcomeCode.NOOP, {"with": said.first.model_dump()})
    number = require_lasting_id(row.person_id, accepts_synthetic=run.case.accepts_synthetic)
    found = (said.person if said is not None else None) or run.step("found", _alone, row, run)
    return conclude_given(found, EmployeeRecords(run, number), row.days, run)


def _alone(row: WorkforcePosition, run: Run) -> Finding:
    return judged([row.position], row.days, rules_on(run, row.days.last))
