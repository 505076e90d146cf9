"""Send people the links to secrets that were made for them, and erase what nobody fetched."""

from __future__ import annotations

from common.entrusting.messenger import Messenger
from common.errands.errand import Desk


async def secrets(desk: Desk) -> None:
    """See off what is ready; what does not leave is tried again in its time."""
    messenger = Messenger(desk.pool, desk.keyring, desk.mobile, address=desk.secrets_at)
    now = desk.clock()
    await messenger.expire(now)
    await messenger.send_all(now)
