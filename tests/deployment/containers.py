"""The images and docker-compose.yml, really built and started; a case performed by a browser in a container.

`make test-containers` runs it, `make test` does not: building takes minutes. Where no registry of images is reached,
Debian's base and the public images are made from Debian's packages (`images/`).
"""

from __future__ import annotations

import json
import random
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

from archive_svc.demo import tax_documents, tax_files
from archive_svc.demo.town import Town as MadeUpTown
from common.local.secrets import make_secrets
from common.local.stack import Ports

pytestmark = pytest.mark.timeout(3600)

STAND_INS = {"postgres": "POSTGRES_IMAGE", "redis": "REDIS_IMAGE", "prometheus": "PROMETHEUS_IMAGE"}
PARTS = ("health-api", "health-errands", "health-worker")
ARCHIVE = ("archive-api", "archive-errands", "archive-worker")
ARCHIVE_TARGETS = ("esa", "meetings", "sofie")
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

    def console(self, target: str) -> httpx.Client:
        """Where a stand-in is told what it holds, and asked."""
        address = f"http://127.0.0.1:{self.variables[f'{target.upper()}_PORT']}/_kontroll"
        return httpx.Client(base_url=address, timeout=90)


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
        "ARCHIVE_API_PORT": str(ports.worker),
        **{
            f"{target.upper()}_PORT": str(ports.first_target + place)
            for place, target in enumerate(("hspro", *ARCHIVE_TARGETS))
        },
        **({"ROGER_LOG_DRIVER": "k8s-file"} if engine.is_podman else {}),
    }
    with socket.create_server(("127.0.0.1", 0)) as free:
        variables["PROMETHEUS_PORT"] = str(free.getsockname()[1])
    made = Town(engine, f"roger-{uuid4().hex[:8]}", variables, folder)
    try:
        made.up()
        known: list[dict[str, Any]] = [{**OLA, "status": "RESIDENT", "journals": []}]
        with made.console("hspro") as hspro:
            hspro.post("/people", json=known).raise_for_status()
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5")


@pytest.fixture(scope="session")
def archive(town: Town) -> Town:
    """The archive service beside it, with its targets: a desktop seen over VNC is among them."""
    town.start(*ARCHIVE_TARGETS)
    town.lay_tables("archive")
    town.start(*ARCHIVE)
    return town


def submit(town: Town, **changes: Any) -> dict[str, Any]:
    """Hand a test in and wait for its end."""
    case = {**TEST, "reference": uuid4().hex, "test_time": datetime.now(UTC).isoformat(), **changes}
    with town.api as api:
        return performed(api, "test-journals", case)


def performed(api: httpx.Client, process: str, case: dict[str, Any]) -> dict[str, Any]:
    """Hand a case in; what it is when it has ended, or after some minutes."""
    answer = api.post(f"/v1/{process}", json=case)
    assert answer.status_code == 202, answer.text
    limit = time.monotonic() + 300
    while True:
        found = api.get(answer.headers["location"], params={"wait": 60}).json()
        if found["state"] not in {"queued", "running"} or time.monotonic() > limit:
            return found


def test_a_case_is_performed_by_a_browser_in_the_worker(town: Town) -> None:
    first, second = submit(town), submit(town)

    assert (first["state"], first["outcome"]) == ("done", "CREATED"), first
    assert (second["state"], second["outcome"]) == ("done", "EXISTS"), second


@pytest.mark.parametrize("service", [*PARTS, "hspro", "redis"])
def test_is_confined(town: Town, service: str) -> None:
    require_confined(town, service)


def require_confined(town: Town, service: str) -> None:
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
    names = ("selenium", "tesserocr", "onnxruntime", "pikepdf", "pip", "pytest", "sandbox")
    look = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    assert town.inside("health-api", f'python3 -c "{look}"').strip() == "[]"
    assert town.inside("health-worker", f'python3 -c "{look}"').strip() == str(list(names[:4]))
    assert (
        town.inside("health-api", "command -v chromium chromium-headless-shell chromedriver tesseract gs gcc").strip()
        == ""
    )


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


@pytest.mark.parametrize("kept_in_sofie", [True, False], ids=["fetched", "handed-over"])
def test_a_document_goes_from_sofies_pixels_into_the_archive(archive: Town, kept_in_sofie: bool) -> None:  # noqa: FBT001
    """By the readers and the Ghostscript of the worker's image; by the folder that it shares with SOFIE's container."""
    # No number of the one turns up in the other.
    made = MadeUpTown(
        random.Random(1), datetime.now(UTC), **dict.fromkeys(("born", "handed_in", "drawn_up"), int(kept_in_sofie))
    )
    row = tax_documents.document(made, attachments=(tax_files.scan("VEDL-1"),), kept_in_sofie=kept_in_sofie)
    with archive.console("sofie") as sofie, archive.console("esa") as esa, archive.api_of("archive") as api:
        sofie.post("/documents", json=made.documents).raise_for_status()
        for content in made.tax_files:
            api.post("/v1/files", content=content).raise_for_status()

        ended = performed(api, "tax-documents", row)

        said = "".join(archive.engine.run("logs", archive.container(part)) for part in ARCHIVE)
        assert (ended["state"], ended["outcome"]) == ("done", "CREATED"), (ended, said[-4000:])
        (noted,) = sofie.get("/documents", params={"number": row["sofie_doc_id"]}).json()
        (post,) = esa.get("/posts", params={"reference": row["sofie_doc_id"]}).json()
        exported = [each for each in sofie.get("/writes").json() if each["kind"] == "export"]
    assert noted["archive_ref"] == ended["detail"]["journal_post"]
    assert (post["status"], len(post["documents"])) == ("J", 2)
    assert row["sofie_doc_id"] in {each["number"] for each in exported} or not kept_in_sofie
    assert row["party"]["person_id"] not in said


@pytest.mark.parametrize("service", [*ARCHIVE, *ARCHIVE_TARGETS])
def test_the_archive_is_confined(archive: Town, service: str) -> None:
    require_confined(archive, service)


@pytest.mark.parametrize("service", ["health", "archive"])
def test_a_worker_finds_the_screens_as_the_robot_knows_them(archive: Town, service: str) -> None:
    only = "--target hspro" if service == "health" else ""
    said = archive.inside(f"{service}-worker", f"roger screens check {service} {only}; echo ended $?")
    assert said.strip().endswith("ended 0"), said


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
