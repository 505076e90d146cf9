"""The robot: cases of persons without a journal, from search to second look, beside their page loads alone.

Cases go through the API, the queue and a real worker with its browsers; their times are those of the event log (first
claim to last end of a slice). CPU is that of worker, driver and browser; HsPro, PostgreSQL and the API are left out on
both sides. Slices of cases and of page loads take turns, with as many browsers on either side.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx

from bench.book import Book
from bench.crew import Crew, dismiss
from bench.footprint import cpu_seconds, memory_mb
from bench.loads import Visitor
from bench.people import Town, case_of
from bench.rows import Row, Tell, middle
from bench.trips import count_round_trips
from common.errors import ConfigurationError
from common.local.stack import ACCOUNTS_PER_TARGET, Stack

PROCESS = "test-journals"
_PROMISED = 1.5  # cases a second with one browser
_CLOSE = 1.5  # times the page loads
_MEMORY = 700.0  # MB


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    browsers: tuple[int, ...] = (1, 2)
    slices: int = 3
    cases: int = 12
    """Of one slice and one browser, at most."""
    seconds: float = 7.0
    """About what a slice of cases may take; on a slow machine it has fewer of them."""
    warm_up: int = 3
    """Cases of each browser before the first slice."""


@dataclass
class _Found:
    """Seconds and CPU seconds of a case, slice by slice, on either side."""

    robot: list[float] = field(default_factory=list[float])
    robot_cpu: list[float] = field(default_factory=list[float])
    loads: list[float] = field(default_factory=list[float])
    loads_cpu: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """With one browser, then with two."""
    dismiss(stack)
    town = Town(stack.targets["hspro"])
    rows: list[Row] = []
    with Book(stack) as book:
        for browsers in plan.browsers:
            found = _with_browsers(_Bench(stack, book, town, plan, tell), browsers)
            rows += _rows(found, browsers)
    tell("round trips")
    trips = count_round_trips(stack, town)
    return [*rows, Row(part="robot", what="round trips of a case to its driver", measured=trips, unit="")]


@dataclass(frozen=True)
class _Bench:
    stack: Stack
    book: Book
    town: Town
    plan: Plan
    tell: Tell


def _with_browsers(bench: _Bench, browsers: int) -> _Found:
    found, plan = _Found(), bench.plan
    with ExitStack() as open_, Crew(bench.stack, shifts=browsers) as crew:
        bench.tell(f"{browsers} browser(s): warm-up")
        visitors = [open_.enter_context(_visitor(bench.stack, number)) for number in range(browsers)]
        _cases(bench, browsers)  # browsers start and sign in
        pace = _cases(bench, plan.warm_up * browsers)
        count = browsers * max(1, min(plan.cases, int(plan.seconds / pace / browsers)))
        _load(visitors, bench.town.people(plan.warm_up * browsers))
        for number in range(1, plan.slices + 1):
            bench.tell(f"{browsers} browser(s): slice {number} of {plan.slices}")
            used = cpu_seconds([crew.pid])
            found.robot.append(_cases(bench, count))
            found.robot_cpu.append((cpu_seconds([crew.pid]) - used) / count)
            found.memory.append(memory_mb([crew.pid]))
            people, pids = bench.town.people(count), [pid for visitor in visitors for pid in visitor.pids]
            used = cpu_seconds(pids) + time.process_time()
            found.loads.append(_load(visitors, people))
            found.loads_cpu.append((cpu_seconds(pids) + time.process_time() - used) / count)
    return found


def _cases(bench: _Bench, count: int) -> float:
    """Seconds for each of so many cases, all browsers together."""
    stack, book, mark = bench.stack, bench.book, bench.book.mark()
    rows = [case_of(number) for number in bench.town.people(count)]
    headers = {"Authorization": f"Bearer {stack.api_key}"}
    httpx.post(f"{stack.api}/v1/{PROCESS}", json=rows, headers=headers, timeout=60).raise_for_status()
    book.await_idle()
    if (outcomes := book.outcomes(mark)) != {"done CREATED"}:
        raise ConfigurationError(f"Not every journal was created: {', '.join(sorted(outcomes))}")
    return (book.moments(mark, "done")[-1] - book.moments(mark, "running")[0]) / count


def _visitor(stack: Stack, number: int) -> Visitor:
    """With an account from the end of the list: a crew leases from its beginning."""
    name = f"robot{ACCOUNTS_PER_TARGET - number}"
    return Visitor(stack.targets["hspro"], name, (stack.folder / "accounts" / "hspro" / name).read_text())


def _load(visitors: Sequence[Visitor], people: Sequence[str]) -> float:
    """Seconds for the page loads of each of these persons, all browsers together."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(visitors)) as threads:
        for done in [
            threads.submit(_load_all, visitor, people[number :: len(visitors)])
            for number, visitor in enumerate(visitors)
        ]:
            done.result()
    return (time.perf_counter() - began) / len(people)


def _load_all(visitor: Visitor, people: Sequence[str]) -> None:
    for number in people:
        visitor.load_case(number)


def _rows(found: _Found, browsers: int) -> list[Row]:
    robot, loads, beside = middle(found.robot), middle(found.loads), "its page loads alone"
    name = f"{browsers} browser{'s' if browsers > 1 else ''}"
    rate = Row(
        part="robot",
        what=f"cases, {name}",
        measured=1 / robot,
        unit="/s",
        beside=beside,
        least=1 / loads,
        ratio=robot / loads,
        mark="≥ 1.5 /s" if browsers == 1 else "",
        met=1 / robot >= _PROMISED if browsers == 1 else None,
    )
    closeness = Row(
        part="robot",
        what=f"time of a case, {name}",
        measured=1000 * robot,
        unit="ms",
        beside=beside,
        least=1000 * loads,
        ratio=robot / loads,
        mark="≤ 1.5 × page loads",
        met=robot / loads <= _CLOSE,
    )
    cpu = Row(
        part="robot",
        what=f"CPU of a case, {name}",
        measured=1000 * middle(found.robot_cpu),
        unit="ms",
        beside=beside,
        least=1000 * middle(found.loads_cpu),
        ratio=middle(found.robot_cpu) / middle(found.loads_cpu),
    )
    memory = Row(
        part="robot",
        what=f"memory of worker and {name}, most",
        measured=max(found.memory),
        unit="MB",
        mark=f"≤ {_MEMORY:.0f} MB a browser",
        met=max(found.memory) <= _MEMORY * browsers,
    )
    return [rate, closeness, cpu, memory]
