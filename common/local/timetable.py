"""`roger schedule next`: when a service's schedules come, as a clock in Norway shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from rich.console import Console
from rich.table import Table

from common.clock import OSLO
from common.errors import ConfigurationError
from common.norway.calendar import BankDays
from common.process import Service
from common.schedule import Schedule


def show_next(
    service: Service, name: str | None, count: int, *, now: datetime, bank_days: BankDays, console: Console
) -> None:
    """Print the next times of one schedule, or of all together; raises ConfigurationError when there is none."""
    if not service.schedules:
        raise ConfigurationError(f"{service.name} declares no schedule")
    if name is not None and name not in service.schedules:
        raise ConfigurationError(
            f"{service.name} has no schedule {name}: it has {', '.join(sorted(service.schedules))}"
        )
    wanted = [service.schedules[name]] if name is not None else list(service.schedules.values())
    table = Table("Norwegian time", "schedule", "starts", "rule")
    for due, schedule in islice(
        merge(*(_coming(each, now, bank_days) for each in wanted), key=lambda at: at[0]), count
    ):
        table.add_row(
            due.astimezone(OSLO).strftime("%a %d.%m.%Y %H:%M"),
            schedule.name,
            f"{schedule.process}: {schedule.summary}" if schedule.process else schedule.summary,
            schedule.rule,
        )
    console.print(table)


def _coming(schedule: Schedule, now: datetime, bank_days: BankDays) -> Iterator[tuple[datetime, Schedule]]:
    return ((due, schedule) for due in schedule.coming(now, bank_days=bank_days))
