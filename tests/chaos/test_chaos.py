"""A short stretch of `make chaos`, and that each of its rules can be broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from common.cases.states import State
from tests.chaos.account import show_findings, show_plan
from tests.chaos.campaign import CLOCKWORK, wage
from tests.chaos.invariants import broken
from tests.chaos.plan import draw
from tests.chaos.town import PROCESSES
from tests.recovery.plant import running

SEED, SECONDS = 2024, 14.0


@pytest.mark.recovery
@pytest.mark.browser
def test_a_short_stretch(tmp_path: Path) -> None:
    console, plan = Console(), draw(SEED, SECONDS)
    show_plan(console, plan, seed=SEED, seconds=SECONDS)
    with running(CLOCKWORK, tmp_path) as plant:
        findings = wage(plant, plan, seed=SEED, seconds=SECONDS, tell=lambda _harm, _remark: None)
    found = broken(findings.evidence)
    show_findings(console, findings, found, seed=SEED)
    assert not found
    assert {row["process"] for row in findings.evidence.cases if row["state"] == State.DONE} == set(PROCESSES)
    assert len(findings.done) == len(plan)
