"""Each part of the bench runs, in a tiny form, and says what it should; how fast anything was is nobody's business here."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bench import accounts, archive, intake, payroll, pickup, queue, recovery, robot
from bench.rows import Row, as_json, as_table, percentile
from common.local.stack import Ports, Stack
from sandbox.sofie.machine import missing

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@pytest.fixture(scope="module")
def noop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stack]:
    folder = tmp_path_factory.mktemp("noop")
    with Stack("bench.noop_svc", folder, ports=Ports.free(), shifts=2, durable=False) as stack:
        yield stack


def told(_line: str) -> None:
    """Nobody watches."""


def sane(rows: list[Row], part: str) -> None:
    assert rows
    for row in rows:
        assert row.part == part
        assert math.isfinite(row.measured)
        assert row.measured > 0
        assert (row.met is None) == (not row.mark)
        assert row.least is None or row.least > 0
        assert row.ratio is None or row.ratio > 0
    json.dumps(as_json(rows, {}))


# In this order: the later ones stop the stack's own worker.


def test_pickup(noop: Stack) -> None:
    sane(pickup.measure(noop, pickup.Plan(cases=5, warm_up=1), told), "pick-up")


def test_intake(noop: Stack) -> None:
    sane(intake.measure(noop, intake.Plan(arrays=1, array=10, connections=2, seconds=0.2), told), "intake")


def test_queue(noop: Stack) -> None:
    plan = queue.Plan(slices=1, seconds=10, front=400, waiting=(60,), finished=30, beside=60, warm_up=2)
    rows = queue.measure(noop, plan, told)
    sane([row for row in rows if row.part == "queue"], "queue")
    sane([row for row in rows if row.part == "plans"], "plans")
    assert len([row for row in rows if "procrastinate" in row.what]) == 1


@pytest.mark.recovery
def test_recovery(noop: Stack) -> None:
    noop.environment |= {"ROGER_WORKER_LEASE": "3", "ROGER_WORKER_HEARTBEAT": "0.5", "ROGER_WORKER_SWEEP": "0.5"}
    sane(recovery.measure(noop, recovery.Plan(), told), "recovery")


@pytest.mark.browser
def test_robot(tmp_path: Path) -> None:
    with Stack("health_svc", tmp_path, ports=Ports.free(), durable=False) as stack:
        plan = robot.Plan(browsers=(1,), slices=1, cases=1, warm_up=1)
        sane(robot.measure(stack, plan, told), "robot")


@pytest.mark.browser
def test_payroll(tmp_path: Path) -> None:
    with Stack("payroll_svc", tmp_path, ports=Ports.free(), durable=False) as stack:
        plan = payroll.Plan(rows=4, array=2, warned=2, held=1, people=20)
        sane(payroll.measure(stack, plan, told), "payroll")


@pytest.mark.browser
def test_accounts(tmp_path: Path) -> None:
    settings = accounts.settings_of("katalog")
    with Stack("useradmin_svc", tmp_path, ports=Ports.free(), durable=False, settings=settings) as stack:
        sane(accounts.measure(stack, accounts.Plan(people=2), told), "accounts")


@pytest.mark.browser
@pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")
def test_archive(tmp_path: Path) -> None:
    with Stack("archive_svc", tmp_path, ports=Ports.free(), durable=False) as stack:
        sane(archive.measure(stack, archive.Plan(documents=2), told), "archive")


def test_the_table_shows_every_row() -> None:
    rows = [
        Row(part="queue", what="quick", measured=1234.5, unit="/s", beside="bare", least=2000, mark="≥ 1", met=True),
        Row(part="queue", what="slow", measured=0.5, unit="ms", ratio=1.25, mark="< 0.1 ms", met=False),
    ]
    console = Console(width=120, record=True)
    console.print(as_table(rows, "a title"))
    shown = console.export_text()
    for part in ("a title", "quick", "1,234 /s", "2,000 /s bare", "✓", "slow", "0.50 ms", "1.25", "✗"):
        assert part in shown


@pytest.mark.parametrize(("share", "expected"), [(0.5, 5), (0.95, 10), (0.99, 10), (0.01, 1)])
def test_percentile(share: float, expected: int) -> None:
    assert percentile(list(range(10, 0, -1)), share) == expected
