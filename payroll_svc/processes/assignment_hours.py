"""`assignment-hours`: the hours of an assignment stand in the payroll system, so that its holder is paid (PAY-01)."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel

from common.errors import ConflictInTarget, SuspectedDuplicate
from common.norway.calendar import months_later
from common.person import require_lasting_id, require_right
from common.process import Outcome, OutcomeCode, Retention, Run, Task
from common.reasons import reason_of
from payroll_svc.assignments.claimed_hours import SETTINGS, ClaimedHours
from payroll_svc.assignments.desk import AssignmentDesk, mark_of
from payroll_svc.assignments.limits import require_meant
from payroll_svc.assignments.lines import hours
from payroll_svc.assignments.rates import Pay, pay_of
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.screens.timesheets import Timesheet
from payroll_svc.service import payroll

PAYROLL_OFFICER = "payroll-officer"
APPROVAL = "approval-of-timesheet"
CLOSES_LATER = timedelta(days=31)
"""How long after its hours could last be registered a timesheet is still known as Roger's."""


class Intent(BaseModel, frozen=True):
    """What is to become of a list, decided once: after a crash what stands may be the list itself."""

    replaces: str | None = None
    """The timesheet whose place it takes."""


def tell_the_payroll_officer(code: str) -> Task:
    """What the payroll office reads when hours need a person: somebody waits for their pay."""
    return Task(
        name="hours-not-registered",
        role=PAYROLL_OFFICER,
        title="Timer på oppdrag er ikke registrert",
        text=(
            f"Roger kunne ikke registrere en timeliste. {reason_of(code).situation} Saken står i arbeidslisten: registrer "
            "timene selv, eller send listen tilbake til enheten, før neste lønnskjøring."
        ),
    )


@payroll.process(
    "assignment-hours",
    called="Timer på oppdrag",
    targets=[PayrollSystem],
    manual_minutes=5.0,
    due=timedelta(days=1),
    retention=Retention.PERSONAL,
    # The number of a decision tells of somebody's need of care.
    evidence=False,
    fallout=tell_the_payroll_officer,
)
def register_hours(claimed: ClaimedHours, run: Run) -> Outcome:
    """See to it that the hours of an assignment stand in the payroll system, once, as the list says.

    Another list for the same period takes the place of the one before, if that one is Roger's own or the list names it.
    """
    number = require_lasting_id(claimed.person_id, accepts_synthetic=run.case.accepts_synthetic)
    desk = AssignmentDesk(run, claimed)
    assignment = desk.assignment()
    require_right(run, assignment.holder, claimed.sought(number))
    # Only now is nobody else at work on this person, under whatever number: what is asked from here on stays true.
    require_meant(claimed, assignment)
    pay = pay_of(claimed, run)

    intent = run.step("intent", _intent, claimed, run, desk)
    if intent.replaces is None:
        made = run.ensure("timesheet", of=Timesheet, find=desk.same, create=lambda: desk.register(assignment, pay))
    else:
        replaced = intent.replaces
        made = run.ensure(
            "correction", of=Timesheet, find=desk.same, create=lambda: desk.correct(replaced, assignment, pay)
        )
    sheet, ours = made.value, made.value.reference == mark_of(run)
    if ours:
        _remember(sheet, claimed, run)
    _require_as_claimed(sheet, claimed, pay, desk)
    return _outcome(sheet, intent, pay, made=made.created and ours)


def _intent(claimed: ClaimedHours, run: Run, desk: AssignmentDesk) -> Intent:
    """Whether the list is new, stands already, or corrects one that stands; raises ConflictInTarget for several."""
    standing = desk.current()
    if len(standing) > 1:
        raise ConflictInTarget("Several lists of hours hold for the assignment in that period")
    if standing and not desk.is_same(standing[0]):
        _require_replaceable(standing[0], claimed, run)
        return Intent(replaces=standing[0].number)
    if claimed.corrects and not standing:
        raise ConflictInTarget("The list that this one corrects does not stand")
    return Intent()


def _require_replaceable(sheet: Timesheet, claimed: ClaimedHours, run: Run) -> None:
    """Nobody's hours are taken away by mistake: raises SuspectedDuplicate, and ConflictInTarget for a wrong `corrects`.

    A list may name the timesheet that it corrects. One that does not takes the place only of a timesheet that a case
    of Roger's made of an earlier approval, and that has a date in common with it: two lists without one may each be
    half of the period.
    """
    if claimed.corrects is not None:
        if claimed.corrects != sheet.number:
            raise ConflictInTarget("Another timesheet holds than the one that this list corrects")
        return
    known = run.remembered(APPROVAL, sheet.number)
    if known is None:
        raise SuspectedDuplicate("Another list of hours stands in that period, and Roger did not make it")
    if datetime.fromisoformat(known.value["approved_at"]) >= claimed.approved_at:
        raise SuspectedDuplicate("This list was not approved after the one that stands")
    if not {line.day for line in sheet.lines} & {line.day for line in claimed.worked}:
        raise SuspectedDuplicate("The list has no date in common with the one that stands")


def _remember(sheet: Timesheet, claimed: ClaimedHours, run: Run) -> None:
    """Whose timesheet it is, for the list that may correct it."""
    until = max(run.today(), months_later(claimed.last_day, SETTINGS.months)) + CLOSES_LATER
    run.remember(APPROVAL, sheet.number, {"approved_at": claimed.approved_at.isoformat()}, until=until)


def _require_as_claimed(sheet: Timesheet, claimed: ClaimedHours, pay: Pay, desk: AssignmentDesk) -> None:
    """Raises ConflictInTarget unless what stands comes to the hours of the list and, within a krone, to their rates."""
    if sheet.hundredths != claimed.hundredths or desk.sums() != (sheet.hundredths, sheet.amount):
        raise ConflictInTarget("The hours that stand in the payroll system are not those of the list")
    if not pay.agrees(sheet.amount):
        raise ConflictInTarget("The hours stand in the payroll system with another amount than by the rates")


def _outcome(sheet: Timesheet, intent: Intent, pay: Pay, *, made: bool) -> Outcome:
    detail = {"timesheet": sheet.number, "hours": hours(sheet.hundredths), "amount": sheet.amount, "rates": pay.version}
    if not made:
        return Outcome(OutcomeCode.EXISTS, detail)
    if intent.replaces is None:
        return Outcome(OutcomeCode.CREATED, detail)
    return Outcome(OutcomeCode.UPDATED, detail | {"replaces": intent.replaces})
