"""Start what the clock starts."""

from __future__ import annotations

from common.errands.errand import Desk
from common.schedules.starter import Office, Starter


async def schedules(desk: Desk) -> None:
    """Write down what has fallen due and start it; what is not ended here is begun again by whoever looks next."""
    office = Office(
        service=desk.service,
        pool=desk.pool,
        keyring=desk.keyring,
        bell=desk.bell,
        clock=desk.clock,
        bank_days=desk.bank_days,
        accepts_synthetic=desk.accepts_synthetic,
    )
    await Starter(office).run()
