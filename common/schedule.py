"""What the author of a process declares to have started by the clock, and which of its times are due.

Nothing here keeps time or remembers: who asks hands in the moments, and the answer is always the same.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.errors import ConfigurationError
from common.norway.calendar import BANK_DAYS, BankDays
from common.recurrence import Days, MonthlyBankDay, cron_between, cron_line

if TYPE_CHECKING:
    from common.clock import Clock
    from common.db.pool import Pool
    from common.privacy.crypto import Keyring
    from common.process import Service
    from common.task import Task

__all__ = ["Days", "Due", "ErrandDesk", "Firing", "Missed", "MonthlyBankDay", "Schedule", "Starts", "When"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_NAME_LENGTH = 64
_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_LOOK_AHEAD = (timedelta(days=40), timedelta(days=366), timedelta(days=9 * 366))


class Missed(StrEnum):
    """What becomes of times that passed while nothing could be started."""

    ONCE = "once"  # the latest is made up for, however late
    SKIP = "skip"  # too late is not at all


@dataclass(frozen=True, kw_only=True)
class Firing:
    """One due time of one schedule; there is at most one of each, whoever fires it."""

    schedule: str
    due_at: datetime
    """Aware, in UTC."""


class ErrandDesk(Protocol):
    """What a scheduled errand may use."""

    @property
    def service(self) -> Service: ...
    @property
    def pool(self) -> Pool: ...
    @property
    def keyring(self) -> Keyring: ...
    @property
    def clock(self) -> Clock: ...

    async def tell(self, *tasks: Task) -> None:
        """What people must know; a task of the same name is told once, however often the firing is begun anew."""
        ...


Starts = Callable[..., Any]
"""With a process: takes the Firing and gives the inputs of its cases. Without one: a coroutine function that takes the
Firing and an ErrandDesk. Either is called again for the same firing when its robot dies before the end is recorded."""


class When(TypedDict, total=False):
    """The times of a schedule, as `Schedule` takes them."""

    cron: str
    monthly: MonthlyBankDay
    zone: str
    days: Days
    missed: Missed
    tolerance: timedelta


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a schedule owes at a moment, in order: these are to be started now, and those only recorded."""

    fire: tuple[Firing, ...] = ()
    skipped: tuple[Firing, ...] = ()

    @property
    def handled(self) -> datetime | None:
        """How far the schedule is handled once all of this is recorded; None when nothing was due."""
        return max((firing.due_at for firing in (*self.fire, *self.skipped)), default=None)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When something is started: by a cron line in a time zone, or on a bank day of each month.

        Schedule(name="nightly-cards", cron="30 6 * * mo-fr", days=Days.WORKING, starts=submit_cards)
        Schedule(name="payroll-control", monthly=MonthlyBankDay(nth=3, before=12, at=time(6, 30)), starts=control)

    Raises ConfigurationError saying what to write when the declaration cannot be meant.
    """

    name: str
    starts: Starts
    cron: str | None = None
    monthly: MonthlyBankDay | None = None
    zone: str = "Europe/Oslo"
    days: Days = Days.EVERY
    """On which days the cron line counts; a monthly bank day is one by itself."""
    missed: Missed = Missed.ONCE
    tolerance: timedelta = timedelta(minutes=15)
    """With Missed.SKIP: how late a due time may still be started."""
    process: str | None = None
    """Whose cases it submits; None for an errand."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > _NAME_LENGTH:
            raise ConfigurationError(
                f"A schedule cannot be called {self.name!r}: write small letters, digits and hyphens, as 'nightly-cards'"
            )
        if (self.cron is None) == (self.monthly is None):
            raise ConfigurationError(f"Schedule {self.name} needs either a cron line or a monthly bank day")
        if self.monthly is not None and self.days != Days.EVERY:
            raise ConfigurationError(f"Schedule {self.name}: a monthly bank day is a bank day already; leave days out")
        if inspect.iscoroutinefunction(self.starts) is (self.process is not None):
            raise ConfigurationError(
                f"What schedule {self.name} starts must be an ordinary function that gives the inputs of a named "
                "process, or, without a process, an async function"
            )
        if self.tolerance < timedelta(0):
            raise ConfigurationError(f"The tolerance of schedule {self.name} must not be negative")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ConfigurationError(
                f"Schedule {self.name}: there is no time zone {self.zone!r}; write one as 'Europe/Oslo'"
            ) from None
        if self.cron is not None:
            cron_line(self.cron)
        if self.next_after(_ANY_MOMENT) is None:
            raise ConfigurationError(f"Schedule {self.name} never comes: its cron line and its days exclude each other")

    @property
    def summary(self) -> str:
        """The first line of the docstring of what it starts."""
        return (inspect.getdoc(self.starts) or self.name).splitlines()[0]

    @property
    def rule(self) -> str:
        """When it comes, in a few words: `30 6 * * mo-fr, working days`."""
        if self.monthly is not None:
            return str(self.monthly)
        return f"{self.cron}" if self.days is Days.EVERY else f"{self.cron}, {self.days} days"

    def due_between(self, after: datetime, until: datetime, *, bank_days: BankDays = BANK_DAYS) -> Iterator[datetime]:
        """Its due times (UTC, rising), strictly after `after` and up to and with `until`.

        Raises ValueError for a moment without its time zone.
        """
        after, until, zone = _in_utc(after), _in_utc(until), ZoneInfo(self.zone)
        if self.monthly is not None:
            return self.monthly.between(after, until, zone=zone, bank_days=bank_days)
        line = cron_line(self.cron or "")
        return cron_between(line, after, until, zone=zone, days=self.days, bank_days=bank_days)

    def next_after(self, moment: datetime, *, bank_days: BankDays = BANK_DAYS) -> datetime | None:
        """Its first due time (UTC) strictly after a moment; None when none comes in nine years."""
        for far in _LOOK_AHEAD:
            due = next(self.due_between(moment, moment + far, bank_days=bank_days), None)
            if due is not None:
                return due
        return None

    def coming(self, moment: datetime, *, bank_days: BankDays = BANK_DAYS) -> Iterator[datetime]:
        """Its due times (UTC, rising) strictly after a moment, one after the other."""
        found = self.next_after(moment, bank_days=bank_days)
        while found is not None:
            yield found
            found = self.next_after(found, bank_days=bank_days)

    def due(self, *, handled: datetime, now: datetime, bank_days: BankDays = BANK_DAYS) -> Due:
        """What to start now, and what to record as skipped, of all that fell due after `handled`, the last one settled.

        Missed.ONCE starts at most one, the latest, however late it is. Missed.SKIP starts every one that is not
        later than the tolerance. A clock that was set back owes nothing until it has caught up with `handled`.
        """
        owed = tuple(
            Firing(schedule=self.name, due_at=due) for due in self.due_between(handled, now, bank_days=bank_days)
        )
        if self.missed == Missed.ONCE:
            return Due(fire=owed[-1:], skipped=owed[:-1])
        in_time = _in_utc(now) - self.tolerance
        return Due(
            fire=tuple(firing for firing in owed if firing.due_at >= in_time),
            skipped=tuple(firing for firing in owed if firing.due_at < in_time),
        )


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone")
    return moment.astimezone(UTC)
