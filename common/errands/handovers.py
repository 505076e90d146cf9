"""Hand in what ended cases leave to other processes."""

from __future__ import annotations

from common.cases.handovers import Handovers
from common.errands.errand import Desk


async def handovers(desk: Desk) -> None:
    """Make a batch of each; what is not done here is begun again by whoever looks next."""
    waiting = Handovers(
        desk.pool,
        desk.keyring,
        desk.bell,
        desk.service.processes,
        desk.clock,
        accepts_synthetic=desk.accepts_synthetic,
    )
    await waiting.hand_in()
