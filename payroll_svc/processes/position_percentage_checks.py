"""`position-percentage-checks`: nobody's positions come to more than a full one unnoticed (PAY-04 of the domain description)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from common.batch import BatchRule
from common.person import require_lasting_id
from common.process import Outcome, Retention, Run
from payroll_svc.positions.check import PersonsPositions, judge
from payroll_svc.positions.conclusion import TOLD_TOGETHER, conclude, conclude_given, require_judged
from payroll_svc.positions.employee import EmployeeRecords
from payroll_svc.positions.finding import Finding, judged
from payroll_svc.positions.holding import Position
from payroll_svc.positions.report import report, tell_the_payroll_office
from payroll_svc.positions.rules import rules_on
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll


@payroll.process(
    "position-percentage-checks",
    called="Samlet stillingsprosent",
    targets=[PayrollSystem],
    manual_minutes=4.0,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    batch=BatchRule(judge=judge, report=report, after=tell_the_payroll_office),
    notices=TOLD_TOGETHER,
)
def check_of_person(check: PersonsPositions, run: Run) -> Outcome:
    """Add up a person's positions day by day; where they come to more than 100 %, tell all units involved."""
    number = require_lasting_id(check.person_id, accepts_synthetic=run.case.accepts_synthetic)
    records = EmployeeRecords(run, number, family_name=check.family_name, given_name=check.given_name)
    if check.positions is None:
        holder = run.step("holder", records.holder, check.days)
        found = run.step("found", _found, holder.positions, check, run)
        require_judged(found)
        return conclude(found, holder.number, check.days, run)
    found = run.finding(of=Finding) or run.step("found", _found, check.positions, check, run)
    return conclude_given(found, records, check.days, run)


def _found(positions: Sequence[Position], check: PersonsPositions, run: Run) -> Finding:
    return judged(positions, check.days, rules_on(run, check.days.last))
