"""What must hold at the end, whatever was done: each rule looks at the evidence and says what breaks it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any
from uuid import UUID

from common.cases.states import FINAL, NEXT, State
from tests.chaos.traffic import Resident, Test
from tests.recovery.plant import Row
from tests.recovery.proof import LOOKS

Details = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A run as the event log tells it: who took which case when."""

    at: float
    actor: str
    case: UUID
    fence: int


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What callers know, what Roger's database holds and what HsPro noted, when all is over."""

    residents: Sequence[Resident]
    tests: Sequence[Test]
    cases: Sequence[Row]
    events: Sequence[Row]
    details: dict[UUID, Details]
    """What the API tells about each case beside its state."""
    log: Sequence[Row]
    """HsPro's own log of looks and writes, in its order."""
    journals: dict[str, list[str]]
    """The numbers of everybody's infection-control journals, by national id."""
    accounts: Sequence[Row] = ()
    left: Sequence[str] = ()
    """Processes that should have ended with their worker."""
    in_the_clear: Sequence[str] = ()
    """Where a national id stands readable."""
    odd: Sequence[str] = field(default=())

    @cached_property
    def test_of(self) -> dict[UUID, Test]:
        return {case: test for test in self.tests for case in test.ids}

    @cached_property
    def moves(self) -> dict[UUID, list[Row]]:
        """Every case's events, in order."""
        found: dict[UUID, list[Row]] = defaultdict(list)
        for event in self.events:
            found[event["case_id"]].append(event)
        return found

    @cached_property
    def claims(self) -> dict[str, list[Claim]]:
        """Every person's runs in order: two never go on at the same time."""
        found: dict[str, list[Claim]] = defaultdict(list)
        for event in self.events:
            test = self.test_of.get(event["case_id"])
            if event["to_state"] == State.RUNNING and test is not None:
                claim = Claim(
                    at=event["at"].timestamp(), actor=event["actor"], case=event["case_id"], fence=event["fence"]
                )
                found[test.resident.number].append(claim)
        return {number: sorted(claims, key=lambda claim: claim.at) for number, claims in found.items()}

    def writes(self, kind: str) -> dict[str, list[Row]]:
        """What was saved in HsPro, by national id."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.log:
            if row["kind"] == kind:
                found[row["national_id"]].append(row)
        return found


Rule = Callable[[Evidence], Iterator[str]]


def nothing_lost(evidence: Evidence) -> Iterator[str]:
    """Rows in = cases = outcomes out: each reference has one case, the same in every answer, and each has ended."""
    stored = Counter(row["id"] for row in evidence.cases)
    for test in evidence.tests:
        if len(test.ids) != 1:
            yield f"{test.reference} was answered with {len(test.ids)} cases"
        for case in test.ids - stored.keys():
            yield f"{test.reference} was answered with case {case}, which is lost"
    for case in stored.keys() - evidence.test_of.keys():
        yield f"case {case} belongs to no row that was handed in"
    for row in evidence.cases:
        if row["state"] not in FINAL:
            yield f"case {row['id']} has not ended: it is {row['state']}"


def taken_back_stays_so(evidence: Evidence) -> Iterator[str]:
    """A cancellation that was answered with yes is final."""
    for row in evidence.cases:
        test = evidence.test_of.get(row["id"])
        if test is not None and test.cancelled and row["state"] != State.CANCELLED:
            yield f"case {row['id']} was cancelled, and is {row['state']}"


def effects_once(evidence: Evidence) -> Iterator[str]:
    """Nobody has two journals or stands twice in HsPro, and each journal beyond the old ones was written once."""
    journals, persons = evidence.writes("journal"), evidence.writes("person")
    done = {test.resident.number for _, test, _ in _done(evidence)}
    for resident in evidence.residents:
        stand, written = len(evidence.journals.get(resident.number, [])), len(journals[resident.number])
        who = f"a resident with the cases {_references(evidence, resident)}"
        if stand > 1:
            yield f"{who} has {stand} journals"
        if stand != written + resident.had_journal:
            yield f"{who} has {stand} journals after {written} writes"
        if resident.number in done and not stand:
            yield f"{who} has no journal though a case is done"
        if len(persons[resident.number]) > (0 if resident.known else 1):
            yield f"{who} was registered {len(persons[resident.number])} times"


def _references(evidence: Evidence, resident: Resident) -> list[str]:
    return [test.reference for test in evidence.tests if test.resident is resident]


def outcomes_true(evidence: Evidence) -> Iterator[str]:
    """EXISTS where there was a journal before that this case did not make, and the number told is the person's."""
    for row, test, journals in _done(evidence):
        ended = evidence.moves[row["id"]][-1]["at"].timestamp()
        before = test.resident.had_journal or any(write["at"] <= ended for write in journals)
        # After a person's retry the before-picture is a new one: what an earlier attempt saved stands there already.
        exists = before and (row["epoch"] > 1 or not _own(test, journals))
        if row["outcome"] != "CREATED" and not (row["outcome"] == "EXISTS" and exists):
            yield f"{test.reference} ended as {row['outcome']}, HsPro noted {len(_own(test, journals))} writes of it"
        told = evidence.details.get(row["id"], {}).get("journal")
        if told not in evidence.journals.get(test.resident.number, []):
            yield f"{test.reference} tells of the journal {told}, which is not the person's"


def created_by_own_hand(evidence: Evidence) -> Iterator[str]:
    """CREATED only where HsPro noted the write of this very case: what others did is not counted again."""
    for row, test, journals in _done(evidence):
        if row["outcome"] == "CREATED" and not _own(test, journals):
            others = [write["source"] for write in journals]
            yield f"{test.reference} ended as CREATED, but HsPro noted the journal as made by {others or 'nobody'}"


