"""docker-compose.yml: of the compose schema, whole in itself, and as confined as docs/install.md says."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests import complaints

from common.catalogue import load as load_service
from common.local.secrets import make_secrets
from common.settings import WorkerSettings

ROOT = Path(__file__).parents[2]
SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
ONCE = {"health-roles", "health-migrate", "setup"}
PUBLIC = {"postgres", "grid"}
"""Images of others that begin as they must; all else is read-only."""

Compose = dict[str, Any]


def interpolated(text: str) -> str:
    """As compose fills it in where nothing is set."""
    return re.sub(r"\$\{\w+(?::-([^}]*))?\}", lambda found: found[1] or "", text).replace("$$", "$")


@pytest.fixture(scope="module")
def compose() -> Compose:
    return yaml.safe_load(interpolated((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def references(compose: Compose) -> Iterator[str]:
    """Secrets, networks, volumes and files that are named are there, and every secret is somebody's."""
    for name, service in compose["services"].items():
        for kind in ("secrets", "networks"):
            yield from (
                f"{name}: there is no {kind} {each}" for each in service.get(kind, []) if each not in compose[kind]
            )
        for source in (each.split(":")[0] for each in service.get("volumes", [])):
            there = (ROOT / source).exists() or source.startswith("./secrets")
            if source not in compose["volumes"] and not (source.startswith(".") and there):
                yield f"{name}: there is no {source}"
    used = {each for service in compose["services"].values() for each in service.get("secrets", [])}
    yield from (f"nobody reads {each}" for each in set(compose["secrets"]) - used)


def startable(compose: Compose) -> Iterator[str]:
    """What a service waits for is started by the same profiles."""
    for name, service in compose["services"].items():
        for other in service.get("depends_on", {}):
            there = compose["services"].get(other)
            if there is None or not set(there.get("profiles", [])) <= set(service.get("profiles", [])):
                yield f"{name} waits for {other}, which its profiles do not start"


def confined(compose: Compose) -> Iterator[str]:
    """No capabilities, nothing to gain; our own with a read-only root, and everything with a limit of memory."""
    for name, service in compose["services"].items():
        if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get("security_opt", []):
            yield f"{name} keeps capabilities, or may gain some"
        if name not in PUBLIC and (not service.get("read_only") or service.get("cap_add")):
            yield f"{name} may write to its root"
        if service.get("privileged") or service.get("network_mode") == "host" or service.get("user") in {"0", "root"}:
            yield f"{name} is as good as its host"
        if "mem_limit" not in service:
            yield f"{name} has no limit of memory"


def watched(compose: Compose) -> Iterator[str]:
    """Whatever stays up says how it is; whoever needs it waits for that."""
    for name, service in compose["services"].items():
        if name not in ONCE and "test" not in service.get("healthcheck", {}):
            yield f"{name} does not say how it is"
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other in ONCE else "service_healthy"
            if how["condition"] != wanted:
                yield f"{name} does not wait for {other}"


def closed(compose: Compose) -> Iterator[str]:
    """Ports are the host's own unless a site says otherwise; databases have none and reach nothing."""
    if not compose["networks"]["inside"]["internal"]:
        yield "databases reach the net"
    for name, service in compose["services"].items():
        yield from (f"{name} is open to all" for port in service.get("ports", []) if not port.startswith("127.0.0.1:"))
    for name in ("postgres", "redis"):
        service = compose["services"][name]
        if service["networks"] != ["inside"] or "ports" in service:
            yield f"{name} is reached from outside"


def secret_files(compose: Compose) -> Iterator[str]:
    """No password stands in a variable, an address or a command line."""
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"://[^/@]*:[^/@]+@", str(value)) or (
                re.search("PASSWORD|SECRET", variable) and not str(value).startswith("/run/secrets/")
            ):
                yield f"{name}: {variable} holds a secret"


def finishes(compose: Compose) -> Iterator[str]:
    """A worker that is stopped may end its longest run, and has 30 seconds more."""
    for name, service in compose["services"].items():
        if "worker" not in name:
            continue
        grace = float(service["environment"].get("ROGER_WORKER_GRACE", WorkerSettings().grace))
        if service.get("stop_grace_period") != f"{grace + 30:.0f}s":
            yield f"{name} is killed after {service.get('stop_grace_period')}, its longest run is {grace:.0f} s"


