"""Redis as a bell: it wakes whoever waits for work or for a case to end, and nothing is lost when it is silent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from typing import Any, cast
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common import log
from common.settings import RedisSettings

_log = log.get(__name__)
_PATIENCE = 0.2  # seconds: nothing ever waits longer for Redis
_ID = 16  # bytes of a case's id
GATES = b"gates"
"""What `hear_work` gives when what is open may have changed."""


class Bell:
    """The three bells of a service: `work` (a case may be claimed), `ended` (a case has) and `errands` (one is wanted)."""

    def __init__(self, settings: RedisSettings, service: str) -> None:
        self._work, self._ended = f"roger:{service}:work", f"roger:{service}:ended"
        self._errands = f"roger:{service}:errands"
        self._redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            settings.url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        )
        # A listener waits for long; only its connecting is bounded.
        self._listening = Redis.from_url(settings.url, socket_connect_timeout=_PATIENCE)  # pyright: ignore[reportUnknownMemberType]

    async def work(self) -> None:
        """Tell idle shifts that there is work."""
        await self._ring(self._work, b"")

    async def gates(self) -> None:
        """Tell workers that what is open may have changed: they look, and idle shifts with them."""
        await self._ring(self._work, GATES)

    async def ended(self, cases: Iterable[UUID]) -> None:
        """Tell whoever waits that these cases have ended."""
        await self._ring(self._ended, b"".join(case.bytes for case in cases))

    async def errand(self, name: str) -> None:
        """Ask for an errand now; unheard, it is run in its own time."""
        await self._ring(self._errands, name.encode())

    async def _ring(self, channel: str, message: bytes) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._redis.publish(channel, message)  # pyright: ignore[reportUnknownMemberType]
        except (RedisError, OSError, TimeoutError):
            _log.debug("bell.silent", channel=channel)
        _heed_cancellation()

    def hear_work(self) -> AsyncIterator[bytes]:
        """Every ring for work, for ever; an outage of Redis is waited out."""
        return self._hear(self._work)

    async def hear_ended(self) -> AsyncIterator[UUID]:
        """Every case that ends, for ever."""
        async for message in self._hear(self._ended):
            for start in range(0, len(message) - _ID + 1, _ID):  # whoever else rings there does not end the listening
                yield UUID(bytes=message[start : start + _ID])

    async def hear_errands(self) -> AsyncIterator[str]:
        """Every errand that is asked for, for ever."""
        async for message in self._hear(self._errands):
            yield message.decode(errors="replace")

    async def _hear(self, channel: str) -> AsyncIterator[bytes]:
        while True:
            try:
                async with cast("Any", self._listening).pubsub() as subscription:
                    await subscription.subscribe(channel)
                    _heed_cancellation()
                    async for message in subscription.listen():
                        if message["type"] == "message":
                            yield message["data"]
            except (RedisError, OSError):
                await asyncio.sleep(1)

    async def answers(self) -> bool:
        """Whether Redis answers."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await cast("Any", self._redis).ping()
        except (RedisError, OSError, TimeoutError):
            return False
        _heed_cancellation()
        return True

    async def close(self) -> None:
        """Let go of Redis."""
        for client in (self._redis, self._listening):
            with contextlib.suppress(RedisError, OSError):
                await client.aclose()


def _heed_cancellation() -> None:
    """Be cancelled after all: redis-py loses a cancellation that arrives while it tries whether a connection lives."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
