"""Prometheus gives every series the labels that rules and dashboards go by."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml
from pages import ROOT
from prometheus import program

SERVICES = [folder.name.removesuffix("_svc") for folder in ROOT.glob("*_svc")]
PARTS = ("api", "errands", "worker")
COMPOSE = ROOT / "deploy" / "compose" / "prometheus.yml"
PROMETHEUS = ROOT / "k8s" / "monitoring" / "prometheus"


def test_prometheus_takes_the_settings(tmp_path: Path) -> None:
    compose = yaml.safe_load(COMPOSE.read_text("utf-8"))
    compose["rule_files"] = [str(PROMETHEUS / str(file)) for file in compose["rule_files"]]
    kubernetes = yaml.safe_load((PROMETHEUS / "kubernetes.yml").read_text("utf-8"))
    for job in kubernetes["scrape_configs"]:
        # Debian's Prometheus is built without Kubernetes; all else of the job it knows.
        assert job.pop("kubernetes_sd_configs") == [{"role": "pod"}]
    for name, settings in (("compose", compose), ("kubernetes", kubernetes)):
        file = tmp_path / f"{name}.yml"
        file.write_text(yaml.safe_dump(settings), "utf-8")
        command = [program("promtool"), "check", "config", str(file)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stdout + told.stderr


def test_every_process_gets_its_service_and_part() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    (job,) = [job for job in yaml.safe_load(COMPOSE.read_text("utf-8"))["scrape_configs"] if job["job_name"] == "roger"]
    names = [name for found in job["dns_sd_configs"] for name in found["names"]]
    assert set(names) <= set(services)
    labelled = [relabelled({"__meta_dns_name": name}, job["relabel_configs"]) for name in names]
    wanted = [{"service": service, "part": part} for service in SERVICES for part in PARTS]
    assert sorted(map(str, labelled)) == sorted(map(str, wanted))


def test_so_does_every_pod() -> None:
    (job,) = yaml.safe_load((PROMETHEUS / "kubernetes.yml").read_text("utf-8"))["scrape_configs"]
    rules = job["relabel_configs"]
    pod: dict[str, str] = {}
    for service, part in ((service, part) for service in SERVICES for part in PARTS):
        namespace = {"__meta_kubernetes_namespace": namespace_of(service)}
        pod = found(ROOT / "k8s" / "base" / "service" / f"{part}.yaml") | namespace
        labels = relabelled(pod, rules)
        assert labels == {"service": service, "part": part, "instance": f"{part}-1", "__address__": "10.0.0.7:8000"}
    assert relabelled(pod | {"__meta_kubernetes_pod_phase": "Succeeded"}, rules) == {}
    assert relabelled(pod | {"__meta_kubernetes_pod_annotation_prometheus_io_scrape": ""}, rules) == {}


def namespace_of(service: str) -> str:
    """Where a service lives in production."""
    overlay = ROOT / "k8s" / "overlays" / "prod" / service / "kustomization.yaml"
    return yaml.safe_load(overlay.read_text("utf-8"))["namespace"]


def found(manifest: Path) -> dict[str, str]:
    """What Prometheus is told of a pod of this deployment."""
    documents = [each for each in yaml.safe_load_all(manifest.read_text("utf-8")) if each["kind"] == "Deployment"]
    (template,) = (each["spec"]["template"]["metadata"] for each in documents)
    name = template["labels"]["app.kubernetes.io/component"]
    told = {"pod_name": f"{name}-1", "pod_ip": "10.0.0.7", "pod_phase": "Running"}
    # Kustomize adds this one to every template.
    labels = template["labels"] | {"app.kubernetes.io/part-of": "roger"}
    told |= {f"pod_label_{_plain(label)}": value for label, value in labels.items()}
    told |= {f"pod_annotation_{_plain(note)}": value for note, value in template["annotations"].items()}
    return {f"__meta_kubernetes_{key}": value for key, value in told.items()}


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name)


def relabelled(meta: dict[str, str], rules: list[dict[str, Any]]) -> dict[str, str]:
    """The labels that Prometheus makes of what it was told of a process; none when it leaves the process alone."""
    labels: dict[str, str] = {}
    for rule in rules:
        told = ";".join(meta.get(source, "") for source in rule["source_labels"])
        fits = re.fullmatch(rule.get("regex", "(.*)"), told)
        if rule.get("action") in {"keep", "drop"}:
            if (rule["action"] == "keep") != bool(fits):
                return {}
        elif fits:
            replacement = re.sub(r"\$(\d)", r"\\g<\1>", rule.get("replacement", "$1"))
            labels[rule["target_label"]] = fits.expand(replacement)
    return labels
