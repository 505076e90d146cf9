"""`python -m tests.chaos --seed 7 --minutes 5`: harm a whole Roger at random and see whether everything still holds."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.chaos.account import show_findings, show_plan
from tests.chaos.campaign import CLOCKWORK, wage
from tests.chaos.invariants import broken
from tests.chaos.plan import Harm, draw
from tests.recovery.plant import running


def main() -> int:
    """Wage a campaign; gives 0 when everything held, 1 when something did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="the same seed does the same harm at the same moments")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long harm is done (5)")
    parser.add_argument("--only", default="", help="harm of these words only: 'worker', 'PostgreSQL', 'about to act'")
    asked = parser.parse_args()
    seed: int = secrets.randbelow(10_000) if asked.seed is None else asked.seed
    return _campaign(Console(), draw(seed, asked.minutes * 60, asked.only), seed, asked.minutes * 60)


def _campaign(console: Console, plan: Sequence[Harm], seed: int, seconds: float) -> int:
    show_plan(console, plan, seed=seed, seconds=seconds)

    def tell(harm: Harm, remark: str) -> None:
        console.print(f"  {harm.at:6.1f}  {harm}" + (f" – {remark}" if remark else ""), highlight=False)

    console.print("Roger starts; then it begins")
    folder = Path(tempfile.mkdtemp(prefix="roger-chaos-"))
    with running(CLOCKWORK, folder) as plant:
        findings = wage(plant, plan, seed=seed, seconds=seconds, tell=tell)
    found = broken(findings.evidence)
    show_findings(console, findings, found, seed=seed)
    if found:
        console.print(f"What Roger and its servers wrote is in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
