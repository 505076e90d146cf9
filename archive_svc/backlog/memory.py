"""What is remembered of a post from one control to the next: that somebody was told, and when (ARC-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from archive_svc.backlog.decision import Decision
from archive_svc.backlog.row import BACKLOG
from common.process import Run

_REFERRED = frozenset({Decision.WRITE_OFF, Decision.PROPOSE, Decision.CASE_CLOSED})
"""What people get as a case of the work list; a write-off only where Roger may not do it."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What somebody is told of a post, as the ledger tells it from whatever else is said of it."""

    kind: str
    key: str
    days: int
    """How long nobody is told of it again."""

    @classmethod
    def of(cls, post: str, decision: Decision, *, officer_active: bool = True, other: int | None = None) -> Matter:
        """A reminder, whatever it says, is one matter; that its unit's leader must find somebody for a post is another."""
        if decision in _REFERRED:
            key = f"{post}:{decision}:{other or ''}"
            return cls(kind="backlog-referral", key=key, days=BACKLOG.refer_again_after_days)
        kind = "backlog-reminder" if officer_active else "backlog-reassignment"
        return cls(kind=kind, key=post, days=BACKLOG.remind_again_after_days)


def told_before(run: Run, matter: Matter) -> date | None:
    """When another control has told it lately; None when it is time to tell."""
    fact = run.remembered(matter.kind, matter.key)
    return None if fact is None or fact.ours else date.fromisoformat(fact.value["on"])


def claim(run: Run, matter: Matter) -> date | None:
    """Take it on to tell, for this case alone; gives when another has done so lately, and None otherwise.

    Two controls that come to the same post at once are told apart here: the ledger takes one of them.
    """
    today = run.today()
    until = today + timedelta(days=matter.days - 1)
    fact = run.remember(matter.kind, matter.key, {"on": today.isoformat()}, until=until)
    return None if fact.ours else date.fromisoformat(fact.value["on"])
