"""What a person must know or do after a case or batch: said by a process, sent once, shown in the work list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing for one recipient; its texts are in Norwegian bokmål and never hold anybody's personal id."""

    name: str
    """Tells several tasks of one case or batch apart; the same name again is the same task."""
    role: str
    """Who should know: `unit-leader`, `robot-operations`."""
    title: str
    text: str
    unit: str | None = None
    due: date | None = None
