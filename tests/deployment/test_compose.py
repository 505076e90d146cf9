"""docker-compose.yml: of the compose schema, whole in itself, as confined as docs/install.md says, and with every service."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifests import complaints
from services import PARTS, ROOT, SERVICES, TARGETS
from typer.testing import CliRunner

from common.cli import app
from common.settings import WorkerSettings

SCHEMA = Path(__file__).parent / "schemas" / "compose-spec.json"
ONCE = {f"{name}-{part}" for name in SERVICES for part in ("roles", "migrate")} | {"setup"}
PUBLIC = {"postgres", "grid"}
"""Images of others that begin as they must; all else is read-only."""

Compose = dict[str, Any]


def interpolated(text: str) -> str:
    """As compose fills it in where nothing is set."""
    return re.sub(r"\$\{\w+(?::-([^}]*))?\}", lambda found: found[1] or "", text).replace("$$", "$")


@pytest.fixture(scope="module")
def compose() -> Compose:
    return yaml.safe_load(interpolated((ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def secrets_of(service: Any) -> dict[str, str]:
    """The file of each secret, under the name at which it is mounted."""
    named: list[Any] = service.get("secrets", [])
    return {
        each if isinstance(each, str) else each["target"]: each if isinstance(each, str) else each["source"]
        for each in named
    }


def references(compose: Compose) -> Iterator[str]:
    """Secrets, networks, volumes and files that are named are there, and every secret is somebody's."""
    used: set[str] = set()
    for name, service in compose["services"].items():
        used |= (secrets := set(secrets_of(service).values()))
        yield from (f"{name}: there is no secret {each}" for each in secrets - set(compose["secrets"]))
        networks = set(service.get("networks", []))
        yield from (f"{name}: there is no network {each}" for each in networks - set(compose["networks"]))
        for source in (each.split(":")[0] for each in service.get("volumes", [])):
            there = (ROOT / source).exists() or source.startswith("./secrets")
            if source not in compose["volumes"] and not (source.startswith(".") and there):
                yield f"{name}: there is no {source}"
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
    """Ports are the host's own unless a site says otherwise, and no two are the same; databases have none and reach nothing."""
    if not compose["networks"]["inside"]["internal"]:
        yield "databases reach the net"
    taken: dict[str, str] = {}
    for name, service in compose["services"].items():
        for port in service.get("ports", []):
            if not port.startswith("127.0.0.1:"):
                yield f"{name} is open to all"
            place = port.rpartition(":")[0]
            if taken.setdefault(place, name) != name:
                yield f"{name} wants {place}, which {taken[place]} has"
    for name in ("postgres", "redis"):
        service = compose["services"][name]
        if service["networks"] != ["inside"] or "ports" in service:
            yield f"{name} is reached from outside"


def secret_files(compose: Compose) -> Iterator[str]:
    """No password stands in a variable, an address or a command line; a variable that names a file names one that is mounted."""
    for name, service in compose["services"].items():
        mounted = {f"/run/secrets/{target}" for target in secrets_of(service)}
        for variable, value in service.get("environment", {}).items():
            if re.search(r"://[^/@]*:[^/@]+@", str(value)) or (
                re.search("PASSWORD|SECRET(?!S_)", variable) and not str(value).startswith("/run/secrets/")
            ):
                yield f"{name}: {variable} holds a secret"
            if str(value).startswith("/run/secrets/") and value not in mounted:
                yield f"{name}: {variable} names {value}, which is not there"


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
    for name in SERVICES:
        worker = compose["services"].get(f"{name}-worker", {})
        shared = {"1g": 1024, "2g": 2048}.get(worker.get("shm_size", ""), 0)
        if not shared:
            yield f"{name}: Chromium has too little shared memory"
        if int(worker.get("mem_limit", "0m").removesuffix("m")) < shared + 256 + 700:
            yield f"{name}: what is kept in memory does not fit beside a browser"


