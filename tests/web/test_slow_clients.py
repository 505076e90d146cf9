"""Whoever keeps the process waiting loses the connection, and honest callers are answered meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

import pytest
from prometheus_client import REGISTRY
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from common.connections import Patience
from common.probes import Server, configuration, listen

pytestmark = pytest.mark.anyio

QUICK = Patience(head=0.5, unread=0.5, afterwards=0.5, idle=0.5, most=20)
PILE = b"x" * 1_000_000


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that says what it was asked for: a word, a pile, or to read all that is sent."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/read":
        with contextlib.suppress(ClientDisconnect):
            await Request(scope, receive).body()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(50 if scope["path"] == "/pile" else 0):
        await send({"type": "http.response.body", "body": PILE, "more_body": True})
    await send({"type": "http.response.body", "body": b"here"})


@contextlib.asynccontextmanager
async def served(patience: Patience) -> AsyncGenerator[int]:
    with listen("127.0.0.1", 0) as opened:
        server = Server(configuration(answering, patience))
        serving = asyncio.create_task(server.serve(sockets=[opened]))
        try:
            yield opened.getsockname()[1]
        finally:
            server.should_exit = True
            await serving


def ended(reason: str) -> float:
    return REGISTRY.get_sample_value("roger_http_connections_ended_total", {"reason": reason}) or 0.0


class Caller:
    """A connection of which every byte is written by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: int, limit: int = 65_536) -> Caller:
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=limit))

    async def says(self, text: bytes) -> None:
        self.writer.write(text)
        await self.writer.drain()

    async def hears(self) -> bytes:
        """All there is, until the connection is ended; fails when it is not."""
        heard = bytearray()
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(20):
                while part := await self.reader.read(65_536):
                    heard += part
        self.writer.close()
        return bytes(heard)


async def honest(port: int) -> bytes:
    caller = await Caller.to(port)
    await caller.says(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return await caller.hears()


async def test_two_hundred_heads_that_never_end_and_an_honest_caller() -> None:
    before = ended("crowded") + ended("head_slow")
    async with served(Patience(head=1.0, most=50)) as port:
        slow = [await Caller.to(port) for _ in range(200)]
        for caller in slow:
            with contextlib.suppress(ConnectionError):
                await caller.says(b"GET / HTTP/1.1\r\nHost: a\r\n")
        assert (await honest(port)).endswith(b"here\r\n0\r\n\r\n")
        heard = await asyncio.gather(*(caller.hears() for caller in slow))
    assert ended("crowded") + ended("head_slow") == before + 200
    assert all(text == b"" or b"408" in text.split(b"\r\n")[0] for text in heard)


async def test_a_head_that_drips_is_told_so() -> None:
    async with served(QUICK) as port:
        caller = await Caller.to(port)
        await caller.says(b"GET / HTTP/1.1\r\nHo")
        head, _, body = (await caller.hears()).partition(b"\r\n\r\n")
    assert b" 408 " in head
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "TOO_SLOW"


async def test_silence_and_idleness_end() -> None:
    before = ended("head_slow")
    async with served(QUICK) as port:
        silent, idle = await Caller.to(port), await Caller.to(port)
        await idle.says(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert await silent.hears() == b""
        assert (await idle.hears()).count(b"here") == 1
    assert ended("head_slow") == before + 1


async def test_a_body_after_its_answer_ends() -> None:
    before = ended("body_unwanted")
    async with served(QUICK) as port:
        caller = await Caller.to(port)
        await caller.says(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        async with asyncio.timeout(20):
            while ended("body_unwanted") == before:
                with contextlib.suppress(ConnectionError):
                    await caller.says(b"x")
                await asyncio.sleep(0)
        assert b"here" in await caller.hears()


async def test_an_answer_that_nobody_reads_ends() -> None:
    before = ended("answer_unread")
    async with served(QUICK) as port:
        caller = await Caller.to(port, limit=1)
        await caller.says(b"GET /pile HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(20):
            while ended("answer_unread") == before:  # noqa: ASYNC110  what is waited for has no event of its own
                await asyncio.sleep(0)
        assert (await honest(port)).startswith(b"HTTP/1.1 200")
        caller.writer.close()


async def test_a_body_that_is_being_read_has_the_time_it_needs() -> None:
    async with served(Patience(head=0.2, idle=0.2, afterwards=0.2)) as port:
        caller = await Caller.to(port)
        await caller.says(b"POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
        silent = await Caller.to(port)
        assert await silent.hears() == b""  # a whole head's time has passed
        await caller.says(b"abc")
        assert b"here" in await caller.hears()


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400, "MALFORMED_REQUEST"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"y" * 200_000, 431, "HEADERS_TOO_LARGE"),
        (b"POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "MALFORMED_REQUEST"),
    ],
)
async def test_what_is_no_http(text: bytes, status: int, code: str) -> None:
    async with served(QUICK) as port:
        caller = await Caller.to(port)
        with contextlib.suppress(ConnectionError):
            await caller.says(text)
        head, _, body = (await caller.hears()).partition(b"\r\n\r\n")
    assert f" {status} ".encode() in head
    assert json.loads(body)["code"] == code
