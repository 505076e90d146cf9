"""How the check of a person ends, given what was found: who is told, and whether they have been told before (PAY-04)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from common.errors import AmbiguousHit, ConflictInTarget, InvalidValue
from common.process import NoticeRule, Outcome, OutcomeCode, Run, Task
from payroll_svc.percent import plain, shown
from payroll_svc.positions.days import Days, answer_by, month_before
from payroll_svc.positions.employee import EmployeeRecords
from payroll_svc.positions.finding import Finding, OverInterval, Verdict
from payroll_svc.positions.report import PAYROLL_OFFICER

UNIT_LEADER = "unit-leader"
TOLD_TOGETHER = NoticeRule(gather=timedelta(minutes=30))
"""A unit with several people over 100 % hears of them in one message."""
MATTER = "position-percentage"
REMEMBERED = timedelta(days=62)
"""How long after the month of a check the next one still finds what was told: two months at most."""


class Standing(BaseModel, frozen=True):
    """Whether the same positions have been told before."""

    since: str
    """The month in which they were told first."""
    here: bool
    """Another case has told them in this very month."""


def require_judged(found: Finding) -> None:
    """Raises AmbiguousHit, InvalidValue or ConflictInTarget for what no robot decides."""
    detail = {"positions": found.positions}
    match found.verdict:
        case Verdict.SEVERAL_RECORDS:
            raise AmbiguousHit("The person's positions stand on more than one employee record", detail=detail)
        case Verdict.TOO_LARGE:
            raise InvalidValue("A single position is larger than 100.00 per cent", detail=detail)
        case Verdict.UNFINISHED:
            raise ConflictInTarget(
                "A substitute's position has no end, although the same position goes on elsewhere", detail=detail
            )
        case _:
            return


def conclude_given(found: Finding, records: EmployeeRecords, days: Days, run: Run) -> Outcome:
    """The end of a check of positions that came with the case: the payroll system is asked about substitutes only.

    Raises what `require_judged` and `EmployeeRecords.require_going_on` raise.
    """
    require_judged(found)
    if found.substitutes:
        run.step("substitutes", records.require_going_on, found, days)
    return conclude(found, records.number, days, run)


def conclude(found: Finding, number: str, days: Days, run: Run) -> Outcome:
    """NOOP where nothing is too much, or all of it is approved; else REPORTED, with a task for each unit.

    The same positions in the month after are a reminder; told again in the same month they are not (EXISTS).
    """
    if found.verdict is not Verdict.OVER:
        return Outcome(OutcomeCode.NOOP, _within(found))
    standing = _standing(found, number, days.month, run)
    detail = _detail(found)
    if standing.here:
        return Outcome(OutcomeCode.EXISTS, detail | {"note": "REPORTED_BEFORE", "since": standing.since})
    reminder = standing.since != days.month
    detail |= {"reminder": True, "since": standing.since} if reminder else {"reminder": False}
    # The end of the batch tells the payroll office, unless that was before a person let Roger try again.
    late = [_late(found, days)] if run.case.retried else []
    return Outcome(OutcomeCode.REPORTED, detail).telling(*_tasks(found, days, standing, run), *late)


def _standing(found: Finding, number: str, month: str, run: Run) -> Standing:
    """Look, and make known for the next month; a run that died in between finds its own."""
    earlier = run.remembered(MATTER, _key(number, found, month_before(month)))
    since = month if earlier is None else str(earlier.value["since"])
    until = max(Days.of_month(month).last, run.today()) + REMEMBERED
    fact = run.remember(MATTER, _key(number, found, month), {"since": since}, until=until)
    return Standing(since=str(fact.value["since"]), here=not fact.ours)


def _key(number: str, found: Finding, month: str) -> str:
    return f"{number}:{month}:{found.matter}"


def _within(found: Finding) -> dict[str, Any]:
    detail: dict[str, Any] = {"maximum": plain(found.maximum)}
    if found.verdict is Verdict.APPROVED:
        detail |= {"reason": "APPROVED", "approved_until": found.approved_until, "employee_no": found.employee_no}
    return detail | _registers(found)


def _detail(found: Finding) -> dict[str, Any]:
    return {
        "maximum": plain(found.maximum),
        "first_day": found.over[0].first_day,
        "last_day": found.over[-1].last_day,
        "days": found.days,
        "units": found.units,
        "employee_no": found.employee_no,
        "intervals": [_told(interval) for interval in found.over],
    } | _registers(found)


def _told(interval: OverInterval) -> dict[str, Any]:
    return {
        "first_day": interval.first_day,
        "last_day": interval.last_day,
        "days": interval.days,
        "maximum": plain(interval.maximum),
        "units": interval.units,
    }


def _registers(found: Finding) -> dict[str, Any]:
    return {"registers": found.versions} if found.versions else {}


def _tasks(found: Finding, days: Days, standing: Standing, run: Run) -> list[Task]:
    """One for each unit involved: who leads one of them knows whom the employee number belongs to."""
    reminder = standing.since != days.month
    return [
        Task(
            name=f"over:{unit}",
            role=UNIT_LEADER,
            title="Påminnelse: samlet stillingsprosent over 100" if reminder else "Samlet stillingsprosent over 100",
            text=_text(found, standing if reminder else None),
            unit=unit,
            due=answer_by(days.month, run.today()),
        )
        for unit in found.units
    ]


def _late(found: Finding, days: Days) -> Task:
    """For the payroll office, whose report was made while a person still had the case."""
    return Task(
        name="over-late",
        role=PAYROLL_OFFICER,
        title="Over 100 % stilling, funnet da saken ble prøvd på nytt",
        text=f"Ansattnummer {found.employee_no} sto i arbeidslisten i stillingskontrollen for {days.month}, og har ved nytt "
        f"forsøk stillinger som til sammen er inntil {shown(found.maximum)}. Enhetene er varslet. En rapport som var "
        "ferdig før det, har det ikke med.",
    )


def _text(found: Finding, reminded_of: Standing | None) -> str:
    spans = "; ".join(
        f"inntil {shown(interval.maximum)} fra {interval.first_day:%d.%m.%Y} til og med {interval.last_day:%d.%m.%Y}"
        for interval in found.over
    )
    others = f"Enhetene {', '.join(found.units)} har hver sin del" if len(found.units) > 1 else "Alt er i denne enheten"
    again = ""
    if reminded_of is not None:
        again = f" Dette ble meldt første gang for {reminded_of.since}, og stillingene er ikke endret siden."
    return (
        f"Ansattnummer {found.employee_no} har stillinger som til sammen er mer enn 100 %: {spans}. {others}.{again} "
        "Avklar hvilken stilling som skal endres, og meld endringen til lønnskontoret. Er det avtalt, må lønnskontoret "
        "føre det opp som godkjent med sluttdato."
    )
