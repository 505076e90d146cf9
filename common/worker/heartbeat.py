"""Keep the leases of a worker's runs, and end a run, browser and all, the moment its lease is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import OperationalError

from common import lease, log
from common.cases.queue import Claimed, Queue
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
        self._watched: dict[UUID, _Watched] = {}

    @contextmanager
    def keeping(self, case: Claimed, kill: Callable[[], None]) -> Generator[Lease]:
        """Keep the lease of a run while it lasts; `kill` ends its browser from any thread."""
        held = Lease(fence=case.fence, started=case.started, seconds=self._settings.lease, margin=self._settings.margin)
        self._watched[case.id] = _Watched(case, held, kill)
        try:
            yield held
        finally:
            del self._watched[case.id]

    async def beat(self) -> None:
        """Extend all leases, for ever."""
        while True:
            await asyncio.sleep(self._settings.heartbeat)
            started = lease.now()
            runs = dict(self._watched)
            try:
                held = await self._queue.heartbeat({id_: run.lease.fence for id_, run in runs.items()}, self._shifts)
            except OperationalError:
                # The leases run on towards their deadlines; the next beat may still come in time.
                _log.warning("heartbeat.no_database", runs=len(runs))
                continue
            for id_, run in runs.items():
                if id_ in held:
                    run.lease.extended(started=started)
                elif self._watched.get(id_) is run:
                    self._end(run, LeaseLost)

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
