"""How much is taken in at once, and figures that are dear to count, counted seldom: how many cases wait where."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Generator

from common import log
from common.cases.queries import Standing
from common.refusals import BacklogFull
from common.web.places import Places
from common.web.problems import TooManyUploads

_log = log.get(__name__)
_COUNT_EVERY = 3.0  # seconds
_FIRST_COUNT = 1.0  # seconds a submit waits for it, at most
_TRY_AGAIN = 30  # seconds, for callers
_UPLOAD_AGAIN = 5


class Backlog:
    """Refuses submits while too many cases wait."""

    def __init__(self, count: Callable[[int], Awaitable[int]], *, limit: int) -> None:
        self._count, self._limit = count, limit
        self._waiting = 0
        self._counted_at = float("-inf")
        self._counted_once = False
        self._counting: asyncio.Task[None] | None = None

    async def require_room(self) -> None:
        """Raises BacklogFull. Decides by the last count and what was taken since; a new one is made beside."""
        if time.monotonic() - self._counted_at > _COUNT_EVERY and (self._counting is None or self._counting.done()):
            self._counting = asyncio.create_task(self._refresh())
        if self._counting is not None and not self._counted_once:
            await asyncio.wait([self._counting], timeout=_FIRST_COUNT)
        if self._waiting >= self._limit:
            raise BacklogFull(retry_after=_TRY_AGAIN)

    def took(self, cases: int) -> None:
        """So many more wait."""
        self._waiting += cases

    async def _refresh(self) -> None:
        try:
            async with asyncio.timeout(_TRY_AGAIN):
                self._waiting = await self._count(self._limit)
        except Exception as problem:  # noqa: BLE001  the submit itself will tell that the database is away
            _log.warning("backlog.not_counted", error=type(problem).__name__)
        self._counted_at = time.monotonic()
        self._counted_once = True

    async def close(self) -> None:
        """Stop counting."""
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)


class Uploads:
    """How many files and streams are taken in at the same time."""

    def __init__(self, limit: int) -> None:
        self._places = Places(limit)

    @contextlib.contextmanager
    def one(self, caller: str) -> Generator[None]:
        """Around one of them; raises TooManyUploads."""
        if not self._places.has_one_for(caller):
            raise TooManyUploads(retry_after=_UPLOAD_AGAIN)
        self._places.take(caller)
        try:
            yield
        finally:
            self._places.leave(caller)


class Standings:
    """How many cases of each process are where, a few seconds old at most."""

    def __init__(self, read: Callable[[], Awaitable[list[Standing]]]) -> None:
        self._read = read
        self._known: dict[str, Standing] = {}
        self._read_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> dict[str, Standing]:
        """By process; those without a case are missing."""
        async with self._one_at_a_time:
            if time.monotonic() - self._read_at > _COUNT_EVERY:
                self._known = {standing.process: standing for standing in await self._read()}
                self._read_at = time.monotonic()
            return self._known
