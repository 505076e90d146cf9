"""`position-percentage-checks`: nobody's positions come to more than a full one unnoticed (PAY-04 of the domain description)."""

from __future__ import annotations

from datetime import timedelta

from common.batch import BatchRule
from common.person import require_lasting_id
from common.process import NoticeRule, Outcome, Retention, Run
from payroll_svc.positions.check import PersonsPositions, judge
from payroll_svc.positions.conclusion import conclude, require_judged
from payroll_svc.positions.employee import EmployeeRecords, Holder
from payroll_svc.positions.finding import Finding, judged
from payroll_svc.positions.report import report, tell_the_payroll_office
from payroll_svc.positions.rules import rules_on
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll

TOLD_TOGETHER = NoticeRule(gather=timedelta(minutes=30))
"""A unit with several people over 100 % hears of them in one message."""


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
        found = run.step("found", _found, holder, check, run)
        require_judged(found)
        return conclude(found, holder.number, check.days, run)

    found = run.finding(of=Finding) or run.step(
        "found", _found, Holder(number=number, positions=check.positions), check, run
    )
    require_judged(found)
    if found.substitutes:
        run.step("substitutes", records.require_going_on, found, check.days)
    return conclude(found, number, check.days, run)


def _found(holder: Holder, check: PersonsPositions, run: Run) -> Finding:
    return judged(holder.positions, check.days, rules_on(run, check.days.last))
