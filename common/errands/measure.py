"""Read the figures that must be exact from PostgreSQL into gauges: counts in pods die with their pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from common import metrics
from common.cases.openness import Openness, Picture, Why
from common.cases.states import State
from common.db.pool import named_sql
from common.errands.errand import Desk
from common.files.expiry import Expiry
from common.process import Service
from common.settings import TargetLimits

_SQL = named_sql("common.errands", "measure.sql")
_SHOWN = (State.AWAITING_RELEASE, State.QUEUED, State.RUNNING, State.MANUAL)
_LATER = "later"
_SHUT = (Why.PAUSED, Why.CLOSED, Why.MAINTENANCE, Why.NO_ACCOUNT)
_MOST_OVERDUE = 10_000  # counted no further: by then there is enough to do about it


class Meter:
    """Sets the gauges of everything declared, also of what has nothing to do: workers may be scaled to zero."""

    def __init__(self) -> None:
        self._openness: Openness | None = None

    async def measure(self, desk: Desk) -> None:
        """Read everything once."""
        now = desk.clock()
        await _line(desk, now)
        _gates(desk.service, await self._picture(desk))
        await _remainders(desk, now)
        metrics.OLDEST_TRANSACTION.set(await desk.queries.oldest_transaction())
        metrics.REDIS_UP.set(await desk.bell.answers())
        metrics.MEASURED_AT.set(datetime.now(UTC).timestamp())

    async def _picture(self, desk: Desk) -> Picture:
        if self._openness is None:
            self._openness = Openness(
                desk.pool,
                list(desk.service.processes.values()),
                clock=desk.clock,
                availability={
                    target.name: TargetLimits.of(target.name).availability(target) for target in desk.service.targets
                },
            )
        return await self._openness.read()


async def _line(desk: Desk, now: datetime) -> None:
    standings = {standing.process: standing for standing in await desk.queries.standings()}
    for name in desk.service.processes:
        standing = standings.get(name)
        counted: dict[str, int] = {state: standing.states.get(state, 0) if standing else 0 for state in _SHOWN}
        counted[_LATER] = standing.later if standing else 0
        counted[State.QUEUED] -= counted[_LATER]
        for state, number in counted.items():
            metrics.WAITING.labels(name, state).set(number)
        metrics.OVERDUE.labels(name).set(standing.overdue if standing else 0)
        oldest = standing.oldest_ready_at if standing else None
        metrics.OLDEST_WAITING.labels(name).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)


def _gates(service: Service, picture: Picture) -> None:
    for name, process in service.processes.items():
        metrics.PROCESS_OPEN.labels(name).set(picture.is_open(process))
        metrics.PROCESS_PAUSED.labels(name).set(("process", name) in picture.pauses)
    for target in service.targets:
        stands_before = picture.before_target(target.name)
        metrics.CIRCUIT_OPEN.labels(target.name).set(Why.CIRCUIT_OPEN in stands_before)
        for why in _SHUT:
            metrics.TARGET_SHUT.labels(target.name, why).set(why in stands_before)
        accounts = picture.of_target(target.name)
        out = [account for account in accounts if account.out_since is not None]
        leased = [account for account in accounts if account.leased and account.out_since is None]
        metrics.ACCOUNTS.labels(target.name, "out").set(len(out))
        metrics.ACCOUNTS.labels(target.name, "leased").set(len(leased))
        metrics.ACCOUNTS.labels(target.name, "free").set(len(accounts) - len(out) - len(leased))


async def _remainders(desk: Desk, now: datetime) -> None:
    """What other errands should have dealt with by now."""
    values: Mapping[str, Any] = {"now": now, "most": _MOST_OVERDUE}
    names = ("retention_overdue", "batches", "untouched_batches", "webhooks", "waiting_deliveries")
    async with desk.pool.connection() as connection, connection.pipeline():
        asked = [await connection.execute(_SQL[name], values) for name in names]
        overdue, batches, untouched, webhooks, deliveries = [await cursor.fetchall() for cursor in asked]
    late = _by(overdue, "process", "number")
    for process in {*desk.service.processes, *late}:
        metrics.RETENTION_OVERDUE.labels(process).set(late.get(process, 0))
    for gauge, found in (
        (metrics.BATCHES, _by(batches, "state", "number")),
        (metrics.OLDEST_BATCH, _by(untouched, "doing", "seconds")),
        (metrics.WEBHOOKS, _by(webhooks, "state", "number")),
    ):
        for label in metrics.values_of(gauge):
            gauge.labels(label).set(max(0.0, found.get(label, 0)))
    metrics.WAITING_DELIVERIES.set(deliveries[0]["number"])
    files = await Expiry(desk.pool).standing(now)
    metrics.FILES_KEPT.set(files.files)
    metrics.FILE_BYTES.set(files.bytes)


def _by(rows: Iterable[dict[str, Any]], name: str, value: str) -> dict[str, float]:
    return {row[name]: row[value] for row in rows}
