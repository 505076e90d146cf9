"""Move batches on: ask their process's rule, let them go, end them, tell of releases that are overdue."""

from __future__ import annotations

from common.cases.batch_course import BatchCourse
from common.errands.errand import Desk


async def batches(desk: Desk) -> None:
    """Take every step that can be taken now."""
    course = BatchCourse(
        desk.pool,
        desk.keyring,
        desk.bell,
        desk.service.processes,
        clock=desk.clock,
        accepts_synthetic=desk.accepts_synthetic,
    )
    await course.move_on(abandoned_after=desk.settings.abandoned_after)
