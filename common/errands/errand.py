"""What an errand is, and the rounds in which errands are run: prompted by arq or the bell, and never forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from common import log, metrics
from common.cases.bell import Bell
from common.cases.queries import Queries
from common.clock import Clock
from common.db.pool import Pool
from common.entrusting.mobile import MobilePort
from common.norway.calendar import BANK_DAYS, BankDays
from common.notices.ports import Port
from common.privacy.crypto import Keyring
from common.process import Service
from common.settings import ErrandSettings, WorkerSettings

_log = log.get(__name__)
_LOOK = 0.5  # seconds between looks for errands that nobody has prompted


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What the errands of a service share."""

    service: Service
    pool: Pool
    queries: Queries
    keyring: Keyring
    bell: Bell
    notices: Port | None
    """The way out for what people must know; None where it is only shown."""
    mobile: MobilePort | None = None
    """The way to the phones of those a secret is made for; None where nothing is sent."""
    secrets_at: str = ""
    """The address under which they read it."""
    clock: Clock
    settings: ErrandSettings
    clockwork: WorkerSettings
    bank_days: BankDays = BANK_DAYS
    accepts_synthetic: bool = True
    """Whether cases may be about invented persons here; not in production."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """A short background job. It finds in PostgreSQL what there is to do, so it may run at any time, anywhere, twice."""

    name: str
    every: int
    """Seconds between two runs when nobody asks for one; a divisor of 60."""
    run: Callable[[Desk], Awaitable[object]]


class Rounds:
    """Runs each errand when it is prompted, and unprompted when Redis has been silent for too long."""

    def __init__(self, desk: Desk, errands: Sequence[Errand]) -> None:
        self._desk = desk
        self.errands = {errand.name: errand for errand in errands}
        self._last = dict.fromkeys(self.errands, float("-inf"))
        self._busy = {name: asyncio.Lock() for name in self.errands}
        self._again: set[str] = set()
        self._going: set[asyncio.Task[None]] = set()

    async def go(self, name: str) -> None:
        """Run an errand. While it runs already, it is run once more afterwards: it may have looked too early."""
        if self._busy[name].locked():
            self._again.add(name)
            return
        async with self._busy[name]:
            while True:
                self._again.discard(name)
                self._last[name] = time.monotonic()
                await self._run(self.errands[name])
                if name not in self._again:
                    return

    async def _run(self, errand: Errand) -> None:
        try:
            await errand.run(self._desk)
        except (psycopg.OperationalError, psycopg.InternalError, SQLAlchemyError, OSError, TimeoutError) as problem:
            # What it could not do is still there at the next prompt.
            _log.warning("errand.put_off", errand=errand.name, error=type(problem).__name__)
            metrics.ERRANDS_RUN.labels(errand.name, "put_off").inc()
        except Exception as problem:  # noqa: BLE001  one errand's fault must not stop the others
            trace = problem.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"
            _log.error("errand.failed", errand=errand.name, error=type(problem).__name__, where=where)
            metrics.ERRANDS_RUN.labels(errand.name, "failed").inc()
        else:
            metrics.ERRANDS_RUN.labels(errand.name, "done").inc()

    def prompt(self, name: str) -> None:
        """Let an errand be run now, without waiting for it."""
        self._last[name] = max(self._last[name], time.monotonic())
        task = asyncio.create_task(self.go(name))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def listen(self) -> None:
        """Run what the bell asks for, for ever."""
        async for name in self._desk.bell.hear_errands():
            if name in self.errands:
                self.prompt(name)

    async def watch(self) -> None:
        """Run what nobody has prompted for twice its time, for ever: an absent Redis delays errands, no more."""
        while True:
            for name, errand in self.errands.items():
                if time.monotonic() - self._last[name] > 2 * errand.every + 1:
                    self.prompt(name)
            await asyncio.sleep(_LOOK)
