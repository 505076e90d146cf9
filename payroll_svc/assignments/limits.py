"""By which rules the hours of an assignment may be registered (PAY-01), given what the payroll system shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from common.errors import (
    ConflictInTarget,
    DateOutOfRange,
    InvalidValue,
    LimitExceeded,
    NeedsJudgement,
    PeriodClosed,
    SuspectedDuplicate,
)
from common.norway.calendar import months_later
from payroll_svc.assignments.claimed_hours import ClaimedHours
from payroll_svc.assignments.lines import WorkedLine
from payroll_svc.assignments.rates import Pay
from payroll_svc.assignments.settings import AssignmentSettings
from payroll_svc.screens.assignments import Assignment

_HUNDREDTHS_OF_PERCENT = 10_000


def require_meant(claimed: ClaimedHours, assignment: Assignment) -> None:
    """Raises ConflictInTarget unless the assignment is for the benefit, and by the decision, that the list names."""
    if assignment.kind is not claimed.ytelse_code:
        raise ConflictInTarget("The assignment is for another benefit than the list says")
    if _plain(assignment.decision) != _plain(claimed.vedtak_ref):
        raise ConflictInTarget("The assignment rests on another decision than the list says")


def require_in_time(claimed: ClaimedHours, today: date, settings: AssignmentSettings) -> None:
    """Raises PeriodClosed for hours that are too old, or of an earlier calendar year: a person looks at those."""
    first = claimed.worked[0].day
    if today > months_later(first, settings.months):
        raise PeriodClosed("A line is too old to be registered without a person")
    if first.year < today.year and not settings.earlier_years:
        raise PeriodClosed("A line belongs to an earlier calendar year")


def require_covered(claimed: ClaimedHours, assignment: Assignment, settings: AssignmentSettings) -> None:
    """What the assignment gives room for: the dates, the kilometres and the hours of the decision.

    Raises DateOutOfRange, InvalidValue and LimitExceeded. Exactly as many hours as there are is not too many.
    """
    if not all(assignment.active(line.day) for line in claimed.worked):
        raise DateOutOfRange("The assignment is not active on a date of the list")
    if claimed.km and not assignment.km:
        raise InvalidValue("The contract of the assignment has no kilometres")
    if claimed.hundredths * _HUNDREDTHS_OF_PERCENT > _room(assignment, settings):
        raise LimitExceeded("The list has more hours than the decision gives")


def require_relation(assignment: Assignment, pay: Pay) -> None:
    """Raises NeedsJudgement where the holder stands as a contractor and should be an employee, or the reverse."""
    if pay.relations != frozenset({assignment.relation}):
        raise NeedsJudgement("The holder is not to the municipality what this benefit asks for")


def require_free(claimed: ClaimedHours, elsewhere: Iterable[WorkedLine]) -> None:
    """Raises SuspectedDuplicate for hours that overlap with those of another assignment of the same holder."""
    others = list(elsewhere)
    if any(line.overlaps(other) for line in claimed.worked for other in others):
        raise SuspectedDuplicate("The holder has hours on another assignment at the same time")


def _room(assignment: Assignment, settings: AssignmentSettings) -> int:
    """The hours there are, in hundredths of a per cent of a hundredth of an hour: nothing is rounded."""
    percent = int(settings.tolerance_percent * 100)
    by_decision = assignment.hours_per_month * (_HUNDREDTHS_OF_PERCENT + percent)
    return by_decision + assignment.carried_over * _HUNDREDTHS_OF_PERCENT


def _plain(reference: str) -> str:
    return "".join(reference.split()).casefold()
