"""Alerts fire when they should, and each has a section that says what to do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from pages import ROOT, RULES, SERIES, alerts, spoken_of
from prometheus import program

from dashboards.query import NOBODY_WORKS, SERVICE

PAGE = (ROOT / "docs" / "alerts.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
CASES = sorted(Path(__file__).parent.glob("*.test.yaml"))


def test_each_fires_leaves_alone_what_is_none_and_is_over() -> None:
    told = subprocess.run([program("promtool"), "test", "rules", *CASES], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_for_every_alert_there_is_a_test_of_all_three() -> None:
    checks: dict[str, set[str]] = {}
    for test in (test for file in CASES for test in yaml.safe_load(file.read_text("utf-8"))["tests"]):
        fired = False
        for check in test["alert_rule_test"]:
            fires = bool(check["exp_alerts"])
            checks.setdefault(check["alertname"], set()).add("fires" if fires else "is over" if fired else "does not")
            fired = fired or fires

    assert set(checks) == {alert["alert"] for alert in alerts()}
    assert {name: kinds for name, kinds in checks.items() if kinds != {"fires", "is over", "does not"}} == {}


def test_every_alert_has_its_section_and_every_section_its_alert() -> None:
    assert set(SECTIONS) == {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_says_what_it_must(alert: dict[str, dict[str, str]]) -> None:
    name, section = str(alert["alert"]), SECTIONS[str(alert["alert"])]
    assert alert["labels"]["severity"] in {"warning", "critical"}
    assert section.startswith(f"*{alert['labels']['severity']}.*")
    assert alert["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert alert["annotations"]["runbook_url"] == f"docs/alerts.md#{name.lower()}"
    assert [part for part in ("**Look at**", "**Do**", "**If nobody does**") if part not in section] == []
    assert spoken_of(str(alert["expr"])) <= SERIES


def test_the_rules_are_what_prometheus_takes() -> None:
    command = [program("promtool"), "check", "rules", *sorted(RULES.glob("*.yaml"))]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr


def test_links_lead_to_sections() -> None:
    lead_to = set(re.findall(r"\(#(\w+)\)", PAGE))
    assert lead_to <= {name.lower() for name in SECTIONS}


def test_the_dashboard_means_by_nobody_works_what_the_alert_does() -> None:
    (rule,) = [alert["expr"] for alert in alerts() if alert["alert"] == "NobodyWorking"]
    assert "".join(NOBODY_WORKS.replace(f"{{{SERVICE}}}", "").split()) == "".join(rule.split())
