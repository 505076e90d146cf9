"""The statements of a turn at the queue with nothing around them: what PostgreSQL alone takes for a case.

Each connection lives in a process of its own, so that nothing but the database limits it. Values that Roger computes
(the sealed result) are constants of the same size.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Self, cast

import psycopg
from psycopg.rows import RowFactory, dict_row

from common.cases.statements import SQL

_RESULT = os.urandom(30)  # a sealed empty outcome
_LEASE = 20.0


class Bare:
    """So many connections that take turns as shifts do; kept between measurements."""

    def __init__(self, url: str, *, connections: int) -> None:
        self._url, self._connections = url, connections
        self._processes = ProcessPoolExecutor(connections, mp_context=multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        list(self._processes.map(time.sleep, [0.2] * self._connections))  # each one is started
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.shutdown()

    def run(self, process: str, seconds: float) -> None:
        """Claim and finish until nothing is left, or the time is up."""
        turns = [
            self._processes.submit(take_turns, self._url, process, f"bare-{number}", seconds)
            for number in range(self._connections)
        ]
        for turn in turns:
            turn.result()


def take_turns(url: str, process: str, name: str, seconds: float) -> None:
    """Finish one case and claim the next in one transaction, again and again, on one connection."""
    options = "-c timezone=UTC"
    with psycopg.Connection[dict[str, Any]].connect(
        url, autocommit=True, row_factory=cast("RowFactory[dict[str, Any]]", dict_row), options=options
    ) as connection:
        claim = {"open": [process], "shift": name, "lease": _LEASE, "actor": f"worker:{name}"}
        ends = time.monotonic() + seconds
        row: dict[str, Any] | None = None
        while True:
            last = time.monotonic() >= ends
            with connection.pipeline(), connection.transaction():
                if row is not None:
                    connection.execute(SQL["finish"], _finish(row, name)).fetchone() if last else connection.execute(
                        SQL["finish"], _finish(row, name)
                    )
                row = None if last else connection.execute(SQL["claim"], claim).fetchone()
            if row is None or row["id"] is None:
                return


def _finish(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "fence": row["fence"],
        "state": "done",
        "outcome": "NOOP",
        "code": None,
        "failed": 0,
        "delay": None,
        "lock": None,
        "result": _RESULT,
        "actor": f"worker:{name}",
    }
