"""A service's api, errands and worker as processes of their own, on real servers, to be killed and started anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast

import httpx
import psycopg
from psycopg.rows import RowFactory, dict_row

from common.cases.endings import done
from common.cases.queue import Queue
from common.db.pool import pool
from common.identity.keys import new_key
from common.local.child import Child
from common.privacy.crypto import Keyring
from common.privacy.key_file import KeyFile
from common.process import Handover, Outcome, OutcomeCode
from common.settings import DatabaseSettings, WorkerSettings
from tests.web.counter import counter
from tests.web.keys import write_keys
from tests.web.town import PLAIN

PATIENCE = 60.0
SCOPES = ("town:*:submit", "town:*:read", "registers:write", "webhooks", "operate")
_MAIN = {
    "api": "from common.web.main import serve; serve(service)",
    "errands": "from common.errands.main import run_errands; asyncio.run(run_errands(service))",
    "worker": "from common.worker.main import work; asyncio.run(work(service))",
}
Row = dict[str, Any]


@dataclass
class Parts:
    """What runs, and short ways to hand work in and to look at what became of it."""

    api: Child
    errands: Child
    worker: Child
    url: str
    probes: Mapping[str, str]
    keys: Mapping[str, str]
    """Of each caller."""
    database: DatabaseSettings
    keyring: Path
    _look: psycopg.Connection[Row] | None = field(default=None, init=False, repr=False)

    def caller(self, name: str = "booking") -> httpx.AsyncClient:
        """A client with that caller's key; enter it."""
        transport = httpx.AsyncHTTPTransport(verify=PLAIN)
        headers = {"Authorization": f"Bearer {self.keys[name]}"}
        return httpx.AsyncClient(transport=transport, base_url=self.url, headers=headers, timeout=PATIENCE)

    async def start(self, *parts: Child) -> None:
        """Start these, and wait until they are ready."""
        for part in parts:
            part.start()
        for part in parts:
            address = self.probes[part.name]
            await until(lambda part=part, address=address: _ready(part, address))

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        """What the database holds, asked over one connection: a new one costs more than most questions."""
        if self._look is None or self._look.closed:
            self._look = psycopg.Connection[Row].connect(
                self.database.url, autocommit=True, row_factory=cast("RowFactory[Row]", dict_row)
            )
        cursor = self._look.execute(query, values)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.close()

    def number(self, query: LiteralString, *values: object) -> int:
        """The one number that a query answers with."""
        return next(iter(self.rows(query, *values)[0].values()))

    async def perform_all(self, *left: Handover) -> int:
        """End every case that can be claimed, as a worker would; each leaves these rows to other processes."""
        performed = 0
        async with pool(self.database, name="roger-tests") as connections:
            queue = Queue(connections, Keyring.load(self.keyring), WorkerSettings())
            processes = list(counter.processes.values())
            turn, ending = await queue.turn("shift", processes), done(Outcome(OutcomeCode.NOOP).handing_over(*left))
            while turn.claimed is not None:
                performed += 1
                turn = await queue.turn("shift", processes, (turn.claimed, ending))
        return performed


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must come true, with a generous limit."""
    limit = time.monotonic() + PATIENCE
    while not await asyncio.to_thread(holds):
        if time.monotonic() > limit:
            raise TimeoutError
        await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def alive(
    database: DatabaseSettings,
    redis: str,
    *,
    service: str = "tests.web.counter:counter",
    callers: Mapping[str, Sequence[str]] | None = None,
    **settings: str,
) -> AsyncGenerator[Parts]:
    """The parts, not started yet; whatever still runs is ended afterwards. `callers` are those with their scopes."""
    module, _, name = service.partition(":")
    with tempfile.TemporaryDirectory(prefix="roger-tests-") as made:
        folder = Path(made)
        KeyFile(folder / "keyring.json").create()
        keys = {caller: new_key(caller, scopes) for caller, scopes in (callers or {"booking": SCOPES}).items()}
        write_keys(folder / "keys.json", [entry for _, entry in keys.values()])
        ports = _free(3)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ROGER_")} | {
            "ROGER_ENVIRONMENT": "test",
            "ROGER_KEYRING": str(folder / "keyring.json"),
            "ROGER_API_KEYS": str(folder / "keys.json"),
            "ROGER_DATABASE_URL": database.url,
            "ROGER_REDIS_URL": redis,
            "ROGER_API_PORT": str(ports[0]),
            "ROGER_ERRANDS_PROBE_PORT": str(ports[1]),
            "ROGER_WORKER_PROBE_PORT": str(ports[2]),
            "ROGER_WEBHOOKS_HTTP": "true",
            "ROGER_WEBHOOKS_ALLOW": "127.0.0.0/8",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            **settings,
        }
        head = f"import asyncio; from common import log; from {module} import {name} as service"
        api, errands, worker = (
            Child(
                part,
                [sys.executable, "-c", f"{head}; log.configure(service=service.name, part={part!r}); {main}"],
                environment=environment,
                log=folder / f"{part}.log",
            )
            for part, main in _MAIN.items()
        )
        parts = Parts(
            api=api,
            errands=errands,
            worker=worker,
            url=f"http://127.0.0.1:{ports[0]}",
            probes={part: f"http://127.0.0.1:{port}" for part, port in zip(_MAIN, ports, strict=True)},
            keys={caller: key for caller, (key, _) in keys.items()},
            database=database,
            keyring=folder / "keyring.json",
        )
        try:
            yield parts
        finally:
            for part in (api, errands, worker):
                part.kill()
            parts.close()


def _ready(part: Child, address: str) -> bool:
    part.require_alive()
    try:
        with httpx.Client(transport=httpx.HTTPTransport(verify=PLAIN)) as client:
            return client.get(f"{address}/readyz", timeout=2).is_success
    except httpx.TransportError:
        return False


def _free(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports
