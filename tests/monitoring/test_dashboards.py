"""The committed dashboards are what the code gives, ask only for what there is, and say what they show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard
from pages import ROOT, SERIES, alerts, expressions, panels, spoken_of, stored

from common.metrics import EXPORTED
from dashboards.board import Board
from dashboards.boards import BOARDS, FOLDER

FILES = sorted(FOLDER.glob("*.json"))
# Given by Prometheus itself, or by its Python client.
_OTHERS = {
    "up",
    "ALERTS",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "process_open_fds",
    "process_max_fds",
}
_ADDED = {"service", "part", "instance", "le", "alertstate"}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_is_what_the_code_gives(board: Board) -> None:
    committed = (FOLDER / f"{board.name}.json").read_text("utf-8")
    assert committed == board.json, "run `make dashboards`"


def test_there_are_no_others() -> None:
    assert {file.stem for file in FILES} == {board.name for board in BOARDS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
class TestEach:
    def test_is_a_dashboard_as_grafana_knows_it(self, file: Path) -> None:
        read: dict[str, Any] = json.loads(file.read_text("utf-8"))
        known = Dashboard.from_json(read)
        assert known.uid == f"roger-{file.stem}"
        assert known.panels
        assert len({panel["id"] for panel in read["panels"]}) == len(read["panels"])

    def test_says_what_each_panel_tells(self, file: Path) -> None:
        untold = [panel["title"] for panel in panels(file) if not panel.get("description")]
        assert not untold

    def test_no_two_panels_lie_upon_each_other(self, file: Path) -> None:
        taken: dict[tuple[int, int], str] = {}
        for panel in json.loads(file.read_text("utf-8"))["panels"]:
            place = panel["gridPos"]
            for x in range(place.get("x", 0), place.get("x", 0) + place["w"]):
                assert x < 24, f"{panel['title']} stands out"
                for y in range(place.get("y", 0), place.get("y", 0) + place["h"]):
                    assert (x, y) not in taken, f"{panel['title']} lies upon {taken[x, y]}"
                    taken[x, y] = panel["title"]

    def test_asks_for_metrics_and_labels_that_there_are(self, file: Path) -> None:
        for panel in panels(file):
            for expression in expressions(panel):
                assert spoken_of(expression) <= SERIES, panel["title"]
                assert named(expression) <= {"service", "process", "target", "part", "hours_per_fte"} | _BUILT_IN
                for metric, selected in re.findall(r"\b(\w+)\{([^}]*)\}", expression):
                    assert metric in SERIES | _OTHERS, f"{panel['title']}: {metric}"
                    assert set(re.findall(r"(\w+)[=!]~?", selected)) <= labels_of(metric), (
                        f"{panel['title']}: {selected}"
                    )

    def test_its_variables_are_declared(self, file: Path) -> None:
        declared = {each["name"] for each in json.loads(file.read_text("utf-8"))["templating"]["list"]}
        used = {name for panel in panels(file) for expression in expressions(panel) for name in named(expression)}
        assert used - _BUILT_IN <= declared

    def test_names_only_alerts_that_there_are(self, file: Path) -> None:
        told = " ".join(panel["description"] for panel in panels(file))
        mentioned = {name for text in re.findall(r"Alerts? (\w+(?: and \w+)?)\.", told) for name in text.split(" and ")}
        assert mentioned <= {alert["alert"] for alert in alerts()}


_BUILT_IN = {"__rate_interval", "__range"}


def named(expression: str) -> set[str]:
    """The variables of an expression."""
    return set(re.findall(r"\$(\w+)", expression))


def labels_of(metric: str) -> set[str]:
    return _ADDED | {label for each in EXPORTED if metric in stored(each) for label in each.labels}


def test_every_metric_is_shown_somewhere() -> None:
    shown = {
        name for file in FILES for panel in panels(file) for text in expressions(panel) for name in spoken_of(text)
    }
    unseen = [metric.name for metric in EXPORTED if not shown & stored(metric)]
    assert unseen == []


def test_where_grafana_looks_for_them() -> None:
    assert FOLDER == ROOT / "k8s" / "monitoring" / "grafana" / "dashboards"
