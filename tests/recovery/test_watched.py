"""Prometheus itself asks a Roger at work: every panel of every dashboard, and every alert, finds what it looks for."""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dashboards.boards import FOLDER
from tests.monitoring.pages import RULES, alerts, expressions, panels
from tests.monitoring.prometheus import Prometheus, scraping
from tests.recovery.plant import Plant

CHOSEN = {
    "service": ".*",
    "process": ".*",
    "target": ".*",
    "part": ".*",
    "hours_per_fte": "141.03",
    "__rate_interval": "10m",
    "__range": "10m",
}
"""What Grafana puts in for its variables, where the reader has chosen nothing; all that is done here is that recent."""
NOTHING_TO_SEE = {
    'roger_http_request_seconds_count{status=~"5.."}',  # nothing fails
    'roger_firings_total{result="failed"}',  # the health service has no schedule
}
_SELECTED = re.compile(r"\b(?:roger_\w+|up)(?:\{[^}]*\})?")


@pytest.fixture
def prometheus(roger: Plant, tmp_path: Path) -> Generator[Prometheus]:
    ports = roger.stack.ports
    parts = {("health", "api"): ports.api, ("health", "errands"): ports.errands, ("health", "worker"): ports.worker}
    with scraping(parts, RULES, tmp_path) as running:
        running.await_series("count(up == 1) == 3 and on () roger_cases_claimed_total >= 0")
        yield running


def test_every_panel_and_every_alert_finds_what_it_looks_for(roger: Plant, prometheus: Prometheus) -> None:
    _a_day(roger)
    for seen in (
        'sum(roger_runs_ended_total{state="done"}) >= 3',
        'roger_runs_ended_total{code="NAME_MISMATCH"} > 0',
        'roger_sign_ins_total{result="refused"} > 0',
        'ALERTS{alertname="AccountOut",alertstate="firing"}',
        "sum(delta(roger_cases_automatic_total[10m])) > 0",
        "sum(rate(roger_http_request_seconds_count[10m])) > 0",
    ):
        prometheus.await_series(seen)

    empty = [
        f"{file.stem} · {panel['title']}: {expression}"
        for file in sorted(FOLDER.glob("*.json"))
        for panel in panels(file)
        for expression in expressions(panel)
        if not _figures(prometheus.ask(_filled_in(expression)))
    ]
    assert not empty, "these show nothing:\n" + "\n".join(empty)

    blind = [
        f"{alert['alert']}: {selected}"
        for alert in alerts()
        for selected in set(_SELECTED.findall(alert["expr"])) - NOTHING_TO_SEE
        if not prometheus.ask(selected)
    ]
    assert not blind, "these alerts would never know:\n" + "\n".join(blind)
    assert {rule["name"]: rule["health"] for rule in prometheus.rules()} == {each["alert"]: "ok" for each in alerts()}
    assert {rule["name"] for rule in prometheus.rules() if rule["state"] == "firing"} == {"AccountOut"}


def _a_day(roger: Plant) -> None:
    """Some cases end well, one goes to a person, one is handed in twice, one sign-in is refused."""
    first = roger.submit(*roger.people(1, with_journal=True))
    roger.await_ended(first)
    (held,) = roger.rows("select name from accounts where holder is not null order by lease_until desc limit 1")
    roger.fault("sign_out")
    roger.fault("account_locked", account=held["name"])
    cases = roger.submit(*roger.people(2))
    (stranger,) = roger.people(1)
    row = roger.row(stranger) | {"family_name": "Etannetnavn"}
    for _ in range(2):
        roger.api.post("/v1/test-journals", json=row).raise_for_status()
    answer = roger.api.post("/v1/test-journals", json=row).raise_for_status()
    roger.await_ended([*cases, UUID(answer.json()["id"])])


def _filled_in(expression: str) -> str:
    return re.sub(r"\$(\w+)", lambda name: CHOSEN[name[1]], expression)


def _figures(series: list[dict[str, Any]]) -> list[str]:
    """The values that are numbers; a quotient of nothing by nothing is none."""
    return [each["value"][1] for each in series if each["value"][1] != "NaN"]
