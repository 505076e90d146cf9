"""A synthetic night in the archive: documents of the tax collector, the backlog of answers, a meeting's protocols."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from archive_svc.demo import backlog_controls, case_protocols, tax_documents
from archive_svc.demo.town import Town
from common.local.day import Day, Flow, shared_out

FLOWS: dict[str, tuple[Callable[[Town, int], Flow], int]] = {
    "tax-documents": (tax_documents.flow, 4),
    "case-protocols": (case_protocols.flow, 3),
    "backlog-controls": (backlog_controls.flow, 3),
}
"""Process by process: who makes its rows, and its share of a day's."""


def day(*, cases: int = 40, seed: int) -> Day:
    """A day of this many rows. The same seed gives the same people; times count back from now."""
    return day_of(shared_out(cases, {process: share for process, (_, share) in FLOWS.items()}), seed=seed)


def day_of(rows: Mapping[str, int], *, seed: int, born: int = 0) -> Day:
    """A day of so many rows of each process, in one municipality; `born` have been born on the days before."""
    numbered: dict[str, Any] = {
        "handed_in": born,
        "opened": born,
        "registered": born,
        "founded": born,
        "drawn_up": born,
    }
    town = Town(random.Random(seed), datetime.now(UTC), born=born, **numbered)  # noqa: S311  made-up people
    flows = [FLOWS[process][0](town, number) for process, number in rows.items() if number]
    if rows.get("backlog-controls"):
        flows.append(backlog_controls.run_over_units(town))
    return Day(
        flows=flows,
        common_seeds=[
            ("esa", "/_kontroll/officers", town.officers),
            ("esa", "/_kontroll/casefiles", town.case_files),
            ("esa", "/_kontroll/posts", town.posts),
            ("sofie", "/_kontroll/documents", town.documents),
            ("meetings", "/_kontroll/meetings", town.meetings),
        ],
        common_checks=[("esa", _nothing_twice_and_nothing_empty)],
    )


def _nothing_twice_and_nothing_empty(summary: Any) -> str | None:
    wrong = [f"{summary[name]} {name}" for name in ("references_twice", "posts_without_main") if summary[name]]
    return ", ".join(wrong).replace("_", " ") or None
