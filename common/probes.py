"""What an orchestrator and Prometheus ask of any process of a service: does it live, is it ready, how does it do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Collection, Generator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from common import log
from common.connections import HEAD_LIMIT, Patience, patient
from common.errors import ConfigurationError

_log = log.get(__name__)
_PATIENCE = 3.0  # seconds for all checks of one answer
_LAST_ANSWERS = 5  # seconds an ending server gives to the requests it has
_BACKLOG = 2048

Checks = Callable[[], Awaitable[dict[str, bool]]]


class Server(uvicorn.Server):
    """A server inside an event loop that somebody else runs: it leaves signals to them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def probes(ready: Checks, *, degrade_only: Collection[str] = ("redis",)) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics`; they hold no secrets and ask for no key.

    A process is ready when every check holds. Those in `degrade_only` are shown, and never make it unready: Redis only
    wakes, and nobody is helped by a service that is taken out of its load balancer for want of it.
    """

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        checks = await _ask(ready)
        missing = {name for name, holds in checks.items() if not holds}
        unready = not checks or missing - set(degrade_only)
        status = "unready" if unready else "degraded" if missing else "ready"
        return JSONResponse({"status": status, "checks": checks}, 503 if unready else 200)

    async def metrics(_request: Request) -> Response:
        # On a thread: the text of a busy process takes milliseconds, and requests wait for the loop.
        return Response(await asyncio.to_thread(generate_latest), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


async def _ask(ready: Checks) -> dict[str, bool]:
    """The checks' answers; none when they fail or take too long."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await ready()
    except Exception as problem:  # noqa: BLE001  a probe answers whatever a check meets
        _log.warning("probe.failed", error=type(problem).__name__)
        return {}


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises ConfigurationError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio turns Nagle's algorithm off (40 ms an answer) only where it is.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(_BACKLOG)
    except (OSError, OverflowError) as problem:
        opened.close()
        reason = getattr(problem, "strerror", None) or str(problem)
        raise ConfigurationError(f"Cannot listen on {host} port {port} ({reason}): set another host or port") from None
    opened.setblocking(False)
    return opened


def configuration(app: ASGIApp, patience: Patience | None = None) -> uvicorn.Config:
    """How every server of ours answers: no access log (a path may hold an id), no name in its headers."""
    patience = patience or Patience()
    return uvicorn.Config(
        app,
        http=patient(patience),
        h11_max_incomplete_event_size=HEAD_LIMIT,
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=patience.idle,  # pyright: ignore[reportArgumentType]  a delay like any other
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )


async def serve(app: ASGIApp, host: str, port: int) -> None:
    """Serve an application until cancelled; raises ConfigurationError when the address cannot be used."""
    opened = listen(host, port)
    server = Server(configuration(app))
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    try:
        # Shielded, so that being cancelled asks the server to end instead of tearing it down.
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        opened.close()
