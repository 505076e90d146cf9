"""`workforce-checks`: the positions of everybody, read from the payroll system once, checked person by person (PAY-04)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from common.norway.calendar import oslo_date
from common.process import (
    Firing,
    Handover,
    MonthlyBankDay,
    Outcome,
    OutcomeCode,
    Retention,
    Run,
    Subject,
    Task,
)
from payroll_svc.cut_off import CUT_OFF_DAY
from payroll_svc.positions.days import POSITIONS, AskedDays, month_of_next_cut_off
from payroll_svc.positions.overview import checks_of, read_overview
from payroll_svc.positions.report import PAYROLL_OFFICER
from payroll_svc.screens.payroll_target import PayrollSystem
from payroll_svc.service import payroll


class WorkforceCheck(AskedDays):
    """Everybody with a position in the month, or on the day; with a `unit`, everybody with a position there."""

    @property
    def subject(self) -> Subject:
        return Subject("workforce", self.days.month)


@payroll.process(
    "workforce-checks",
    called="Stillingskontroll av alle ansatte",
    targets=[PayrollSystem],
    # What a clerk spends is counted with each person's check.
    manual_minutes=0.0,
    due=timedelta(hours=4),
    retention=Retention.PERSONAL,
)
def check_of_workforce(check: WorkforceCheck, run: Run) -> Outcome:
    """Read all positions of the month from the payroll system and hand over a check for each person, as one batch."""
    listed = read_overview(run, check.days.month)
    checks = checks_of(listed, check, accepts_synthetic=run.case.accepts_synthetic)
    positions = sum(len(person.positions or ()) for person in checks.people)
    detail = {"people": len(checks.people), "positions": positions, "left_out": checks.left_out}
    if not checks.people:
        return Outcome(OutcomeCode.NOOP, detail).telling(*_left_out(checks.left_out, check))
    handover = Handover(process="position-percentage-checks", rows=checks.people)
    return Outcome(OutcomeCode.CREATED, detail).handing_over(handover).telling(*_left_out(checks.left_out, check))


def _left_out(employees: list[str], check: WorkforceCheck) -> Iterable[Task]:
    """Whose national id is not valid in the payroll system cannot be checked: the payroll office puts it right."""
    if employees:
        yield Task(
            name="left-out",
            role=PAYROLL_OFFICER,
            title="Ansatte som ikke kunne kontrolleres",
            text=f"Stillingskontrollen for {check.days.month} måtte hoppe over {len(employees)} ansattnumre: fødselsnummeret "
            "i lønnssystemet er ikke gyldig. Hvilke det er, står i saken hos Roger. Rett dem, og kontroller disse på nytt.",
        )


def check_before_cut_off(firing: Firing) -> WorkforceCheck:
    """The whole workforce in the month whose payroll run comes next."""
    month = month_of_next_cut_off(oslo_date(firing.due_at))
    return WorkforceCheck(reference=f"{firing.schedule}:{month}", period=month)


@payroll.schedule(
    "monthly-workforce-check",
    process="workforce-checks",
    monthly=MonthlyBankDay(nth=POSITIONS.done_before + 1, before=CUT_OFF_DAY, at=POSITIONS.start_at),
)
def workforce_of_the_month(firing: Firing) -> Iterable[WorkforceCheck]:
    """Check everybody's positions before the month's run, where the deployment has switched that on."""
    return [check_before_cut_off(firing)] if POSITIONS.monthly else []
