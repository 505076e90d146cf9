"""A database as it is after years: millions of cases that wait or have ended, put in within minutes.

What waits here has the lowest priority and cannot be read: a measurement puts real cases in front of it, and ends before
they do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg.rows import DictRow, dict_row

from bench.rows import Tell
from common.db.pool import named_sql
from common.local.stack import Stack

_SQL = named_sql("bench", "fill.sql")
_CHUNK = 200_000
_SEALED = {"key": os.urandom(62), "payload": os.urandom(300), "result": os.urandom(120)}
"""As large as those of a form with a dozen fields."""
_TABLES = "cases, case_contents, events, benefits"


def add_waiting(stack: Stack, process: str, first: int, last: int, tell: Tell) -> float:
    """Lengthen the line by the cases of these numbers; gives the seconds it took."""
    waiting = _Kind(statement="waiting", process=process, first=first, last=last)
    return _fill(stack, lambda database: _in_chunks(database, waiting, tell))


def add_finished(stack: Stack, process: str, count: int, tell: Tell) -> float:
    """Add so many cases that have ended, with events, contents and benefits; gives the seconds it took."""

    def fill(database: psycopg.Connection[DictRow]) -> None:
        _in_chunks(database, _Kind(statement="finished", process=process, first=1, last=count), tell)
        database.execute(_SQL["benefits"])
        database.execute(_SQL["counted"])

    return _fill(stack, fill)


def _fill(stack: Stack, fill: Callable[[psycopg.Connection[DictRow]], None]) -> float:
    began = time.monotonic()
    url = stack.environment["ROGER_DATABASE_URL"]
    with (
        _without_errands(stack),
        psycopg.Connection[DictRow].connect(url, autocommit=True, row_factory=dict_row) as database,
    ):
        database.execute("set synchronous_commit = off")
        database.execute("set maintenance_work_mem = '512MB'")
        # Rows of cases are made just before their contents: the check would find every one.
        database.execute("set session_replication_role = replica")
        with _without_indexes(database):
            fill(database)
        database.execute(f"vacuum (analyze) {_TABLES}".encode())
        database.execute("checkpoint")
    return time.monotonic() - began


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What is put in: a statement of fill.sql, and the numbers of its cases."""

    statement: str
    process: str
    first: int
    last: int


def _in_chunks(database: psycopg.Connection[DictRow], kind: _Kind, tell: Tell) -> None:
    for start in range(kind.first, kind.last + 1, _CHUNK):
        values = {
            "first": start,
            "last": min(kind.last, start + _CHUNK - 1),
            "of": kind.last,
            "process": kind.process,
        }
        database.execute(_SQL[kind.statement], values | _SEALED)
        if start > kind.first and (start - kind.first) % (5 * _CHUNK) == 0:
            tell(f"{start - kind.first:,} {kind.statement} cases are in")


@contextmanager
def _without_errands(stack: Stack) -> Generator[None]:
    """They would count the benefits of every chunk."""
    errands = stack.parts["errands"]
    errands.ask_to_stop()
    errands.wait()
    try:
        yield
    finally:
        errands.start()


@contextmanager
def _without_indexes(database: psycopg.Connection[DictRow]) -> Generator[None]:
    found = database.execute(_SQL["indexes"]).fetchall()
    for index in found:
        database.execute(f"drop index {index['name']}".encode())
    try:
        yield
    finally:
        for index in found:
            database.execute(index["definition"].encode())
