"""How much one caller may have, so that the others find room: requests in a while, and places at the same time."""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from common.target import Pace

_MOST_NAMES = 10_000


class Buckets:
    """A bucket of tokens for each name, filled at a pace.

    As many names are remembered as there is room for; the one that has not been heard of longest is forgotten, and its
    bucket is full again.
    """

    def __init__(
        self,
        pace: Pace | None,
        burst: int,
        *,
        most: int = _MOST_NAMES,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every = 0.0 if pace is None else pace.per.total_seconds() / pace.cases
        self._slack = self._every * (burst - 1)
        self._most, self._now = most, now
        self._due: OrderedDict[str, float] = OrderedDict()
        """When the bucket will be full again."""

    def take(self, name: str) -> float:
        """Take a token: 0, or the seconds until there is one again, and then none is taken."""
        now = self._now()
        due = max(self._due.get(name, now), now)
        if due - now > self._slack:
            return due - now - self._slack
        if self._every:
            self._due[name] = due + self._every
            self._due.move_to_end(name)
            if len(self._due) > self._most:
                self._due.popitem(last=False)
        return 0.0

    def give_back(self, name: str) -> None:
        """The last token was not used."""
        if name in self._due:
            self._due[name] -= self._every

    def __len__(self) -> int:
        return len(self._due)


class Room:
    """Room for bytes, of which one name gets three quarters."""

    def __init__(self, limit: int) -> None:
        self._limit, self._share = limit, max(1, limit * 3 // 4)
        self._of: Counter[str] = Counter()
        self.taken = 0
        """By everybody together."""

    def has(self, amount: int) -> bool:
        """Whether there is room for so much more."""
        return self.taken + amount <= self._limit

    def has_for(self, name: str, amount: int) -> bool:
        """Whether that name's share has."""
        return self._of[name] + amount <= self._share

    def take(self, name: str, amount: int) -> None:
        """Take so much, to be left again."""
        self._of[name] += amount
        self.taken += amount

    def leave(self, name: str, amount: int) -> None:
        """Let others have it."""
        self.taken -= amount
        self._of[name] -= amount
        if not self._of[name]:
            del self._of[name]


class Places:
    """Places to be taken at the same time, of which one name gets a share."""

    def __init__(self, limit: int, share: int | None = None) -> None:
        self._limit = limit
        self._share = share or max(1, math.ceil(limit * 3 / 4))
        self._taken: Counter[str] = Counter()
        self._all = 0

    @property
    def taken(self) -> int:
        """By everybody together."""
        return self._all

    @property
    def full(self) -> bool:
        """Whether there is none left."""
        return self._all >= self._limit

    def has_one_for(self, name: str) -> bool:
        """Whether there is one left, also of the share of that name."""
        return not self.full and self._taken[name] < self._share

    def take(self, name: str) -> None:
        """Take one of them, to be left again."""
        self._all += 1
        self._taken[name] += 1

    def leave(self, name: str) -> None:
        """Let somebody else have it."""
        self._all -= 1
        self._taken[name] -= 1
        if not self._taken[name]:
            del self._taken[name]
