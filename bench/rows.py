"""What a measurement says: one row of the table, and the table of all of them."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.table import Table

Tell = Callable[[str], None]
"""Says what is being measured just now."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure, what stands beside it, and what it should be."""

    part: str
    what: str
    measured: float
    unit: str
    beside: str = ""
    """What was measured in the same run to compare with."""
    least: float | None = None
    """That figure, in the same unit."""
    ratio: float | None = None
    """How many times the effort of what stands beside it: 1 is the best there can be."""
    mark: str = ""
    met: bool | None = None
    """None: there is no mark."""
    load: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))
    """Of the machine when the row was made, as an average over the minute before."""


def middle(values: Iterable[float]) -> float:
    """The median."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> dict[str, Any]:
    """Everything, with what is to be known about the machine."""
    return {"about": about, "rows": [asdict(row) for row in rows]}


def as_table(rows: Sequence[Row], title: str) -> Table:
    """The one table: green is met, red is missed."""
    table = Table(title=title, title_justify="left")
    for heading in ("part", "what", "measured", "beside", "ratio", "mark", "", "load"):
        table.add_column(heading, justify="right" if heading in {"measured", "ratio", "load"} else "left")
    before = ""
    for row in rows:
        if before and row.part != before:
            table.add_section()
        beside = f"{_figure(row.least)} {row.unit} {row.beside}" if row.least is not None else row.beside
        table.add_row(
            row.part if row.part != before else "",
            row.what,
            f"{_figure(row.measured)} {row.unit}",
            beside,
            "" if row.ratio is None else f"{row.ratio:.2f}",
            row.mark,
            "" if row.met is None else "[green]✓[/]" if row.met else "[red]✗[/]",
            f"{row.load:.1f}",
        )
        before = row.part
    return table


def _figure(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
