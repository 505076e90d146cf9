"""A synthetic day of the health service: every flow's situations, in one made-up town."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from common.local.day import Day, Flow, shared_out
from common.local.town import CREATED
from health_svc.demo import billing_cards, booking_journals, test_journals, vaccinations
from health_svc.demo.town import Town

SMITTEVERN = "SMITTEVERN"

FLOWS: dict[str, tuple[Callable[[Town, int], Flow], int]] = {
    "test-journals": (test_journals.flow, 4),
    "booking-journals": (booking_journals.flow, 2),
    "vaccinations": (vaccinations.flow, 2),
    "billing-cards": (billing_cards.flow, 2),
}
"""Process by process: who makes its rows, and its share of a day's."""


def day(*, cases: int = 60, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    rows = shared_out(cases, {process: share for process, (_, share) in FLOWS.items()})
    return day_of(rows, seed=seed)


def day_of(rows: Mapping[str, int], *, seed: int, born: int = 0) -> Day:
    """A day of so many rows of each process, in one town; `born` have been born and served on the days before."""
    town = Town(random.Random(seed), datetime.now(UTC), born=born, handed_in=born)  # noqa: S311  made-up people
    flows = [FLOWS[process][0](town, number) for process, number in rows.items() if number]
    claims = [
        claim for flow in flows if flow.process == "billing-cards" for claim in billing_cards.settlement(town, flow)
    ]
    return Day(
        flows=[*flows, *claims],
        common_seeds=[("hspro", "/_kontroll/people", town.people), ("hspro", "/_kontroll/register", town.register)],
        common_checks=[("hspro", lambda summary: _one_journal_each(summary, town, flows))],
    )


def _one_journal_each(summary: Any, town: Town, flows: list[Flow]) -> str | None:
    """As many journals as the cases say they made, beside those of before, and nobody has two who had not."""
    seeded = sum(situation.name == "two_journals" for flow in flows for situation in flow.situations)
    found = summary["duplicates"]
    if found != seeded:
        return f"{found} persons have two journals; {seeded} had them before the day began"
    before = sum(kept["type"] == SMITTEVERN for person in town.people for kept in person["journals"])
    made = sum(_journals_made(flow) for flow in flows)
    stand = summary["journals"][SMITTEVERN]
    return None if stand == before + made else f"{stand} journals stand where {before} stood and {made} were made"


def _journals_made(flow: Flow) -> int:
    match flow.process:
        case "test-journals" | "booking-journals":
            return sum(situation.expected[CREATED] for situation in flow.situations)
        case "vaccinations":
            return sum(situation.name == "first_dose_without_a_journal" for situation in flow.situations)
        case _:
            return 0
