"""What schedules have started and still owe: each due time is written down exactly once, whoever looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from common import log, metrics
from common.cases.openness import Paused
from common.db.pool import Connection, Pool, named_sql
from common.norway.calendar import BANK_DAYS, BankDays
from common.notices.post import add_tasks
from common.schedule import Due, Firing, Schedule
from common.task import Task

SQL = named_sql("common.schedules", "schedules.sql")
_log = log.get(__name__)
LEASE = 30.0
"""Seconds for which a firing stays with whoever starts it and gives no sign of life."""
_FAR_BACK = timedelta(days=40)

FiringState = Literal["due", "done", "skipped", "failed"]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A firing on lease."""

    firing: Firing
    attempt: int
    """Rises with each taking: the fence of everything written about it."""


@dataclass(frozen=True, kw_only=True)
class FiringView:
    """One due time and what became of it."""

    due_at: datetime
    state: FiringState
    attempts: int
    fired_at: datetime
    done_at: datetime | None
    retry_at: datetime | None
    batch: UUID | None
    code: str | None
    fired_by: str | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A schedule as the database knows it."""

    handled_until: datetime | None
    """None before any errands process has seen it."""
    paused: Paused | None
    last: Sequence[FiringView]
    """Newest first, a few."""


class Diary:
    """Writes firings down, and who is at them."""

    def __init__(self, pool: Pool, bank_days: BankDays = BANK_DAYS) -> None:
        self._pool, self._bank_days = pool, bank_days

    async def settle(self, schedules: Mapping[str, Schedule]) -> None:
        """Turn what has fallen due into firings."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["standing"])).fetchall()
            moment: datetime = rows[0]["moment"]
            known = {row["name"]: row for row in rows if row["name"] is not None}
            for name, schedule in schedules.items():
                row = known.get(name)
                if row is None or row["retired"]:
                    statement = "meet" if row is None else "welcome_back"
                    await connection.execute(SQL[statement], {"name": name, "moment": moment})
                else:
                    await self._settle(connection, schedule, row["handled_until"], moment)
            gone = [name for name in known if name not in schedules]
            if gone:
                await connection.execute(SQL["retire"], {"names": gone})
                await connection.execute(SQL["drop_retired"])

    async def _settle(self, connection: Connection, schedule: Schedule, seen: datetime, moment: datetime) -> None:
        due = self._owed(schedule, seen, moment)
        if due.handled is None:
            return
        owed = [(firing.due_at, True) for firing in due.fire] + [(firing.due_at, False) for firing in due.skipped]
        values: dict[str, Any] = {
            "name": schedule.name,
            "seen": seen,
            "handled": due.handled,
            "dues": [due_at for due_at, _ in owed],
            "fires": [fires for _, fires in owed],
        }
        for row in await (await connection.execute(SQL["settle"], values)).fetchall():
            _log.info("schedule.came", schedule=schedule.name, state=row["state"], number=row["number"])
            metrics.FIRINGS.labels(schedule.name, row["state"]).inc(row["number"])

    def _owed(self, schedule: Schedule, seen: datetime, moment: datetime) -> Due:
        """Of a long standstill, times of the last weeks only: every minute of a year would be half a million."""
        recent = schedule.due(handled=max(seen, moment - _FAR_BACK), now=moment, bank_days=self._bank_days)
        if recent.handled is not None or seen >= moment - _FAR_BACK:
            return recent
        return schedule.due(handled=seen, now=moment, bank_days=self._bank_days)

    async def take(self, names: Sequence[str]) -> Taken | None:
        """The next firing of these schedules that is to be started now, on lease."""
        row = await self._one("take", names=list(names), lease=LEASE)
        if row is None:
            return None
        return Taken(firing=Firing(schedule=row["schedule"], due_at=row["due_at"]), attempt=row["attempts"])

    async def extend(self, taken: Taken) -> bool:
        """Keep it for another lease; False when it is somebody else's by now."""
        return await self._one("extend", **_fenced(taken), lease=LEASE) is not None

    async def put_off(self, taken: Taken, code: str, pause: float) -> None:
        """Begin it again after so many seconds."""
        await self._one("put_off", **_fenced(taken), code=code, pause=pause)

    async def end(
        self,
        taken: Taken,
        state: FiringState,
        *,
        code: str | None = None,
        batch: UUID | None = None,
        tell: Task | None = None,
        process: str = "",
    ) -> bool:
        """It is over, and with it, in one transaction, people are told; False when it is somebody else's by now."""
        values = _fenced(taken) | {"state": state, "code": code, "batch": batch}
        async with self._pool.connection() as connection, connection.transaction():
            if await (await connection.execute(SQL["end"], values)).fetchone() is None:
                return False
            if tell is not None:
                await add_tasks(
                    connection, [tell], process=process, about=f"schedule:{taken.firing.schedule}", batch=batch
                )
        return True

    async def fire(self, name: str, due_at: datetime, actor: str) -> FiringView:
        """Let it be due at this moment, by somebody's hand; the firing that stands there already is not begun twice."""
        await self._one("fire", name=name, due_at=due_at, actor=actor)
        return FiringView(**(await self._one("one", name=name, due_at=due_at) or {}))

    async def standings(self, names: Sequence[str]) -> dict[str, Standing]:
        """How each of these schedules stands."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["overview"], {"names": list(names)})).fetchall()
        return {
            row["name"]: Standing(
                handled_until=row["handled_until"],
                paused=_paused(row) if row["actor"] else None,
                last=[_seen(one) for one in row["last"]],
            )
            for row in rows
        }

    async def page(self, name: str, *, limit: int, before: datetime | None = None) -> list[FiringView]:
        """Firings of a schedule, newest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(SQL["page"], {"name": name, "limit": limit, "before": before})
            return [FiringView(**row) for row in await cursor.fetchall()]

    async def _one(self, statement: str, **values: Any) -> dict[str, Any] | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL[statement], values)).fetchone()


def _fenced(taken: Taken) -> dict[str, Any]:
    return {"schedule": taken.firing.schedule, "due_at": taken.firing.due_at, "attempt": taken.attempt}


def _paused(row: dict[str, Any]) -> Paused:
    same = {name: row[name] for name in ("name", "actor", "reason", "code", "since")}
    return Paused(kind="schedule", **same)


def _seen(stored: dict[str, Any]) -> FiringView:
    """Of what PostgreSQL made JSON of."""
    read: dict[str, Any] = dict(stored)
    for name in ("due_at", "fired_at", "done_at", "retry_at"):
        read[name] = datetime.fromisoformat(stored[name]) if stored[name] else None
    read["batch"] = UUID(stored["batch"]) if stored["batch"] else None
    return FiringView(**read)
