"""The images and docker-compose.yml, really built and started; a case performed by a browser in a container.

`make test-containers` runs it, `make test` does not: building takes minutes. Where no registry of images is reached,
Debian's base and the public images are made from Debian's packages (`images/`).
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from engine import PUBLIC_BASE, ROOT, Engine
from manifests import kustomize
from pods import pod
from services import SERVICES

from common.local.secrets import make_secrets
from common.local.stack import Ports

pytestmark = pytest.mark.timeout(3600)

STAND_INS = {"postgres": "POSTGRES_IMAGE", "redis": "REDIS_IMAGE", "prometheus": "PROMETHEUS_IMAGE"}
PARTS = ("health-api", "health-errands", "health-worker")
OLA = {"national_id": "17838410103", "family_name": "Nordhaug", "given_name": "Ola", "birth_date": "1984-03-17"}
TEST = {
    "person_id": OLA["national_id"],
    "family_name": OLA["family_name"],
    "given_name": OLA["given_name"],
    "test_site": "TRD-LEANGEN",
    "test_type": "PCR",
}


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    found = Engine.of_this_machine(tmp_path_factory.mktemp("engine"))
    if found is None:
        pytest.skip("there is no container engine here: neither Docker nor Podman")
    return found


@pytest.fixture(scope="session")
def images(engine: Engine) -> dict[str, str]:
    """Roger's images; and, where no registry is reached, what stands in for the public ones, by compose's variable."""
    for role in ("api", "worker", "sandbox"):
        engine.build(ROOT, role, f"localhost/roger-{role}:test")
    if engine.base() == PUBLIC_BASE:
        return {}
    for name in STAND_INS:
        engine.build(ROOT / "tests" / "deployment" / "images", name, f"localhost/{name}:test")
    return {variable: f"localhost/{name}:test" for name, variable in STAND_INS.items()}


@dataclass
class Town:
    """docker-compose.yml with stand-ins, the health service up."""

    engine: Engine
    project: str
    variables: dict[str, str]
    folder: Path

    def compose(self, *arguments: str, within: float = 300) -> str:
        return self.engine.compose(
            *("-p", self.project, "--env-file", str(ROOT / "deploy" / "demo.env")),
            *(part for profile in ("demo", *SERVICES, "monitoring") for part in ("--profile", profile)),
            *arguments,
            variables=self.variables,
            within=within,
        )

    def container(self, service: str) -> str:
        mark = "_" if self.engine.is_podman else "-"
        return f"{self.project}{mark}{service}{mark}1"

    def inside(self, service: str, script: str) -> str:
        return self.engine.run("exec", self.container(service), "sh", "-c", script, check=False)

    def up(self) -> None:
        if not self.engine.is_podman:
            self.compose("up", "--detach", "--wait", "hspro", *PARTS, within=600)
            return
        # Podman 4 waits for nothing that compose files wait for: the same order, by hand.
        self.start("postgres", "redis", "hspro")
        self.lay_tables("health")
        self.start(*PARTS)

    def lay_tables(self, service: str) -> None:
        """Make a service's roles and tables, as its parts wait for."""
        for once in (f"{service}-roles", f"{service}-migrate"):
            self.start(once, wait=False)
            ended = self.engine.run("wait", self.container(once)).split()[-1]
            assert ended == "0", self.engine.run("logs", self.container(once))

    def start(self, *services: str, wait: bool = True) -> None:
        self.compose("up", "--detach", "--no-deps", *services)
        for service in services if wait else ():
            self._until_healthy(service)

    def _until_healthy(self, service: str) -> None:
        limit = time.monotonic() + 120
        while self.engine.run("healthcheck", "run", self.container(service), check=False).strip():
            assert time.monotonic() < limit, self.engine.run("logs", self.container(service), check=False)[-3000:]

    @property
    def api(self) -> httpx.Client:
        return self.api_of("health")

    def api_of(self, service: str) -> httpx.Client:
        key = (self.folder / f"{service}-api-key").read_text().strip()
        address = f"http://127.0.0.1:{self.variables[f'{service.upper()}_API_PORT']}"
        return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=90)

    @property
    def hspro(self) -> str:
        return f"http://127.0.0.1:{self.variables['HSPRO_PORT']}"


