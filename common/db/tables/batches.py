"""The tables of batches: cases that were submitted together."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from common.db.tables.columns import made_now, moment, plain, sealed


class BatchRow(SQLModel, table=True):
    """Cases submitted together. Rows in = refused + existing + its own cases, at every moment."""

    __tablename__ = "batches"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # The same file or key from the same caller is the same batch.
        Index(
            "batches_content",
            "process",
            "caller",
            "content",
            unique=True,
            postgresql_where=text("content is not null"),
        ),
        # What still needs attention.
        Index("batches_unended", "state", postgresql_where=text("ended_at is null")),
        Index("batches_caller", "caller", "id"),
        CheckConstraint(
            "state in ('receiving', 'received', 'awaiting_release', 'open', 'ended', 'refused')",
            name="batches_state_known",
        ),
        CheckConstraint("state <> 'ended' or ended_at is not null", name="batches_ended_has_a_time"),
        CheckConstraint("ended_at is null or state in ('ended', 'refused')", name="batches_only_ended_has_a_time"),
    )

    id: UUID = Field(primary_key=True)
    process: str
    version: int = Field(sa_type=SmallInteger)
    caller: str
    source: str
    """`array`, `ndjson`, `csv`, `xlsx`, `schedule` or `handover`."""
    content: bytes | None = sealed(default=None)
    """Blind index of the file's content, or of the caller's key for it; given free when the upload was left half sent
    or withdrawn, so that it may be sent anew."""
    chain: bytes | None = sealed(default=None)
    """Keyed hash of all rows so far: whether a stream that is sent again is the one that broke off."""
    state: str
    """receiving: rows arrive · received: all are in, the process's rule over them is to be asked · awaiting_release: a
    second person must release it · open: its cases are worked on · ended: every case has · refused: nothing is done."""
    rows: int = 0
    """Rows received; final once the batch is no longer receiving."""
    figures: dict[str, Any] | None = plain(default=None, nullable=True)
    """What the process's hook counted over all rows: control totals without personal data."""
    code: str | None = None
    """Why it was refused."""
    submitted_at: datetime = made_now()
    touched_at: datetime = made_now()
    """When its last rows came, or since when it waits for a person; one that is left half sent is refused in the end."""
    retry_at: datetime | None = moment(default=None, nullable=True)
    """The process's rule over it failed, or somebody is judging it; when it is asked (again)."""
    judging: UUID | None = None
    """The turn of whoever judges it, or did so last: nobody else may say anything of its rows."""
    release_by: datetime | None = moment(default=None, nullable=True)
    """When its waiting for a second person is an alarm, where its process says so."""
    released_at: datetime | None = moment(default=None, nullable=True)
    released_by: str | None = None
    """The second person."""
    refused_by: str | None = None
    """Who withdrew it, or whose rule refused it."""
    opened_at: datetime | None = moment(default=None, nullable=True)
    """When the last of its cases was let go; an open batch without it is still being opened."""
    ended_at: datetime | None = moment(default=None, nullable=True)
    """A refused batch without it still has cases to withdraw."""


class BatchRemainder(SQLModel, table=True):
    """A row that became no case of its batch: it was refused, or its case stood before."""

    __tablename__ = "batch_remainders"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("(case_id is null) <> (problem is null)", name="batch_remainders_refused_or_existing"),
    )

    batch: UUID = Field(primary_key=True, foreign_key="batches.id", ondelete="CASCADE")
    row: int = Field(primary_key=True)
    case_id: UUID | None = None
    """The case that stood under the row's reference before."""
    problem: dict[str, Any] | None = plain(default=None, nullable=True)
    """The problem document of a refused row; never what the row held."""


class BatchReport(SQLModel, table=True):
    """What the rows of an ended batch came to, where its process makes a report."""

    __tablename__ = "batch_reports"  # pyright: ignore[reportAssignmentType]

    batch: UUID = Field(primary_key=True, foreign_key="batches.id", ondelete="CASCADE")
    key: bytes = sealed()
    """Its own data key, wrapped under a master key."""
    heading: bytes = sealed()
    """Its title, for lists."""
    content: bytes = sealed()
    made_at: datetime = made_now()
