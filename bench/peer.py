"""procrastinate, the best known queue on PostgreSQL, from its package: a worker of its own on the same server.

It has a database of its own there, and as many tasks at once as a worker of Roger's has shifts. Its task does nothing;
its own event log says how fast it was.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import Self, cast

import procrastinate
import psycopg
from psycopg.conninfo import make_conninfo

from bench.book import moments_rate

_DATABASE = "bench_procrastinate"
_TASK = "nothing"


class Peer:
    """A procrastinate that can be filled and set to work; its database is dropped on leaving."""

    def __init__(self, url: str, *, concurrency: int) -> None:
        self._server, self._concurrency = url, concurrency
        self._url = make_conninfo(url, dbname=_DATABASE)
        self._processes = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        self._on_server(f"drop database if exists {_DATABASE} with (force)", f"create database {_DATABASE}")
        asyncio.run(_lay_out(self._url))
        self._connection = psycopg.connect(self._url, autocommit=True)
        self._processes.submit(_ready).result()
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.shutdown()
        self._connection.close()
        self._on_server(f"drop database if exists {_DATABASE} with (force)")

    def let_wait(self, count: int) -> None:
        """Make as many jobs wait as this."""
        [there] = cast(
            "tuple[int]",
            self._connection.execute("select count(*) from procrastinate_jobs where status = 'todo'").fetchone(),
        )
        self._connection.execute(
            "insert into procrastinate_jobs (queue_name, task_name) select 'default', %s from generate_series(1, %s)",
            (_TASK, max(0, count - there)),
        )
        self._connection.execute("vacuum (analyze) procrastinate_jobs")

    def clear(self) -> None:
        """Forget every job."""
        self._connection.execute("truncate procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers")

    def run(self, seconds: float, warm_up: int) -> float:
        """Work until nothing is left or the time is up; gives jobs a second."""
        [mark] = cast(
            "tuple[int]", self._connection.execute("select coalesce(max(id), 0) from procrastinate_events").fetchone()
        )
        self._processes.submit(work_off, self._url, self._concurrency, seconds).result()
        ended = self._connection.execute(
            "select extract(epoch from at)::float from procrastinate_events where id > %s and type = 'succeeded' "
            "order by at",
            (mark,),
        )
        return moments_rate([moment for (moment,) in ended.fetchall()], warm_up)

    def _on_server(self, *commands: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            for command in commands:
                connection.execute(command.encode())


def work_off(url: str, concurrency: int, seconds: float) -> None:
    """A worker of theirs, in this process."""
    asyncio.run(_work_off(url, concurrency, seconds))


def _app(url: str) -> procrastinate.App:
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))

    @app.task(name=_TASK)
    async def nothing() -> None:
        """Do nothing, well."""

    del nothing
    return app


async def _work_off(url: str, concurrency: int, seconds: float) -> None:
    async with _app(url).open_async() as app:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await app.run_worker_async(concurrency=concurrency, wait=False, install_signal_handlers=False)


async def _lay_out(url: str) -> None:
    async with _app(url).open_async() as app:
        await app.schema_manager.apply_schema_async()


def _ready() -> None:
    """The process is there, with everything imported."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
