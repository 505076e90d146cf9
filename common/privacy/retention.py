"""Delete what cases held when its time is over; figures, log, register uses and ledger stay.

It walks the ended cases of each process in the order of their ends, from where it stopped. A process that was removed
from the code is known by what it last declared; one that was never declared here is kept for the longest time there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common import log
from common.clock import OSLO
from common.db.pool import Pool, named_sql

_log = log.get(__name__)
_SQL = named_sql("common.privacy", "retention.sql")
LONGEST = timedelta(days=5 * 365)
"""For what nobody has declared: accounting documents are kept for five years."""
AUDIT_TRAIL = timedelta(days=5 * 365)
"""How long the log of moves is kept (rule R4); it holds nobody's data."""
COUNTED = 10_000
"""Overdue cases are counted no further: who asks must not read millions."""


@dataclass(frozen=True, kw_only=True)
class Purged:
    """What one round deleted."""

    cases: Mapping[str, int]
    """Of each process, cases whose content is gone."""
    reports: int
    evidence: int
    facts: int
    events: int


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept of one process's cases."""

    process: str
    days: int
    """Counted from the end of a case, or from its closure by a person."""
    deleted: int
    """Cases whose content has been deleted, ever."""
    overdue: int
    """Cases whose content should be gone by now; counted up to `COUNTED`."""
    overdue_since: datetime | None
    manual: int
    """Cases that wait for a person: kept until somebody has closed them."""
    manual_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class KeptBeside:
    """What is kept beside the contents of cases."""

    reports: int
    reports_overdue: int
    evidence: int
    evidence_overdue: int
    evidence_overdue_since: datetime | None
    facts: int
    facts_overdue: int
    log_since: datetime | None
    """The oldest entry of the log of moves."""


class Retention:
    """Deletes in bites of `chunk`, at most `bites` of each sort in one round; the rest is for the next round."""

    def __init__(self, pool: Pool, *, chunk: int = 500, bites: int = 20) -> None:
        self._pool, self._chunk, self._bites = pool, chunk, bites

    async def purge(self, declared: Mapping[str, timedelta], now: datetime) -> Purged:
        """Delete what is over at that moment; what is over exactly then is deleted."""
        await self._know(declared)
        cases: dict[str, int] = {}
        for process, span in (await self._spans()).items():
            cases[process] = await self._purge(process, now - span)
        today = now.astimezone(OSLO).date()
        return Purged(
            cases=cases,
            reports=await self._delete("expire_reports", now=now),
            evidence=await self._delete("expire_evidence", now=now),
            facts=await self._delete("forget_facts", today=today),
            events=await self._delete("forget_events", over=now - AUDIT_TRAIL),
        )

    async def waiting_for_people(self) -> dict[str, datetime]:
        """Of each process, since when its oldest manual case waits."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["waiting_for_people"])
            return {row["process"]: row["since"] for row in await cursor.fetchall()}

    async def standing(self, now: datetime) -> tuple[list[Kept], KeptBeside]:
        """What is kept how long, and what is overdue at that moment."""
        values = {"now": now, "today": now.astimezone(OSLO).date(), "most": COUNTED}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_SQL["standing"], values)).fetchall()
            rest = await (await connection.execute(_SQL["standing_of_the_rest"], values)).fetchone()
        kept = [
            Kept(
                process=row["process"],
                days=row["retention_days"],
                deleted=row["deleted"],
                overdue=row["overdue"],
                overdue_since=row["oldest"] + timedelta(days=row["retention_days"]) if row["oldest"] else None,
                manual=row["manual"],
                manual_since=row["manual_since"],
            )
            for row in rows
        ]
        assert rest is not None  # noqa: S101  a select without a table has one row
        beside = KeptBeside(
            reports=rest["reports"],
            reports_overdue=rest["reports_overdue"],
            evidence=rest["evidence"],
            evidence_overdue=rest["evidence_overdue"],
            evidence_overdue_since=rest["evidence_since"],
            facts=rest["facts"],
            facts_overdue=rest["facts_overdue"],
            log_since=rest["log_since"],
        )
        return kept, beside

    async def _know(self, declared: Mapping[str, timedelta]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_SQL["know"], _columns(declared))
            strangers = await (await connection.execute(_SQL["strangers"])).fetchall()
            if strangers:
                names = [row["process"] for row in strangers]
                _log.warning("retention.undeclared", processes=names, days=LONGEST.days)
                await connection.execute(_SQL["know"], _columns(dict.fromkeys(names, LONGEST)))

    async def _spans(self) -> dict[str, timedelta]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_SQL["all"])
            return {row["process"]: timedelta(days=row["retention_days"]) for row in await cursor.fetchall()}

    async def _purge(self, process: str, over: datetime) -> int:
        """How many cases of a process were purged of those that ended by then."""
        purged = 0
        for _ in range(self._bites):
            values: dict[str, Any] = {"process": process, "over": over, "limit": self._chunk}
            async with self._pool.connection() as connection, connection.transaction():
                turn = await (await connection.execute(_SQL["take_turn"], values)).fetchone()
                if turn is None:
                    break
                bitten = await (await connection.execute(_SQL["purge"], values | turn)).fetchone() or {}
            purged += bitten["purged"]
            if bitten["walked"] < self._chunk:
                break
        return purged

    async def _delete(self, statement: str, **values: Any) -> int:
        deleted = 0
        for _ in range(self._bites):
            async with self._pool.connection() as connection:
                cursor = await connection.execute(_SQL[statement], values | {"limit": self._chunk})
            deleted += cursor.rowcount
            if cursor.rowcount < self._chunk:
                break
        return deleted


def _columns(spans: Mapping[str, timedelta]) -> dict[str, Any]:
    return {"processes": list(spans), "days": [span.days for span in spans.values()]}
