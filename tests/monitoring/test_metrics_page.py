"""docs/metrics.md and common/metrics.py say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pages import ROOT
from prometheus_client import CollectorRegistry

from common.metrics import EXPORTED, Exported

PAGE = (ROOT / "docs" / "metrics.md").read_text("utf-8")
_ROW = re.compile(
    r"^\| `(?P<name>roger_\w+)` \| (?P<kind>\w+) \| [^|]+ \| (?P<labels>[^|]*) \| (?P<by>[^|]+) \| [^|]+ \|$",
    re.MULTILINE,
)

Line = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def on_page(text: str) -> list[Line]:
    """Name, type, labels and processes of each metric that the page describes."""
    return [
        (row["name"], row["kind"], tuple(re.findall(r"`(\w+)`", row["labels"])), tuple(row["by"].strip().split(", ")))
        for row in _ROW.finditer(text)
    ]


def in_code(exported: Sequence[Exported]) -> list[Line]:
    return [(metric.name, metric.kind, tuple(metric.labels), tuple(metric.by)) for metric in exported]


def test_each_metric_stands_on_the_page_as_it_is() -> None:
    assert sorted(on_page(PAGE)) == sorted(in_code(EXPORTED))


def test_so_does_every_label_with_what_it_may_say() -> None:
    described = dict(re.findall(r"^\| (`.+) \| (.+) \|$", PAGE.partition("## ")[0], re.MULTILINE))
    for metric in EXPORTED:
        for label in metric.labels:
            told = described.get(f"`{label}` of `{metric.name}`") or next(
                (values for names, values in described.items() if f"`{label}`" in names.split(", ")), None
            )
            assert told is not None, f"docs/metrics.md does not say what {label} of {metric.name} may be"
            unsaid = [value for value in metric.known.get(label, ()) if f"`{value}`" not in told]
            assert not unsaid, f"docs/metrics.md does not name {unsaid} among the values of {label} of {metric.name}"


def test_the_reader_sees_what_it_should() -> None:
    assert on_page("| `roger_x_total` | counter | cases | `a`, `b` | api, worker | things |") == [
        ("roger_x_total", "counter", ("a", "b"), ("api", "worker"))
    ]


def test_every_metric_says_what_it_is_for() -> None:
    registry = CollectorRegistry()
    for source in {metric.source for metric in EXPORTED}:
        registry.register(source)
    undocumented = [family.name for family in registry.collect() if not family.documentation]
    assert not undocumented
