"""What a person's positions come to on each day, without looking at each day (PAY-04).

`S(d) = Σ max(0, percent − leave(d))` over the positions that hold on the day d. It changes only where a position or a
leave begins or ends: these events are sorted once for each person, and what lies between two of them is one stretch.
Days are ordinals (`date.toordinal`), percentages hundredths of one per cent: whole numbers in plain tuples, because a
municipality has tens of thousands of positions and its check must not take longer than a page load.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

FOREVER = date.max.toordinal()
"""The last day of what has none."""

Leave = tuple[int, int, int]
"""First day and last day, and how many hundredths of a full position it takes off."""
Held = tuple[int, int, int, tuple[Leave, ...]]
"""A position that counts: first day, last day, its hundredths, its leaves."""
Sum = tuple[int, int, int]
"""First day, last day, and what the positions come to on each day between."""
Over = tuple[int, int, int, tuple[int, ...]]
"""First day, last day, the highest sum between, and which positions make it up: their places in what was swept."""
Approval = tuple[int, int, int]
"""First day, last day, and the highest sum that is approved there."""


def sums_above(held: Iterable[Held], first: int, last: int, limit: int) -> tuple[int, list[Sum]]:
    """The highest sum that is not above the limit, and every stretch above it, from the first day through the last."""
    events = _events(held, first, last)
    events.append((last + 1, 0))
    events.sort()
    highest = total = 0
    above: list[Sum] = []
    since = first
    for day, change in events:
        if day > since:
            if total > limit:
                above.append((since, day - 1, total))
            elif total > highest:
                highest = total
            since = day
        total += change
    return highest, above


def over_limit(held: Sequence[Held], first: int, last: int, *, limit: int, change_over: int) -> tuple[int, list[Over]]:
    """The highest sum that is not above the limit, and what is above it when a change-over is not counted double.

    Where one position follows another and both hold for at most `change_over` days, those days are a change-over:
    of who leaves and who arrives only the side that comes to more counts.
    """
    highest, above = sums_above(held, first, last, limit)
    over: list[Over] = []
    for begins, ends, total in above:
        present = tuple(place for place, position in enumerate(held) if counted(position, begins))
        once = total - _twice(held, present, begins, change_over) if change_over else total
        if once > limit:
            over.append((begins, ends, once, present))
        else:
            highest = max(highest, once)
    return highest, over


def counted(position: Held, day: int) -> int:
    """The hundredths of a position that count on a day."""
    since, until, percent, leaves = position
    if not since <= day <= until:
        return 0
    away = sum(less for begins, ends, less in set(leaves) if begins <= day <= ends)
    return max(0, percent - away)


def unapproved(over: Iterable[Over], approvals: Sequence[Sequence[Approval]]) -> list[Over]:
    """What is left of stretches when the days are taken out for which one of their positions has an approval."""
    left: list[Over] = []
    for begins, ends, total, present in over:
        approved = sorted(
            (since, until) for place in present for since, until, most in approvals[place] if total <= most
        )
        open_from = begins
        for since, until in approved:
            if since > ends:
                break
            if since > open_from:
                left.append((open_from, since - 1, total, present))
            open_from = max(open_from, until + 1)
        if open_from <= ends:
            left.append((open_from, ends, total, present))
    return left


def joined(over: Iterable[Over]) -> list[Over]:
    """Stretches that follow each other without a day between, as one: its highest sum, and everything involved."""
    whole: list[Over] = []
    for begins, ends, total, present in over:
        if whole and whole[-1][1] + 1 == begins:
            since, _, most, before = whole[-1]
            whole[-1] = (since, ends, max(most, total), tuple(sorted({*before, *present})))
        else:
            whole.append((begins, ends, total, present))
    return whole


def _events(held: Iterable[Held], first: int, last: int) -> list[tuple[int, int]]:
    """On which days the sum changes, and by how much."""
    events: list[tuple[int, int]] = []
    for since, until, percent, leaves in held:
        if since > last or until < first or since > until:
            continue
        begins, ends = max(since, first), min(until, last)
        if leaves:
            events += _changes(begins, ends, percent, leaves)
        else:
            events.append((begins, percent))
            events.append((ends + 1, -percent))
    return events


def _changes(begins: int, ends: int, percent: int, leaves: Iterable[Leave]) -> list[tuple[int, int]]:
    """How what counts of one position changes, from its first day through the day after its last.

    Leaves that overlap add up (a fifth for studies beside a half for a child); the same line told twice is one leave,
    and no leave makes of a position less than nothing.
    """
    turns: list[tuple[int, int]] = [(begins, 0), (ends + 1, 0)]
    for since, until, less in set(leaves):
        if since <= ends and begins <= until:
            turns += [(max(since, begins), less), (min(until, ends) + 1, -less)]
    turns.sort()
    changes: list[tuple[int, int]] = []
    away = before = 0
    for place, (day, less) in enumerate(turns):
        away += less
        if place + 1 < len(turns) and turns[place + 1][0] == day:
            continue
        counts = 0 if day > ends else max(0, percent - away)
        if counts != before:
            changes.append((day, counts - before))
            before = counts
    return changes


def _twice(held: Sequence[Held], present: Sequence[int], day: int, change_over: int) -> int:
    """How much of the sum of these positions is counted double because one follows another."""
    leaving: set[int] = set()
    arriving: set[int] = set()
    for old in present:
        for new in present:
            since, until = held[new][0], held[old][1]
            follows = held[old][0] < since and until < held[new][1]
            if follows and until - since < change_over:
                leaving.add(old)
                arriving.add(new)
    if not leaving:
        return 0
    parts = [sum(counted(held[place], day) for place in side) for side in (leaving, arriving)]
    both = sum(counted(held[place], day) for place in leaving | arriving)
    return both - max(parts)
