"""The account of benefits: counted once from the event log, exact at any moment, however often its counter dies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from common import log
from common.benefits.saving import Saving, hundredths
from common.db.pool import Pool, named_sql
from common.process import Service

SQL = named_sql("common.benefits", "benefits.sql")
_log = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Span:
    """What a report is about; `None` leaves that open."""

    first: date | None = None
    """The first month's first day."""
    last: date | None = None
    """The last month's first day."""
    process: str | None = None
    unit: str | None = None
    units: Collection[str] | None = None
    """Only of these, whatever else is asked for."""


class Account:
    """Counts what Roger did and says what it saved."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def know(self, service: Service) -> None:
        """Remember how many minutes each version of a process saves; one that is known keeps what it had."""
        processes = list(service.processes.values())
        values: dict[str, Any] = {
            "process": [process.name for process in processes],
            "version": [process.version for process in processes],
            "manual": [hundredths(process.manual_minutes) for process in processes],
            "fallout": [hundredths(process.fallout_minutes) for process in processes],
        }
        async with self._pool.connection() as connection:
            await connection.execute(SQL["know_versions"], values)
            rows = await (await connection.execute(SQL["known_versions"])).fetchall()
        known = {
            (row["process"], row["version"]): (row["manual_hundredths"], row["fallout_hundredths"]) for row in rows
        }
        for process in processes:
            now = (hundredths(process.manual_minutes), hundredths(process.fallout_minutes))
            if known[process.name, process.version] != now:
                _log.warning(
                    "benefits.minutes_changed", process=process.name, remedy="raise the version of the process"
                )

    async def count(self) -> None:
        """Count what has happened since the last time; any number of counters agree."""
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(SQL["position"])).fetchone()
            if row is None or row["horizon"] <= row["tx"]:
                return
            window = {"since": row["tx"], "until": row["horizon"]}
            await connection.execute(SQL["count"], window)
            await connection.execute(SQL["counted"], window)

    async def savings(self, span: Span | None = None) -> list[Saving]:
        """What was saved per month, process and unit, also by what has not been counted yet."""
        asked = span or Span()
        values: dict[str, Any] = {
            "first": asked.first,
            "last": asked.last,
            "process": asked.process,
            "unit": asked.unit,
        }
        values["units"] = None if asked.units is None else list(asked.units)
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["figures"], values)).fetchall()
        return [_saving(row) for row in rows]


def _saving(row: dict[str, Any]) -> Saving:
    return Saving(
        process=row["process"],
        unit=row["unit"] or None,
        month=row["month"],
        automatic=row["automatic"],
        manual=row["manual"],
        saved=row["saved"],
    )
