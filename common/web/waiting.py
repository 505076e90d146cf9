"""Wait for cases to end: one listener at the bell and one look a second, for however many wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Generator
from uuid import UUID

from common import log
from common.cases.bell import Bell
from common.web.places import Places
from common.web.problems import TooManyWaiting

_log = log.get(__name__)
_LOOK_EVERY = 1.0  # seconds: a silent bell delays an answer by no more


class Endings:
    """Those who wait for a case to end. Nobody holds a connection or a transaction meanwhile."""

    def __init__(self, bell: Bell, ended: Callable[[Collection[UUID]], Awaitable[set[UUID]]], *, limit: int) -> None:
        self._bell, self._ended = bell, ended
        self._places = Places(limit)
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._someone = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._places.taken

    @contextlib.contextmanager
    def expected(self, case: UUID, caller: str) -> Generator[asyncio.Event]:
        """An event that is set once the case has ended, from now on; raises TooManyWaiting."""
        if not self._places.has_one_for(caller):
            raise TooManyWaiting(retry_after=5)
        event = asyncio.Event()
        if self._closed:
            event.set()
        self._places.take(caller)
        self._waiting[case].add(event)
        self._someone.set()
        try:
            yield event
        finally:
            self._places.leave(caller)
            self._waiting[case].discard(event)
            if not self._waiting[case]:
                del self._waiting[case]

    def heard(self, case: UUID) -> None:
        """A case has ended."""
        for event in self._waiting.get(case, ()):
            event.set()

    def close(self) -> None:
        """Let everybody go, and whoever comes later."""
        self._closed = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    async def listen(self) -> None:
        """Hear the bell, for ever."""
        async for case in self._bell.hear_ended():
            self.heard(case)

    async def look(self) -> None:
        """Look once a second whether something ended unheard, for ever."""
        while True:
            await self._someone.wait()
            await asyncio.sleep(_LOOK_EVERY)
            if not self._waiting:
                self._someone.clear()
                continue
            try:
                for case in await self._ended(list(self._waiting)):
                    self.heard(case)
            except Exception as problem:  # noqa: BLE001  the database is away: the next look is in a second
                _log.warning("endings.not_seen", error=type(problem).__name__)


class Ringer:
    """Rings the bell behind the answers: nobody's request waits for Redis."""

    def __init__(self, bell: Bell) -> None:
        self._bell = bell
        self._wanted = asyncio.Event()
        self._work = self._gates = False
        self._ended: set[UUID] = set()
        self._errands: set[str] = set()

    def errand(self, name: str) -> None:
        """An errand has something to do."""
        self._errands.add(name)
        self._wanted.set()

    def gates(self) -> None:
        """What is open may have changed."""
        self._gates = True
        self._wanted.set()

    def work(self) -> None:
        """There is work."""
        self._work = True
        self._wanted.set()

    def ended(self, case: UUID) -> None:
        """A person has ended a case."""
        self._ended.add(case)
        self._wanted.set()

    async def ring(self) -> None:
        """Ring what is wanted, for ever; what is asked for meanwhile is one ring."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            work, self._work = self._work, False
            gates, self._gates = self._gates, False
            ended, self._ended = self._ended, set()
            errands, self._errands = self._errands, set()
            for name in errands:
                await self._bell.errand(name)
            if gates:
                await self._bell.gates()
            if work:
                await self._bell.work()
            if ended:
                await self._bell.ended(ended)
