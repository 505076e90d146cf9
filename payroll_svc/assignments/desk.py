"""The way to an assignment and its hours of a period: looked at, registered, corrected."""

from __future__ import annotations

from decimal import Decimal

from common.errors import AmbiguousHit, ConflictInTarget, InvalidValue, PeriodClosed, SuspectedDuplicate
from common.process import Run
from payroll_svc.assignments.claimed_hours import SETTINGS, ClaimedHours
from payroll_svc.assignments.limits import require_covered, require_free, require_in_time, require_relation
from payroll_svc.assignments.rates import Pay
from payroll_svc.screens.assignments import Assignment, AssignmentPage, AssignmentSearch
from payroll_svc.screens.timesheet_form import FilledTimesheet, TimesheetHead
from payroll_svc.screens.timesheets import HoursPage, SavedTimesheet, Timesheet, TimesheetForm


class AssignmentDesk:
    """One list of hours and the assignment it is for. It knows where the robot stands, so that a second look is short."""

    def __init__(self, run: Run, claimed: ClaimedHours) -> None:
        self._run, self._claimed = run, claimed
        self._at: HoursPage | SavedTimesheet | None = None

    # --- looks ------------------------------------------------------------------------------------------------------

    def assignment(self) -> Assignment:
        """What stands of the assignment, and on to its hours of the period.

        Raises InvalidValue when there is no such assignment, AmbiguousHit when its number stands for several.
        """
        page = self._open()
        found = page.facts()
        self._at = page.hours(self._claimed.period)
        return found

    def current(self) -> list[Timesheet]:
        """The timesheets of the period that hold, whoever made them."""
        return self._hours().current()

    def same(self) -> list[Timesheet]:
        """Those of them that say what the list says: the same hours, kilometres and expenses."""
        return [sheet for sheet in self.current() if self.is_same(sheet)]

    def is_same(self, sheet: Timesheet) -> bool:
        claimed = self._claimed
        told = (claimed.worked, claimed.km, claimed.expenses)
        return (sheet.lines, sheet.km, sheet.expenses) == told

    def sums(self) -> tuple[int, int]:
        """Hours in hundredths and amount in øre of all that holds in the period."""
        return self._hours().sums()

    def _open(self) -> AssignmentPage:
        hits = self._run.open(AssignmentSearch).search(self._claimed.oppdrag_nr)
        found = len(hits.numbers())
        if not found:
            raise InvalidValue("The payroll system knows no assignment of that number")
        if found > 1:
            raise AmbiguousHit
        return hits.open()

    def _hours(self) -> HoursPage:
        match self._at:
            case HoursPage() as page:
                pass
            case SavedTimesheet() as saved:
                page = saved.hours()
            case None:
                page = self._open().hours(self._claimed.period)
        if page.period() != self._claimed.period:
            raise ConflictInTarget("The payroll system shows the hours of another period")
        self._at = page
        return page

    # --- acts -------------------------------------------------------------------------------------------------------

    def register(self, assignment: Assignment, pay: Pay) -> None:
        """Register the list, if the rules let it be registered and nothing stands in its period."""
        self._require_fit(assignment, pay)
        if self.current():
            raise SuspectedDuplicate("Another list of hours has been registered meanwhile")
        self._save(self._leave().new_timesheet(), pay, rows=0)

    def correct(self, number: str, assignment: Assignment, pay: Pay) -> None:
        """Let the list take the place of a timesheet, if the rules would let it be registered and that one still holds."""
        self._require_fit(assignment, pay)
        standing = self.current()
        if [sheet.number for sheet in standing] != [number]:
            raise SuspectedDuplicate("The list that was to be corrected has been changed meanwhile")
        self._save(self._leave().correct(number), pay, rows=len(standing[0].lines))

    def _require_fit(self, assignment: Assignment, pay: Pay) -> None:
        page = self._hours()
        if not page.is_open():
            raise PeriodClosed("The pay period is closed")
        require_in_time(self._claimed, self._run.today(), SETTINGS)
        require_covered(self._claimed, assignment, SETTINGS)
        require_relation(assignment, pay)
        require_free(self._claimed, page.elsewhere())

    def _save(self, form: TimesheetForm, pay: Pay, *, rows: int) -> None:
        sheet = self._filled()
        checked = form.fill_in(sheet, rows=rows)
        checked.require_as_filled(sheet)
        if checked.hundredths() != self._claimed.hundredths or not pay.agrees(checked.amount()):
            raise ConflictInTarget("The payroll system comes to another sum than the list and the rates")
        self._at = checked.save()

    def _filled(self) -> FilledTimesheet:
        claimed = self._claimed
        head = TimesheetHead(
            km=claimed.km,
            expenses=Decimal(claimed.expenses).scaleb(-2),
            receipt=claimed.receipt_ref or "",
            approved_by=claimed.approved_by,
            approved_at=claimed.approved_at,
            decision=claimed.vedtak_ref,
            reference=mark_of(self._run),
        )
        return FilledTimesheet(lines=claimed.worked, head=head)

    def _leave(self) -> HoursPage:
        """The page, for going on from it: after that the robot stands nowhere that is known here."""
        page, self._at = self._hours(), None
        return page


def mark_of(run: Run) -> str:
    """What stands as the reference of a timesheet that a case has made: by that it is told from everybody else's."""
    return str(run.case.id)
