"""What comes of the verdict on one row: mark and hold, an outcome, and what people are told (PAY-02)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from common.errors import ConflictInTarget, NeedsJudgement
from common.process import Outcome, OutcomeCode, Run
from payroll_svc.control.evaluation import Verdict
from payroll_svc.control.finding import Finding
from payroll_svc.control.marking import (
    HOLD_LEFT,
    HOLD_LIFTED_BY_SOMEBODY,
    MARK_LEFT,
    Plan,
    held_in,
    lifted_before,
    plan_of,
)
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row_desk import RowDesk
from payroll_svc.control.rules import Severity
from payroll_svc.control.tasks import hits_task, left_task, lifted_task
from payroll_svc.screens.pay_row import Mark, PayRowFacts

HOLD_OF_ROGER = "payroll-hold"
TOLD_OF = "payroll-told"
REMEMBERED = timedelta(days=92)
"""How long after pay day holds and tasks are remembered: the final run comes days after the trial, extra runs weeks."""
_OUTCOMES = {Mark.STOP: OutcomeCode.HELD, Mark.WARN: OutcomeCode.REPORTED, Mark.NONE: OutcomeCode.UPDATED}


class RowControl:
    """One row, given what it showed before anything was done."""

    def __init__(self, row: ReportedRow, run: Run, desk: RowDesk, shown: PayRowFacts) -> None:
        self._row, self._run, self._desk, self._shown = row, run, desk, shown
        self._before = shown.control
        self._held_in = self._hold_of_roger()

    def conclude(self, found: Finding) -> Outcome:
        """Mark what is hit, lift what is not hit any more, and tell people what is theirs to do."""
        plan = self._plan(found.verdict)
        if plan is None:
            return self._left(found.verdict)
        written, holds = self._mark(plan), self._holds(plan)
        tasks = [hits_task(self._row, found.person, self._run.today())] if self._tells_of(found) else []
        detail = told(found.verdict) | {"held": holds or (plan.hold is None and self._before.hold)}
        if self._before.hold and (plan.hold is None or self._held_in is None):
            detail["note"] = HOLD_LEFT
        if plan.hold and not holds:
            detail["note"] = HOLD_LIFTED_BY_SOMEBODY
        code = _OUTCOMES[plan.mark] if written else OutcomeCode.EXISTS
        return self._telling_of_lifting(Outcome(code, detail, tuple(tasks)), plan.lifts)

    def disagreed(self, differ: Sequence[str], found: Finding, by_system: Verdict) -> ConflictInTarget:
        """Report and system say different things: the system is trusted, what it stops is held, and a person looks."""
        detail = told(by_system) | {"held": self._held(by_system)}
        return ConflictInTarget(detail=detail | {"differ": list(differ), "by_report": told(found.verdict)["codes"]})

    def expired(self, found: Finding) -> NeedsJudgement:
        """Somebody once accepted this, and nobody has renewed it: what stops the row stops it, and a person decides."""
        detail = told(found.verdict) | {"held": self._held(found.verdict)}
        return NeedsJudgement("An exception has expired", detail=detail | {"expired": list(found.expired)})

    def _plan(self, verdict: Verdict) -> Plan | None:
        run_id, run_type = self._row.run_id, self._row.run_type
        return plan_of(verdict, self._before, run_id=run_id, run_type=run_type, held_in=self._held_in)

    def _held(self, verdict: Verdict) -> bool:
        """Hold a row that is to be stopped before it goes to a person; says whether it is held now."""
        plan = self._plan(verdict)
        if plan is None or verdict.severity is not Severity.BLOCK:
            return self._before.hold
        self._mark(plan)
        return self._holds(plan)

    def _mark(self, plan: Plan) -> bool:
        """Whether anything had to be written; what this run has marked before stays as people have left it."""
        if plan.lifts is None and plan.is_marked(self._before):
            return False
        ensured = self._desk.ensure(plan, self._shown)
        if plan.hold and (self._held_in is not None or not self._before.hold):
            fact = {"by": ensured.value.hold_by}
            self._run.remember(HOLD_OF_ROGER, self._key(self._row.run_id), fact, until=self._until())
        return ensured.created

    def _holds(self, plan: Plan) -> bool:
        """Whether the row is held as planned; not when somebody let it go after this run had stopped it."""
        return plan.hold is True and (self._before.hold or not plan.is_marked(self._before))

    def _left(self, verdict: Verdict) -> Outcome:
        """Nothing is to be written: what stands there is not Roger's to take away, or nothing stands there."""
        before = self._before
        if before.hold or before.mark is not Mark.NONE:
            note = HOLD_LEFT if before.hold else MARK_LEFT
            task = left_task(self._row, self._run.today(), held=before.hold)
            return Outcome(OutcomeCode.REPORTED, told(verdict) | {"held": before.hold, "note": note}, (task,))
        lifted = lifted_before(before, self._row.run_id)
        code = OutcomeCode.NOOP if lifted is None else OutcomeCode.EXISTS
        return self._telling_of_lifting(Outcome(code, told(verdict)), None)

    def _telling_of_lifting(self, outcome: Outcome, lifts: str | None) -> Outcome:
        """Whoever lifts a hold says so; after a death that is an attempt which finds it lifted."""
        lifted = lifts or lifted_before(self._before, self._row.run_id)
        if lifted is None:
            return outcome
        outcome = replace(outcome, detail=outcome.detail | {"lifted": lifted})
        fresh = self._claims(f"lifted:{self._key(self._row.run_id)}")
        return outcome.telling(lifted_task(self._row, lifted, self._run.today())) if fresh else outcome

    def _hold_of_roger(self) -> str | None:
        """The run in which Roger set the hold that stands there: the comment says so, and the ledger who has set it."""
        run_id = held_in(self._before)
        fact = self._run.remembered(HOLD_OF_ROGER, self._key(run_id)) if run_id is not None else None
        return run_id if fact is not None and fact.value["by"] == self._before.hold_by else None

    def _tells_of(self, found: Finding) -> bool:
        """Whether nobody has told yet what this person was found for in this run; the first of their rows does.

        A row that a person had to look at tells for itself once Roger may go on with it: what another row told, and the
        report's end, lie some time back, and it was not marked then.
        """
        person = self._row.pay_row(accepts_synthetic=self._run.case.accepts_synthetic).person
        fresh = bool(found.hits) and self._claims(":".join((self._row.run_id, person, *found.person)))
        return fresh or (bool(found.hits) and self._run.case.retried)

    def _claims(self, key: str) -> bool:
        """Whether this case, and no other one, is to tell of something."""
        return self._run.remember(TOLD_OF, key, {}, until=self._until()).ours

    def _key(self, run_id: str) -> str:
        return f"{run_id}:{self._row.employee_no}:{self._row.position_no}"

    def _until(self) -> date:
        return max(self._row.pay_date, self._run.today()) + REMEMBERED


def told(verdict: Verdict) -> dict[str, Any]:
    """What the caller, and the report, get to know of a verdict."""
    codes = {"codes": {rule.value: severity.value for rule, severity in verdict.hits.items()}}
    return codes | ({"excused": list(verdict.excused)} if verdict.excused else {})
