"""Gather tasks into letters and send them."""

from __future__ import annotations

from common.errands.errand import Desk
from common.notices.post import PostOffice


async def notices(desk: Desk) -> None:
    """See off whatever is ready; what does not leave is tried again in its time."""
    office = PostOffice(desk.pool, desk.notices)
    now = desk.clock()
    await office.gather({name: process.notices for name, process in desk.service.processes.items()}, now)
    await office.send_all(now)
