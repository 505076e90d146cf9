"""The moves of all cases as one feed that can be left anywhere and taken up again: nothing missed, nothing twice.

Ids are given before transactions commit, so whoever reads "everything above the last id" misses what commits late. The
feed is read in the order of transactions instead, and only up to the oldest one still open. An event in it never holds
what was submitted: nobody's data, and not the caller's reference either, which may be somebody's number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from common.cases.states import State
from common.db.pool import Pool, named_sql
from common.privacy.masking import mask
from common.refusals import PositionUnknown

SQL = named_sql("common.cases", "feed.sql")
FORM = r"[0-9]{1,18}\.[0-9]{1,18}\.[0-9]{1,18}"
CODES = "Outcomes or reasons; CHILDREN_ENDED of a case all of whose children, and theirs, have ended"
CHILDREN_ENDED = "CHILDREN_ENDED"
"""The code of the one event that moves nothing: every child of a case has ended, and every child of these."""
_SPAN = 20_000
"""Transactions looked at in one read, most of which wrote one event or none."""
_SKEW = timedelta(minutes=1)
"""No transaction lasts this long; one that began after a moment has a higher number than any written this long before."""


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """How far a reader has come: everything up to this transaction, anchor and id has been read."""

    tx: int
    anchor: int = 0
    """The event behind which it is given: itself, unless its case was moved out of turn."""
    id: int = 0

    def __str__(self) -> str:
        return f"{self.tx}.{self.anchor}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Read what was once given; raises PositionUnknown."""
        if not re.fullmatch(FORM, text):
            raise PositionUnknown
        return cls(*map(int, text.split(".")))


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One move of one case, as whoever may see the case is told of it."""

    id: int
    position: Position
    case: UUID
    process: str
    caller: str
    from_state: State | None
    to_state: State
    code: str | None
    """The outcome, or the reason."""
    at: datetime
    unit: str | None
    batch: UUID | None
    test: bool

    @property
    def moves(self) -> bool:
        """Whether the case went from one state to another."""
        return self.from_state is not self.to_state

    @property
    def name(self) -> str:
        """What has happened to the case, in a word: the state it has moved to, or `children_ended`."""
        return self.to_state.value if self.moves else CHILDREN_ENDED.lower()

    @classmethod
    def of(cls, row: Mapping[str, Any], *, id: int, position: Position) -> Move:  # noqa: A002  the field's name
        """The move that a row of the event log tells of, joined with its case."""
        return cls(
            id=id,
            position=position,
            case=row["case_id"],
            process=row["process"],
            caller=row["caller"],
            from_state=State(row["from_state"]) if row["from_state"] else None,
            to_state=State(row["to_state"]),
            code=row["code"],
            at=row["at"],
            unit=row["unit"],
            batch=row["batch"],
            test=row["test"],
        )

    def told(self) -> dict[str, Any]:
        """As callers are told it, the same in a stream, on a page and in a webhook."""
        return {
            "id": self.id,
            "position": str(self.position),
            "case": str(self.case),
            "process": self.process,
            "from": self.from_state.value if self.from_state else None,
            "to": self.to_state.value,
            "code": self.code,
            "at": self.at.isoformat(),
            "unit": self.unit,
            "batch": str(self.batch) if self.batch else None,
            "test": self.test,
        }


@dataclass(frozen=True)
class FeedPage:
    """Some moves, and where to go on."""

    moves: list[Move]
    end: Position
    more: bool
    """Whether there is more to read at once."""


class EventFilter(BaseModel):
    """What a reader wants to be told of; what is empty is left open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    process: list[str] = Field(default=[], max_length=50, examples=[["test-journals"]])
    state: list[State] = Field(default=[], max_length=10, examples=[["done", "manual"]], description="Moved to where")
    code: list[str] = Field(default=[], max_length=50, examples=[["CREATED"]], description=CODES)
    unit: list[str] = Field(default=[], max_length=50)
    batch: UUID | None = None
    case: UUID | None = None

    @field_validator("process", "code", "unit")
    @classmethod
    def are_about_nobody(cls, wanted: list[str]) -> list[str]:
        """Filters of webhooks are kept in the clear."""
        if any(mask(each) != each for each in wanted):
            raise PydanticCustomError("INVALID_VALUE", "What is wanted is never a person's number")
        return wanted

    def wants(self, move: Move) -> bool:
        lists: list[tuple[list[Any], Any]] = [
            (self.process, move.process),
            (self.state, move.to_state if move.moves else None),
            (self.code, move.code),
            (self.unit, move.unit),
        ]
        return (
            all(not wanted or value in wanted for wanted, value in lists)
            and self.batch in {None, move.batch}
            and self.case in {None, move.case}
        )


class Feed:
    """Reads the feed; each read is one short statement."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def now(self) -> Position:
        """Where whoever begins now begins: everything that commits from here on lies behind it."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["horizon"])).fetchone()
        assert row is not None  # noqa: S101  a select without a table has one row
        return Position(row["horizon"])

    async def given(self, text: str) -> Position:
        """A position that a caller hands back; raises PositionUnknown for one that cannot have been given yet."""
        position = Position.parse(text)
        if position > await self.now():
            raise PositionUnknown
        return position

    async def page(self, after: Position, *, limit: int = 500) -> FeedPage:
        """The moves behind a position, oldest first; a page may be empty and have more behind it."""
        values = {"tx": after.tx, "anchor": after.anchor, "id": after.id, "span": _SPAN, "limit": limit}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["read_events"], values)).fetchall()
        top, newest, looked_at = rows[0]["top"], rows[0]["newest_id"], rows[0]["looked_at"]
        if looked_at >= limit:
            end, more = Position(rows[0]["newest_tx"], newest + 1), True
        else:
            end, more = Position(top), top == after.tx + _SPAN
        moves = [
            Move.of(row, id=row["id"], position=Position(row["tx"], row["anchor"], row["id"]))
            for row in rows
            if row["id"] is not None
        ]
        return FeedPage(moves, max(end, after), more)

    async def since(self, moment: datetime) -> Position:
        """A position from which every event of that moment or later is given, and a few before it."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(SQL["event_ids"])).fetchone()
            low, high = (row["first"], row["last"] + 1) if row else (0, 0)
            found: int | None = None
            # Ids rise with time but for a few seconds; the times themselves have no index.
            while low < high:
                middle = (low + high) // 2
                event = await (await connection.execute(SQL["event_from"], {"id": middle})).fetchone()
                if event is not None and event["at"] < moment - _SKEW:
                    low = event["id"] + 1
                else:
                    found, high = (event["tx"] if event else found), middle
        return Position(found) if found is not None else await self.now()
