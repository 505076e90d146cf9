"""What kustomize makes of k8s/: the objects of a service's overlay, by kind and part."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft201909Validator
from services import ROOT

OVERLAYS = ("dev", "prod", "grid")
COMPONENT = "app.kubernetes.io/component"

Object = dict[str, Any]


def kustomize() -> list[str] | None:
    """The command that renders an overlay: kustomize, or the one in kubectl; None where neither is of this decade."""
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    if shutil.which("kubectl"):
        said = subprocess.run(["kubectl", "version", "--client"], capture_output=True, text=True, check=False).stdout
        if re.search(r"Kustomize Version: v[5-9]", said):
            return ["kubectl", "kustomize"]
    return None


def render(overlay: str, service: str) -> Manifests:
    """The objects of an overlay of a service; raises AssertionError with what kustomize says."""
    command = kustomize()
    assert command, "no kustomize"
    folder = ROOT / "k8s" / "overlays" / overlay / service
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Manifests(cast("list[Object]", list(yaml.safe_load_all(done.stdout))))


@dataclass
class Manifests:
    """The objects of one overlay of one service."""

    objects: list[Object]

    def of(self, kind: str) -> list[Object]:
        return [found for found in self.objects if found["kind"] == kind]

    def named(self, kind: str, name: str) -> Object:
        return next(found for found in self.of(kind) if found["metadata"]["name"] == name)

    @property
    def settings(self) -> dict[str, str]:
        """The variables that every process of the service gets."""
        found = [each for each in self.of("ConfigMap") if each["metadata"]["name"].startswith("settings-")]
        return dict(found[0]["data"])

    def pods(self) -> Iterator[tuple[str, Object]]:
        """The pod template of each workload, with its name."""
        for kind in ("Deployment", "Job", "CronJob"):
            for workload in self.of(kind):
                job = workload["spec"].get("jobTemplate", workload)
                yield workload["metadata"]["name"], job["spec"]["template"]

    def pod(self, name: str) -> Object:
        return dict(self.pods())[name]["spec"]

    def containers(self) -> Iterator[tuple[str, Object]]:
        """Every container, those that run first among them, with whose it is."""
        for name, pod in self.pods():
            for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
                yield f"{name}/{container['name']}", container

    def main(self, part: str) -> Object:
        """The container of a part that does its work."""
        return self.pod(part)["containers"][0]

    def policies_for(self, component: str, direction: str) -> list[Object]:
        """The network policies that let a component out (`Egress`) or others in (`Ingress`)."""
        return [
            policy
            for policy in self.of("NetworkPolicy")
            if direction in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], component)
        ]


def selects(selector: Object, component: str) -> bool:
    """Whether a selector means the pods of a component; raises AssertionError for one that says more than that."""
    wanted: set[str] | None = None
    for key, value in selector.get("matchLabels", {}).items():
        assert key == COMPONENT, selector
        wanted = {value}
    for expression in selector.get("matchExpressions", []):
        assert (expression["key"], expression["operator"]) == (COMPONENT, "In"), selector
        wanted = set(expression["values"])
    return wanted is None or component in wanted


def complaints(schema: Path, found: Object) -> list[str]:
    """What a JSON schema has against an object."""
    validator: Any = Draft201909Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [f"{list(wrong.path)}: {wrong.message}" for wrong in validator.iter_errors(found)]


def quantity(text: str) -> int:
    """Bytes of `512Mi`."""
    units = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    return int(text[:-2]) * units[text[-2:]]
