"""The payroll service's burst: a month's control report taken in, judged, and worked off; and the sweep over all positions.

The report comes as JSON arrays, as CSV, as XLSX and as newline-delimited JSON, each time as a run of its own; the last
one is worked off by a crew, all its rows clean, and then a short one whose rows are hit. What is withdrawn is gone before
the next is sent. The rules by themselves, and the sweep, are called in this process, without a database.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

import httpx

from bench.book import Book, moments_rate
from bench.caller import JSON, Caller
from bench.crew import Crew, dismiss
from bench.footprint import cpu_seconds, peak_memory_mb
from bench.pay_report import Report
from bench.rows import Row, Tell
from common.errors import ConfigurationError
from common.local.stack import Stack
from payroll_svc.control.evaluation import evaluate
from payroll_svc.control.registers import rows_of
from payroll_svc.control.reported import ReportedRow
from payroll_svc.control.thresholds import STANDARD
from payroll_svc.positions.sweep import FOREVER, Held, over_limit

PATH = "/v1/payroll-controls"
_BURST, _TAKEN_WITHIN, _JUDGED_WITHIN = 12_000, 5.0, 10.0
_MEMORY, _SWEPT_WITHIN = 300.0, 1.0
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONG_AGO = "2020-01-01"
_TICK = 0.01
"""What the system's clock of CPU counts in; less than that shows as nothing."""
_MONTH = date(2026, 11, 1).toordinal(), date(2026, 11, 30).toordinal()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    rows: int = _BURST
    """Of the report."""
    array: int = 4_000
    """Rows of it in one array."""
    warned: int = 48
    """Rows of the short report that are marked …"""
    held: int = 12
    """… and that are held."""
    people: int = 20_000
    positions: int = 3
    """Of each of them."""


@dataclass(frozen=True)
class _Bench:
    stack: Stack
    plan: Plan
    tell: Tell
    book: Book


@dataclass(frozen=True)
class _Work:
    """How a crew worked off what waited."""

    first: float
    """When the first case was claimed."""
    ends: list[float]
    cpu: float
    """Of the worker and its browsers, in seconds."""

    @property
    def words(self) -> str:
        return f"{len(self.ends):,} in {self.ends[-1] - self.first:.0f} s, {1000 * self.cpu / len(self.ends):.0f} ms of CPU each"


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """What needs a stack first: in, judged, worked off; then the pure parts."""
    dismiss(stack)
    with Book(stack) as book:
        bench = _Bench(stack, plan, tell, book)
        _put_limits(stack)
        rows = [*_taken_in(bench), *_worked_off(bench)]
    tell("the rules and the sweep by themselves")
    return [*rows, _rules(plan), _sweep(plan)]


def _put_limits(stack: Stack) -> None:
    answer = httpx.put(
        f"{stack.api}/v1/registers/control-thresholds",
        params={"valid_from": _LONG_AGO, "signer": "Lønnssjefen"},
        headers={"Authorization": f"Bearer {stack.api_key}"},
        json=[row.model_dump(mode="json") for row in rows_of()],
    )
    if not answer.is_success:
        raise ConfigurationError(f"The limits were refused: {answer.text}")


def _taken_in(bench: _Bench) -> list[Row]:
    """The same report in every form, the one that is worked off last."""
    plan, rows = bench.plan, list[Row]()
    ways: list[tuple[str, Callable[[Report], Sequence[bytes]], str]] = [
        (f"JSON arrays of {plan.array:,}", lambda report: report.arrays(plan.array), JSON),
        ("CSV", lambda report: [report.comma_separated()], "text/csv"),
        ("XLSX", lambda report: [report.workbook()], _XLSX),
        ("newline-delimited JSON", lambda report: [report.lines()], "application/x-ndjson"),
    ]
    for number, (what, bodies, kind) in enumerate(ways, 1):
        bench.tell(f"{plan.rows:,} rows as {what}")
        if number > 1:
            _withdraw(bench)
        report = Report(run_id=f"BENCH-{number}", size=plan.rows)
        rows += _one_way(bench, what, bodies(report), kind)
    peak = peak_memory_mb(bench.stack.parts["api"].pid)
    return [
        *rows,
        Row(
            part="payroll",
            what="the api's memory at its highest, all of these taken in",
            measured=peak,
            unit="MB",
            mark="< 300 MB",
            met=peak < _MEMORY,
        ),
    ]


def _one_way(bench: _Bench, what: str, bodies: Sequence[bytes], kind: str) -> list[Row]:
    """How long the api takes, and then the errands until every row may be worked on."""
    rows, errands = bench.plan.rows, bench.stack.parts["errands"].pid
    with Caller(bench.stack, patience=300) as caller:
        used, began = cpu_seconds([errands]), time.monotonic()
        for body in bodies:
            caller.post(PATH, body, kind)
        taken = time.monotonic() - began
    bench.book.await_judged()
    if (waiting := bench.book.waiting()) != rows:
        raise ConfigurationError(f"Of {rows} rows {waiting} may be worked on")
    judged, spent = time.monotonic() - began - taken, max(_TICK, cpu_seconds([errands]) - used)
    within = _JUDGED_WITHIN * rows / _BURST
    return [
        _rate(f"taken in as {what}", rows, taken, _TAKEN_WITHIN),
        Row(
            part="payroll",
            what=f"… and judged: CPU of the errands for {rows:,} rows",
            measured=spent,
            unit="s",
            beside=f"{rows / judged:,.0f} rows/s, ready {judged:.1f} s after the answer",
            mark=f"≤ {within:.3g} s",
            met=spent <= within,
        ),
    ]


