"""What must hold whatever was killed or frozen: every case ended, one journal each, and no hand of a former run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from tests.recovery.plant import Patient, Plant, Row

LOOKS = {"search", "card"}


@dataclass(frozen=True, kw_only=True)
class Run:
    """One attempt at a case of some person, and when the next one for that person was claimed."""

    actor: str
    case: UUID
    fence: int
    began: float
    until: float


def prove(plant: Plant, cases: Collection[UUID]) -> None:
    """Everything that must hold for cases that had to end well."""
    stand = {case: plant.case(case) for case in cases}
    ended = {str(case): (row["state"], row["code"]) for case, row in stand.items()}
    assert all(state == "done" for state, _ in ended.values()), ended
    for tested, theirs in _by_person(plant, cases):
        outcomes = Counter(stand[case]["outcome"] for case in theirs)
        created = 0 if tested.had_journal else 1
        assert outcomes == +Counter(CREATED=created, EXISTS=len(theirs) - created)
        assert len(plant.journals(tested)) == 1
    assert_no_late_hand(plant, cases)


def assert_no_late_hand(plant: Plant, cases: Collection[UUID]) -> None:
    """No write of a run reached HsPro after a later run for the same person had begun to look."""
    log = plant.log("looks", "writes")
    for tested, theirs in _by_person(plant, cases):
        runs = _runs(plant, theirs)
        late = late_writes([row for row in log if row["national_id"] == tested.who.number], runs)
        assert not late, f"{late} in {runs}"


def late_writes(log: Sequence[Row], runs: Sequence[Run]) -> list[Row]:
    """The writes about one person from another session than the run that had begun to look works in.

    A session is a shift's: of the one whose run went on when it was first seen.
    """
    late: list[Row] = []
    owner: dict[str, str] = {}
    for run in runs:
        looking: set[str] = set()
        for row in log:
            if not run.began <= row["at"] < run.until:
                continue
            is_own = owner.setdefault(row["session"], run.actor) == run.actor
            if row["kind"] in LOOKS:
                looking |= {row["session"]} if is_own else set()
            elif looking and row["session"] not in looking:
                late.append(row)
    return late


def _runs(plant: Plant, cases: Collection[UUID]) -> list[Run]:
    """Every run of these cases of one person, in order: two never go on at the same time."""
    claims = sorted(
        (move["at"].timestamp(), move["actor"], case, move["fence"])
        for case in cases
        for move in plant.moves(case)
        if move["to_state"] == "running"
    )
    ends = [began for began, *_ in claims[1:]] + [float("inf")]
    return [
        Run(actor=actor, case=case, fence=fence, began=began, until=end)
        for (began, actor, case, fence), end in zip(claims, ends, strict=True)
    ]


def _by_person(plant: Plant, cases: Collection[UUID]) -> Iterator[tuple[Patient, list[UUID]]]:
    def number(case: UUID) -> str:
        return plant.about[case].who.number

    for _, theirs in groupby(sorted(cases, key=number), key=number):
        found = list(theirs)
        yield plant.about[found[0]], found
