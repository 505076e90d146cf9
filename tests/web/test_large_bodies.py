"""Bodies are held as long as there is room for them, and wait for nobody who drips."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from common.settings import ApiSettings
from common.web.parts import Settings
from tests.web.town import Town, opened, served

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}
KINDS = ("application/json", "text/csv", "application/x-ndjson", "multipart/form-data; boundary=x")


def limited(settings: Settings, **limits: Any) -> Settings:
    return replace(settings, api=settings.api.model_copy(update=limits))


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class Held:
    """A body that is sent so far, and ends when it is told to."""

    def __init__(self, size: int) -> None:
        self.arrived, self.go = asyncio.Event(), asyncio.Event()
        self._size = size

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        yield b" " * self._size
        self.arrived.set()  # asked for more, so what came before has been taken
        await self.go.wait()
        yield b"{}"


@pytest.fixture
async def narrow(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Town]:
    limits = {"bodies": 1_000_000, "body_limit": 500_000, "upload_limit": 500_000}
    async with opened(limited(settings, **limits), keys) as town:
        yield town


async def test_many_at_once_find_no_room_beyond_the_limit(narrow: Town) -> None:
    bodies = [Held(240_000) for _ in range(3)]
    large = b" " * 300_000 + b"{}"
    async with narrow.caller("deeds") as client, narrow.caller("forms") as other:
        assert (await client.get("/v1/cases")).status_code == (await other.get("/v1/cases")).status_code == 200
        for _ in range(2):  # room that was left can be taken again
            under_way = [asyncio.create_task(client.post("/v1/deeds", content=body, headers=JSON)) for body in bodies]
            await asyncio.gather(*(body.arrived.wait() for body in bodies))

            refused = await client.post("/v1/deeds", content=large, headers=JSON)
            assert told(refused) == (429, "TOO_MUCH_AT_ONCE")
            assert refused.headers["retry-after"] == "1"
            full = await other.post("/v1/deeds", content=large, headers=JSON)
            assert told(full) == (503, "BODIES_FULL")
            assert full.headers["retry-after"] == "1"
            csv = {"Content-Type": "text/csv"}
            assert told(await other.post("/v1/deeds", content=large, headers=csv)) == (503, "BODIES_FULL")
            assert told(await other.post("/v1/deeds", content=endless(), headers=JSON)) == (503, "BODIES_FULL")
            assert (await other.post("/v1/deeds", json={"parcel": "1"})).status_code == 202

            for body in bodies:
                body.go.set()
            assert {answer.status_code for answer in await asyncio.gather(*under_way)} == {422}
            assert (await other.post("/v1/deeds", content=large, headers=JSON)).status_code == 422
            bodies = [Held(240_000) for _ in range(3)]


async def endless() -> AsyncGenerator[bytes]:
    while True:
        yield b" " * 100_000


async def test_nothing_is_set_aside_for_what_is_only_announced(narrow: Town) -> None:
    silent = [Held(0) for _ in range(20)]
    announced = JSON | {"Content-Length": "450000"}
    async with narrow.caller("deeds") as client:
        under_way = [asyncio.create_task(client.post("/v1/deeds", content=body, headers=announced)) for body in silent]
        await asyncio.gather(*(body.arrived.wait() for body in silent))
        assert (await client.post("/v1/deeds", json={"parcel": "1"})).status_code == 202
        for body in silent:
            body.go.set()
        await asyncio.gather(*under_way)


async def test_whoever_drips_is_cut_whatever_it_is(settings: Settings, keys: dict[str, str]) -> None:
    async with served(limited(settings, silence=0.5, slowest=1_000_000), keys) as town:
        port = int(str(town.url).rpartition(":")[2])
        heard = await asyncio.gather(*(drip(port, keys["deeds"], kind) for kind in KINDS))
        for kind, text in zip(KINDS, heard, strict=True):
            head, _, body = text.partition(b"\r\n\r\n")
            assert b" 408 " in head.split(b"\r\n")[0], kind
            assert json.loads(body)["code"] == "TOO_SLOW", kind
        async with town.caller("deeds") as client:
            assert (await client.post("/v1/deeds", json={"parcel": "1"})).status_code == 202


async def drip(port: int, key: str, kind: str) -> bytes:
    """A body of which a byte comes whenever there is time, until there is an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /v1/deeds HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: {kind}\r\n"
    writer.write(f"{head}Content-Length: 100000\r\n\r\n".encode())
    if kind.startswith("multipart"):
        writer.write(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n')
    answered = asyncio.create_task(reader.readuntil(b"}"))
    async with asyncio.timeout(30):
        while not answered.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b" ")
                await writer.drain()
            await asyncio.wait([answered], timeout=0.05)
    writer.close()
    return await answered


async def test_who_keeps_the_pace_may_take_longer(settings: Settings, keys: dict[str, str]) -> None:
    loop = asyncio.get_running_loop()

    async def steadily() -> AsyncGenerator[bytes]:
        yield b'{"parcel": "1"'
        until = loop.time() + 1.5
        while loop.time() < until:
            waited = asyncio.Event()
            loop.call_later(0.1, waited.set)
            await waited.wait()
            yield b" " * 100
        yield b"}"

    async with opened(limited(settings, silence=0.5, slowest=100), keys) as town, town.caller("deeds") as client:
        answer = await client.post("/v1/deeds", content=steadily(), headers=JSON)
    assert answer.status_code == 202


def test_one_body_always_finds_room() -> None:
    with pytest.raises(ValueError, match="ROGER_API_BODIES"):
        ApiSettings(bodies=20_000_000)
