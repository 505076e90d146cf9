"""Every few seconds: take back what vanished workers held, and wake what need not wait any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from common import log, metrics
from common.cases.bell import Bell
from common.cases.queue import Queue
from common.db.pool import AWAY
from common.process import Process

_log = log.get(__name__)


async def sweep(queue: Queue, bell: Bell, every: float, processes: Mapping[str, Process]) -> None:
    """Sweep for ever. Runs in every worker and in the errands process: any number of sweeps agree."""
    while True:
        await asyncio.sleep(every)
        try:
            swept = await queue.sweep(processes)
        except AWAY:
            _log.warning("sweep.no_database")
            continue
        metrics.LEASES_EXPIRED.inc(len(swept.taken))
        if swept.anything:
            await bell.work()
