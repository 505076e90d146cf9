"""The database as the witness of a measurement: when cases were claimed and ended, and how many wait."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

import psycopg

from bench.rows import Tell
from common.cases.draft import Draft
from common.cases.intake import Intake
from common.db.pool import pool
from common.errors import ConfigurationError
from common.local.stack import Stack
from common.privacy.crypto import Keyring
from common.settings import DatabaseSettings

_ARRAY = 1_000
_LOOK = 0.05
_STALLED = 600.0
"""Seconds: a target that was away is tried again after minutes."""
_TELLS_EVERY = 60.0
_USUAL = 5  # priority


class Book:
    """Reads a stack's event log, and puts cases in behind the API's back."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.url = stack.environment["ROGER_DATABASE_URL"]
        self._connection = psycopg.connect(self.url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def mark(self) -> int:
        """The last event so far; what a measurement is about comes after it."""
        return self._one("select coalesce(max(id), 0) from events", ())

    def moments(self, mark: int, state: str) -> list[float]:
        """When cases came into a state after the mark, in seconds since 1970, in order."""
        rows = self._connection.execute(
            "select extract(epoch from at)::float from events where id > %s and to_state = %s order by at",
            (mark, state),
        )
        return [moment for (moment,) in rows.fetchall()]

    def outcomes(self, mark: int) -> set[str]:
        """The codes of what ended after the mark."""
        rows = self._connection.execute(
            "select distinct to_state || ' ' || code from events where id > %s and from_state = 'running'", (mark,)
        )
        return {code for (code,) in rows.fetchall()}

    def claimed(self, case: UUID, *, fence: int) -> float | None:
        """When this fence of a case was claimed, in seconds since 1970."""
        row = self._connection.execute(
            "select extract(epoch from at)::float from events where case_id = %s and fence = %s and to_state = 'running'",
            (case, fence),
        ).fetchone()
        return None if row is None else row[0]

    def waiting(self) -> int:
        """Cases that have not ended, those of a batch that is not judged yet among them; not those of a day to come."""
        return self._one(
            "select count(*) from cases where state in ('awaiting_release', 'queued', 'running') "
            "and (not_before is null or not_before <= now())",
            (),
        )

    def in_front(self, process: str) -> int:
        """Cases of the usual priority that wait; asked in little time, however long the line behind them is."""
        return self._one(
            "select count(*) from cases where state = 'queued' and not parked and process = %s and priority <= %s",
            (process, _USUAL),
        )

    def await_idle(self, tell: Tell | None = None) -> None:
        """Wait until every case has ended, telling every minute how many are left; raises ConfigurationError when none ends for long."""
        left, moved = self.waiting(), time.monotonic()
        told = moved
        while left:
            time.sleep(_LOOK)
            now = self.waiting()
            if tell is not None and time.monotonic() - told > _TELLS_EVERY:
                told = time.monotonic()
                tell(f"{now:,} cases left")
            if now != left:
                left, moved = now, time.monotonic()
            elif time.monotonic() - moved > _STALLED:
                raise ConfigurationError(f"{left} cases do not end; the logs are in {self._stack.folder}/logs")

    def await_judged(self) -> None:
        """Wait until no batch waits for its rule any more; raises ConfigurationError when one is not let go."""
        limit = time.monotonic() + _STALLED
        while self._one("select count(*) from batches where ended_at is null and opened_at is null", ()):
            if self._one("select count(*) from batches where state = 'awaiting_release'", ()):
                raise ConfigurationError("A batch waits for a second person")
            if time.monotonic() > limit:
                raise ConfigurationError(f"A batch is not judged; the logs are in {self._stack.folder}/logs")
            time.sleep(_LOOK)

    def open_batches(self) -> list[UUID]:
        """The batches whose rows may be worked on."""
        rows = self._connection.execute("select id from batches where state = 'open'")
        return [batch for (batch,) in rows.fetchall()]

    def clear(self) -> None:
        """Forget every case; no worker may run."""
        self._connection.execute("truncate cases, events cascade")

    def put_in(self, process: str, count: int) -> None:
        """Store no-op cases the way the API does, without HTTP."""
        asyncio.run(self._put_in(process, count))

    async def _put_in(self, name: str, count: int) -> None:
        process = self._stack.service.processes[name]
        keyring = Keyring.load(self._stack.folder / "keyring.json")
        async with pool(DatabaseSettings(url=self.url), name="roger-bench", size=1) as database:
            intake = Intake(database, keyring)
            for start in range(0, count, _ARRAY):
                drafts = [
                    Draft(input=process.input.model_validate({"what": f"case {number}"}))
                    for number in range(start, min(count, start + _ARRAY))
                ]
                await intake.submit(process, "bench", drafts, datetime.now(UTC))

    def _one(self, question: str, values: tuple[Any, ...]) -> int:
        row = self._connection.execute(question.encode(), values).fetchone()
        return row[0] if row else 0


def moments_rate(moments: list[float], warm_up: int) -> float:
    """Ends a second between the first and the last of these moments, the first few left out."""
    counted = moments[warm_up:]
    return (len(counted) - 1) / (counted[-1] - counted[0]) if len(counted) > 1 else 0.0
