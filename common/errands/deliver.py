"""Carry deliveries to their receivers, side by side: one that hangs, or is down, holds up only its own.

What is under way outlives the round that began it, so a round never waits for a slow receiver before it looks again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from datetime import timedelta

from common import log, metrics
from common.errands.errand import Desk
from common.privacy.crypto import Unreadable
from common.settings import load
from common.webhooks import secret
from common.webhooks.courier import Answer, Courier
from common.webhooks.outbox import Outbox, Parcel
from common.webhooks.settings import WebhookSettings

_log = log.get(__name__)
_SHORT = (5, 30, 120, 600, 1800, 7200)
_LONG = (14400,) * 5
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in _SHORT + _LONG)
"""How long after its first, second, … failure a delivery is tried again: for about a day."""
_JITTER = 0.15
_ROUND = 60.0  # seconds; arq ends what lasts for minutes
_LOOK = 0.5  # seconds between looks while something is under way


class Postman:
    """Carries what is due. One for each errands process; several processes share the deliveries by their leases."""

    def __init__(self, settings: WebhookSettings | None = None, courier: Courier | None = None) -> None:
        """Read the settings at the first round, unless they are given."""
        self._settings, self._courier = settings, courier
        self.under_way: dict[asyncio.Task[None], Parcel] = {}
        self._troubled: set[int] = set()

    async def round(self, desk: Desk) -> None:
        """Carry what is due until nothing is, but not for ever: the next round goes on."""
        settings = self._settings = self._settings or load(WebhookSettings)
        self._courier = self._courier or Courier(settings)
        outbox, until = Outbox(desk.pool), time.monotonic() + _ROUND
        while time.monotonic() < until:
            begun = await self._begin(desk, outbox, settings, self._courier)
            if self.under_way:
                await asyncio.wait(self.under_way, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
            elif not begun:
                return

    async def _begin(self, desk: Desk, outbox: Outbox, settings: WebhookSettings, courier: Courier) -> int:
        """Fill the free hands, but keep half of them from the webhooks that fail."""
        begun = 0
        for troubled, most, per_webhook in (
            (False, settings.at_once, settings.per_webhook),
            (True, settings.at_once // 2, 1),
        ):
            busy = Counter(parcel.webhook for parcel in self.under_way.values())
            taken = len(self._troubled) if troubled else len(self.under_way)
            free = min(most - taken, settings.at_once - len(self.under_way))
            for parcel in await outbox.claim(
                desk.clock(), busy=busy, per_webhook=per_webhook, limit=free, troubled=troubled
            ):
                task = asyncio.create_task(self._carry(desk, outbox, courier, parcel))
                self.under_way[task] = parcel
                if troubled:
                    self._troubled.add(parcel.id)
                task.add_done_callback(self._ended)
                begun += 1
        return begun

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._troubled.discard(self.under_way.pop(task).id)
        if not task.cancelled() and (problem := task.exception()) is not None:
            # Its lease runs out, and it is carried again.
            _log.warning("delivery.not_recorded", error=type(problem).__name__)

    async def _carry(self, desk: Desk, outbox: Outbox, courier: Courier, parcel: Parcel) -> None:
        message = _message(desk, parcel)
        if message is None:
            await outbox.drop(parcel)
            return
        try:
            secrets = secret.unseal(desk.keyring, parcel.webhook, parcel.key, *parcel.sealed)
        except Unreadable:
            answer = Answer(code="SECRET_UNREADABLE", milliseconds=0)
        else:
            # Stable at every attempt, and unlike those of other services that tell the same receiver.
            name = f"{desk.service.name}-{parcel.event or f'trial-{parcel.id}'}"
            headers = secret.headers(name, desk.clock(), message, secrets)
            answer = await courier.carry(parcel.url, message.encode(), headers)
        result = await _record(desk, outbox, parcel, answer)
        metrics.DELIVERIES.labels(result).inc()
        _log.info(
            "delivery",
            webhook=str(parcel.webhook),
            delivery=parcel.id,
            attempt=parcel.attempt,
            result=result,
            status=answer.status,
            code=answer.code,
            ms=answer.milliseconds,
        )


async def _record(desk: Desk, outbox: Outbox, parcel: Parcel, answer: Answer) -> str:
    if answer.taken:
        await outbox.delivered(parcel, answer, desk.clock())
        return "delivered"
    if answer.gone and not parcel.trial:
        await outbox.put_off(parcel, answer, desk.clock())
        return "gone"
    if parcel.trial or parcel.attempt > len(BACKOFF):
        await outbox.give_up(parcel, answer)
        return "given_up"
    pause = BACKOFF[parcel.attempt - 1] * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  no secret
    await outbox.put_off(parcel, answer, desk.clock() + pause)
    return "put_off"


def _message(desk: Desk, parcel: Parcel) -> str | None:
    """What is posted; None when there is nothing to tell any more."""
    if parcel.data is None:
        return None
    at = parcel.at or desk.clock()
    return json.dumps(
        {"type": parcel.kind, "timestamp": at.isoformat(), "service": desk.service.name, "data": parcel.data}
    )
