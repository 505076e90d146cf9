"""What must hold at the end, whatever was done: each rule looks at the evidence and says what breaks it.

These are Roger's own; what must stand in the systems is in `tests.chaos.effects`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from common.cases.feed import CHILDREN_ENDED
from common.cases.states import FINAL, NEXT, State
from tests.chaos import effects
from tests.chaos.evidence import Claim, Evidence, Rule, is_look
from tests.recovery.plant import Row

_ODD = {"ROBOT_FAULT", "UNKNOWN_STATE_AFTER_SAVE", "CONFLICT_IN_TARGET", "AMBIGUOUS_HIT", "SUSPECTED_DUPLICATE"}
"""What no case may come to here: a fault of Roger's own, or a state that nobody could explain."""


def nothing_lost(evidence: Evidence) -> Iterator[str]:
    """Rows in = cases = outcomes out: each reference has one case, the same in every answer, and each has ended."""
    stored = Counter(row["id"] for row in evidence.cases)
    for one in evidence.submissions:
        if len(one.ids) != 1:
            yield f"{one.reference} was answered with {len(one.ids)} cases"
        for case in one.ids - stored.keys():
            yield f"{one.reference} was answered with case {case}, which is lost"
    for case in stored.keys() - evidence.submission_of.keys():
        yield f"case {case} belongs to no row that was handed in"
    for row in evidence.cases:
        if row["state"] not in FINAL:
            yield f"case {row['id']} has not ended: it is {row['state']}"


def taken_back_stays_so(evidence: Evidence) -> Iterator[str]:
    """A cancellation that was answered with yes is final."""
    for row in evidence.cases:
        one = evidence.submission_of.get(row["id"])
        if one is not None and one.cancelled and row["state"] != State.CANCELLED:
            yield f"case {row['id']} was cancelled, and is {row['state']}"


def no_late_hand(evidence: Evidence) -> Iterator[str]:
    """No write reaches a system for one run after a later one for the same person has begun to look, wherever it does."""
    owner = _owners(evidence)
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in evidence.log:
        by_person[row["national_id"]].append(row)
    for number, rows in by_person.items():
        for write in (row for row in rows if not is_look(row)):
            run = _current(evidence, number, write["at"])
            if run is None:
                yield f"{write['target']} noted a write for a person nobody works for: {_told(write)}"
                continue
            about = evidence.submission_of[run.case]
            if owner[_session(write)] == run.actor and write["source"] in {"", about.reference}:
                continue
            looks = [
                row["at"]
                for row in rows
                if is_look(row) and run.at <= row["at"] < write["at"] and owner[_session(row)] == run.actor
            ]
            if looks:
                yield (
                    f"{_told(write)} by {owner[_session(write)]}, {write['at'] - looks[0]:.2f} s after run {run.fence} "
                    f"of {about.reference} by {run.actor} had begun to look"
                )


def _session(row: Row) -> tuple[str, str]:
    return row["target"], row["session"]


def _told(write: Row) -> str:
    return f"a write ({write['kind']}, seq {write['seq']}, of {write['source'] or 'somebody'})"


def _current(evidence: Evidence, number: str, at: float) -> Claim | None:
    return next((run for run in reversed(evidence.claims.get(number, [])) if run.at <= at), None)


def _owners(evidence: Evidence) -> dict[tuple[str, str], str]:
    """Whose each session at a system is: a session is a shift's, of the one whose runs went on while it was seen most."""
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in evidence.log:
        run = _current(evidence, row["national_id"], row["at"])
        seen[_session(row)][run.actor if run is not None else "nobody"] += 1
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
            if move["code"] == CHILDREN_ENDED:
                continue  # told of a case that has ended; it moves nothing
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
    """No case comes to what nobody here could explain."""
    for event in evidence.events:
        if event["code"] in _ODD:
            yield f"case {event['case_id']} came to {event['code']} in run {event['fence']}"


def nothing_left_behind(evidence: Evidence) -> Iterator[str]:
    """No browser outlives its worker, no national id stands readable, and callers get answers that make sense."""
    yield from (f"still running: {process}" for process in evidence.left)
    yield from (f"a national id stands readable in {where}" for where in evidence.in_the_clear)
    yield from evidence.odd


RULES: Sequence[Rule] = (
    nothing_lost,
    taken_back_stays_so,
    effects.persons_once,
    effects.journals_once,
    effects.outcomes_true,
    effects.created_by_own_hand,
    effects.bookings_performed_once,
    effects.doses_once,
    effects.cards_once,
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
