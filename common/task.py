"""What a person must know or do after a case or batch: said by a process, sent once, shown in the work list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from common.privacy.masking import mask


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing for one recipient; its texts are in Norwegian bokmål.

    They never hold anybody's personal id: what looks like one is masked, for a mistake here must not fail a case
    whose effect stands already.
    """

    name: str
    """Tells several tasks of one case or batch apart; the same name again is the same task."""
    role: str
    """Who should know: `unit-leader`, `robot-operations`."""
    title: str
    text: str
    unit: str | None = None
    due: date | None = None

    def __post_init__(self) -> None:
        for name in ("name", "title", "text", "unit"):
            text = getattr(self, name)
            object.__setattr__(self, name, None if text is None else mask(text))


@dataclass(frozen=True, kw_only=True)
class NoticeRule:
    """How the tasks of a process reach people."""

    gather: timedelta = timedelta(0)
    """How long tasks for one recipient are gathered into one message, from the first of them on."""
    per_day: int | None = None
    """Most messages one recipient gets in 24 hours; what comes after waits and goes out together."""


AT_ONCE = NoticeRule()
