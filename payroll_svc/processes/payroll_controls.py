"""`payroll-controls`: after a payroll run every row of the control report is worked through (PAY-02 of the domain description)."""

from __future__ import annotations

from datetime import timedelta

from common.batch import BatchRule
from common.process import NoticeRule, Outcome, OutcomeCode, Retention, Run
from payroll_svc.control.comparing import as_shown, differences
from payroll_svc.control.conclusion import RowControl, told
from payroll_svc.control.evaluation import Verdict, again, evaluate
from payroll_svc.control.finding import Finding
from payroll_svc.control.judgement import judge, needs_release, release_by
from payroll_svc.control.registers import exceptions_on, thresholds_on
from payroll_svc.control.report import report
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import PayRow
from payroll_svc.control.row_desk import RowDesk
from payroll_svc.control.summary import tell_the_payroll_office
from payroll_svc.screens.pay_row import PayRowFacts
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll


@payroll.process(
    "payroll-controls",
    called="Kontroll av lønnskjøring",
    targets=[PayrollSystem],
    manual_minutes=5.0,
    due=timedelta(days=1),
    retention=Retention.ACCOUNTING,
    batch=BatchRule(
        judge=judge,
        release=needs_release,
        release_by=release_by,
        after=tell_the_payroll_office,
        report=report,
    ),
    notices=NoticeRule(gather=timedelta(minutes=15)),
)
def control_of_pay_row(row: ReportedRow, run: Run) -> Outcome:
    """See to it that wrong pay is stopped, or looked at, before it is paid: put a row to the rules, and mark what is hit."""
    desk = RowDesk(run, row)
    desk.require_open_run()
    found = run.finding(of=Finding) or run.step("found", _alone, row, run)
    pay = row.pay_row(accepts_synthetic=run.case.accepts_synthetic)
    if not found.hits and desk.is_listed_clean(pay):
        return Outcome(OutcomeCode.NOOP, told(found.verdict))

    shown = run.step("row", desk.facts)
    control = RowControl(row, run, desk, shown.control)
    if differ := differences(row, pay, shown):
        raise control.disagreed(differ, found, _by_system(pay, shown, found, run))
    if found.expired:
        raise control.expired(found)
    return control.conclude(found)


def _alone(row: ReportedRow, run: Run) -> Finding:
    """The verdict on a row that came without a report around it."""
    pay = row.pay_row(accepts_synthetic=run.case.accepts_synthetic)
    limits, exceptions = thresholds_on(run, row.pay_date), exceptions_on(run, row.pay_date)
    (verdict,) = evaluate([pay], limits, exceptions, day=run.today())
    return Finding.of(verdict, verdict.hits, run.today())


def _by_system(pay: PayRow, shown: PayRowFacts, found: Finding, run: Run) -> Verdict:
    """The verdict on the facts of the payroll system, which is trusted where the report says otherwise."""
    row = as_shown(pay, shown, accepts_synthetic=run.case.accepts_synthetic)
    limits, exceptions = thresholds_on(run, pay.pay_date), exceptions_on(run, pay.pay_date)
    return again(row, found.verdict, limits, exceptions, day=found.day)
