"""All that only reads batches: one with its control totals, lists, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from common.cases.batches import SQL, BatchState, Source
from common.cases.sight import ALL, Sight
from common.cases.states import State
from common.db.pool import Pool
from common.refusals import BatchUnknown


@dataclass(frozen=True, kw_only=True)
class BatchView:
    """A batch, without its totals."""

    id: UUID
    process: str
    version: int
    caller: str
    source: Source
    state: BatchState
    rows: int
    figures: dict[str, int | str]
    code: str | None
    submitted_at: datetime
    released_at: datetime | None
    released_by: str | None
    refused_by: str | None
    opened_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of a batch's own cases stand in one place."""

    state: State
    outcome: str | None
    code: str | None
    number: int


@dataclass(frozen=True, kw_only=True)
class Totals:
    """A batch at one moment: `rows` = `refused` + `existing` + the sum of `cases`."""

    batch: BatchView
    refused: int
    existing: int
    cases: list[Share]
    reported: bool = False
    """A report of it is kept."""

    @property
    def accepted(self) -> int:
        """How many rows became cases of this batch."""
        return sum(share.number for share in self.cases)


@dataclass(frozen=True, kw_only=True)
class RowView:
    """What became of one row."""

    row: int
    case: UUID | None
    existing: bool
    state: State | None
    outcome: str | None
    code: str | None
    problem: dict[str, Any] | None = field(repr=False)


class BatchQueries:
    """Reads of batches; each is one statement, so what it gives belongs to one moment."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def one(self, batch: UUID, sight: Sight = ALL) -> Totals:
        """A batch with its control totals; raises BatchUnknown, also for one that lies outside."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["one"], {"batch": batch, **sight.values})).fetchone()
        if row is None:
            raise BatchUnknown
        shares = [Share(**(share | {"state": State(share["state"])})) for share in row["cases"]]
        return Totals(
            batch=_view(row),
            refused=row["refused"],
            existing=row["existing"],
            cases=shares,
            reported=row["reported"],
        )

    async def page(
        self,
        *,
        sight: Sight,
        state: BatchState | None,
        limit: int,
        before: UUID | None = None,
    ) -> list[BatchView]:
        """Batches, the newest first."""
        values = {
            **sight.values,
            "state": state,
            "limit": limit,
            "before": before,
        }
        async with self._pool.connection() as connection:
            return [_view(row) for row in await (await connection.execute(SQL["page"], values)).fetchall()]

    async def rows(self, batch: UUID, *, only: str | None = None, limit: int, after: int = -1) -> list[RowView]:
        """Rows in order, from behind `after` on; `only` is `refused`, `existing`, `accepted` or a state of cases."""
        kind = only if only in {"refused", "existing", "accepted"} else None
        values: dict[str, Any] = {
            "batch": batch,
            "after": after,
            "limit": limit,
            "state": only if kind is None else None,
            "cases": kind in {None, "accepted"},
            "refused": only in {None, "refused"},
            "existing": kind is None or kind == "existing",
        }
        async with self._pool.connection() as connection:
            found = await (await connection.execute(SQL["rows"], values)).fetchall()
        return [
            RowView(
                row=row["row"],
                case=row["case_id"],
                existing=row["existing"],
                state=State(row["state"]) if row["state"] else None,
                outcome=row["outcome"],
                code=row["code"],
                problem=row["problem"],
            )
            for row in found
        ]


def _view(row: dict[str, Any]) -> BatchView:
    same = ("id", "process", "version", "caller", "rows", "code", "submitted_at", "released_at", "released_by")
    return BatchView(
        **{name: row[name] for name in (*same, "refused_by", "opened_at", "ended_at")},
        source=Source(row["source"]),
        state=BatchState(row["state"]),
        figures=row["figures"] or {},
    )
