"""While an upgrade rolls out, robots of the version before work on the tables of the new one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tarfile
from collections.abc import AsyncGenerator, Generator
from io import BytesIO
from pathlib import Path

import pytest

from bench.noop_svc.processes.nothing import Nothing
from bench.noop_svc.service import noop
from common.cases.draft import Draft, Receipt
from common.cases.intake import Intake
from common.db.pool import Pool, pool
from common.privacy.crypto import Keyring
from common.privacy.key_file import KeyFile
from common.settings import DatabaseSettings
from common.testing import FixedClock
from tests.integration.office import until

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
MIGRATIONS = "common/db/migrations/versions"


def git(*words: str) -> bytes:
    program = shutil.which("git")
    if program is None or not (ROOT / ".git").exists():
        pytest.skip("the version before is taken from git's history, and there is none here")
    return subprocess.run([program, "-C", str(ROOT), *words], capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def version_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it was before the last change of the tables."""
    changed = git("log", "-1", "--format=%H", "--diff-filter=A", "--", MIGRATIONS).decode().strip()
    if not git("rev-list", "--parents", "-1", changed).split()[1:]:
        pytest.skip("git's history is cut off before the last change of the tables")
    folder = tmp_path_factory.mktemp("before")
    packages = ["common", "bench"]
    with tarfile.open(fileobj=BytesIO(git("archive", f"{changed}^", *packages))) as packed:
        packed.extractall(folder, filter="data")
    assert len(list((folder / MIGRATIONS).glob("0*.py"))) < len(list((ROOT / MIGRATIONS).glob("0*.py")))
    return folder


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "keyring.json")
    made.create()
    return made


@pytest.fixture
def old_worker(
    version_before: Path, database: DatabaseSettings, empty_redis: str, keys: KeyFile, tmp_path: Path
) -> Generator[subprocess.Popen[bytes]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "ROGER_ENVIRONMENT": "test",
        "ROGER_KEYRING": str(keys.path),
        "ROGER_DATABASE_URL": database.url,
        "ROGER_REDIS_URL": empty_redis,
        "ROGER_WORKER_PROBE_PORT": str(port),
        "PYTHONPATH": str(version_before),
    }
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bench.noop_svc", "worker"],
            env={**os.environ, **environment},
            cwd=version_before,
            stdout=log,
            stderr=log,
        )
    yield worker
    worker.terminate()
    assert worker.wait(60) == 0, (tmp_path / "log").read_text()


@pytest.fixture
async def rows(database: DatabaseSettings) -> AsyncGenerator[Pool]:
    async with pool(database, name="roger-tests", size=2) as opened:
        yield opened


async def test_a_case_of_the_new_version_is_done_by_a_robot_of_the_old_one(
    rows: Pool, keys: KeyFile, old_worker: subprocess.Popen[bytes]
) -> None:
    intake, process = Intake(rows, Keyring.of(keys)), noop.processes["nothing"]
    drafts = [Draft(input=Nothing(what=f"errand {number}")) for number in range(5)]
    receipts = await intake.submit(process, "booking", drafts, FixedClock()())
    assert all(isinstance(receipt, Receipt) for receipt in receipts)

    async def all_done() -> bool:
        assert old_worker.poll() is None
        async with rows.connection() as connection:
            cursor = await connection.execute("select 1 from cases where state = 'done'")
            return cursor.rowcount == len(drafts)

    await until(all_done)
