"""A synthetic day of the health service: every flow's situations, in one made-up town."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from common.local.day import Day, Flow
from health_svc.demo import booking_journals, test_journals, vaccinations
from health_svc.demo.town import Town

# Process by process, and their shares of a day's rows.
FLOWS: dict[Callable[[Town, int], Flow], int] = {
    test_journals.flow: 3,
    booking_journals.flow: 2,
    vaccinations.flow: 3,
}


def day(*, cases: int, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    town = Town(random.Random(seed), datetime.now(UTC))  # noqa: S311  made-up people
    flows: list[Flow] = []
    left, shares = cases, sum(FLOWS.values())
    for make, share in FLOWS.items():
        rows = left * share // shares
        left, shares = left - rows, shares - share
        flows += [make(town, rows)] if rows else []
    return Day(
        flows=flows,
        common_seeds=[("hspro", "/_kontroll/people", town.people), ("hspro", "/_kontroll/register", town.register)],
        common_checks=[("hspro", lambda summary: _one_journal_each(summary, flows))],
    )


def _one_journal_each(summary: Any, flows: list[Flow]) -> str | None:
    seeded = sum(situation.name == "two_journals" for flow in flows for situation in flow.situations)
    found = summary["duplicates"]
    return None if found == seeded else f"{found} persons have two journals; {seeded} had them before the day began"