def whole(compose: Compose) -> Iterator[str]:
    """Every service of the repository, with its tables and all its parts, under a profile of its own; and no other."""
    known = compose["services"]
    parts = {f"{name}-{part}" for name in SERVICES for part in (*PARTS, "roles", "migrate")}
    yield from (f"{missing} is not there" for missing in sorted(parts - set(known)))
    yield from (
        f"{name} is no service's"
        for name in set(known) - parts
        if name.rpartition("-")[2] in {*PARTS, "roles", "migrate"}
    )
    for name in parts & set(known):
        service, part = known[name], name.rpartition("-")[2]
        own = name.removesuffix(f"-{part}")
        if service.get("profiles") != [own]:
            yield f"{name} is not started by the profile {own} alone"
        if part in PARTS and service["command"] != ["python3", "-m", f"{own}_svc", part]:
            yield f"{name} starts {service['command']}"


def apart(compose: Compose) -> Iterator[str]:
    """Each service has a database, keys and callers of its own, and none of another's."""
    for own, described in SERVICES.items():
        wanted = {
            "keyring.json": f"{own}-keyring.json",
            "api-keys.json": f"{own}-api-keys.json",
            "database-password": f"{own}-app-password",
            "redis-password": "redis-password",
        }
        besides = {
            "worker": {name: f"{own}-{name}" for name in described.key_files.values()},
            "errands": {"text-message-secret": f"{own}-text-message-secret"} if described.entrusts else {},
        }
        for part in PARTS:
            service = compose["services"].get(f"{own}-{part}", {})
            if secrets_of(service) != wanted | besides.get(part, {}):
                yield f"{own}-{part} has other secrets: {secrets_of(service)}"
            if service.get("environment", {}).get("ROGER_DATABASE_URL") != f"postgresql://{own}_app@postgres/{own}":
                yield f"{own}-{part} does not work in its own database"
        migrate = compose["services"].get(f"{own}-migrate", {})
        if secrets_of(migrate) != {"database-password": f"{own}-migrator-password"}:
            yield f"{own}-migrate has other secrets: {secrets_of(migrate)}"
        if compose["services"].get(f"{own}-roles", {}).get("command", [])[:4] != ["roger", "db", "roles", own]:
            yield f"{own}-roles makes another's roles"


def acquainted(compose: Compose) -> Iterator[str]:
    """Each service knows where its targets are and has its accounts there; each target has a stand-in for the demo."""
    for own, described in SERVICES.items():
        for target in (each.name for each in described.targets):
            for part in PARTS:
                variables = compose["services"].get(f"{own}-{part}", {}).get("environment", {})
                prefix = f"ROGER_TARGET_{target.upper()}_"
                for wanted in ("URL", "PRODUCTION", "ACCOUNTS"):
                    if f"{prefix}{wanted}" not in variables:
                        yield f"{own}-{part} is not told {prefix}{wanted}"
            mounted = f"./secrets/{target}:/run/accounts/{target}:ro"
            if mounted not in compose["services"].get(f"{own}-worker", {}).get("volumes", []):
                yield f"{own}-worker has no accounts at {target}"
    for target in TARGETS:
        stand_in = compose["services"].get(target, {})
        module = next((each for each in stand_in.get("command", []) if each.startswith("sandbox.")), "")
        if not (module and find_spec(module)) or stand_in.get("profiles") != ["demo"]:
            yield f"{target} has no stand-in"


RULES = [references, startable, confined, watched, closed, secret_files, finishes, roomy, whole, apart, acquainted]


@pytest.mark.parametrize("rule", RULES)
def test_keeps(rule: Callable[[Compose], Iterator[str]], compose: Compose) -> None:
    assert list(rule(compose)) == []