def _done(evidence: Evidence) -> Iterator[tuple[Row, Test, list[Row]]]:
    """Every case that ended well, its row, and what was written for its person."""
    journals = evidence.writes("journal")
    for row in evidence.cases:
        test = evidence.test_of.get(row["id"])
        if row["state"] == State.DONE and test is not None:
            yield row, test, journals[test.resident.number]


def _own(test: Test, journals: Sequence[Row]) -> list[Row]:
    return [write for write in journals if write["source"] == test.reference]


def no_late_hand(evidence: Evidence) -> Iterator[str]:
    """No write reaches HsPro for one run after a later one for the same person has begun to look."""
    owner = _owners(evidence)
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.log:
        by_person[row["national_id"]].append(row)
    for number, rows in by_person.items():
        for write in (row for row in rows if row["kind"] not in LOOKS):
            run = _current(evidence, number, write["at"])
            if run is None:
                yield f"HsPro noted a write for a person nobody works for: {_told(write)}"
                continue
            test = evidence.test_of[run.case]
            if owner[write["session"]] == run.actor and write["source"] in {"", test.reference}:
                continue
            looks = [
                row["at"]
                for row in rows
                if row["kind"] in LOOKS and run.at <= row["at"] < write["at"] and owner[row["session"]] == run.actor
            ]
            if looks:
                yield (
                    f"{_told(write)} by {owner[write['session']]}, {write['at'] - looks[0]:.2f} s after run {run.fence} "
                    f"of {test.reference} by {run.actor} had begun to look"
                )


def _told(write: Row) -> str:
    return f"a write ({write['kind']}, seq {write['seq']}, of {write['source'] or 'somebody'})"


def _current(evidence: Evidence, number: str, at: float) -> Claim | None:
    return next((run for run in reversed(evidence.claims.get(number, [])) if run.at <= at), None)


def _owners(evidence: Evidence) -> dict[str, str]:
    """Whose each session at HsPro is: a session is a shift's, of the one whose runs went on while it was seen most."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in evidence.log:
        run = _current(evidence, row["national_id"], row["at"])
        seen[row["session"]][run.actor if run is not None else "nobody"] += 1
    return {session: actors.most_common(1)[0][0] for session, actors in seen.items()}


def fences_rise(evidence: Evidence) -> Iterator[str]:
    """Each claim raises the fence by one, nothing lowers it, and the case stands where its log ends."""
    for row in evidence.cases:
        moves = evidence.moves[row["id"]]
        fences = [move["fence"] for move in moves]
        claimed = [move["fence"] for move in moves if move["to_state"] == State.RUNNING]
        if claimed != list(range(1, len(claimed) + 1)) or row["fence"] != len(claimed):
            yield f"case {row['id']} stands at fence {row['fence']} after the claims {claimed}"
        # Submitting, and a cancellation, belong to no run.
        if any(after < before for before, after in pairwise(fence for fence in fences if fence)):
            yield f"case {row['id']} has fences that fall: {fences}"


def moves_allowed(evidence: Evidence) -> Iterator[str]:
    """Every move is one of the transition table, begins where the one before ended, and the last one is the state."""
    for row in evidence.cases:
        moves = evidence.moves[row["id"]]
        path = [None, *(move["to_state"] for move in moves)]
        if [move["from_state"] for move in moves] != path[:-1] or path[-1] != row["state"]:
            yield f"case {row['id']} is {row['state']}, its log has gaps: {_path(moves)}"
        for move in moves:
            start = State(move["from_state"]) if move["from_state"] else None
            if State(move["to_state"]) not in NEXT[start]:
                yield f"case {row['id']} made a move that there is not: {_path(moves)}"


def _path(moves: Sequence[Row]) -> str:
    return ", ".join(
        f"{move['from_state'] or '·'} → {move['to_state']} ({move['code'] or move['actor']})" for move in moves
    )


def leases_free(evidence: Evidence) -> Iterator[str]:
    """Nobody holds a case or an account any more."""
    for row in evidence.cases:
        if row["lease_until"] is not None or row["worker"] is not None:
            yield f"case {row['id']} is still leased to {row['worker']}"
    for account in evidence.accounts:
        if account["held"] or account["out_since"] is not None:
            yield f"account {account['name']} is held by {account['holder']}, out since {account['out_since']}"


def robots_are_sound(evidence: Evidence) -> Iterator[str]:
    """No case meets a fault of Roger's own, or a state that nobody could explain."""
    for event in evidence.events:
        if event["code"] in {"ROBOT_FAULT", "UNKNOWN_STATE_AFTER_SAVE", "CONFLICT_IN_TARGET", "AMBIGUOUS_HIT"}:
            yield f"case {event['case_id']} came to {event['code']} in run {event['fence']}"


def nothing_left_behind(evidence: Evidence) -> Iterator[str]:
    """No browser outlives its worker, no national id stands readable, and callers get answers that make sense."""
    yield from (f"still running: {process}" for process in evidence.left)
    yield from (f"a national id stands readable in {where}" for where in evidence.in_the_clear)
    yield from evidence.odd


RULES: Sequence[Rule] = (
    nothing_lost,
    taken_back_stays_so,
    effects_once,
    outcomes_true,
    created_by_own_hand,
    no_late_hand,
    fences_rise,
    moves_allowed,
    leases_free,
    robots_are_sound,
    nothing_left_behind,
)


def broken(evidence: Evidence, rules: Sequence[Rule] = RULES) -> list[str]:
    """Everything that does not hold, each with the name of its rule."""
    return [f"{rule.__name__}: {finding}" for rule in rules for finding in rule(evidence)]
