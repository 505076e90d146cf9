"""k8s/: each service's overlays are what Kubernetes and KEDA take, keep every rule of `policies`; each rule can fail."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import kubernetes_validate
import policies
import pytest
from manifests import OVERLAYS, Manifests, complaints, kustomize, render
from pydantic_settings import BaseSettings
from services import ROOT, SERVICES, TARGETS, settings_of

from common.browser.settings import BrowserSettings
from common.entrusting.settings import SecretSettings
from common.notices.settings import NoticeSettings
from common.settings import (
    ApiSettings,
    CalendarSettings,
    CircuitSettings,
    DatabaseSettings,
    DeploymentSettings,
    ErrandSettings,
    EvidenceSettings,
    RedisSettings,
    TargetSettings,
    WorkerSettings,
)
from common.webhooks.settings import WebhookSettings

pytestmark = pytest.mark.skipif(
    kustomize() is None, reason="neither kustomize nor a kubectl that holds it (1.27 or newer) is on the PATH"
)

KUBERNETES = "1.34"
SCALED_OBJECT = Path(__file__).parent / "schemas" / "scaled-object.json"
RULES: list[Callable[[Manifests], Iterator[str]]] = [
    policies.restricted,
    policies.confined,
    policies.memory,
    policies.probed,
    policies.finishes,
    policies.disrupted_one_by_one,
    policies.spread,
    policies.walled,
    policies.let_out,
    policies.by_tls,
    policies.told_who_asks,
    policies.secret_free,
    policies.scaled,
    policies.apart,
    policies.acquainted,
    policies.started,
    policies.always_on,
    policies.migrated_first,
    policies.looked_ahead,
    policies.of_one_version,
    policies.labelled,
]


EVERY = [(overlay, service) for overlay in OVERLAYS for service in SERVICES]


@cache
def rendered(overlay: str, service: str = "health") -> Manifests:
    return render(overlay, service)


def test_every_service_has_every_overlay_and_no_other_has() -> None:
    folders = {(file.parts[-3], file.parts[-2]) for file in ROOT.glob("k8s/overlays/*/*/kustomization.yaml")}
    shared = {"site", "stand-ins"}
    assert {(overlay, name) for overlay, name in folders if name not in shared} == set(EVERY)
    assert {folder.name for folder in ROOT.glob("k8s/base/*")} - {"service", "names"} == set(SERVICES)


@pytest.mark.parametrize(("overlay", "service"), EVERY)
def test_keeps_every_rule(overlay: str, service: str) -> None:
    found = rendered(overlay, service)
    assert {rule.__name__: broken for rule in RULES if (broken := list(rule(found)))} == {}


@pytest.mark.parametrize(("overlay", "service"), EVERY)
def test_kubernetes_takes_it(overlay: str, service: str) -> None:
    core = [each for each in rendered(overlay, service).objects if not each["apiVersion"].startswith("keda.sh/")]
    assert len(core) > 20
    for each in core:
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_kubernetes_schemas_are_strict() -> None:
    wrong = copy.deepcopy(rendered("prod").named("Deployment", "worker"))
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 330
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("overlay", ["prod", "grid"])
def test_keda_takes_it(overlay: str) -> None:
    (scaler,) = rendered(overlay).of("ScaledObject")
    assert complaints(SCALED_OBJECT, scaler) == []
    scaler = copy.deepcopy(scaler)
    scaler["spec"]["triggers"][0]["metadata"]["desiredReplicas"] = 1  # KEDA takes texts only
    assert complaints(SCALED_OBJECT, scaler)


@pytest.mark.parametrize(("overlay", "service"), EVERY)
def test_every_setting_is_one(overlay: str, service: str) -> None:
    concerns: list[type[BaseSettings]] = [
        DeploymentSettings,
        DatabaseSettings,
        RedisSettings,
        ApiSettings,
        ErrandSettings,
        WorkerSettings,
        CalendarSettings,
        CircuitSettings,
        EvidenceSettings,
        BrowserSettings,
        NoticeSettings,
        WebhookSettings,
        *([SecretSettings] if SERVICES[service].entrusts else []),
        *settings_of(service),
    ]
    known = {
        f"{concern.model_config.get('env_prefix')}{field.upper()}"
        for concern in concerns
        for field in concern.model_fields
    } | {
        f"ROGER_TARGET_{target.name.upper()}_{field.upper()}"
        for target in SERVICES[service].targets
        for field in TargetSettings.model_fields
    }

    ours = {"ROGER_SERVICE", "ROGER_PACKAGE", "MIGRATOR_DATABASE_URL"}  # for the manifests themselves
    assert set(rendered(overlay, service).settings) - known - ours == set()


def test_every_secret_is_in_the_instructions() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    pods = [pod for overlay, service in EVERY for _, pod in rendered(overlay, service).pods()]
    wanted = {name for pod in pods for name in _secrets(pod["spec"])}
    assert {"keyring", "api-keys", "database", "redis", *(f"accounts-{target}" for target in TARGETS)} <= wanted
    assert not [name for name in wanted if f"`{name}`" not in page]


def _secrets(pod: Any) -> Iterator[str]:
    """The secrets that a pod mounts, by themselves or with others in one folder."""
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            yield volume["secret"]["secretName"]
        for source in volume.get("projected", {}).get("sources", []):
            if "secret" in source:
                yield source["secret"]["name"]


def _of(kind: str, name: str) -> Callable[[Manifests], Any]:
    return lambda found: found.named(kind, name)["spec"]


def _pod(part: str) -> Callable[[Manifests], Any]:
    return lambda found: found.pod(part)


def _container(part: str) -> Callable[[Manifests], Any]:
    return lambda found: found.main(part)


def _settings(found: Manifests) -> Any:
    return next(each for each in found.of("ConfigMap") if each["metadata"]["name"].startswith("settings-"))["data"]


Change = tuple[Callable[[Manifests], Iterator[str]], Callable[[Manifests], Any], str, Any]
"""The rule, where it is broken, what is changed there and to what (None: taken away)."""

BREACHES: list[Change] = [
    (policies.restricted, lambda m: m.of("Namespace")[0]["metadata"], "labels", {}),
    (policies.restricted, _pod("worker"), "securityContext", {"seccompProfile": {"type": "RuntimeDefault"}}),
    (policies.restricted, _pod("api"), "automountServiceAccountToken", True),
    (policies.restricted, _pod("api"), "hostNetwork", True),
    (policies.restricted, _pod("api"), "volumes", [{"name": "host", "hostPath": {"path": "/"}}]),
    (policies.confined, _container("errands"), "securityContext", {"readOnlyRootFilesystem": True}),
    (policies.memory, _container("api"), "resources", {}),
    (policies.memory, _container("worker"), "resources", {"limits": {"memory": "1536Mi"}}),
    (policies.memory, _settings, "ROGER_WORKER_SHIFTS", "3"),
    (policies.probed, _container("api"), "readinessProbe", {"httpGet": {"path": "/healthz", "port": "http"}}),
    (policies.probed, _container("worker"), "startupProbe", None),
    (policies.finishes, _pod("worker"), "terminationGracePeriodSeconds", 60),
    (policies.finishes, _settings, "ROGER_WORKER_GRACE", "600"),
    (policies.disrupted_one_by_one, _of("PodDisruptionBudget", "worker"), "selector", {"matchLabels": {"app.kubernetes.io/component": "api"}}),
    (policies.disrupted_one_by_one, _of("PodDisruptionBudget", "api"), "minAvailable", "100%"),
    (policies.spread, _pod("errands"), "topologySpreadConstraints", []),
    (policies.walled, _of("NetworkPolicy", "default-deny"), "policyTypes", ["Ingress"]),
    (policies.walled, _of("NetworkPolicy", "targets"), "egress", [{}]),
    (policies.walled, _of("NetworkPolicy", "targets"), "egress", [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": sorted(policies.PRIVATE)}}], "ports": [{"port": 443}]}]),
    (policies.walled, _of("NetworkPolicy", "webhooks"), "egress", [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]),
    (policies.let_out, _of("NetworkPolicy", "webhooks"), "podSelector", {}),
    (policies.let_out, _of("NetworkPolicy", "callers"), "podSelector", {}),
    (policies.by_tls, _of("Ingress", "api"), "tls", []),
    (policies.by_tls, _settings, "ROGER_DATABASE_URL", "postgresql://health_app@db/health?sslmode=require"),
    (policies.by_tls, _settings, "ROGER_REDIS_URL", "redis://redis:6379/0"),
    (policies.told_who_asks, _settings, "ROGER_API_PROXIES", None),
    (policies.secret_free, _settings, "ROGER_REDIS_URL", "rediss://:hunter2@redis:6379/0"),
    (policies.secret_free, lambda m: m.of("ServiceAccount")[0], "kind", "Secret"),
    (policies.secret_free, _container("api"), "env", [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "database", "key": "x"}}}]),
    (policies.scaled, _of("Deployment", "worker"), "replicas", 3),
    (policies.scaled, _of("ScaledObject", "worker"), "minReplicaCount", 1),
    (policies.scaled, _of("ScaledObject", "worker"), "triggers", []),
    (policies.scaled, lambda m: m.named("ScaledObject", "worker")["spec"]["triggers"][1]["metadata"], "query", 'roger_unheard_of{service="health"}'),
    (policies.scaled, lambda m: m.named("HorizontalPodAutoscaler", "api")["spec"]["scaleTargetRef"], "name", "errands"),
    (policies.apart, lambda m: m.named("Deployment", "api")["metadata"], "namespace", "roger-payroll"),
    (policies.apart, _settings, "ROGER_DATABASE_URL", "postgresql://health_app@db/payroll"),
    (policies.apart, _settings, "MIGRATOR_DATABASE_URL", "postgresql://payroll_migrator@db/health"),
    (policies.acquainted, _settings, "ROGER_TARGET_HSPRO_URL", None),
    (policies.acquainted, _settings, "ROGER_TARGET_HSPRO_ACCOUNTS", "/run/secrets/accounts/systemx"),
    (policies.acquainted, _container("worker"), "volumeMounts", []),
    (policies.acquainted, _settings, "ROGER_ENVIRONMENT", "development"),
    (policies.started, _container("errands"), "args", ["python3", "-m", "health_svc", "api"]),
    (policies.always_on, _of("Deployment", "errands"), "replicas", 0),
    (policies.migrated_first, _container("migrate"), "args", ["roger", "db", "await"]),
    (policies.migrated_first, _pod("worker"), "initContainers", []),
    (policies.migrated_first, _settings, "MIGRATOR_DATABASE_URL", "postgresql://health_app@db/health"),
    (policies.looked_ahead, lambda m: m.of("CronJob")[0], "kind", "Job"),
    (policies.looked_ahead, _container("screens-check"), "args", ["roger", "screens", "check"]),
    (policies.looked_ahead, _container("screens-check"), "volumeMounts", []),
    (policies.looked_ahead, _of("NetworkPolicy", "targets"), "podSelector", {"matchLabels": {"app.kubernetes.io/component": "worker"}}),
    (policies.of_one_version, _container("screens-check"), "image", "roger-worker:0.2.0"),
    (policies.of_one_version, _container("worker"), "image", "roger-worker:0.2.0"),
    (policies.of_one_version, _container("worker"), "image", "somebody/worker:0.1.0"),
    (policies.labelled, lambda m: m.named("Deployment", "api")["spec"]["selector"], "matchLabels", {"app.kubernetes.io/part-of": "roger"}),
]  # fmt: skip


@pytest.mark.parametrize("change", BREACHES, ids=lambda change: f"{change[0].__name__}-{change[2]}")
def test_each_rule_can_fail(change: Change) -> None:
    rule, place, field, value = change
    broken = Manifests(copy.deepcopy(rendered("prod").objects))
    spot = place(broken)
    if value is None:
        del spot[field]
    else:
        spot[field] = value
    assert list(rule(broken))


def test_every_rule_is_shown_to_fail() -> None:
    assert {change[0] for change in BREACHES} == set(RULES)
