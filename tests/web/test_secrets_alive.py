"""Secrets with a service's real processes: whatever dies, the last one set is the one that is sent, and none is told."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import redis.asyncio as redis

from common.embedded import EmbeddedRedis
from common.settings import DatabaseSettings
from tests.privacy.test_canaries import in_tables
from tests.web.locksmith import Safe
from tests.web.parts_alive import Parts, alive, until

if TYPE_CHECKING:
    from tests.conftest import Databases

pytestmark = pytest.mark.anyio

ADDRESS = "https://roger.example"
CLOCKWORK = {
    "ROGER_WORKER_LEASE": "3",
    "ROGER_WORKER_HEARTBEAT": "0.5",
    "ROGER_WORKER_MARGIN": "1",
    "ROGER_WORKER_SWEEP": "0.5",
    "ROGER_WORKER_BACKOFF": "[0.2]",
}


@dataclass
class Workshop:
    """What runs, what was set, and what was sent."""

    parts: Parts
    safe: Safe
    folder: Path
    known: Mapping[str, int]
    """How much of each part's log is from before the test."""

    async def order(self, way: str, mobile: str = "90000001") -> None:
        async with self.parts.caller() as client:
            answer = await client.post("/v1/keys", json={"mobile": mobile, "way": way})
        assert answer.status_code == 202, answer.text

    @property
    def messages(self) -> list[str]:
        return [file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("*.txt"))]

    async def link(self) -> str:
        """Where the one message leads to."""
        await until(lambda: bool(self.messages))
        (message,) = self.messages
        (path,) = re.findall(rf"{ADDRESS}(/hemmelighet/\S+)", message)
        return path

    async def done(self) -> None:
        await until(lambda: self.parts.number("select count(*) from cases where state <> 'done'") == 0)

    def logs(self) -> str:
        return "".join(text[self.known[name] :] for name, text in written(self.parts).items())


def written(parts: Parts) -> dict[str, str]:
    """All that each part has logged."""
    return {part.name: part.log.read_text() for part in (parts.api, parts.errands, parts.worker)}


@pytest.fixture(scope="module")
async def standing(
    databases: Databases,
    template_database: str,
    redis_server: EmbeddedRedis,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[tuple[Parts, Path]]:
    """One for all tests: starting it takes longer than they do."""
    folder = tmp_path_factory.mktemp("workshop")
    settings = CLOCKWORK | {
        "ROGER_SAFE": str(folder),
        "ROGER_SECRETS_URL": ADDRESS,
        "ROGER_SECRETS_PORT": "folder",
        "ROGER_SECRETS_FOLDER": str(folder / "sent"),
    }
    service = "tests.web.locksmith:locksmith"
    with databases.one(template_database) as url:
        async with alive(
            DatabaseSettings(url=url), redis_server.url, service=service, callers=None, **settings
        ) as parts:
            await parts.start(parts.api, parts.errands, parts.worker)
            yield parts, folder


@pytest.fixture
async def workshop(standing: tuple[Parts, Path]) -> Workshop:
    """With nothing set, sent or kept, but for what came of the tests before in the database's other tables."""
    parts, folder = standing
    safe = Safe(folder)
    for left in (safe.given, safe.stands, *(folder / "sent").glob("*")):
        left.unlink(missing_ok=True)
    parts.rows("truncate entrusted cascade")
    return Workshop(parts, safe, folder / "sent", {name: len(text) for name, text in written(parts).items()})


async def test_killed_between_giving_and_storing_another_one_is_set_and_sent(workshop: Workshop) -> None:
    await workshop.order("stands still")
    await until(workshop.safe.stands.exists)
    workshop.parts.worker.kill()
    assert workshop.parts.number("select count(*) from entrusted") == 0
    await workshop.parts.start(workshop.parts.worker)
    await workshop.done()
    first, second = workshop.safe.secrets
    path = await workshop.link()
    async with workshop.parts.caller() as client:
        shown = await client.post(path)
        again = await client.post(path)
    assert second in shown.text
    assert first not in shown.text
    assert (shown.status_code, again.status_code) == (200, 404)
    assert len(workshop.messages) == 1


@pytest.mark.parametrize("way", ["at once", "fails", "careless"])
async def test_it_is_told_nowhere_but_to_who_presses_the_button(
    workshop: Workshop, way: str, redis_server: EmbeddedRedis
) -> None:
    database = workshop.parts.database
    await workshop.order(way, mobile="90000077")
    await workshop.done()
    path = await workshop.link()
    assert len(workshop.safe.secrets) == (1 if way == "at once" else 2)
    tables = in_tables(database)
    async with workshop.parts.caller() as client:
        looked = await client.get(path)
        told = [(await client.get(f"/v1/{of}")).text for of in ("cases", "tasks", "operations")]
        shown = await client.post(path)
    assert workshop.safe.secrets[-1] in shown.text
    kept = b"".join(tables.values()) + b"".join(in_tables(database).values()) + await in_redis(redis_server.url)
    left = kept.decode(errors="replace") + "".join(told) + looked.text + workshop.logs()
    assert '"route": "/hemmelighet/{token}"' in left, "what was asked for is in the log"
    token = path.rpartition("/")[2]
    for sought in (*workshop.safe.secrets, token, "90000077"):
        assert sought not in left
        assert sought.encode().hex() not in left


async def in_redis(url: str) -> bytes:
    client: Any = cast("Any", redis.Redis).from_url(url)
    keys: list[bytes] = await client.keys("*")
    dumped = [(await client.dump(key)) or b"" for key in keys]
    await client.aclose()
    return b"".join([*keys, *dumped])


@pytest.mark.parametrize("part", ["api", "errands", "worker"])
async def test_no_part_starts_without_saying_where_they_are_read(
    database: DatabaseSettings, empty_redis: str, part: str
) -> None:
    async with alive(database, empty_redis, service="tests.web.locksmith:locksmith") as parts:
        started = {"api": parts.api, "errands": parts.errands, "worker": parts.worker}[part]
        started.start()
        process = started.process
        assert process is not None
        await until(lambda: process.poll() is not None)
        assert "ROGER_SECRETS_URL" in started.log.read_text()
