"""Read the figures that must be exact from PostgreSQL into gauges: counts in pods die with their pods."""

from __future__ import annotations

from datetime import UTC, datetime

from common import metrics
from common.cases.states import State
from common.errands.errand import Desk

_SHOWN = (State.AWAITING_RELEASE, State.QUEUED, State.RUNNING, State.MANUAL)


async def measure(desk: Desk) -> None:
    """Set the gauges of every process, also of those with nothing to do."""
    standings = {standing.process: standing for standing in await desk.queries.standings()}
    now = datetime.now(UTC)
    for name in desk.service.processes:
        standing = standings.get(name)
        for state in _SHOWN:
            metrics.WAITING.labels(name, state).set(standing.states.get(state, 0) if standing else 0)
        metrics.OVERDUE.labels(name).set(standing.overdue if standing else 0)
        oldest = standing.oldest_ready_at if standing else None
        metrics.OLDEST_WAITING.labels(name).set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)
    metrics.OLDEST_TRANSACTION.set(await desk.queries.oldest_transaction())
    metrics.MEASURED_AT.set(now.timestamp())
