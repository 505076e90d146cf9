"""Readings: what the shifts of one worker look up once for all of them, as long as it is fresh.

A month's control report has thousands of rows, and the payroll system shows its list on some dozens of pages: whoever
comes first reads them, the others wait and share. A reading is a look and never a fact: it is kept in memory only, and
whatever is done because of it looks again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from common import lease

_KEPT = 8
_LOOK = 0.2  # seconds between two looks whether somebody else has read it


@dataclass
class _Reading:
    began: float
    over: threading.Event = field(default_factory=threading.Event)
    value: Any = None


class Readings:
    """Thread-safe; a worker has one, and a test may have one of its own."""

    def __init__(self, clock: Callable[[], float] = lease.now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], _Reading] = OrderedDict()

    def share(
        self,
        kind: str,
        key: str,
        look: Callable[[], Any],
        *,
        fresh: float,
        waiting: Callable[[], None] = lambda: None,
    ) -> Any:
        """What `look` gives, or gave somebody less than `fresh` seconds ago; counted from when that look began.

        Only one looks at a time. Whoever waits for another's look calls `waiting` now and then, which may raise. A look
        that fails is nobody's reading: the next one looks for itself.
        """
        while True:
            reading, mine = self._begin((kind, key), fresh)
            if mine:
                return self._look((kind, key), reading, look)
            while not reading.over.wait(_LOOK):
                waiting()
            if self._known.get((kind, key)) is reading:
                return reading.value

    def _begin(self, place: tuple[str, str], fresh: float) -> tuple[_Reading, bool]:
        with self._lock:
            known = self._known.get(place)
            if known is not None and (not known.over.is_set() or self._clock() - known.began < fresh):
                self._known.move_to_end(place)  # what is used by every case is not the one to go
                return known, False
            reading = self._known[place] = _Reading(self._clock())
            self._known.move_to_end(place)
            self._drop_the_oldest()
            return reading, True

    def _drop_the_oldest(self) -> None:
        over = [place for place, reading in self._known.items() if reading.over.is_set()]
        for place in over[: max(0, len(self._known) - _KEPT)]:
            del self._known[place]

    def _look(self, place: tuple[str, str], reading: _Reading, look: Callable[[], Any]) -> Any:
        try:
            reading.value = look()
        except BaseException:
            with self._lock:
                if self._known.get(place) is reading:
                    del self._known[place]
            raise
        finally:
            reading.over.set()
        return reading.value
