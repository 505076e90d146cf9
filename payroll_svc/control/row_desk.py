"""The way to one pay row in the payroll system: the run, its list, the row's page and what is written there (PAY-02)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from common.errors import AmbiguousHit, ConflictInTarget, PeriodClosed, RecordLocked
from common.process import Ensured, Run
from payroll_svc.control.comparing import listed_alike, run_differs
from payroll_svc.control.marking import Plan
from payroll_svc.control.pay_day import CONTROL
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.row import PayRow
from payroll_svc.screens.pay_row import Control, PayRowFacts, PayRowPage, PayRowSearch, SavedControl
from payroll_svc.screens.run_list import PayRuns, RunFacts, RunList, RunState

_RUN_IS_FRESH = timedelta(seconds=30)
"""A run is locked while its cases are at work: nobody goes on for long after that."""
_FIRST = 1
_LIST_IS_FRESH = timedelta(minutes=CONTROL.list_minutes)


class RowDesk:
    """One row, as a robot sees it. It knows where the robot stands, so that a second look costs a single page."""

    def __init__(self, run: Run, row: ReportedRow) -> None:
        self._run, self._row = run, row
        self._at: PayRowPage | SavedControl | None = None

    def require_open_run(self) -> None:
        """Nothing is done in a run that is not being worked on, or not the one that the report is about.

        Raises ConflictInTarget, RecordLocked (the run is locked) and PeriodClosed (it has been paid).
        """
        run_id = self._row.run_id
        run = self._run.reading("payroll-run", run_id, self._look_at_run, fresh=_RUN_IS_FRESH)
        if run is None:
            raise ConflictInTarget("The payroll system knows no such run", detail={"differ": ["run_id"]})
        if run.state is RunState.LOCKED:
            raise RecordLocked
        if run.state is RunState.PAID:
            raise PeriodClosed
        if differ := run_differs(self._row, run):
            raise ConflictInTarget(
                "The report is about another run than the payroll system's", detail={"differ": differ}
            )

    def is_listed_clean(self, row: PayRow) -> bool:
        """Whether the run's list says what the report says, once, and nobody has marked the row.

        The list is read once for all shifts of a worker and may be some minutes old: it spares the page of a row that
        needs nothing done, and decides nothing else. A case that has been at work before looks at its row: it may have
        written something there of which nobody has been told yet.
        """
        if self._run.case.fence > _FIRST:
            return False
        listed = self._listed().get((row.employee_no, row.position_no), [])
        return len(listed) == 1 and listed_alike(row, listed[0]) and not (listed[0].marked or listed[0].held)

    def beside(self, report: Collection[tuple[str, str]]) -> dict[str, int]:
        """What the run has besides a whole report, if anything: rows that the report lacks, and those of them that are held.

        Nobody has controlled those. Some offices' reports hold only what looks odd, so a row more is no fault by itself.
        """
        known = {*report}
        others = [row for place, rows in self._listed().items() if place not in known for row in rows]
        numbers = {"not_in_report": len(others), "held_not_in_report": sum(row.held for row in others)}
        return {name: number for name, number in numbers.items() if number}

    def facts(self) -> PayRowFacts:
        """What stands on the row now; raises ConflictInTarget when it is not in the run, AmbiguousHit for several."""
        page = self._page()
        shown = page.facts()
        self._at = page
        return shown

    def ensure(self, plan: Plan, shown: PayRowFacts) -> Ensured[Control]:
        """See to it that the control stands on the row; `shown` is what was decided about.

        Raises RecordLocked, TargetRejected, and ConflictInTarget when the row is another one by now.
        """
        return self._run.ensure(
            "control", of=Control, find=lambda: self._standing(plan), create=lambda: self._write(plan, shown)
        )

    def _standing(self, plan: Plan) -> list[Control]:
        control = self.facts().control
        return [control] if plan.stands(control) else []

    def _write(self, plan: Plan, shown: PayRowFacts) -> None:
        """Write on the row if it still is what was decided about.

        An attempt that failed may lie some time back: somebody may have held the row, or the run been calculated anew.
        """
        page, self._at = self._page(), None
        now = page.facts()
        if now.locked:
            raise RecordLocked
        if now.model_copy(update={"run": shown.run, "locked": shown.locked}) != shown:
            raise ConflictInTarget("Somebody has changed the row meanwhile", detail={"differ": ["row"]})
        self._at = page.save(plan.form)

    def _page(self) -> PayRowPage:
        match self._at:
            case PayRowPage() as page:
                return page
            case SavedControl() as saved:
                return saved.pay_row()
            case None:
                return self._found()

    def _found(self) -> PayRowPage:
        row = self._row
        hits = self._run.open(PayRowSearch).search(row.run_id, row.employee_no, row.position_no)
        number = hits.count()
        if number == 0:
            raise ConflictInTarget("The run has no row of this position", detail={"differ": ["row"]})
        if number > 1:
            raise AmbiguousHit
        return hits.pay_row()

    def _look_at_run(self) -> RunFacts | None:
        return self._run.open(PayRuns).run(self._row.run_id)

    def _listed(self) -> RunList:
        return self._run.reading("payroll-run-list", self._row.run_id, self._read_list, fresh=_LIST_IS_FRESH)

    def _read_list(self) -> RunList:
        return self._run.open(PayRuns).list_of(self._row.run_id).listed()
