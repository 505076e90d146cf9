"""`payroll-controls`: after a payroll run every row of the control report is worked through (PAY-02 of the domain description)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from common.batch import BatchRule
from common.errors import BusinessException
from common.process import NoticeRule, Outcome, OutcomeCode, Retention, Run
from payroll_svc.control.comparing import as_shown, differences
from payroll_svc.control.conclusion import RowControl, told
from payroll_svc.control.evaluation import Verdict, again, evaluate
from payroll_svc.control.finding import Finding
from payroll_svc.control.judgement import judge, needs_release, release_by
from payroll_svc.control.registers import ControlTables
from payroll_svc.control.report import report
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import PayRow
from payroll_svc.control.row_desk import RowDesk
from payroll_svc.control.summary import held_besides, tell_the_payroll_office
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
    tables = ControlTables(run, row.pay_date)
    found = run.finding(of=Finding) or run.step("found", _alone, row, tables, run)
    beside = desk.beside(found.report) if found.report else {}
    try:
        outcome = _controlled(row, run, desk, found, tables)
    except BusinessException as broken:
        broken.detail = (broken.detail or {}) | beside
        raise
    outcome = replace(outcome, detail=outcome.detail | beside)
    # The end of the report tells of it, unless that was before a person let Roger try again.
    late = held_besides(row, beside.get("held_not_in_report", 0)) if run.case.retried else ()
    return outcome.telling(*late)


def _controlled(row: ReportedRow, run: Run, desk: RowDesk, found: Finding, tables: ControlTables) -> Outcome:
    pay = row.pay_row(accepts_synthetic=run.case.accepts_synthetic)
    if not found.hits and desk.is_listed_clean(pay):
        return Outcome(OutcomeCode.NOOP, told(found.verdict))
    shown = run.step("row", desk.facts)
    control = RowControl(row, run, desk, shown)
    if differ := differences(row, pay, shown):
        system = as_shown(pay, shown, accepts_synthetic=run.case.accepts_synthetic)
        raise control.disagreed(differ, found, _again(system, found, tables))
    if found.expired:
        raise control.expired(found)
    return control.conclude(found)


def _alone(row: ReportedRow, tables: ControlTables, run: Run) -> Finding:
    """The verdict on a row that came without a report around it."""
    pay = row.pay_row(accepts_synthetic=run.case.accepts_synthetic)
    (verdict,) = evaluate([pay], tables.thresholds, tables.exceptions, day=run.today())
    return Finding.of(verdict, verdict.hits, run.today())


def _again(system: PayRow, found: Finding, tables: ControlTables) -> Verdict:
    """The verdict on the facts of the payroll system, which is trusted where the report says otherwise."""
    return again(system, found.verdict, tables.thresholds, tables.exceptions, day=found.day)