Breach = tuple[Callable[[Compose], Iterator[str]], str, str, Any]
BREACHES: list[Breach] = [
    (references, "health-api", "secrets", ["unheard-of"]),
    (startable, "health-api", "depends_on", {"hspro": {"condition": "service_healthy"}}),
    (references, "redis", "secrets", []),
    (references, "prometheus", "volumes", ["./nowhere:/x:ro"]),
    (references, "payroll-errands", "networks", ["elsewhere"]),
    (confined, "health-worker", "cap_drop", []),
    (confined, "health-worker", "read_only", False),
    (confined, "grafana", "mem_limit", None),
    (watched, "health-errands", "healthcheck", {}),
    (watched, "health-api", "depends_on", {"health-migrate": {"condition": "service_started"}}),
    (closed, "health-api", "ports", ["8000:8000"]),
    (closed, "payroll-api", "ports", ["127.0.0.1:8000:8000"]),
    (closed, "postgres", "networks", ["inside", "outside"]),
    (secret_files, "health-api", "environment", {"ROGER_REDIS_URL": "redis://:hunter2@redis"}),
    (secret_files, "postgres", "environment", {"POSTGRES_PASSWORD": "hunter2"}),
    (secret_files, "payroll-worker", "environment", {"ROGER_KEYRING": "/run/secrets/health-keyring.json"}),
    (finishes, "health-worker", "stop_grace_period", "10s"),
    (roomy, "health-worker", "shm_size", "64m"),
    (roomy, "payroll-worker", "mem_limit", "1024m"),
    (whole, "payroll-errands", "", None),
    (whole, "payroll-migrate", "", None),
    (whole, "payroll-worker", "profiles", ["health"]),
    (whole, "payroll-worker", "command", ["python3", "-m", "health_svc", "worker"]),
    (whole, "transport-worker", "", {}),
    (apart, "payroll-api", "secrets", ["health-keyring.json", "redis-password"]),
    (apart, "payroll-errands", "environment", {"ROGER_DATABASE_URL": "postgresql://payroll_app@postgres/health"}),
    (apart, "payroll-migrate", "secrets", [{"source": "health-migrator-password", "target": "database-password"}]),
    (apart, "payroll-roles", "command", ["roger", "db", "roles", "health"]),
    (acquainted, "health-worker", "volumes", ["./secrets/hspro:/run/accounts/hspro:ro"]),
    (acquainted, "health-api", "environment", {}),
    (acquainted, "systemx", "", None),
]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach[0].__name__}-{breach[1]}-{breach[2]}")
def test_each_rule_can_fail(breach: Breach, compose: Compose) -> None:
    rule, name, field, value = breach
    broken = copy.deepcopy(compose)
    place, key = (broken["services"][name], field) if field else (broken["services"], name)
    place[key] = value
    if value is None:
        del place[key]
    assert list(rule(broken))


def test_every_rule_is_shown_to_fail() -> None:
    assert {breach[0] for breach in BREACHES} == set(RULES)


def test_is_of_the_compose_schema(compose: Compose) -> None:
    assert complaints(SCHEMA, compose) == []
    assert complaints(SCHEMA, {"services": {"api": {"comand": []}}})


def test_setup_makes_every_secret_file(compose: Compose, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    program, *arguments = compose["services"]["setup"]["command"]
    asked = [str(folder) if argument == "/secrets" else argument for argument in arguments]
    assert program == "roger"

    made = CliRunner().invoke(app, asked)

    assert made.exit_code == 0, made.output
    wanted = [folder / Path(secret["file"]).name for secret in compose["secrets"].values()]
    assert [file for file in wanted if not file.is_file()] == []
    assert [target for target in TARGETS if not list((folder / target).iterdir())] == []
    assert folder.stat().st_mode & 0o777 == 0o700, "only who runs it reads what is in it"
    assert {file.stat().st_mode & 0o777 for file in wanted} == {0o644}, "containers run as another user"
    before = {file: file.read_bytes() for file in wanted}
    assert "Made" not in CliRunner().invoke(app, asked).output
    assert {file: file.read_bytes() for file in wanted} == before, "nothing is made anew"


def test_prometheus_asks_every_part() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "compose" / "prometheus.yml").read_text())
    asked = config["scrape_configs"][0]["dns_sd_configs"][0]["names"]
    assert sorted(asked) == sorted(f"{name}-{part}" for name in SERVICES for part in PARTS)


@pytest.mark.parametrize("file", ["demo.env", "site.env"])
def test_env_files_name_every_service_and_what_compose_reads(file: str, compose: Compose) -> None:
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    lines = (ROOT / "deploy" / file).read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    started = set(given.pop("COMPOSE_PROFILES").split(","))
    profiles = {each for service in compose["services"].values() for each in service.get("profiles", [])}
    assert set(SERVICES) <= started <= profiles
    assert set(given) <= read
    assert {f"{target.upper()}_{what}" for target in TARGETS for what in ("URL", "PRODUCTION")} <= set(given)
