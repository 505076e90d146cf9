"""Keep the log of deliveries short, and say how long the oldest of them has waited."""

from __future__ import annotations

from datetime import timedelta

from common import metrics
from common.errands.errand import Desk
from common.settings import load
from common.webhooks.outbox import Outbox
from common.webhooks.settings import WebhookSettings


async def delivery_log(desk: Desk) -> None:
    """Delete what was ended long ago, and measure what waits."""
    outbox, now = Outbox(desk.pool), desk.clock()
    await outbox.forget(now - timedelta(days=load(WebhookSettings).keep_days))
    oldest = await outbox.oldest()
    metrics.OLDEST_DELIVERY.set(max(0.0, (now - oldest).total_seconds()) if oldest else 0)
