"""A synthetic payroll night: every flow's situations, in one made-up municipality."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from common.local.day import Day, Flow, shared_out
from payroll_svc.demo import assignment_hours, payroll_controls, payroll_form_activations, position_percentage_checks
from payroll_svc.demo.town import Town

FLOWS: dict[str, tuple[Callable[[Town, int], Flow], int]] = {
    payroll_controls.PROCESS: (payroll_controls.flow, 4),
    "position-percentage-checks": (position_percentage_checks.flow, 2),
    "payroll-form-activations": (payroll_form_activations.flow, 2),
    "assignment-hours": (assignment_hours.flow, 2),
}
"""Process by process: who makes its rows, and its share of a day's."""


def day(*, cases: int = 60, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    return day_of(shared_out(cases, {process: share for process, (_, share) in FLOWS.items()}), seed=seed)


def day_of(rows: Mapping[str, int], *, seed: int, born: int = 0) -> Day:
    """A day of so many rows of each process, in one municipality; `born` have been born on the days before."""
    town = Town(random.Random(seed), datetime.now(UTC), born=born, handed_in=born, hired=born, opened=born)  # noqa: S311  made-up people
    flows = [FLOWS[process][0](town, number) for process, number in rows.items() if number]
    if rows.get(payroll_controls.PROCESS):
        flows += payroll_controls.afterwards(town)
    if rows.get("position-percentage-checks"):
        flows.append(position_percentage_checks.of_everybody(town))
    return Day(
        flows=flows,
        common_seeds=[
            ("payroll", "/_kontroll/employees", town.employees),
            ("payroll", "/_kontroll/periods", town.periods),
        ],
        common_checks=[("payroll", _nothing_done_twice)],
    )


def _nothing_done_twice(summary: Any) -> str | None:
    doubled = [
        f"{summary[name]} {name}" for name in ("forms_activated_twice", "timesheets_current_twice") if summary[name]
    ]
    return ", ".join(doubled).replace("_", " ") or None
