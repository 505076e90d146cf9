"""How the queue should stand: every case on paper, moved by hand beside the statements that move it in the database.

It says nothing of `parked`: that is how the queue spares itself a walk through the line, and the tests ask what must
follow from it instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from common.cases.endings import Ending
from common.cases.queue import Claimed
from common.cases.states import ENDED, State
from common.process import CaseInput, Process
from common.run import Checkpoint, Mark

Move = tuple[str, str | None, str, str | None, int, datetime]
"""Who, from, to, code, fence, when."""
Noted = tuple[str, int, Any]
"""What a checkpoint is, the fence of the run that wrote it, and what it holds."""


@dataclass(kw_only=True)
class Sheet:
    """One case as it should stand; the fields are the columns."""

    id: UUID
    process: str
    caller: str
    lock: bytes | None
    priority: int
    due: datetime
    not_before: datetime | None
    submitted_at: datetime
    ready_at: datetime
    state: State
    unsettled: bool = False
    fence: int = 0
    epoch: int = 1
    failures: int = 0
    lost: int = 0
    worker: str | None = None
    lease_until: datetime | None = None
    outcome: str | None = None
    code: str | None = None
    ended_at: datetime | None = None
    moves: list[Move] = field(default_factory=list[Move])
    logged: int = 0
    """So many of the moves have been found in the log."""
    checkpoints: dict[tuple[int, str], Noted] = field(default_factory=dict[tuple[int, str], Noted])
    """By epoch and name."""

    @property
    def urgency(self) -> tuple[int, datetime, UUID]:
        """The smaller, the sooner."""
        return self.priority, self.due, self.id

    def columns(self) -> dict[str, Any]:
        """What the row should say."""
        return {name: value for name, value in vars(self).items() if name not in {"moves", "logged", "checkpoints"}}


class Model:
    """All cases, and what time it is."""

    def __init__(self, now: datetime, *, lease: float, attempts: int) -> None:
        self.now = now
        self._lease, self._attempts = lease, attempts
        self.cases: dict[UUID, Sheet] = {}

    # --- what may be asked ----------------------------------------------------------------------------------------

    def holds(self, run: Claimed) -> bool:
        """Whether what this run writes still counts."""
        case = self.cases[run.id]
        return case.state is State.RUNNING and case.fence == run.fence

    def busy(self, lock: bytes | None) -> bool:
        return lock is not None and any(case.lock == lock for case in self.in_state(State.RUNNING))

    def unsettled(self, lock: bytes | None, *, but: UUID | None = None) -> bool:
        """Whether another case of that person must be looked after first."""
        waiting = (case for case in self.in_state(State.QUEUED) if case.unsettled and case.id != but)
        return lock is not None and any(case.lock == lock for case in waiting)

    def in_state(self, *states: State) -> Iterator[Sheet]:
        return (case for case in self.cases.values() if case.state in states)

    def is_claimable(self, case: Sheet) -> bool:
        """Whether nothing but more urgent cases and closed processes stands between this case and a shift."""
        return (
            case.state is State.QUEUED
            and (case.not_before is None or case.not_before <= self.now)
            and not self.busy(case.lock)
            and (case.unsettled or not self.unsettled(case.lock))
        )

    # --- what happens ---------------------------------------------------------------------------------------------

    def submit(self, id_: UUID, process: Process, caller: str, given: CaseInput, lock: bytes | None) -> Sheet:
        not_before = given.not_before
        ready = max(self.now, not_before or self.now)
        waits = process.release is not None and process.release(given)
        case = Sheet(
            id=id_,
            process=process.name,
            caller=caller,
            lock=lock,
            priority=given.priority,
            due=ready + process.due,
            not_before=not_before if not_before and not_before > self.now else None,
            submitted_at=self.now,
            ready_at=ready,
            state=State.AWAITING_RELEASE if waits else State.QUEUED,
        )
        self.cases[id_] = case
        case.moves.append((f"caller:{caller}", None, case.state, None, 0, self.now))
        return case

    def claim(self, id_: UUID, shift: str) -> Sheet:
        case = self.cases[id_]
        case.fence += 1
        case.worker, case.lease_until = shift, self.now + timedelta(seconds=self._lease)
        self._move(case, f"worker:{shift}", State.RUNNING)
        return case

    def finish(self, run: Claimed, shift: str, ending: Ending) -> bool:
        if not self.holds(run):
            return False
        case = self.cases[run.id]
        delay = None if ending.delay is None else self.now + timedelta(seconds=ending.delay)
        case.worker = case.lease_until = None
        case.lock = ending.lock or case.lock
        case.outcome, case.code = ending.outcome, ending.code
        case.failures += ending.failed
        case.not_before = delay
        if ending.state is State.QUEUED:
            case.ready_at = delay or self.now
        self._move(case, f"worker:{shift}", ending.state, ending.outcome or ending.code)
        return True

    def heartbeat(self, runs: Collection[Claimed], lease: float | None = None) -> set[UUID]:
        held = {run.id for run in runs if self.holds(run)}
        for id_ in held:
            case = self.cases[id_]
            assert case.lease_until is not None
            case.lease_until = max(case.lease_until, self.now + timedelta(seconds=lease or self._lease))
        return held

    def relock(self, run: Claimed, lock: bytes) -> bool:
        if self.holds(run):
            self.cases[run.id].lock = lock
        return self.holds(run)

    def commit(self, run: Claimed, point: Checkpoint) -> bool:
        if self.holds(run):
            case = self.cases[run.id]
            case.checkpoints[run.epoch, point.name] = (point.mark, run.fence, point.value)
            if point.mark is not Mark.STEP:
                case.unsettled = point.mark is Mark.INTENT
        return self.holds(run)

    def sweep(self) -> set[UUID]:
        """Gives the cases taken back."""
        expired = [c for c in self.in_state(State.RUNNING) if c.lease_until and c.lease_until < self.now]
        for case in expired:
            case.lost += 1
            case.worker = case.lease_until = case.not_before = case.code = None
            case.ready_at = self.now
            if case.lost < self._attempts:
                self._move(case, "sweep", State.QUEUED, "LEASE_EXPIRED")
            else:
                case.code = "ROBOT_LOST"
                self._move(case, "sweep", State.MANUAL, "ROBOT_LOST")
        for case in self.in_state(State.QUEUED):
            if case.not_before and case.not_before <= self.now:
                case.not_before = None
        return {case.id for case in expired}

    def release(self, id_: UUID, actor: str) -> bool:
        case = self.cases[id_]
        if case.state is not State.AWAITING_RELEASE or actor == f"caller:{case.caller}":
            return False
        case.ready_at = max(self.now, case.not_before or self.now)
        case.not_before = case.not_before if case.not_before and case.not_before > self.now else None
        self._move(case, actor, State.QUEUED)
        return True

    def retry(self, id_: UUID, actor: str) -> bool:
        case = self.cases[id_]
        if case.state is not State.MANUAL:
            return False
        case.epoch += 1
        case.failures, case.lost, case.unsettled = 0, 0, False
        case.code = case.outcome = case.not_before = None
        case.ready_at = self.now
        self._move(case, actor, State.QUEUED)
        return True

    def close(self, id_: UUID, actor: str, code: str) -> bool:
        case = self.cases[id_]
        if case.state is not State.MANUAL:
            return False
        self._move(case, actor, State.CLOSED, code)
        return True

    def cancel(self, id_: UUID, actor: str) -> bool:
        case = self.cases[id_]
        if case.state not in {State.QUEUED, State.AWAITING_RELEASE}:
            return False
        case.not_before = None
        self._move(case, actor, State.CANCELLED)
        return True

    def _move(self, case: Sheet, actor: str, to: State, code: str | None = None) -> None:
        case.moves.append((actor, case.state, to, code, case.fence, self.now))
        case.state = to
        case.ended_at = self.now if to in ENDED else None
