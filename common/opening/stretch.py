"""Stretches of time from a start up to, but not including, an end: joined and cut out of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

Stretch = tuple[datetime, datetime]
"""Start and end; both aware, or both naive as a wall shows them."""


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in order, with those that touch or overlap made one."""
    whole: list[Stretch] = []
    for start, end in sorted(stretches):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def without(stretches: Iterable[Stretch], removed: Iterable[Stretch]) -> list[Stretch]:
    """What is left of `stretches` after the time in `removed` is gone."""
    left = joined(stretches)
    for gone in removed:
        left = [part for stretch in left for part in _around(stretch, gone)]
    return left


def within(stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    """The parts that lie between start and end."""
    for begins, ends in stretches:
        clipped = (max(begins, start), min(ends, end))
        if clipped[0] < clipped[1]:
            yield clipped


def _around(stretch: Stretch, gone: Stretch) -> Iterator[Stretch]:
    (start, end), (begins, ends) = stretch, gone
    if ends <= start or end <= begins:
        yield stretch
        return
    if start < begins:
        yield start, begins
    if ends < end:
        yield ends, end
