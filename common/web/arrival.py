"""How a body arrives: at a pace, and only as long as there is room for it in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request

from common.abuse import AbuseSettings
from common.refusals import RequestTooLarge, TooSlow
from common.web.places import Room
from common.web.problems import BodiesFull, TooMuchAtOnce

_SOON = 1  # seconds


class Holding:
    """What one request holds of its body, until it has been answered."""

    def __init__(self, room: Room, name: str) -> None:
        self._room, self._name = room, name
        self._held = 0

    def require_room(self, amount: int) -> None:
        """Raises BodiesFull or TooMuchAtOnce when there is none for so much more."""
        if not self._room.has_for(self._name, amount):
            raise TooMuchAtOnce(retry_after=_SOON)
        if not self._room.has(amount):
            raise BodiesFull(retry_after=_SOON)

    def add(self, amount: int) -> None:
        """So much more has arrived; raises what `require_room` raises."""
        self.require_room(amount)
        self._room.take(self._name, amount)
        self._held += amount

    def end(self) -> None:
        """It has been answered."""
        self._room.leave(self._name, self._held)
        self._held = 0


async def arriving(request: Request, limit: int | None = None) -> AsyncGenerator[bytes]:
    """A body in parts; raises RequestTooLarge, or TooSlow for one that drips.

    Only waiting for the sender counts as slow, not what is done with each part.
    """
    settings: AbuseSettings = request.app.state.parts.settings.api
    if limit is not None:
        _require_fit(announced(request), limit)
    size, waited, clock = 0, 0.0, asyncio.get_running_loop().time
    parts = aiter(request.stream())
    while True:
        began = clock()
        patience = min(settings.silence, settings.silence + size / settings.slowest - waited)
        try:
            async with asyncio.timeout(patience):
                part = await anext(parts, None)
        except TimeoutError:
            raise TooSlow from None
        waited += clock() - began
        if part is None:
            return
        size += len(part)
        if limit is not None:
            _require_fit(size, limit)
        yield part


def announced(request: Request) -> int:
    """How many bytes its sender says there will be; 0 where that is not said."""
    text = request.headers.get("content-length", "")
    return int(text[:20]) if text.isascii() and text.isdigit() else 0


async def whole(request: Request, limit: int) -> bytes:
    """All of a body; raises RequestTooLarge, TooSlow, BodiesFull or TooMuchAtOnce."""
    body = bytearray()
    async for part in held(request, limit):
        body += part
    return bytes(body)


async def held(request: Request, limit: int) -> AsyncGenerator[bytes]:
    """A body in parts that are all kept until the request has been answered; raises as `whole` does."""
    holding: Holding = request.state.holding
    _require_fit(said := announced(request), limit)
    # Nothing is set aside for what is only announced: who announces much and sends nothing would keep others out.
    holding.require_room(said)
    async for part in arriving(request, limit):
        holding.add(len(part))
        yield part


def _require_fit(size: int, limit: int) -> None:
    if size > limit:
        raise RequestTooLarge(f"The body may hold at most {limit} bytes; split it")
