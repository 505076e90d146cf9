"""How long a journal post has waited for an answer, and what that means."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from enum import Enum

from common.report.document import Tone

_LAST = (30, 90, 180)


class Bucket(Enum):
    """The ages that are counted together, in calendar days."""

    NEW = 0
    LATE = 1
    """Over a month: where the post asks for an individual decision, a preliminary answer is overdue (fvl. § 11 a)."""
    OLD = 2
    VERY_OLD = 3
    """The unit's leader hears of each of them."""

    @classmethod
    def of(cls, age: int) -> Bucket:
        return cls(bisect_left(_LAST, age))

    @property
    def label(self) -> str:
        """As people read it: `31–90 dager (sent)`."""
        return ("0–30 dager", "31–90 dager (sent)", "91–180 dager", "over 180 dager")[self.value]

    @property
    def tone(self) -> Tone:
        return (Tone.PLAIN, Tone.NOTICE, Tone.WARNING, Tone.SERIOUS)[self.value]


VERY_OLD = _LAST[-1]
"""Days after which a post is very old."""


def waiting_since(*, received: date | None, journalled: date | None, document_date: date | None) -> date | None:
    """From which day a post waits: when it was received, else journalled, else written."""
    return received or journalled or document_date


def age(since: date, as_of: date) -> int:
    """Calendar days; none for what is dated ahead."""
    return max(0, (as_of - since).days)
