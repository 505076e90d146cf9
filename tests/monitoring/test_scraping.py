"""Prometheus gives every series the labels that rules and dashboards go by."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from pages import ROOT
from prometheus import program

COMPOSE = ROOT / "deploy" / "compose" / "prometheus.yml"


def test_prometheus_takes_the_settings(tmp_path: Path) -> None:
    settings = yaml.safe_load(COMPOSE.read_text("utf-8"))
    settings["rule_files"] = [
        str(ROOT / "k8s" / "monitoring" / "prometheus" / str(file)) for file in settings["rule_files"]
    ]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(settings), "utf-8")
    command = [program("promtool"), "check", "config", str(tmp_path / "prometheus.yml")]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"rules? found", told.stdout), told.stdout


def test_every_process_gets_its_service_and_part() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    (job,) = [job for job in yaml.safe_load(COMPOSE.read_text("utf-8"))["scrape_configs"] if job["job_name"] == "roger"]
    names = [name for found in job["dns_sd_configs"] for name in found["names"]]
    assert {"health-api", "health-errands", "health-worker"} <= set(names) <= set(services)
    for name in names:
        labels = relabelled(name, job["relabel_configs"])
        assert labels.keys() == {"service", "part"}
        assert labels["service"] in {folder.name.removesuffix("_svc") for folder in ROOT.glob("*_svc")}
        assert labels["part"] in {"api", "errands", "worker"}


def relabelled(name: str, rules: list[dict[str, Any]]) -> dict[str, str]:
    """The labels that a name of Docker's DNS gives."""
    labels: dict[str, str] = {}
    for rule in rules:
        if rule["source_labels"] == ["__meta_dns_name"] and (found := re.fullmatch(rule["regex"], name)):
            labels[rule["target_label"]] = found.expand(re.sub(r"\$(\d)", r"\\\1", rule["replacement"]))
    return labels
