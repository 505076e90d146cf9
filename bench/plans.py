"""What the hot statements read, in pages of the database: a figure that no busy machine can blur.

Each statement is explained with what it is given in production, run twice, the second time counted, and rolled back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.rows import Row
from common.cases.queries import Filter, Queries
from common.cases.sight import Sight
from common.cases.statements import SQL
from common.cases.states import State
from common.db.engine import engine
from common.db.pool import named_sql
from common.local.stack import Stack
from common.privacy.crypto import Keyring
from common.settings import DatabaseSettings

_BACKLOG = 100_000
_PAGE = 50
_FEED = {"tx": 0, "anchor": 0, "id": 0, "span": 10_000, "limit": 500}


@dataclass(frozen=True)
class _Statement:
    name: str
    sql: str
    values: Any
    most: int | None = None
    """Pages it may read, however full the database is."""


def look(stack: Stack, process: str, where: str, *, everything: bool) -> list[Row]:
    """The statements of a turn and of the sweep; or also what lists, gauges and reports ask."""
    rows: list[Row] = []
    url = stack.environment["ROGER_DATABASE_URL"]
    with psycopg.Connection[DictRow].connect(url, autocommit=True, row_factory=dict_row) as database:
        wanted = _turn(process) + _sweep()
        if everything:
            wanted += asyncio.run(_reads(stack, url)) + _reports(database)
        for statement in wanted:
            milliseconds, pages = _explain(database, statement)
            rows.append(
                Row(
                    part="plans",
                    what=f"{statement.name}, {where}",
                    measured=pages,
                    unit="pages",
                    beside=f"{milliseconds:,.1f} ms",
                    mark="" if statement.most is None else f"≤ {statement.most} pages",
                    met=None if statement.most is None else pages <= statement.most,
                )
            )
    return rows


def _explain(database: psycopg.Connection[DictRow], statement: _Statement) -> tuple[float, int]:
    """Milliseconds, and pages that were touched wherever they lay."""
    plan: dict[str, Any] = {}
    for _ in range(2):
        with database.transaction(force_rollback=True):
            asked = f"explain (analyze, buffers, format json) {statement.sql}"
            row = database.execute(asked.encode(), statement.values).fetchone() or {}
            plan = row["QUERY PLAN"][0]
    top = plan["Plan"]
    return plan["Execution Time"], max(1, top["Shared Hit Blocks"] + top["Shared Read Blocks"])


def _turn(process: str) -> list[_Statement]:
    claim = {"open": [process], "shift": "bench", "lease": 20.0, "actor": "worker:bench"}
    return [_Statement("claim", SQL["claim"], claim, most=150)]


def _sweep() -> list[_Statement]:
    return [
        _Statement(name, SQL[name], {"attempts": 3}, most=100)
        for name in ("reclaim_expired", "wake_due", "wake_subjects")
    ]


def _reports(database: psycopg.Connection[DictRow]) -> list[_Statement]:
    newest = database.execute("select max(tx) as tx from events").fetchone() or {"tx": 0}
    dates: Mapping[str, Any] = {"first": None, "last": None, "process": None, "unit": None, "units": None}
    feed = _FEED | {"tx": max(0, newest["tx"] - 100)}
    return [
        _Statement("benefits", named_sql("common.benefits", "benefits.sql")["figures"], dates),
        _Statement("events feed", named_sql("common.cases", "feed.sql")["read_events"], feed),
    ]


async def _reads(stack: Stack, url: str) -> list[_Statement]:
    """What the API and the errands ask through SQLAlchemy, taken down as it is sent."""
    database = engine(DatabaseSettings(url=url), name="roger-bench")
    try:
        queries = Queries(database, Keyring.load(stack.folder / "keyring.json"))
        [newest] = (await queries.page(Filter(), limit=1)).cases
        asked = {
            "standings": queries.standings,
            f"backlog up to {_BACKLOG:,}": lambda: queries.backlog(_BACKLOG),
            "list, newest": lambda: queries.page(Filter(), limit=_PAGE),
            "list, one process": lambda: queries.page(Filter(processes=[newest.process]), limit=_PAGE),
            "list, one caller": lambda: queries.page(Filter(sight=Sight(caller="bench")), limit=_PAGE),
            "list, one unit": lambda: queries.page(Filter(unit="unit-7"), limit=_PAGE),
            "list, with a person": lambda: queries.page(Filter(state=State.MANUAL), limit=_PAGE),
            "list, one code": lambda: queries.page(Filter(code="NAME_MISMATCH"), limit=_PAGE),
            "list, one reference": lambda: queries.page(Filter(reference="bench-7"), limit=_PAGE),
            "events of a case": lambda: queries.events(newest.id),
        }
        return [await _taken_down(database, name, ask()) for name, ask in asked.items()]
    finally:
        await database.dispose()


async def _taken_down(database: AsyncEngine, name: str, asking: Any) -> _Statement:
    sent: list[tuple[str, Any]] = []

    def take_down(_connection: Any, _cursor: Any, sql: str, values: Any, *_: Any) -> None:
        sent.append((sql, values))

    event.listen(database.sync_engine, "before_cursor_execute", take_down)
    try:
        await asking
    finally:
        event.remove(database.sync_engine, "before_cursor_execute", take_down)
    return _Statement(name, *sent[-1])
