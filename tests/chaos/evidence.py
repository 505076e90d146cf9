"""What callers know, what Roger's database holds and what HsPro and SystemX noted, when all is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from common.cases.states import State
from tests.chaos.town import Resident, Submission
from tests.recovery.plant import Row

Details = dict[str, Any]
_LOOKS = {("hspro", "search"), ("hspro", "card"), ("hspro", "doses"), ("systemx", "search"), ("systemx", "patient")}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run as the event log tells it: who took which case when."""

    at: float
    actor: str
    case: UUID
    fence: int


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A case that ended well, and what was handed in for it."""

    row: Row
    submission: Submission
    detail: Details
    ended_at: float

    @property
    def outcome(self) -> str:
        outcome: str = self.row["outcome"]
        return outcome

    @property
    def retried(self) -> bool:
        """A person let Roger try again: what an earlier attempt saved stood there then."""
        return self.row["epoch"] > 1

    def __str__(self) -> str:
        return f"{self.submission.process} {self.submission.reference}"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All of it."""

    residents: Sequence[Resident]
    submissions: Sequence[Submission]
    cases: Sequence[Row]
    events: Sequence[Row]
    details: dict[UUID, Details]
    """What the API tells about each case beside its state."""
    log: Sequence[Row]
    """The systems' own logs of looks and writes, each in its order; `target` says whose."""
    journals: dict[str, list[str]]
    """The numbers of everybody's infection-control journals, by national id."""
    doses: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    """Everybody's doses as they stand in HsPro."""
    cards: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    """Everybody's billing cards as they stand in SystemX."""
    accounts: Sequence[Row] = ()
    left: Sequence[str] = ()
    """Processes that should have ended with their worker."""
    in_the_clear: Sequence[str] = ()
    """Where a national id stands readable."""
    odd: Sequence[str] = field(default=())

    @cached_property
    def submission_of(self) -> dict[UUID, Submission]:
        return {case: one for one in self.submissions for case in one.ids}

    @cached_property
    def moves(self) -> dict[UUID, list[Row]]:
        """Every case's events, in order."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for event in self.events:
            found[event["case_id"]].append(event)
        return found

    @cached_property
    def claims(self) -> dict[str, list[Claim]]:
        """Every person's runs in order, of whatever process: two never go on at the same time."""
        found: dict[str, list[Claim]] = defaultdict(list)
        for event in self.events:
            about = self.submission_of.get(event["case_id"])
            if event["to_state"] == State.RUNNING and about is not None:
                claim = Claim(
                    at=event["at"].timestamp(), actor=event["actor"], case=event["case_id"], fence=event["fence"]
                )
                found[about.resident.number].append(claim)
        return {number: sorted(claims, key=lambda claim: claim.at) for number, claims in found.items()}

    @cached_property
    def ended(self) -> dict[str, list[Ended]]:
        """Every case that a robot brought to a good end (not NOOP, which changes nothing), by process."""
        found: dict[str, list[Ended]] = defaultdict(list)
        for row in self.cases:
            about = self.submission_of.get(row["id"])
            if row["state"] == State.DONE and row["outcome"] != "NOOP" and about is not None:
                at = self.moves[row["id"]][-1]["at"].timestamp()
                one = Ended(row=row, submission=about, detail=self.details.get(row["id"], {}), ended_at=at)
                found[about.process].append(one)
        return found

    def ended_about(self, resident: Resident, *processes: str) -> list[Ended]:
        """Those about one person."""
        return [one for process in processes for one in self.ended[process] if one.submission.resident is resident]

    def writes(self, target: str, kind: str) -> dict[str, list[Row]]:
        """What was saved there, by national id."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.log:
            if (row["target"], row["kind"]) == (target, kind):
                found[row["national_id"]].append(row)
        return found

    def told_of(self, resident: Resident) -> str:
        """Whoever it is, by what was handed in about them."""
        return f"a resident with {[one.reference for one in self.submissions if one.resident is resident]}"


def is_look(row: Row) -> bool:
    """Whether a system noted that somebody looked; else that something was saved."""
    return (row["target"], row["kind"]) in _LOOKS


Rule = Callable[[Evidence], Iterator[str]]
