"""The payroll system's assignments without a page: the same screens, answered from memory, with deaths at every save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, cast

from common.errors import ConflictInTarget, RecordLocked, TargetRejected
from common.testing import MemoryCase
from payroll_svc.assignments.benefit import BenefitKind
from payroll_svc.assignments.lines import WorkedLine
from payroll_svc.screens.assignments import Assignment, AssignmentHits, AssignmentPage, AssignmentSearch
from payroll_svc.screens.timesheet_form import FilledTimesheet
from payroll_svc.screens.timesheets import (
    CheckedTimesheet,
    CorrectTimesheet,
    HoursPage,
    NewTimesheet,
    SavedTimesheet,
    Timesheet,
)

if TYPE_CHECKING:
    from common.browser.screen import Page

NO_PAGE = cast("Page", None)


@dataclass
class AssignmentsInMemory:
    """Assignments with their timesheets of all periods; amounts in øre, hours in hundredths."""

    case: MemoryCase = field(default_factory=MemoryCase)
    assignments: list[Assignment] = field(default_factory=list[Assignment])
    sheets: dict[tuple[str, str], list[Timesheet]] = field(default_factory=dict[tuple[str, str], list[Timesheet]])
    """Those that hold, by assignment and period."""
    replaced: list[Timesheet] = field(default_factory=list[Timesheet])
    elsewhere: list[WorkedLine] = field(default_factory=list[WorkedLine])
    closed: set[str] = field(default_factory=set[str])
    locked: bool = False
    prices: dict[BenefitKind, int] = field(default_factory=dict[BenefitKind, int])
    """Øre per hour."""
    forms: list[FilledTimesheet] = field(default_factory=list[FilledTimesheet])
    """As they were saved."""
    after_check: Callable[[], None] = lambda: None
    after_save: Callable[[], None] = lambda: None
    numbers: count[int] = field(default_factory=lambda: count(500_001))

    def screens(self) -> dict[type, object]:
        return {AssignmentSearch: _Search(self)}

    def standing(self, number: str, period: str) -> list[Timesheet]:
        return self.sheets.setdefault((number, period), [])

    def amount(self, kind: BenefitKind, lines: tuple[WorkedLine, ...]) -> int:
        """Each line rounded to an øre, as the stand-in does."""
        return sum((line.hundredths * self.prices[kind] + 50) // 100 for line in lines)

    def put(self, of: Assignment, period: str, *lines: WorkedLine, reference: str = "", km: int = 0) -> Timesheet:
        """A timesheet that somebody in the office has registered."""
        made = Timesheet(
            number=str(next(self.numbers)),
            hundredths=sum(line.hundredths for line in lines),
            km=km,
            expenses=0,
            amount=self.amount(of.kind, lines),
            reference=reference,
            lines=lines,
        )
        self.standing(of.number, period).append(made)
        return made

    def save(self, of: Assignment, period: str, form: FilledTimesheet, replaces: str | None) -> None:
        assert self.case.platform is not None
        self.case.platform.reach("save")
        standing = self.standing(of.number, period)
        self.replaced += [sheet for sheet in standing if sheet.number == replaces]
        standing[:] = [sheet for sheet in standing if sheet.number != replaces]
        made = self.put(of, period, *form.lines, reference=form.head.reference, km=form.head.km)
        standing[-1] = made.model_copy(update={"expenses": int(form.head.expenses * 100)})
        self.forms.append(form)
        self.case.platform.reach("saved")
        self.after_save()


class _Search(AssignmentSearch):
    def __init__(self, payroll: AssignmentsInMemory) -> None:
        super().__init__(NO_PAGE)
        self._payroll = payroll

    def search(self, number: str) -> AssignmentHits:
        return _Hits(self._payroll, [one for one in self._payroll.assignments if one.number == number])


class _Hits(AssignmentHits):
    def __init__(self, payroll: AssignmentsInMemory, hits: list[Assignment]) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._hits = payroll, hits

    def numbers(self) -> list[str]:
        return [hit.number for hit in self._hits]

    def open(self) -> AssignmentPage:
        (hit,) = self._hits
        return _Assignment(self._payroll, hit)


class _Assignment(AssignmentPage):
    def __init__(self, payroll: AssignmentsInMemory, assignment: Assignment) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._assignment = payroll, assignment

    def facts(self) -> Assignment:
        return self._assignment

    def hours(self, period: str) -> HoursPage:
        return _Hours(self._payroll, self._assignment, period)


class _Hours(HoursPage):
    """As it was when it came: what happens afterwards does not show on it."""

    def __init__(self, payroll: AssignmentsInMemory, assignment: Assignment, period: str) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._assignment, self._period = payroll, assignment, period
        self._standing = list(payroll.standing(assignment.number, period))

    def period(self) -> str:
        return self._period

    def is_open(self) -> bool:
        return self._period not in self._payroll.closed

    def sums(self) -> tuple[int, int]:
        return sum(sheet.hundredths for sheet in self._standing), sum(sheet.amount for sheet in self._standing)

    def current(self) -> list[Timesheet]:
        return list(self._standing)

    def elsewhere(self) -> list[WorkedLine]:
        return list(self._payroll.elsewhere)

    def new_timesheet(self) -> NewTimesheet:
        return _New(self._payroll, self._assignment, self._period)

    def correct(self, number: str) -> CorrectTimesheet:
        for sheet in self._standing:
            if sheet.number == number:
                return _Correct(self._payroll, self._assignment, self._period, sheet)
        raise ConflictInTarget


class _New(NewTimesheet):
    def __init__(self, payroll: AssignmentsInMemory, assignment: Assignment, period: str) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._assignment, self._period = payroll, assignment, period

    def fill_in(self, sheet: FilledTimesheet, *, rows: int = 0) -> CheckedTimesheet:
        assert rows == 0
        return _check(self._payroll, self._assignment, self._period, sheet, None)


class _Correct(CorrectTimesheet):
    def __init__(self, payroll: AssignmentsInMemory, assignment: Assignment, period: str, before: Timesheet) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._assignment, self._period, self._before = payroll, assignment, period, before

    def fill_in(self, sheet: FilledTimesheet, *, rows: int = 0) -> CheckedTimesheet:
        assert rows == len(self._before.lines)  # or lines of the list before would be left standing
        return _check(self._payroll, self._assignment, self._period, sheet, self._before.number)


def _check(
    payroll: AssignmentsInMemory, of: Assignment, period: str, form: FilledTimesheet, replaces: str | None
) -> CheckedTimesheet:
    if payroll.locked:
        raise RecordLocked
    if form.head.km and not of.km:
        raise TargetRejected
    payroll.after_check()
    return _Checked(payroll, of, period, form, replaces)


class _Checked(CheckedTimesheet):
    def __init__(
        self, payroll: AssignmentsInMemory, of: Assignment, period: str, form: FilledTimesheet, replaces: str | None
    ) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._of, self._period, self._form, self._replaces = payroll, of, period, form, replaces

    def require_as_filled(self, sheet: FilledTimesheet) -> None:
        assert sheet is self._form

    def hundredths(self) -> int:
        return sum(line.hundredths for line in self._form.lines)

    def amount(self) -> int:
        return self._payroll.amount(self._of.kind, self._form.lines)

    def save(self) -> SavedTimesheet:
        if self._payroll.locked:
            raise RecordLocked
        if self._period in self._payroll.closed:
            raise TargetRejected
        self._payroll.save(self._of, self._period, self._form, self._replaces)
        return _Saved(self._payroll, self._of, self._period)


class _Saved(SavedTimesheet):
    def __init__(self, payroll: AssignmentsInMemory, of: Assignment, period: str) -> None:
        super().__init__(NO_PAGE)
        self._payroll, self._of, self._period = payroll, of, period

    def hours(self) -> HoursPage:
        return _Hours(self._payroll, self._of, self._period)
