"""What people are told of the control: once for each person, by code and run, never by name or number (PAY-02)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from common.process import Task
from payroll_svc.control.pay_day import approval_day
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.rules import TITLES, Rule, Severity

PAYROLL_OFFICER, UNIT_LEADER = "payroll-officer", "unit-leader"

FOR_THE_UNIT = frozenset({Rule.OVER_100, Rule.DOUBLE_POSITION, Rule.NO_CONTRACT, Rule.OVERTIME, Rule.MISSING_PAY})
"""What the unit knows and the payroll office does not; a person with nothing else goes to the leader."""


def hits_task(row: ReportedRow, hits: Mapping[Rule, Severity], today: date) -> Task:
    """All that a person was found for."""
    codes = ", ".join(hits)
    said = ", ".join(f"{rule} {TITLES[rule]}" for rule in hits)
    what = f"Reglene som slo ut i kjøring {row.run_id} (utbetaling {row.pay_date:%d.%m.%Y}): {said}. "
    case = "Åpne saken hos Roger for å se hvem det gjelder. "
    if Severity.BLOCK in hits.values():
        title, do = f"Lønn er holdt tilbake: {codes}", "Rett lønnen i lønnssystemet, eller opphev sperren der."
    elif _is_the_units(row, hits):
        title, do = f"Avklar lønn i enheten: {codes}", "Avklar forholdet, og gi lønnskontoret beskjed før utbetalingen."
    else:
        title, do = f"Kontroller lønn: {codes}", "Se på raden i lønnssystemet før utbetalingen."
    role = UNIT_LEADER if _is_the_units(row, hits) else PAYROLL_OFFICER
    return _task(row, today, name="hits", role=role, title=title, text=what + case + do)


def lifted_task(row: ReportedRow, held_in: str, today: date) -> Task:
    """A hold of an earlier run was lifted: nobody may find that out by chance."""
    return _task(
        row,
        today,
        name="lifted",
        role=PAYROLL_OFFICER,
        title="En sperre er opphevet",
        text=f"Roger sperret en rad i kjøring {held_in}. I kjøring {row.run_id} er det ikke lenger noen regel som "
        "stanser den, og Roger har opphevet sperren. Åpne saken hos Roger for å se hvem det gjelder, og sett sperren "
        "på igjen om lønnen likevel ikke skal utbetales.",
    )


def left_task(row: ReportedRow, today: date, *, held: bool) -> Task:
    """Something stands on a row that no rule asks for, and that is not Roger's to take away."""
    stands = "sperret" if held else "merket"
    return _task(
        row,
        today,
        name="left",
        role=PAYROLL_OFFICER,
        title=f"En rad er {stands}, og ingen regel slår ut",
        text=f"En rad i kjøring {row.run_id} (utbetaling {row.pay_date:%d.%m.%Y}) er {stands} fra før, men ingen regel "
        "slår ut. Roger har ikke endret noe. Åpne saken hos Roger for å se hvem det gjelder, og avgjør om det skal stå.",
    )


def _is_the_units(row: ReportedRow, hits: Mapping[Rule, Severity]) -> bool:
    return row.unit is not None and hits.keys() <= FOR_THE_UNIT and Severity.BLOCK not in hits.values()


def _task(row: ReportedRow, today: date, *, name: str, role: str, title: str, text: str) -> Task:
    due = max(approval_day(row.pay_date), today)
    return Task(name=name, role=role, title=title, text=text, unit=row.unit, due=due)
