"""Delete what cases held, and files that came before them, when its time is over, and tell how long people have left cases waiting."""

from __future__ import annotations

from common import log, metrics
from common.errands.errand import Desk
from common.files.expiry import Expiry
from common.privacy.retention import Retention

_log = log.get(__name__)


async def purge(desk: Desk) -> None:
    """Take some bites of what is due; the rest is for the next time."""
    retention = Retention(desk.pool)
    now = desk.clock()
    spans = {name: process.retention.span for name, process in desk.service.processes.items()}
    purged = await retention.purge(spans, now)
    for process, number in purged.cases.items():
        metrics.PURGED.labels(process).inc(number)
    if any(purged.cases.values()):
        _log.info("retention.purged", cases={name: number for name, number in purged.cases.items() if number})
    await Expiry(desk.pool).purge(now)
    waiting = await retention.waiting_for_people()
    for process in {*spans, *waiting}:
        age = (now - waiting[process]).total_seconds() if process in waiting else 0.0
        metrics.OLDEST_MANUAL.labels(process).set(max(0.0, age))