@pytest.fixture(scope="session")
def town(engine: Engine, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Generator[Town]:
    folder = tmp_path_factory.mktemp("secrets")
    for service in SERVICES.values():
        list(make_secrets(service, folder))
    ports = Ports.free()
    variables = {
        **images,
        "ROGER_VERSION": "test",
        "ROGER_SECRETS": str(folder),
        "HEALTH_API_PORT": str(ports.api),
        "PAYROLL_API_PORT": str(ports.errands),
        "HSPRO_PORT": str(ports.first_target),
        **({"ROGER_LOG_DRIVER": "k8s-file"} if engine.is_podman else {}),
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        variables["PROMETHEUS_PORT"] = str(free.getsockname()[1])
    made = Town(engine, f"roger-{uuid4().hex[:8]}", variables, folder)
    try:
        made.up()
        known: list[dict[str, Any]] = [{**OLA, "status": "RESIDENT", "journals": []}]
        httpx.post(f"{made.hspro}/_kontroll/people", json=known).raise_for_status()
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5")


def submit(town: Town, **changes: Any) -> dict[str, Any]:
    """Hand a test in and wait for its end."""
    case = {**TEST, "reference": uuid4().hex, "test_time": datetime.now(UTC).isoformat(), **changes}
    with town.api as api:
        answer = api.post("/v1/test-journals", json=case)
        assert answer.status_code == 202, answer.text
        return api.get(answer.headers["location"], params={"wait": 60}).json()


def test_a_case_is_performed_by_a_browser_in_the_worker(town: Town) -> None:
    first, second = submit(town), submit(town)

    assert (first["state"], first["outcome"]) == ("done", "CREATED"), first
    assert (second["state"], second["outcome"]) == ("done", "EXISTS"), second


@pytest.mark.parametrize("service", [*PARTS, "hspro", "redis"])
def test_is_confined(town: Town, service: str) -> None:
    status = dict(line.split(":", 1) for line in town.inside(service, "cat /proc/1/status").splitlines() if ":" in line)

    assert status["Uid"].split() == [status["Uid"].split()[0]] * 4
    assert status["Uid"].split()[0] != "0"
    assert {status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    for place in ("/", "/opt", "/usr/bin", "/etc"):
        assert "Read-only" in town.inside(service, f"touch {place}/mine 2>&1"), place


def test_chromium_has_room_in_shared_memory_and_a_limit(town: Town) -> None:
    shared = town.inside("health-worker", "df --block-size=1M --output=size /dev/shm").split()[-1]
    assert int(shared) == 1024
    limit = town.engine.inspect(town.container("health-worker"))["HostConfig"]["Memory"]
    assert limit >= (1024 + 700) * 2**20, "what a browser puts in shared memory counts as memory"


def test_the_api_image_holds_no_browser_and_nothing_to_install_with(town: Town) -> None:
    look = "import importlib.util as u; print([n for n in ('selenium', 'pip', 'pytest', 'sandbox') if u.find_spec(n)])"
    assert town.inside("health-api", f'python3 -c "{look}"').strip() == "[]"
    assert town.inside("health-worker", f'python3 -c "{look}"').strip() == "['selenium']"
    assert town.inside("health-api", "command -v chromium chromedriver gcc").strip() == ""


@pytest.mark.parametrize("service", ["health-worker", "health-errands", "health-api"])
def test_sigterm_ends_it_in_good_order(town: Town, service: str) -> None:
    container = town.container(service)

    town.engine.run("stop", "--time", "60", container)

    assert town.engine.inspect(container)["State"]["ExitCode"] in {0, 143}
    last = json.loads(town.engine.run("logs", container).strip().splitlines()[-1])
    assert last["event"] == f"{service.removeprefix('health-')}.stopped"
    town.engine.run("start", container)


def test_nothing_of_a_persons_is_in_the_logs(town: Town) -> None:
    said = "".join(town.engine.run("logs", town.container(service)) for service in (*PARTS, "postgres", "redis"))
    assert "worker.started" in said
    for secret in (OLA["national_id"], *(file.read_text().strip() for file in town.folder.glob("*-password"))):
        assert secret not in said


def test_prometheus_asks_all_three_and_knows_the_alerts(town: Town) -> None:
    town.start("prometheus")
    address = f"http://127.0.0.1:{town.variables['PROMETHEUS_PORT']}/api/v1"
    limit = time.monotonic() + 120
    up: set[str] = set()
    while up != {"api", "errands", "worker"}:
        assert time.monotonic() < limit, up
        found = httpx.get(f"{address}/query", params={"query": 'up{job="roger",service="health"} == 1'}).json()
        up = {each["metric"]["part"] for each in found["data"]["result"]}
    groups = httpx.get(f"{address}/rules").json()["data"]["groups"]
    assert {rule["health"] for group in groups for rule in group["rules"]} <= {"ok", "unknown"}
    assert sum(len(group["rules"]) for group in groups) > 5


def test_another_service_stands_beside_it_with_a_database_of_its_own(town: Town) -> None:
    town.lay_tables("payroll")
    town.start("payroll-api", "payroll-errands")

    with town.api_of("payroll") as api:
        answer = api.get("/v1/processes")
        assert answer.status_code == 200, answer.text
        assert [process["name"] for process in answer.json()["items"]] == sorted(SERVICES["payroll"].processes)
        assert api.get("/v1/cases").json()["items"] == [], "nothing of the health service's"
    with httpx.Client(base_url=f"http://127.0.0.1:{town.variables['HEALTH_API_PORT']}") as other:
        key = (town.folder / "payroll-api-key").read_text().strip()
        assert other.get("/v1/cases", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_a_pod_of_the_worker_performs_a_case(town: Town, tmp_path: Path) -> None:
    if not town.engine.is_podman or kustomize() is None:
        pytest.skip("needs podman kube play, and kustomize")
    town.engine.run("stop", "--time", "60", town.container("health-worker"))
    secrets = {
        "/run/secrets/roger/keyring.json": town.folder / "health-keyring.json",
        "/run/secrets/roger/api-keys.json": town.folder / "health-api-keys.json",
        "/run/secrets/roger/database-password": town.folder / "health-app-password",
        "/run/secrets/roger/redis-password": town.folder / "redis-password",
        "/run/secrets/accounts/hspro": town.folder / "hspro",
    }
    manifest = tmp_path / "worker.yaml"
    manifest.write_text(pod("health", "worker", "localhost/roger-worker:test", secrets, tmp_path))
    networks = ",".join(f"{town.project}_{network}" for network in ("inside", "outside"))
    try:
        town.engine.run("kube", "play", "--network", networks, str(manifest))
        ended = submit(town)
        said = town.engine.run("logs", "worker-pod-0-worker", check=False)
        assert (ended["state"], ended["outcome"]) in {("done", "CREATED"), ("done", "EXISTS")}, (ended, said)
        assert ended["id"] in said
    finally:
        town.engine.run("kube", "down", str(manifest), check=False)
    town.start("health-worker")
