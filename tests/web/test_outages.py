"""PostgreSQL and Redis go away and come back; clients are slow, huge or gone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from common.db.upgrade import upgrade
from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.settings import DatabaseSettings, RedisSettings
from common.web.parts import Settings
from tests.web.town import Town, opened, permit, served, until

pytestmark = [pytest.mark.anyio, pytest.mark.recovery]


@pytest.fixture
def own_postgres(servers_folder: Path, tmp_path: Path) -> Generator[EmbeddedPostgres]:
    with EmbeddedPostgres.start(servers_folder / tmp_path.name, durable=False) as server:
        upgrade(DatabaseSettings(url=server.url))
        yield server


@pytest.fixture
def own_redis(servers_folder: Path, tmp_path: Path) -> Generator[EmbeddedRedis]:
    with EmbeddedRedis.start(servers_folder / f"redis-{tmp_path.name}") as server:
        yield server


@pytest.fixture
async def shaken(settings: Settings, own_postgres: EmbeddedPostgres, keys: dict[str, str]) -> AsyncGenerator[Town]:
    """The application on a PostgreSQL of its own."""
    async with opened(replace(settings, database=DatabaseSettings(url=own_postgres.url)), keys) as hall:
        yield hall


@pytest.fixture
async def muted(settings: Settings, own_redis: EmbeddedRedis, keys: dict[str, str]) -> AsyncGenerator[Town]:
    """The application on a Redis of its own."""
    async with opened(replace(settings, redis=RedisSettings(url=own_redis.url)), keys) as hall:
        yield hall


async def eventually(ask: Callable[[], Awaitable[httpx.Response]], status: int) -> httpx.Response:
    """The first answer with that status; fails after a while, and at once for a fault."""
    async with asyncio.timeout(30):
        while (answer := await ask()).status_code != status:
            assert answer.status_code != 500, answer.text
    return answer


class TestPostgres:
    async def test_is_killed_and_comes_back(self, shaken: Town, own_postgres: EmbeddedPostgres) -> None:
        async with shaken.caller("booking") as client:
            first = await client.post("/v1/permits", json=permit(reference="T-1"))
            await asyncio.to_thread(own_postgres.kill)
            started = time.monotonic()
            away = [
                await client.post("/v1/permits", json=permit(reference="T-2")),
                await client.get("/v1/cases"),
                await client.get(first.headers["location"]),
            ]
            assert [answer.status_code for answer in away] == [503] * 3
            assert all(answer.json()["code"] == "UNAVAILABLE" and answer.headers["retry-after"] for answer in away)
            assert time.monotonic() - started < 15
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/healthz")).status_code == 200
            await asyncio.to_thread(own_postgres.restart)
            await eventually(lambda: client.get("/readyz"), 200)
            await eventually(lambda: client.post("/v1/permits", json=permit(reference="T-2")), 202)
            again = await eventually(lambda: client.post("/v1/permits", json=permit(reference="T-1")), 200)
        assert again.json()["id"] == first.json()["id"]

    async def test_is_frozen_and_thawed(self, shaken: Town, own_postgres: EmbeddedPostgres) -> None:
        async with shaken.caller("booking") as client:
            await client.post("/v1/permits", json=permit())
            own_postgres.freeze()
            started = time.monotonic()
            answer = await client.post("/v1/permits", json=permit(reference="T-1"))
            assert answer.status_code == 503
            assert time.monotonic() - started < 20
            own_postgres.thaw()
            # Whether the frozen attempt was stored after all is for the reference to tell.
            async with asyncio.timeout(30):
                while (answer := await client.post("/v1/permits", json=permit(reference="T-1"))).status_code == 503:
                    pass
            assert answer.status_code in {200, 202}
            found = (await client.get("/v1/cases", params={"reference": "T-1"})).json()["items"]
        assert [case["id"] for case in found] == [answer.json()["id"]]

    async def test_is_away_at_the_start(
        self, settings: Settings, own_postgres: EmbeddedPostgres, keys: dict[str, str]
    ) -> None:
        await asyncio.to_thread(own_postgres.stop)
        away = replace(settings, database=DatabaseSettings(url=own_postgres.url))
        async with opened(away, keys) as hall, hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=permit())).status_code == 503
            await asyncio.to_thread(own_postgres.launch)
            await eventually(lambda: client.post("/v1/permits", json=permit()), 202)

    async def test_a_wait_outlasts_it(self, shaken: Town, own_postgres: EmbeddedPostgres) -> None:
        case = await shaken.submit()
        async with shaken.caller("booking") as client:
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: shaken.parts.endings.waiting == 1)
            # It looks once before it waits; who asks the database after it has an answer after it.
            await eventually(lambda: client.get("/readyz"), 200)
            await asyncio.to_thread(own_postgres.kill)
            await asyncio.to_thread(own_postgres.restart)
            await eventually(lambda: client.get("/readyz"), 200)
            await eventually(lambda: client.post(f"/v1/cases/{case}/cancel"), 200)
            assert (await waiting).json()["state"] == "cancelled"


class TestRedis:
    async def test_frozen_delays_no_submit(self, muted: Town, own_redis: EmbeddedRedis) -> None:
        async with muted.caller("booking") as client:
            await client.post("/v1/permits", json=permit())
            own_redis.freeze()
            started = time.monotonic()
            answers = [await client.post("/v1/permits", json=permit()) for _ in range(20)]
            assert time.monotonic() - started < 4  # a ring alone would take 0.2 s each
            assert {answer.status_code for answer in answers} == {202}
            ready = await client.get("/readyz")
            assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
            own_redis.thaw()

    async def test_killed_delays_a_wait_a_little(self, muted: Town, own_redis: EmbeddedRedis) -> None:
        case = await muted.submit()
        async with muted.caller("booking") as client:
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: muted.parts.endings.waiting == 1)
            await asyncio.to_thread(own_redis.kill)
            started = time.monotonic()
            await muted.end(ring=True)
            assert (await waiting).json()["state"] == "done"
            assert time.monotonic() - started < 5

    async def test_heard_again_when_it_is_back(self, muted: Town, own_redis: EmbeddedRedis) -> None:
        await asyncio.to_thread(own_redis.kill)
        await asyncio.to_thread(own_redis.restart)

        async def hear() -> bytes:
            return await anext(muted.parts.bell.hear_work())

        heard = asyncio.create_task(hear())
        async with muted.caller("booking") as client, asyncio.timeout(20):
            while not heard.done():
                assert (await client.post("/v1/permits", json=permit())).status_code == 202
        assert heard.result() == b""


class TestClients:
    @pytest.fixture
    async def hall(self, settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Town]:
        small = replace(settings, api=settings.api.model_copy(update={"body_limit": 10_000}))
        async with served(small, keys) as hall:
            yield hall

    async def raw(self, hall: Town, head: str, body: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        url = httpx.URL(hall.url or "")
        reader, writer = await asyncio.open_connection(url.host, url.port)
        key = hall.keys["booking"]
        writer.write(f"{head}\r\nHost: x\r\nAuthorization: Bearer {key}\r\n".encode() + body)
        return reader, writer

    async def test_an_announced_giant_is_refused_unread(self, hall: Town) -> None:
        head = "POST /v1/permits HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 99999999999"
        reader, writer = await self.raw(hall, head, b"\r\n")
        assert b" 413 " in await reader.readline()
        writer.close()

    async def test_an_unannounced_giant_is_cut_off(self, hall: Town) -> None:
        head = "POST /v1/permits HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
        reader, writer = await self.raw(hall, head, b"\r\n" + b"3e8\r\n" + b" " * 1000 + b"\r\n")
        for _ in range(10):
            writer.write(b"3e8\r\n" + b" " * 1000 + b"\r\n")
        assert b" 413 " in await reader.readline()
        writer.close()

    async def test_just_within_the_limit(self, hall: Town) -> None:
        text = json.dumps(permit()).encode()
        async with hall.caller("booking") as client:
            for padding, status in ((10_000 - len(text), 202), (10_001 - len(text), 413)):
                body = b" " * padding + text
                answer = await client.post("/v1/permits", content=body, headers={"Content-Type": "application/json"})
                assert answer.status_code == status

    async def test_one_that_stops_half_way_harms_nobody(self, hall: Town) -> None:
        head = "POST /v1/permits HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 500"
        _, writer = await self.raw(hall, head, b'\r\n{"person":')
        await writer.drain()
        assert await hall.submit()
        writer.close()
        assert await hall.submit()

    async def test_kept_connections_are_answered_at_once(self, hall: Town) -> None:
        """Nagle's algorithm would hold every answer back for 40 ms."""
        async with hall.caller(None) as client:
            await client.get("/healthz")
            started = time.monotonic()
            for _ in range(50):
                await client.get("/healthz")
            assert time.monotonic() - started < 1.5
