"""Streams of events: one reader of the feed for everybody who follows it here, and a bounded buffer for each.

Whoever is too slow for the buffer is let go, and takes up again behind the last event it was given.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from common import log
from common.cases.bell import Bell
from common.cases.feed import Feed, FeedPage, Move, Position
from common.refusals import Refusal, Unavailable
from common.web.places import Places

_log = log.get(__name__)
_LOOK_EVERY = 1.0  # seconds: a silent bell delays an event by no more
BUFFER = 1_000  # events
_LONGEST = 3_600.0  # seconds: then its reader shows its key again


class TooManyStreams(Refusal):
    """Too many streams of events are open; read `/v1/events/page`, or come again later."""

    code, status, title = "TOO_MANY_STREAMS", 429, "Too many streams are open"


class Tail:
    """What one stream has not been given yet."""

    def __init__(self) -> None:
        self.waiting: deque[Move] = deque()
        self.reached = Position(0)
        self.over = False
        self.stirred = asyncio.Event()

    def take(self, page: FeedPage) -> None:
        if len(self.waiting) + len(page.moves) > BUFFER:
            self.end()
            return
        self.waiting.extend(page.moves)
        self.reached = page.end
        if page.moves:
            self.stirred.set()

    def end(self) -> None:
        self.over = True
        self.waiting.clear()
        self.stirred.set()


class Streams:
    """Everybody who follows the feed in this process."""

    def __init__(
        self, feed: Feed, bell: Bell, reach: Callable[[], AbstractAsyncContextManager[None]], *, limit: int
    ) -> None:
        self._feed, self._bell, self._reach = feed, bell, reach
        self._places = Places(limit)
        self._tails: set[Tail] = set()
        self._position: Position | None = None
        self._rung, self._someone = asyncio.Event(), asyncio.Event()
        self._reading = asyncio.Lock()
        self._closed = False

    @property
    def following(self) -> int:
        """How many streams are open."""
        return self._places.taken

    def enter(self, caller: str) -> None:
        """Take one of the places there are, to be left again; raises TooManyStreams."""
        if self._closed or not self._places.has_one_for(caller):
            raise TooManyStreams(retry_after=5)
        self._places.take(caller)

    def leave(self, caller: str) -> None:
        """Let somebody else have it."""
        self._places.leave(caller)

    async def follow(self, after: Position, *, rest: float) -> AsyncGenerator[tuple[list[Move], Position]]:
        """The moves behind a position as they come, each time with how far that is; nothing but that while all rests."""
        began, tail = time.monotonic(), Tail()
        try:
            async for page in self._caught_up(after, tail):
                after = page.end
                yield page.moves, after
            while not tail.over and time.monotonic() - began < _LONGEST:
                tail.stirred.clear()
                with contextlib.suppress(TimeoutError):
                    if not tail.waiting:
                        await asyncio.wait_for(tail.stirred.wait(), rest)
                moves = [move for move in tail.waiting if move.position > after]
                tail.waiting.clear()
                if not tail.over:
                    # What was taken out is given now; all before `reached` has been.
                    after = max(after, tail.reached)
                    yield moves, after
        finally:
            self._tails.discard(tail)

    async def _caught_up(self, after: Position, tail: Tail) -> AsyncIterator[FeedPage]:
        """Read behind the position alone, then join the others without a gap."""
        more = True
        while more and not self._closed:
            async with self._reach():
                page = await self._feed.page(after)
            after, more = page.end, page.more
            yield page
        async with self._reading, self._reach():
            if self._position is None or not self._tails:
                self._position = after
            joined = self._position
            self._tails.add(tail)
            tail.reached = joined
        self._someone.set()
        if self._closed:
            tail.end()
        while after < joined and not self._closed:
            async with self._reach():
                page = await self._feed.page(after)
            # Behind `joined` the others' reader gives them.
            known = [move for move in page.moves if move.position <= joined]
            after = min(page.end, joined)
            yield FeedPage(known, after, more=False)

    def close(self) -> None:
        """Let everybody go, and whoever comes later."""
        self._closed = True
        for tail in self._tails:
            tail.end()

    async def listen(self) -> None:
        """Hear the bell, for ever."""
        async for _ in self._bell.hear_ended():
            self._rung.set()

    async def listen_for_work(self) -> None:
        """Hear the other bell, for ever."""
        async for _ in self._bell.hear_work():
            self._rung.set()

    async def read(self) -> None:
        """Read what is new for everybody, for ever; nothing while nobody follows."""
        while True:
            await self._someone.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), _LOOK_EVERY)
            self._rung.clear()
            if not self._tails:
                self._someone.clear()
                continue
            try:
                await self._read_on()
            except Unavailable:
                _log.debug("streams.not_read")
            except Exception as problem:  # noqa: BLE001  one fault must not end everybody's stream; the next look is in a second
                _log.warning("streams.not_read", error=type(problem).__name__)

    async def _read_on(self) -> None:
        more = True
        while more and self._tails:
            async with self._reading, self._reach():
                if self._position is None:
                    return
                page = await self._feed.page(self._position)
                self._position, more = page.end, page.more
                for tail in list(self._tails):
                    tail.take(page)
                    if tail.over:
                        _log.info("stream.too_slow")
                        self._tails.discard(tail)
