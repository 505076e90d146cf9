"""The queue: no-op cases a second through a real worker, beside the same SQL bare and beside procrastinate.

Worker, bare SQL and procrastinate take turns, slice by slice, on one PostgreSQL, with as many shifts, connections and
tasks at once; each is measured by the event log it writes. A ratio is that of slices that lay side by side, so that it
holds when the machine's speed drifts. A slice of the worker includes nothing of its start. Before each slice real cases
are put in; the long line stands behind them.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import plans
from bench.bare import Bare
from bench.book import Book, moments_rate
from bench.crew import Crew, dismiss
from bench.fill import add_finished, add_waiting
from bench.footprint import cpu_seconds
from bench.peer import Peer
from bench.rows import Row, Tell, middle
from common.errors import ConfigurationError
from common.local.stack import Stack

PROCESS = "nothing"
_HALF = 2.0  # times the effort of the bare SQL
_FLAT = 1.25  # times the milliseconds of a case when nothing else waits


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    shifts: int = 2
    slices: int = 3
    """Of the worker, of the bare SQL and of procrastinate, each."""
    seconds: float = 5.0
    """The longest that a slice lasts."""
    front: int = 6_000
    """Real cases put in before a slice."""
    waiting: tuple[int, ...] = (0, 100_000)
    """How long the line behind them is, level by level; rising."""
    finished: int = 0
    """Cases that have ended, at one more level with the longest line."""
    beside: int = 100_000
    """Up to this line procrastinate is measured, too."""
    warm_up: int = 300
    """Cases at the start of a slice that are not counted."""


FULL = Plan(waiting=(0, 100_000, 2_000_000), finished=5_000_000)


@dataclass
class _Rates:
    """Cases a second, slice by slice."""

    worker: list[float] = field(default_factory=list[float])
    bare: list[float] = field(default_factory=list[float])
    peer: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])
    """CPU of the worker process for one case, in milliseconds."""

    @property
    def beside_bare(self) -> float:
        """How many times the effort of the bare SQL a case takes."""
        return middle([bare / worker for bare, worker in zip(self.bare, self.worker, strict=True)])


@dataclass(frozen=True)
class _Bench:
    stack: Stack
    plan: Plan
    tell: Tell
    book: Book
    bare: Bare
    peer: Peer


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Level by level, from the empty database to the fullest."""
    dismiss(stack)
    rows: list[Row] = []
    with ExitStack() as open_:
        book = open_.enter_context(Book(stack))
        bare = open_.enter_context(Bare(book.url, connections=plan.shifts))
        peer = open_.enter_context(Peer(book.url, concurrency=plan.shifts))
        bench = _Bench(stack, plan, tell, book, bare, peer)
        book.clear()
        empty: _Rates | None = None
        reached = 0
        for waiting in plan.waiting:
            if waiting > reached:
                rows.append(_fill_row(f"{waiting:,} waiting", add_waiting(stack, PROCESS, reached + 1, waiting, tell)))
            reached = waiting
            found = _level(bench, waiting)
            rows += _rows(plan, found, _named(waiting, 0), empty)
            rows += plans.look(stack, PROCESS, _named(waiting, 0), everything=False)
            empty = empty or found
        if plan.finished:
            took = add_finished(stack, PROCESS, plan.finished, tell)
            rows.append(_fill_row(f"{plan.finished:,} finished", took))
            name = _named(reached, plan.finished)
            rows += _rows(plan, _level(bench, reached, beside=False), name, empty)
            rows += plans.look(stack, PROCESS, name, everything=True)
        book.clear()
    return rows


def _named(waiting: int, finished: int) -> str:
    line = f"{waiting:,} waiting" if waiting else "nothing else waiting"
    return f"{line}, {finished:,} finished" if finished else line


def _level(bench: _Bench, waiting: int, *, beside: bool = True) -> _Rates:
    plan, book, found = bench.plan, bench.book, _Rates()
    beside = beside and waiting <= plan.beside
    for number in range(1, plan.slices + 1):
        bench.tell(f"{waiting:,} waiting: slice {number} of {plan.slices}")
        _prepare(bench, waiting)
        mark = book.mark()
        bench.bare.run(PROCESS, plan.seconds)
        found.bare.append(moments_rate(book.moments(mark, "done"), plan.warm_up))
        _prepare(bench, waiting)
        _work(bench, found)
        if beside:
            if not waiting:
                bench.peer.clear()
            bench.peer.let_wait(waiting + plan.front)
            found.peer.append(bench.peer.run(plan.seconds, plan.warm_up))
    return found


def _prepare(bench: _Bench, waiting: int) -> None:
    if not waiting and not bench.plan.finished:
        bench.book.clear()  # alone in an empty table
    bench.book.put_in(PROCESS, bench.plan.front - bench.book.in_front(PROCESS))


def _work(bench: _Bench, found: _Rates) -> None:
    """One slice of the worker."""
    plan, book = bench.plan, bench.book
    mark = book.mark()
    with Crew(bench.stack, shifts=plan.shifts) as crew:
        used, began = cpu_seconds([crew.pid]), time.monotonic()
        first = len(book.moments(mark, "done"))
        while time.monotonic() - began < plan.seconds and book.in_front(PROCESS) > plan.front // 10:
            time.sleep(0.1)
        spent = cpu_seconds([crew.pid]) - used
        ended = len(book.moments(mark, "done")) - first
    found.worker.append(moments_rate(book.moments(mark, "done"), plan.warm_up))
    # A crew that had done nearly everything before the first look tells nothing of what a case takes.
    found.cpu_ms += [1000 * spent / ended] if spent and ended else []
    if outcomes := book.outcomes(mark) - {"done NOOP"}:
        raise ConfigurationError(f"Not every case was done: {', '.join(sorted(outcomes))}; put more of them in front")


def _fill_row(what: str, seconds: float) -> Row:
    return Row(part="queue", what=f"putting in {what}", measured=seconds, unit="s")


def _rows(plan: Plan, found: _Rates, name: str, empty: _Rates | None) -> list[Row]:
    worker, bare = middle(found.worker), middle(found.bare)
    rows = [
        Row(
            part="queue",
            what=f"no-op cases, {plan.shifts} shifts, {name}",
            measured=worker,
            unit="/s",
            beside=f"the same SQL bare, {plan.shifts} connections",
            least=bare,
            ratio=found.beside_bare,
            mark="≤ 2 × bare",
            met=found.beside_bare <= _HALF,
        )
    ]
    if found.peer:
        rows.append(
            Row(
                part="queue",
                what="the same beside procrastinate",
                measured=worker,
                unit="/s",
                beside=f"procrastinate, {plan.shifts} at once",
                least=middle(found.peer),
                ratio=middle([peer / ours for peer, ours in zip(found.peer, found.worker, strict=True)]),
            )
        )
    if empty is not None:
        rows += [
            _flatness("how flat: a case here", worker, middle(empty.worker), mark=True),
            _flatness("how flat: the bare SQL here", bare, middle(empty.bare), mark=False),
        ]
    if found.cpu_ms:
        cpu = Row(part="queue", what="CPU of the worker for a no-op case", measured=middle(found.cpu_ms), unit="ms")
        rows.append(cpu)
    return rows


def _flatness(what: str, here: float, empty: float, *, mark: bool) -> Row:
    return Row(
        part="queue",
        what=what,
        measured=1000 / here,
        unit="ms",
        beside="with nothing else waiting",
        least=1000 / empty,
        ratio=empty / here,
        mark="≤ 1.25 × empty" if mark else "",
        met=empty / here <= _FLAT if mark else None,
    )