def roomy(compose: Compose) -> Iterator[str]:
    """Chromium's shared memory is more than the engine's 64 MB, and within the limit of memory."""
    worker = compose["services"]["health-worker"]
    if worker.get("shm_size") != "1g":
        yield "Chromium has too little shared memory"
    if int(worker["mem_limit"].removesuffix("m")) < 1024 + 256 + 700:
        yield "what is kept in memory does not fit beside a browser"


RULES = [references, startable, confined, watched, closed, secret_files, finishes, roomy]


@pytest.mark.parametrize("rule", RULES)
def test_keeps(rule: Callable[[Compose], Iterator[str]], compose: Compose) -> None:
    assert list(rule(compose)) == []


Breach = tuple[Callable[[Compose], Iterator[str]], str, str, Any]
BREACHES: list[Breach] = [
    (references, "health-api", "secrets", ["unheard-of"]),
    (startable, "health-api", "depends_on", {"hspro": {"condition": "service_healthy"}}),
    (references, "redis", "secrets", []),
    (references, "prometheus", "volumes", ["./nowhere:/x:ro"]),
    (confined, "health-worker", "cap_drop", []),
    (confined, "health-worker", "read_only", False),
    (confined, "grafana", "mem_limit", None),
    (watched, "health-errands", "healthcheck", {}),
    (watched, "health-api", "depends_on", {"health-migrate": {"condition": "service_started"}}),
    (closed, "health-api", "ports", ["8000:8000"]),
    (closed, "postgres", "networks", ["inside", "outside"]),
    (secret_files, "health-api", "environment", {"ROGER_REDIS_URL": "redis://:hunter2@redis"}),
    (secret_files, "postgres", "environment", {"POSTGRES_PASSWORD": "hunter2"}),
    (finishes, "health-worker", "stop_grace_period", "10s"),
    (roomy, "health-worker", "shm_size", "64m"),
    (roomy, "health-worker", "mem_limit", "1024m"),
]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach[0].__name__}-{breach[1]}-{breach[2]}")
def test_each_rule_can_fail(breach: Breach, compose: Compose) -> None:
    rule, name, field, value = breach
    broken = copy.deepcopy(compose)
    broken["services"][name][field] = value
    if value is None:
        del broken["services"][name][field]
    assert list(rule(broken))


def test_every_rule_is_shown_to_fail() -> None:
    assert {breach[0] for breach in BREACHES} == set(RULES)


def test_is_of_the_compose_schema(compose: Compose) -> None:
    assert complaints(SCHEMA, compose) == []
    assert complaints(SCHEMA, {"services": {"api": {"comand": []}}})


def test_every_secret_file_is_made(compose: Compose, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    service = load_service("health")

    made = list(make_secrets(service, folder))

    wanted = [folder / Path(secret["file"]).name for secret in compose["secrets"].values()]
    assert [file for file in wanted if not file.is_file()] == []
    assert [target.name for target in service.targets if not list((folder / target.name).iterdir())] == []
    assert folder.stat().st_mode & 0o777 == 0o700, "only who runs it reads what is in it"
    assert {file.stat().st_mode & 0o777 for file in wanted} == {0o644}, "containers run as another user"
    before = {file: file.read_bytes() for file in wanted}
    assert len(list(make_secrets(service, folder))) == len(made)
    assert {file: file.read_bytes() for file in wanted} == before, "nothing is made anew"


def test_prometheus_asks_every_part(compose: Compose) -> None:
    config = yaml.safe_load((ROOT / "deploy" / "compose" / "prometheus.yml").read_text())
    asked = set(config["scrape_configs"][0]["dns_sd_configs"][0]["names"])
    assert asked == {name for name in compose["services"] if name.startswith("health-")} - {
        "health-migrate",
        "health-roles",
    }


@pytest.mark.parametrize("file", ["demo.env", "site.env"])
def test_env_files_set_what_compose_reads(file: str) -> None:
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    lines = (ROOT / "deploy" / file).read_text().splitlines()
    assert {line.partition("=")[0] for line in lines if line and not line.startswith("#")} <= read
