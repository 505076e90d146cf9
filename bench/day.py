"""A day of a service: each process by itself, how long its peak day takes at that, and that nothing came out wrong.

Rates are those of the event log, from the first claim to the last end of a process's rows. With `--peak` the health
service's peak day is played itself: 1,500 tests, 1,500 billing cards, 3,000 vaccinations, all at once. The payroll
service's is a burst of its own (`bench.payroll`).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx

from bench.book import Book
from bench.rows import Row, Tell
from common.errors import ConfigurationError
from common.local.daybook import DayBook
from common.local.stack import Stack

_NIGHT, _WORKING_DAY = 16.0, 8.0
"""Hours from the morning's first case until what came in by day must be done; those of one working day."""

SEED = 1
"""Of the peak day that is played."""
_APART = 10_000
"""Nobody of one day turns up on another."""


@dataclass(frozen=True)
class Peak:
    """The most that comes on one day, process by process, and within how many hours it must be done."""

    rows: Mapping[str, int]
    hours: float


PEAKS = {
    "health": Peak({"test-journals": 1_500, "vaccinations": 3_000, "billing-cards": 1_500}, _NIGHT),
    "useradmin": Peak({"network-accounts": 200}, _WORKING_DAY),
    "archive": Peak({"tax-documents": 200}, _WORKING_DAY),
    "payroll": Peak({"payroll-controls": 12_000}, _WORKING_DAY),
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    service: str = "health"
    rows: int = 40
    """Of each process."""
    peak: bool = False
    """Whether the peak day itself is played; over an hour on two cores."""


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Each process by itself, or the peak day."""
    if plan.peak:
        return [_peak(stack, tell)]
    rates: dict[str, float] = {}
    with Book(stack) as book:
        for number, process in enumerate(_demo(stack).FLOWS):
            tell(f"{plan.rows} rows of {process}")
            mark = book.mark()
            _play(stack, book, {process: plan.rows}, tell, seed=number)
            ends = book.moments(mark, "done") + book.moments(mark, "manual")
            rates[process] = len(ends) / (max(ends) - book.moments(mark, "running")[0])
    rows = [
        Row(part="day", what=f"{process}, {stack.shifts} browsers", measured=rate, unit="/s")
        for process, rate in rates.items()
    ]
    peak = PEAKS[stack.service.name].rows
    hours = sum(peak[process] / rate for process, rate in rates.items() if process in peak) / 3600
    return [*rows, _hours(stack, "the peak day at these rates", hours)]


def _demo(stack: Stack) -> Any:
    """The service's module of synthetic days."""
    return importlib.import_module(f"{stack.package}.demo")


def _peak(stack: Stack, tell: Tell) -> Row:
    peak = PEAKS[stack.service.name].rows
    tell(f"the peak day: {dict(peak)}")
    with Book(stack) as book:
        hours = _play(stack, book, peak, tell, seed=SEED) / 3600
        return _hours(stack, f"the peak day, played: {sum(peak.values()):,} rows, none of them wrong", hours)


def _hours(stack: Stack, what: str, hours: float) -> Row:
    most = PEAKS[stack.service.name].hours
    return Row(part="day", what=what, measured=hours, unit="h", mark=f"≤ {most:.0f} h", met=hours <= most)


def _play(stack: Stack, book: Book, rows: Mapping[str, int], tell: Tell, *, seed: int) -> float:
    """Seconds for these rows; raises ConfigurationError when one came out wrong."""
    for address in stack.consoles.values():
        httpx.post(f"{address}/_kontroll/reset", timeout=60).raise_for_status()
    began = time.monotonic()
    with closing(DayBook(stack, _demo(stack).day_of(rows, seed=seed, born=seed * _APART))) as day:
        day.prepare()
        for flows in day.phases():
            for flow in flows:
                day.hand_in(flow)
            book.await_idle(tell)
        seconds = time.monotonic() - began
        if wrong := day.problems(list(day.found())):
            raise ConfigurationError(f"{len(wrong)} things came out wrong: {'; '.join(wrong[:5])}")
    return seconds
