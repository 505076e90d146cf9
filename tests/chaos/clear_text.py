"""Whether a national id stands readable anywhere it must not: in a log, in a column that is not sealed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from psycopg import sql

from tests.recovery.plant import Plant

_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")
_AS_BYTES = re.compile(r"(?:3\d){11}")
"""Digits inside a bytea column, as PostgreSQL shows it."""


def readable(text: str, numbers: Collection[str]) -> set[str]:
    """Those of the numbers that stand in a text, as digits or as the hexadecimal bytes of digits."""
    found = {match for match in _DIGITS.findall(text) if match in numbers}
    return found | {digits for match in _AS_BYTES.findall(text) if (digits := match[1::2]) in numbers}


def in_files(files: Iterable[Path], numbers: Collection[str]) -> list[str]:
    """The files in which one of the numbers stands."""
    return [path.name for path in files if readable(path.read_text(errors="replace"), numbers)]


def in_tables(plant: Plant, numbers: Collection[str]) -> list[str]:
    """The tables of Roger's database in which one of the numbers stands, in whatever column."""
    tables = plant.rows("select table_name from information_schema.tables where table_schema = 'public'")
    found: list[str] = []
    for name in sorted(row["table_name"] for row in tables):
        rows = plant.rows(sql.SQL("select t::text as row from {} t").format(sql.Identifier(name)))
        if any(readable(row["row"], numbers) for row in rows):
            found.append(f"table {name}")
    return found
