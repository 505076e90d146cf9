"""A webhook's receiver that listens for real: it answers as told, and remembers what it was sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from common.probes import configuration, listen


@dataclass
class Receiver:
    """An ASGI application; `answers` decides over each message, 200 unless it says otherwise."""

    url: str = ""
    answers: Callable[[dict[str, Any]], int] = lambda _message: 200
    location: str | None = None
    hang: asyncio.Event | None = None
    """While it is there and not set, nobody is answered."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    """Headers and body of every message, in the order of arrival."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        self.got.append((dict(request.headers), body))
        if self.hang is not None:
            await self.hang.wait()
        headers = {"location": self.location} if self.location else None
        await Response(status_code=self.answers(json.loads(body)), headers=headers)(scope, receive, send)


@contextlib.asynccontextmanager
async def receiving(
    *,
    answers: Callable[[dict[str, Any]], int] = lambda _message: 200,
    location: str | None = None,
    hang: asyncio.Event | None = None,
) -> AsyncGenerator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver(answers=answers, location=location, hang=hang)
    opened = listen("127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{opened.getsockname()[1]}/events?of=us"
    server = uvicorn.Server(_configured(receiver))
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        yield receiver
    finally:
        if receiver.hang is not None:
            receiver.hang.set()
        server.should_exit = True
        await serving
        opened.close()


def _configured(receiver: Receiver) -> uvicorn.Config:
    made = configuration(receiver)  # pyright: ignore[reportArgumentType]
    made.lifespan = "off"
    return made
