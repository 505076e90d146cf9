"""One shift looks, the others of the worker share what it read, as long as that is fresh."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from common.errors import LeaseLost, TargetDown
from common.readings import Readings
from common.testing import MemoryCase

FRESH = 60.0
PATIENCE = 20.0


@dataclass
class Clock:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class List:
    """A list of many pages, and how often somebody has read it."""

    looks: list[str] = field(default_factory=list[str])

    def read(self, as_: str = "rows") -> Callable[[], str]:
        def look() -> str:
            self.looks.append(as_)
            return as_

        return look


def test_a_fresh_reading_is_shared_and_an_old_one_read_anew() -> None:
    clock, pages = Clock(), List()
    readings = Readings(clock)
    assert readings.share("run-list", "T1", pages.read("first"), fresh=FRESH) == "first"
    clock.now += FRESH - 1
    assert readings.share("run-list", "T1", pages.read("second"), fresh=FRESH) == "first"
    clock.now += 1
    assert readings.share("run-list", "T1", pages.read("third"), fresh=FRESH) == "third"


def test_age_counts_from_when_the_look_began() -> None:
    clock = Clock()
    readings = Readings(clock)

    def slow() -> str:
        clock.now += FRESH
        return "old already"

    assert readings.share("run-list", "T1", slow, fresh=FRESH) == "old already"
    assert readings.share("run-list", "T1", lambda: "new", fresh=FRESH) == "new"


def test_another_key_or_kind_is_another_reading() -> None:
    readings = Readings()
    assert readings.share("run-list", "T1", lambda: 1, fresh=FRESH) == 1
    assert readings.share("run-list", "T2", lambda: 2, fresh=FRESH) == 2
    assert readings.share("workforce", "T1", lambda: 3, fresh=FRESH) == 3


def test_many_who_come_at_once_look_once() -> None:
    readings, pages, gate = Readings(), List(), threading.Barrier(8)

    def come() -> str:
        gate.wait(PATIENCE)
        return readings.share("run-list", "T1", pages.read(), fresh=FRESH)

    with ThreadPoolExecutor(8) as shifts:
        assert [shift.result(PATIENCE) for shift in [shifts.submit(come) for _ in range(8)]] == ["rows"] * 8
    assert pages.looks == ["rows"]


def test_a_look_that_fails_is_nobodys_reading() -> None:
    readings, pages = Readings(), List()
    looking, fail = threading.Event(), threading.Event()

    def down() -> str:
        looking.set()
        assert fail.wait(PATIENCE)
        raise TargetDown

    with ThreadPoolExecutor(2) as shifts:
        first = shifts.submit(readings.share, "run-list", "T1", down, fresh=FRESH)
        assert looking.wait(PATIENCE)
        second = shifts.submit(readings.share, "run-list", "T1", pages.read(), fresh=FRESH)
        fail.set()
        with pytest.raises(TargetDown):
            first.result(PATIENCE)
        assert second.result(PATIENCE) == "rows"


def test_who_waits_for_anothers_look_can_be_stopped() -> None:
    readings = Readings()
    looking, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        looking.set()
        assert go_on.wait(PATIENCE)
        return "rows"

    def lost() -> None:
        raise LeaseLost

    with ThreadPoolExecutor(1) as shifts:
        first = shifts.submit(readings.share, "run-list", "T1", slow, fresh=FRESH)
        assert looking.wait(PATIENCE)
        with pytest.raises(LeaseLost):
            readings.share("run-list", "T1", slow, fresh=FRESH, waiting=lost)
        go_on.set()
        assert first.result(PATIENCE) == "rows"


def test_a_worker_keeps_a_few_only() -> None:
    readings, pages = Readings(), List()
    for number in range(20):
        readings.share("run-list", f"T{number}", pages.read(), fresh=FRESH)
    readings.share("run-list", "T19", pages.read("again"), fresh=FRESH)
    readings.share("run-list", "T0", pages.read("again"), fresh=FRESH)
    assert pages.looks == ["rows"] * 20 + ["again"]


def test_what_is_used_all_the_time_stays() -> None:
    readings, pages = Readings(), List()
    for number in range(20):
        readings.share("officers", "all", pages.read("officers"), fresh=FRESH)
        readings.share("case-file", f"{number}", pages.read("posts"), fresh=FRESH)
    assert pages.looks.count("officers") == 1


def test_runs_of_one_worker_share_in_memory_too() -> None:
    readings, pages = Readings(), List()
    fresh = timedelta(minutes=5)
    for case in (MemoryCase(readings=readings), MemoryCase(readings=readings)):
        assert case.run().reading("run-list", "T1", pages.read(), fresh=fresh) == "rows"
    assert pages.looks == ["rows"]
