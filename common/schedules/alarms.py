"""What those who run the robot must know of schedules, in their language."""

from __future__ import annotations

from datetime import date

from common.clock import OSLO
from common.schedule import Firing
from common.task import Task

_ROLE = "robot-operations"


def not_started(firing: Firing, *, code: str) -> Task:
    """A firing has failed for good; at most one task a day and schedule, however often it comes."""
    return Task(
        name=f"failed:{_day(firing)}",
        role=_ROLE,
        title=f"Tidsplanen {firing.schedule} ble ikke utført",
        text=(
            f"Det som skulle startes {firing.due_at.astimezone(OSLO):%d.%m.%Y kl. %H:%M}, er ikke utført ({code}), "
            "og Roger prøver det ikke på nytt. Finn årsaken, og start det for hånd om det fortsatt skal gjøres. "
            "Tidsplanen gjelder fortsatt for de neste tidspunktene."
        ),
    )


def rows_refused(firing: Firing, *, refused: int, rows: int) -> Task:
    """Some of the rows a schedule handed in became no cases."""
    return Task(
        name=f"refused:{_day(firing)}",
        role=_ROLE,
        title=f"Tidsplanen {firing.schedule}: {refused} av {rows} rader ble avvist",
        text=(
            f"Av det som ble startet {firing.due_at.astimezone(OSLO):%d.%m.%Y kl. %H:%M}, ble {refused} av {rows} rader "
            "avvist. Se radene i bunken, og rett kilden dersom de skulle vært utført."
        ),
    )


def _day(firing: Firing) -> date:
    return firing.due_at.astimezone(OSLO).date()
