"""What stands committed for monitoring: rules, dashboards, the pages about them, and which metrics they speak of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import yaml

from common.metrics import EXPORTED, Exported

ROOT = Path(__file__).parents[2]
RULES = ROOT / "k8s" / "monitoring" / "prometheus" / "rules"
_OURS = re.compile(r"\broger_\w+")
_SUFFIXES = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("",), "gauge": ("",)}


def stored(metric: Exported) -> set[str]:
    """The names under which Prometheus stores a metric."""
    return {metric.name + suffix for suffix in _SUFFIXES[metric.kind]}


SERIES = {name for metric in EXPORTED for name in stored(metric)}
"""Every name that Prometheus stores of what Roger exports."""


def alerts() -> list[dict[str, Any]]:
    """Every alert of every file of rules."""
    files = [cast("dict[str, Any]", yaml.safe_load(file.read_text("utf-8"))) for file in sorted(RULES.glob("*.yaml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"] if "alert" in rule]


def panels(dashboard: Path) -> list[dict[str, Any]]:
    """The panels of a committed dashboard, without the headings of its rows."""
    found = json.loads(dashboard.read_text("utf-8"))["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def expressions(panel: dict[str, Any]) -> list[str]:
    """What a panel asks Prometheus."""
    return [target["expr"] for target in panel["targets"]]


def spoken_of(expression: str) -> set[str]:
    """The metrics of ours that an expression names."""
    return set(_OURS.findall(expression))
