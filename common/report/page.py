"""A report as one page: everything it needs stands in it, it has no script, and it prints on A4.

Its only style sheet stands in the page and is allowed by its digest, so that the answer's policy lets in nothing else,
no attribute either.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from common.clock import OSLO
from common.report import drawing
from common.report.document import Bars, Chart, Histogram, Kind, Report
from common.report.writing import moment, written

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = (_TEMPLATES / "report.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_NUMBERS = (Kind.WHOLE, Kind.ORE, Kind.PERCENT, Kind.DATE)
_MOST_ROWS = 200
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy that the page is sent with."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a report is of."""

    batch: UUID
    process: str
    called: str
    """Its process, as staff call it."""
    rows: int
    ended_at: datetime

    @property
    def name(self) -> str:
        """What a file of it is called."""
        return f"{self.process}-{self.ended_at.astimezone(OSLO):%Y-%m-%d}"


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
cast("dict[str, Any]", _environment.globals).update(
    written=written,
    moment=moment,
    style=_STYLE,
    numbers=_NUMBERS,
    whole=Kind.WHOLE,
    most=_MOST_ROWS,
)


def page(report: Report, origin: Origin, links: Sequence[tuple[str, str]] = ()) -> str:
    """The page in HTML; `links` lead from it to other pages of whoever shows it: address and text."""
    charts = [(chart, _drawn(chart)) for chart in report.charts]
    return _environment.get_template("report.html").render(report=report, origin=origin, charts=charts, links=links)


def _drawn(chart: Chart) -> drawing.Drawing:
    if isinstance(chart, Bars):
        return drawing.bars(chart)
    return drawing.histogram(chart) if isinstance(chart, Histogram) else drawing.timeline(chart)
