"""The tables of files that callers hand over before the cases that name them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field, SQLModel

from common.db.tables.columns import moment, sealed


class FileRow(SQLModel, table=True):
    """A file: whose it is, how large, and for how long it is kept. What it holds lies beside it in sealed pieces."""

    __tablename__ = "files"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("state in ('arriving', 'whole')", name="files_state_known"),
        CheckConstraint(
            "(state = 'whole') = (mark is not null) and (state = 'whole') = (facts is not null)", name="files_are_known"
        ),
        CheckConstraint(
            "expires_at <= ends_at and ends_at <= handed_at + interval '30 days'", name="files_for_thirty_days"
        ),
        Index("files_mark", "mark", unique=True),
        Index("files_room", "caller", postgresql_include=["size"]),
        Index("files_over", "expires_at"),
    )

    id: UUID = Field(primary_key=True)
    caller: str
    state: str
    mark: bytes | None = sealed(default=None)
    """A keyed hash of its caller and its content, by which it is found; once all of it is here."""
    key: bytes = sealed()
    facts: bytes | None = sealed(default=None)
    """What it must come to again: its hash, its size, the number of its pieces."""
    size: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    """In bytes; while it arrives, what its sender has announced, or what has come where that is more."""
    pieces: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    handed_at: datetime = moment()
    """When it was handed over last; while it arrives, when something of it came."""
    expires_at: datetime = moment()
    """Until then it is kept without a case."""
    ends_at: datetime = moment()
    """Then it goes, whatever still needs it."""


class FilePiece(SQLModel, table=True):
    """One piece of a file, sealed to its place in it."""

    __tablename__ = "file_pieces"  # pyright: ignore[reportAssignmentType]

    file_id: UUID = Field(foreign_key="files.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    """From 0."""
    content: bytes = sealed()


class FileUse(SQLModel, table=True):
    """That a case names a file: as long as it is open, the file is kept for it."""

    __tablename__ = "file_uses"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("file_uses_file", "file_id"),)

    case_id: UUID = Field(foreign_key="cases.id", ondelete="CASCADE", primary_key=True)
    file_id: UUID = Field(foreign_key="files.id", ondelete="CASCADE", primary_key=True)
