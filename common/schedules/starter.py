"""Starts what is due: a batch of a process's cases, or an errand; again when it failed, and in the end tells people."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from common import log, metrics
from common.cases.batch_queries import BatchQueries
from common.cases.batches import Batches, Source
from common.cases.bell import Bell
from common.cases.draft import Draft
from common.cases.intake import Intake
from common.clock import Clock
from common.db.pool import AWAY, Pool
from common.errors import ApplicationException, BusinessException, LeaseLost, RobotFault, RobotLost, TargetTimeout
from common.norway.calendar import BANK_DAYS, BankDays
from common.notices.post import add_tasks
from common.privacy.crypto import Keyring
from common.process import CaseInput, Process, Service
from common.refusals import FieldProblem, InvalidInput, Refusal
from common.schedule import Firing, Schedule
from common.schedules.alarms import not_started, rows_refused
from common.schedules.diary import LEASE, Diary, Taken
from common.task import Task

_log = log.get(__name__)
_AT_ONCE = 8  # firings of one process side by side
_LOOK = 1.0  # seconds between looks for what is due, while something is being done
_SIGN_OF_LIFE = LEASE / 4
_LONGEST = 3600.0  # seconds one attempt may take
_MOST_ROWS = 100_000
PAUSES = (30.0, 60.0, 300.0, 900.0, 1800.0)
"""Seconds between attempts; after the last one people are told."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """What a firing came to."""

    batch: UUID | None = None
    code: str | None = None
    tell: Task | None = None


class NotStartable(BusinessException):
    """Trying again would give the same."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.reason = code


@dataclass(frozen=True, kw_only=True)
class Office:
    """What starting needs, and what a scheduled errand may use of it."""

    service: Service
    pool: Pool
    keyring: Keyring
    bell: Bell | None
    clock: Clock
    bank_days: BankDays = BANK_DAYS
    accepts_synthetic: bool = True
    """False in production: invented persons are refused there, whoever hands them in."""


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """The ErrandDesk of one firing."""

    service: Service
    pool: Pool
    keyring: Keyring
    clock: Clock
    firing: Firing

    async def tell(self, *tasks: Task) -> None:
        about = f"firing:{self.firing.schedule}:{_stamp(self.firing)}"
        async with self.pool.connection() as connection:
            await add_tasks(connection, tasks, process=self.firing.schedule, about=about)


