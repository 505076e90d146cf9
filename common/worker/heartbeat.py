"""Keep the leases of a worker's runs, and end a run, browser and all, the moment its lease is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from uuid import UUID

from common import lease, log
from common.cases.queue import Claimed, Queue
from common.db.pool import AWAY
from common.errors import LeaseLost, StopSignal
from common.lease import Lease
from common.settings import WorkerSettings

_log = log.get(__name__)
_TICK = 0.25  # seconds between looks at the deadlines


@dataclass
class _Watched:
    case: Claimed
    lease: Lease
    kill: Callable[[], None]
    killed: bool = field(default=False)


class Heartbeat:
    """The leases of one worker: one statement extends them all; a deadline that passes kills the browser."""

    def __init__(self, queue: Queue, settings: WorkerSettings, shifts: list[str]) -> None:
        self._queue, self._settings, self._shifts = queue, settings, shifts
        # By case and fence: a run that hangs after its end must not pass for its successor in this worker.
        self._watched: dict[tuple[UUID, int], _Watched] = {}
        self._wanted: dict[tuple[str, str], float] = {}

    @contextmanager
    def keeping(self, case: Claimed, kill: Callable[[], None]) -> Generator[Lease]:
        """Keep the lease of a run while it lasts; `kill` ends its browser from any thread."""
        held = Lease(fence=case.fence, started=case.started, seconds=self._settings.lease, margin=self._settings.margin)
        self._watched[case.id, case.fence] = _Watched(case, held, kill)
        try:
            yield held
        finally:
            del self._watched[case.id, case.fence]

    async def beat(self) -> None:
        """Extend all leases, for ever."""
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            started = lease.now()
            # A run that has ended here is let go, also when its thread hangs: its case must come to somebody else.
            runs = {place: run for place, run in self._watched.items() if run.lease.ended is None}
            try:
                held = await self._queue.heartbeat(dict(runs.keys()), self._shifts)
            except AWAY:
                # The leases run on towards their deadlines; the next beat may still come in time.
                _log.warning("heartbeat.no_database", runs=len(runs))
                continue
            for place, run in runs.items():
                if place[0] in held:
                    run.lease.extended(started=started)
                elif place in self._watched:
                    self._end(run, LeaseLost)
            with suppress(*AWAY):
                self._wanted = await self._queue.wanted_accounts(self._shifts)

    def wanted(self, shift: str, *, longer_than: float = 0.0) -> set[str]:
        """Targets where others have waited so many seconds for the account that this shift holds."""
        return {
            target for (holder, target), waited in self._wanted.items() if holder == shift and waited >= longer_than
        }

    def given(self, shift: str) -> None:
        """This shift has let go of what was wanted."""
        self._wanted = {place: waited for place, waited in self._wanted.items() if place[0] != shift}

    async def guard(self) -> None:
        """Look at every deadline several times a second, for ever."""
        while True:
            await asyncio.sleep(_TICK)
            for run in list(self._watched.values()):
                if run.lease.ended is not None and not run.killed:
                    self._end(run, run.lease.ended)

    def interrupt(self, signal: type[StopSignal]) -> None:
        """End every run at once: the worker's time is up."""
        for run in list(self._watched.values()):
            self._end(run, signal)

    def _end(self, run: _Watched, signal: type[StopSignal]) -> None:
        run.lease.end(signal)
        run.killed = True
        _log.warning("run.ended_from_outside", case=str(run.case.id), fence=run.lease.fence, why=signal.__name__)
        run.kill()
