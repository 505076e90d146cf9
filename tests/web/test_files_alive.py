"""Files on their whole way, through processes of their own: a large one in little memory, and robots that die over one."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from common.embedded import EmbeddedRedis
from common.files.storage import is_memory
from common.settings import DatabaseSettings
from tests.web.parts_alive import Parts, alive, until

if TYPE_CHECKING:
    from tests.conftest import Databases

_MEMORY = Path("/dev/shm")  # noqa: S108
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not is_memory(_MEMORY), reason="this machine has no storage that is memory"),
]
CALLERS = {"post": ["files", "town:*:submit", "town:*:read"]}
BLOCK = secrets.token_bytes(1_000_000)
BLOCKS = 100
ROOM = 48_000_000  # bytes: some pieces, and what the process allocates anyway
QUICKLY = {"ROGER_WORKER_LEASE": "4", "ROGER_WORKER_HEARTBEAT": "1", "ROGER_WORKER_MARGIN": "1"}


@pytest.fixture(scope="module")
def clear() -> Generator[Path]:
    """Where files lie in the clear."""
    with tempfile.TemporaryDirectory(prefix="roger-tests-", dir=_MEMORY) as made:
        yield Path(made)


@pytest.fixture(scope="module")
async def standing(
    databases: Databases, template_database: str, redis_server: EmbeddedRedis, clear: Path
) -> AsyncGenerator[Parts]:
    """One for all tests: starting it takes longer than they do."""
    service = "tests.web.mailroom:mailroom"
    with databases.one(template_database) as url:
        async with alive(
            DatabaseSettings(url=url),
            redis_server.url,
            service=service,
            callers=CALLERS,
            ROGER_FILES_FOLDER=str(clear),
            **QUICKLY,
        ) as parts:
            await parts.start(parts.api)
            yield parts


@pytest.fixture
async def mailroom(standing: Parts) -> Parts:
    """With a worker that is new: what one took for another test is not to count."""
    standing.worker.kill()
    await standing.start(standing.worker)
    return standing


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def lying_in(clear: Path) -> list[Path]:
    """The files that lie in the clear."""
    return list(clear.rglob("file"))


async def large() -> AsyncGenerator[bytes]:
    for _ in range(BLOCKS):
        yield BLOCK


async def ended(parts: Parts, **letter: Any) -> dict[str, Any]:
    """A letter's case when it has ended."""
    async with parts.caller("post") as client:
        taken = await client.post("/v1/letters", json=letter)
        assert taken.status_code == 202, taken.text
        case: dict[str, Any] = (await client.get(taken.headers["location"], params={"wait": 60})).json()
    return case


def named(sha256: str) -> list[dict[str, str]]:
    return [{"sha256": sha256, "name": "brev.pdf"}]


async def test_a_large_one_passes_through_little_memory(mailroom: Parts, clear: Path) -> None:
    before = peak(mailroom.api.pid), peak(mailroom.worker.pid)
    async with mailroom.caller("post") as client:
        handed = await client.post("/v1/files", content=large())
    assert (handed.status_code, handed.json()["size"]) == (201, BLOCKS * len(BLOCK)), handed.text

    case = await ended(mailroom, files=named(handed.json()["sha256"]))

    assert (case["outcome"], case["detail"]) == ("CREATED", {"sizes": [BLOCKS * len(BLOCK)]})
    grown = peak(mailroom.api.pid) - before[0], peak(mailroom.worker.pid) - before[1]
    assert max(grown) < ROOM, f"a file of {BLOCKS * len(BLOCK)} bytes took {grown} bytes of memory"
    assert mailroom.number("select count(*) from files") == mailroom.number("select count(*) from file_pieces") == 0
    assert lying_in(clear) == []


async def test_what_a_robot_leaves_that_dies_over_a_file_is_removed_and_its_case_performed(
    mailroom: Parts, clear: Path
) -> None:
    content = b"Kjaere kommune"
    async with mailroom.caller("post") as client:
        await client.post("/v1/files", content=content)
        body = {"files": named(hashlib.sha256(content).hexdigest()), "deadly": True}
        address = (await client.post("/v1/letters", json=body)).headers["location"]
        worker = mailroom.worker.process
        assert worker is not None
        await asyncio.to_thread(worker.wait, 60)
        (left,) = lying_in(clear)
        assert left.read_bytes() == content

        await mailroom.start(mailroom.worker)

        case = (await client.get(address, params={"wait": 60})).json()
    assert (case["outcome"], case["attempts"]) == ("CREATED", 2), case
    assert not left.exists()
    mailroom.worker.ask_to_stop()
    await until(lambda: list(clear.iterdir()) == [])
