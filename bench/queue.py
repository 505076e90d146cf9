"""The queue: no-op cases a second through a real worker, beside the same SQL bare on as many connections.

Worker and bare SQL take turns, slice by slice, in the same database; both are measured by the event log they write,
in cases a second. A slice of the worker includes nothing of its start.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.bare import Bare
from bench.book import Book
from bench.crew import Crew, dismiss
from bench.footprint import cpu_seconds
from bench.rows import Row, Tell, middle
from common.local.stack import Stack

PROCESS = "nothing"
_PROMISED = 600.0  # cases a second
_HALF = 2.0  # times the effort of the bare SQL


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    shifts: int = 2
    slices: int = 2
    """Of the worker and of the bare SQL, each."""
    seconds: float = 5.0
    """The longest that a slice lasts."""
    alone: int = 3_000
    """Cases of one slice when nothing else waits."""
    waiting: int = 100_000
    warm_up: int = 300
    """Cases at the start of a slice that are not counted."""


@dataclass(frozen=True, kw_only=True)
class _Rates:
    worker: float
    bare: float
    cpu_ms: float
    """CPU of the worker process for one case, in milliseconds."""


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Cases a second when nothing else waits, and in front of a long line."""
    dismiss(stack)
    with Book(stack) as book, Bare(book.url, connections=plan.shifts) as bare:
        tell("nothing else waiting")
        alone = _slices(stack, plan, book, bare, lambda: _afresh(book, plan.alone))
        book.clear()
        tell(f"putting in {plan.waiting:,} cases")
        book.put_in(PROCESS, plan.waiting)
        tell(f"{plan.waiting:,} waiting")
        top_up = lambda: book.put_in(PROCESS, max(0, plan.waiting - book.waiting()))  # noqa: E731
        line = _slices(stack, plan, book, bare, top_up)
        book.clear()
    return _rows(plan, alone, line)


def _afresh(book: Book, cases: int) -> None:
    book.clear()
    book.put_in(PROCESS, cases)


def _slices(stack: Stack, plan: Plan, book: Book, bare: Bare, prepare: Callable[[], None]) -> _Rates:
    bares: list[float] = []
    workers: list[float] = []
    costs: list[float] = []
    for _ in range(plan.slices):
        prepare()
        mark = book.mark()
        bare.run(PROCESS, plan.seconds)
        bares.append(_rate(book, mark, plan.warm_up))
        prepare()
        mark = book.mark()
        with Crew(stack, shifts=plan.shifts) as crew:
            used = cpu_seconds([crew.pid])
            began = time.monotonic()
            first = len(book.moments(mark, "done"))
            while time.monotonic() - began < plan.seconds and book.anything_waits():
                time.sleep(0.2)
            spent = cpu_seconds([crew.pid]) - used
            ended = len(book.moments(mark, "done")) - first
        workers.append(_rate(book, mark, plan.warm_up))
        costs.append(1000 * spent / max(1, ended))
    return _Rates(worker=middle(workers), bare=middle(bares), cpu_ms=middle(costs))


def _rate(book: Book, mark: int, warm_up: int) -> float:
    """Cases a second between the first and the last that ended after the mark, the first few left out."""
    ended = book.moments(mark, "done")[warm_up:]
    return (len(ended) - 1) / (ended[-1] - ended[0]) if len(ended) > 1 else 0.0


def _rows(plan: Plan, alone: _Rates, line: _Rates) -> list[Row]:
    beside = f"the same SQL bare, {plan.shifts} connections"
    return [
        Row(
            part="queue",
            what=f"no-op cases, {plan.shifts} shifts, nothing else waiting",
            measured=alone.worker,
            unit="/s",
            beside=beside,
            least=alone.bare,
            ratio=alone.bare / alone.worker,
            mark="≤ 2 × bare",
            met=alone.bare / alone.worker <= _HALF,
        ),
        Row(
            part="queue",
            what=f"no-op cases, {plan.shifts} shifts, {plan.waiting:,} waiting",
            measured=line.worker,
            unit="/s",
            beside=beside,
            least=line.bare,
            ratio=line.bare / line.worker,
            mark="≥ 600 /s",
            met=line.worker >= _PROMISED,
        ),
        Row(
            part="queue",
            what="how flat: a case in the long line",
            measured=1000 / line.worker,
            unit="ms",
            beside="with nothing else waiting",
            least=1000 / alone.worker,
            ratio=alone.worker / line.worker,
        ),
        Row(part="queue", what="CPU of the worker for a no-op case", measured=line.cpu_ms, unit="ms"),
    ]
