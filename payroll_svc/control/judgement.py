"""What is asked over a whole control report: the rules, the control totals, whether a second person must release it (PAY-02)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from common.batch import BatchDesk, Figures, Judgement
from common.errors import InvalidValue
from payroll_svc.control.evaluation import Verdict, evaluate, hits_by_person
from payroll_svc.control.finding import Finding
from payroll_svc.control.pay_day import approval_of
from payroll_svc.control.registers import ControlTables
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import PayRow
from payroll_svc.control.rules import Severity
from payroll_svc.control.thresholds import Thresholds

FEW = 5
"""Below so many rows a sum is as good as an amount."""


def judge(rows: Sequence[ReportedRow], desk: BatchDesk) -> Judgement:
    """Put every row of a report to the rules; raises InvalidValue for a report of several runs, RegisterMissing."""
    run = rows[0]
    if any(_run_of(row) != _run_of(run) for row in rows):
        raise InvalidValue(
            "A control report is about one run: its id, kind, month and pay day are the same in all rows"
        )
    tables, day = ControlTables(desk, run.pay_date), desk.today()
    pay = [row.pay_row(accepts_synthetic=desk.accepts_synthetic or row.test) for row in rows]
    verdicts = evaluate(pay, tables.thresholds, tables.exceptions, day=day)
    person = hits_by_person(pay, verdicts)
    findings = [
        Finding.of(verdict, person.get(row.person, {}), day) for row, verdict in zip(pay, verdicts, strict=True)
    ]
    whole = tuple((row.employee_no, row.position_no) for row in pay)
    findings[0] = findings[0].model_copy(update={"report": whole})
    return Judgement(figures=_run_figures(run) | counted(pay, verdicts, tables.thresholds), findings=findings)


def counted(rows: Sequence[PayRow], verdicts: Sequence[Verdict], limits: Thresholds) -> dict[str, int | str]:
    """The control totals: hits by rule and severity, what is to be held back, and what would be too much of that.

    They are not sealed: of a few rows no sum is told, for it would say what somebody earns.
    """
    amount = sum(
        max(row.net, 0) for row, verdict in zip(rows, verdicts, strict=True) if verdict.severity is Severity.BLOCK
    )
    severities = Counter(verdict.severity for verdict in verdicts)
    hits = Counter((rule, severity) for verdict in verdicts for rule, severity in verdict.hits.items())
    return {
        "rows": len(rows),
        "clean": severities[None],
        "warned": severities[Severity.WARN],
        "to_hold": severities[Severity.BLOCK],
        "too_much_to_hold": int(amount > limits.release_amount),
        **({"amount_to_hold": amount} if severities[Severity.BLOCK] >= FEW else {}),
        "excused": sum(bool(verdict.excused) for verdict in verdicts),
        "expired": sum(bool(verdict.expired) for verdict in verdicts),
        **(
            {"sum_gross": sum(row.gross for row in rows), "sum_net": sum(row.net for row in rows)}
            if len(rows) >= FEW
            else {}
        ),
        "release_above_rows": limits.release_rows,
        "release_above_amount": limits.release_amount,
        **{f"{rule}_{severity}": number for (rule, severity), number in sorted(hits.items())},
    }


def needs_release(figures: Figures) -> bool:
    """Whether so much would be held back that a second person looks at it first."""
    return _whole(figures, "to_hold") > _whole(figures, "release_above_rows") or bool(figures["too_much_to_hold"])


def release_by(figures: Figures) -> datetime:
    """By when it must have been released: one bank day before pay day the payment file is approved."""
    return approval_of(date.fromisoformat(str(figures["pay_date"])))


def _whole(figures: Figures, name: str) -> int:
    return int(figures[name])


def _run_of(row: ReportedRow) -> tuple[object, ...]:
    return row.run_id, row.run_type, row.pay_date, row.period


def _run_figures(row: ReportedRow) -> dict[str, int | str]:
    return {
        "run_id": row.run_id,
        "run_type": row.run_type.value,
        "period": row.period,
        "pay_date": row.pay_date.isoformat(),
    }