class Starter:
    """Any number of them may be at work, in any number of processes."""

    def __init__(self, office: Office) -> None:
        self._office, self._schedules = office, office.service.schedules
        self._diary = Diary(office.pool, office.bank_days)
        self._batches = Batches(office.pool, Intake(office.pool, office.keyring))

    async def run(self) -> None:
        """Write down what is due and start it; go on until nothing is left to start now.

        One that takes long holds up no other. Raises what the drivers raise when the database is away.
        """
        going: set[asyncio.Task[None]] = set()
        try:
            while True:
                await self._diary.settle(self._schedules)
                while len(going) < _AT_ONCE and (taken := await self._diary.take(list(self._schedules))):
                    going.add(asyncio.create_task(self.start(taken)))
                if not going:
                    return
                ended, going = await asyncio.wait(going, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                for task in ended:
                    task.result()
        finally:
            for task in going:
                task.cancel()
            await asyncio.gather(*going, return_exceptions=True)

    async def start(self, taken: Taken) -> None:
        """One attempt, and what follows from it."""
        schedule = self._schedules[taken.firing.schedule]
        told = {"schedule": schedule.name, "due_at": _stamp(taken.firing), "attempt": taken.attempt}
        try:
            try:
                started = await self._watched(schedule, taken)
            except AWAY:
                raise
            except Exception as problem:  # noqa: BLE001  an author's fault must not stop the other schedules
                code, again = _judged(problem)
                _log.warning("schedule.failed", **told, code=code, error=type(problem).__name__, where=_place(problem))
                await self._failed(schedule, taken, code, again=again and taken.attempt <= len(PAUSES))
            else:
                await self._done(schedule, taken, started)
                _log.info("schedule.started", **told, batch=str(started.batch), code=started.code)
        except AWAY as problem:
            # Nobody can be told now; it is begun again when the lease is over.
            _log.warning("schedule.database_away", **told, error=type(problem).__name__)
        except LeaseLost:
            _log.warning("schedule.lease_lost", **told)

    async def _done(self, schedule: Schedule, taken: Taken, started: Started) -> None:
        about = _about(schedule)
        code, batch, tell = started.code, started.batch, started.tell
        if not await self._diary.end(taken, "done", code=code, batch=batch, tell=tell, process=about):
            raise LeaseLost
        metrics.FIRINGS.labels(schedule.name, "done").inc()

    async def _failed(self, schedule: Schedule, taken: Taken, code: str, *, again: bool) -> None:
        if again:
            await self._diary.put_off(taken, code, PAUSES[taken.attempt - 1])
        else:
            task = not_started(taken.firing, code=code)
            await self._diary.end(taken, "failed", code=code, tell=task, process=_about(schedule))
        metrics.FIRINGS.labels(schedule.name, "put_off" if again else "failed").inc()

    async def _watched(self, schedule: Schedule, taken: Taken) -> Started:
        """Do it while the lease is held; raises LeaseLost when somebody else has begun it anew."""
        if taken.attempt > len(PAUSES) + 1:  # whoever began it died each time
            raise NotStartable(RobotLost.code)
        doing = asyncio.create_task(self._do(schedule, taken.firing))
        try:
            async with asyncio.timeout(_LONGEST):
                while not doing.done():
                    await asyncio.wait({doing}, timeout=_SIGN_OF_LIFE)
                    if not doing.done() and not await self._diary.extend(taken):
                        raise LeaseLost
            return doing.result()
        finally:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)

    async def _do(self, schedule: Schedule, firing: Firing) -> Started:
        office = self._office
        if schedule.process is not None:
            return await self._submit(schedule, office.service.processes[schedule.process], firing)
        desk = _Desk(
            service=office.service, pool=office.pool, keyring=office.keyring, clock=office.clock, firing=firing
        )
        await schedule.starts(firing, desk)
        return Started()

    async def _submit(self, schedule: Schedule, process: Process, firing: Firing) -> Started:
        """Hand the batch in, all of it or nothing; the same firing again finds the batch that stands."""
        accepts = self._office.accepts_synthetic
        drafts = await asyncio.to_thread(_drafts, schedule.starts, firing, process, accepts_synthetic=accepts)
        if not drafts:
            return Started(code="NOTHING_TO_DO")
        whole = await self._batches.take(
            process,
            f"schedule:{schedule.name}",
            Source.SCHEDULE,
            list(enumerate(drafts)),
            self._office.clock(),
            contents=self._office.keyring.blind_all("schedule", f"{schedule.name}:{_stamp(firing)}"),
        )
        if whole.batch is None and whole.existing:  # taken back by somebody this very moment
            return Started(code="WITHDRAWN")
        if whole.batch is None:
            raise NotStartable("NO_ROW_TAKEN")
        refused = sum(isinstance(answer, Refusal) for answer in whole.answers)
        if whole.existing:
            refused = (await BatchQueries(self._office.pool).one(whole.batch)).refused
        elif self._office.bell is not None:
            await self._office.bell.work()
        if not refused:
            return Started(batch=whole.batch)
        task = rows_refused(firing, refused=refused, rows=len(drafts))
        return Started(batch=whole.batch, code="ROWS_REFUSED", tell=task)


def _drafts(
    starts: Callable[..., Any], firing: Firing, process: Process, *, accepts_synthetic: bool
) -> list[Draft | Refusal]:
    inputs: list[CaseInput] = list(islice(starts(firing), _MOST_ROWS + 1))
    if len(inputs) > _MOST_ROWS:
        raise NotStartable("TOO_MANY_ROWS")
    if not all(isinstance(given, process.input) for given in inputs):
        raise NotStartable("WRONG_INPUT")
    return [_draft(given, process, row, accepts_synthetic=accepts_synthetic) for row, given in enumerate(inputs)]


def _draft(given: CaseInput, process: Process, row: int, *, accepts_synthetic: bool) -> Draft | Refusal:
    """One input, held to the rules of this deployment as a submitted one is: its maker knew nothing of them."""
    if accepts_synthetic or given.test:
        return Draft(input=given, row=row)
    try:
        process.input.model_validate(
            given.model_dump(mode="json", exclude_unset=True), context={"accepts_synthetic": False}
        )
    except ValidationError as invalid:
        return InvalidInput(tuple(_told(error["loc"], error["type"]) for error in invalid.errors()))
    return Draft(input=given, row=row)


def _told(place: tuple[int | str, ...], kind: str) -> FieldProblem:
    field = ".".join(map(str, place))
    return FieldProblem(field, kind if kind.isupper() else "INVALID_VALUE", f"{field or 'The whole'} breaks a rule")


def _judged(problem: Exception) -> tuple[str, bool]:
    """The code of a failure, and whether it is worth another attempt."""
    match problem:
        case NotStartable():
            return problem.reason, False
        case BusinessException():
            return problem.code, False
        case ApplicationException():
            return problem.code, problem.retry
        case TimeoutError():
            return TargetTimeout.code, True
        case _:
            return RobotFault.code, True


def _place(problem: Exception) -> str:
    """Where it was raised; never what it says, which may be somebody's data."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"


def _about(schedule: Schedule) -> str:
    """Whose tasks they are."""
    return schedule.process or schedule.name


def _stamp(firing: Firing) -> str:
    return firing.due_at.isoformat()