def _worked_off(bench: _Bench) -> list[Row]:
    """The report that came last, row after row, and one whose rows are hit."""
    stack, plan, book = bench.stack, bench.plan, bench.book
    _calculate(stack, Report(run_id="BENCH-4", size=plan.rows))
    bench.tell(f"{plan.rows:,} clean rows")
    clean = _ended(bench, {"done NOOP"})
    rows = [
        Row(
            part="payroll",
            what=f"reading the run list of {plan.rows:,} rows, until the first row has ended",
            measured=clean.ends[0] - clean.first,
            unit="s",
        ),
        Row(
            part="payroll",
            what=f"clean rows, {stack.shifts} browsers, once the list is read",
            measured=moments_rate(clean.ends, 0),
            unit="/s",
            beside=clean.words,
        ),
    ]
    hit = Report(run_id="BENCH-5", size=plan.warned + plan.held, first=40_000, warned=plan.warned, held=plan.held)
    _calculate(stack, hit)
    bench.tell(f"{hit.size} rows that are hit")
    with Caller(stack) as caller:
        caller.post(PATH, hit.lines(), "application/x-ndjson")
    book.await_judged()
    hits = _ended(bench, {"done REPORTED", "done HELD"})
    return [
        *rows,
        Row(
            part="payroll",
            what=f"rows that are hit: page, mark, read back; {stack.shifts} browsers",
            measured=moments_rate(hits.ends, stack.shifts),
            unit="/s",
            beside=hits.words,
        ),
    ]


def _ended(bench: _Bench, expected: set[str]) -> _Work:
    """Let a crew work off what waits; raises ConfigurationError when anything comes to another outcome."""
    mark = bench.book.mark()
    with Crew(bench.stack, shifts=bench.stack.shifts) as crew:
        used = cpu_seconds([crew.pid])
        bench.book.await_idle()
        spent = cpu_seconds([crew.pid]) - used
    if wrong := bench.book.outcomes(mark) - expected:
        raise ConfigurationError(f"Rows came to {', '.join(sorted(wrong))}")
    return _Work(bench.book.moments(mark, "running")[0], bench.book.moments(mark, "done"), spent)


def _calculate(stack: Stack, report: Report) -> None:
    """Let the payroll system have the run that a report is about."""
    address = f"{stack.targets['payroll']}/_kontroll/runs"
    httpx.post(address, json=[report.run()], timeout=120).raise_for_status()


def _withdraw(bench: _Bench) -> None:
    """Take back what came before, so that nothing of it is worked on."""
    with Caller(bench.stack, patience=300) as caller:
        for batch in bench.book.open_batches():
            caller.post(f"/v1/batches/{batch}/cancel", b"")
    bench.book.await_idle()


def _rules(plan: Plan) -> Row:
    """The rules over a report in memory: CPU of this process."""
    report = Report(run_id="BENCH-6", size=plan.rows)
    pay = [ReportedRow.model_validate(row).pay_row(accepts_synthetic=True) for row in report.rows]
    spent = _spent(partial(evaluate, pay, STANDARD, day=datetime.now(UTC).date()))
    return _rate("the rules K01 to K15 alone, CPU", plan.rows, spent, _JUDGED_WITHIN)


def _sweep(plan: Plan) -> Row:
    """Position percentages of everybody: CPU of this process."""
    workforce = _workforce(plan.people, plan.positions)
    first, last = _MONTH

    def swept() -> None:
        for held in workforce:
            over_limit(held, first, last, limit=100_00, change_over=1)

    spent = _spent(swept)
    within = _SWEPT_WITHIN * plan.people * plan.positions / 60_000
    return Row(
        part="payroll",
        what=f"{plan.people * plan.positions:,} positions of {plan.people:,} people swept, CPU",
        measured=spent,
        unit="s",
        mark=f"< {within:.3g} s",
        met=spent < within,
    )


def _workforce(people: int, positions: int) -> list[list[Held]]:
    """Positions that begin and end before, within and after the month, a fifth of them with leave."""
    first, chance = _MONTH[0], random.Random(7)

    def one() -> Held:
        leave = (first + chance.randrange(-30, 15), first + chance.randrange(15, 90), 50_00)
        return (
            first + chance.randrange(-2_000, 25),
            chance.choice((FOREVER, FOREVER, first + chance.randrange(25, 300))),
            chance.choice((20_00, 40_00, 50_00, 60_00, 100_00)),
            (leave,) if chance.random() < 0.2 else (),
        )

    return [[one() for _ in range(positions)] for _ in range(people)]


def _spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _rate(what: str, rows: int, seconds: float, within: float) -> Row:
    """Rows a second, against a mark that a burst of 12,000 gives."""
    least = _BURST / within
    return Row(
        part="payroll",
        what=what,
        measured=rows / seconds,
        unit="/s",
        beside=f"{rows:,} rows in {seconds:.1f} s",
        mark=f"≥ {least:,.0f} /s",
        met=rows / seconds >= least,
    )
