"""Seal what has been added to the access log, and let go of what is over."""

from __future__ import annotations

from common.errands.errand import Desk
from common.privacy.access_log import AccessLog


async def audit(desk: Desk) -> None:
    """Seal after seal until nothing is loose, then delete what is kept no longer."""
    access = AccessLog(desk.pool)
    while await access.seal():
        pass
    await access.purge(desk.clock())
