"""What becomes of a case when a run ends: done, to a person, or back to the queue, and at whose cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from common.cases.states import State
from common.errors import AccountOut, ApplicationException, BusinessException, RogerError
from common.outcome import Handover, Outcome, OutcomeCode
from common.process import Process
from common.task import Task


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run leaves its case."""

    state: State
    outcome: OutcomeCode | None = None
    code: str | None = None
    detail: dict[str, object] | None = None
    failed: bool = False
    """Counts against the case's own budget of failures."""
    delay: float | None = None
    """Seconds before the case may be claimed again."""
    tasks: Sequence[Task] = ()
    """What people must know; stored with the end, or not at all."""
    handovers: Sequence[Handover] = ()
    """What other processes are to do; stored with the end, or not at all."""
    lock: bytes | None = None
    """Whom the case turned out to be about, when it must wait for another case of that person."""

    @property
    def label(self) -> str:
        """The one word for metrics and the event log."""
        return self.outcome or self.code or self.state


def done(outcome: Outcome) -> Ending:
    """The case ended well."""
    return Ending(
        state=State.DONE,
        outcome=outcome.code,
        detail=outcome.detail,
        tasks=outcome.tasks,
        handovers=outcome.handovers,
    )


def released(code: str, settle: float) -> Ending:
    """The case goes back to the queue at no cost: a drain, or an account that is out.

    It is held for the settle time of its targets: the last click of the run that gives up may still take effect.
    """
    return Ending(state=State.QUEUED, code=code, delay=settle or None)


def told(ending: Ending, process: Process, fence: int) -> Ending:
    """The same ending, and whom the process wants told when a case goes to a person."""
    if ending.state is not State.MANUAL or process.fallout is None:
        return ending
    return replace(ending, tasks=(*ending.tasks, fallout_task(process.fallout, ending.code or "", fence)))


def fallout_task(fallout: Callable[[str], Task], code: str, fence: int) -> Task:
    """A task for each time the case goes to a person: after a retry people are told anew."""
    task = fallout(code)
    return replace(task, name=f"{task.name}:{fence}")


def behind(lock: bytes) -> Ending:
    """The case waits, at no cost, for another one of the same person."""
    return Ending(state=State.QUEUED, code="SUBJECT_BUSY", lock=lock)


def after(error: RogerError, *, failures: int, attempts: int, backoff: Sequence[float], settle: float) -> Ending:
    """What follows from an exception of the process, given how many failures the case has had before."""
    if isinstance(error, BusinessException):
        return Ending(state=State.MANUAL, code=error.code, detail=error.detail)
    if isinstance(error, AccountOut):
        # Not the case's fault, and it cannot go round for ever: each time one account fewer is left to lease.
        return released(error.code, settle)
    retry = error.retry if isinstance(error, ApplicationException) else True
    if not retry or failures + 1 >= attempts:
        return Ending(state=State.MANUAL, code=error.code, failed=True)
    delay = max(settle, backoff[min(failures, len(backoff) - 1)])
    return Ending(state=State.QUEUED, code=error.code, failed=True, delay=delay)
