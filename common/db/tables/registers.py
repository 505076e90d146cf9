"""The tables of what cases are decided by and what is remembered after them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger
from sqlmodel import Field, SQLModel

from common.db.tables.columns import made_now, moment, plain, sealed


class RegisterVersion(SQLModel, table=True):
    """One version of a table that its owner unit replaces; never changed once it stands."""

    __tablename__ = "registers"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("version > 0", name="registers_version_counts_from_one"),
        Index("registers_content", "name", "digest", "valid_from"),
    )

    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    valid_from: date
    rows: list[Any] = plain()
    digest: bytes = sealed()
    """SHA-256 of the rows: the same table again is the same version."""
    signer: str
    """Who answers for it."""
    caller: str
    """Who handed it in."""
    stored_at: datetime = made_now()


class RegisterUse(SQLModel, table=True):
    """Which version of a register a case was decided by, in each of its epochs."""

    __tablename__ = "register_uses"  # pyright: ignore[reportAssignmentType]

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    epoch: int = Field(primary_key=True, sa_type=SmallInteger)
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)


class LedgerEntry(SQLModel, table=True):
    """A fact that later cases need, under a blind key, until its end date."""

    __tablename__ = "ledger"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ledger_ends", "ends"),)

    kind: str = Field(primary_key=True)
    """What is remembered of what: `card-of-test`."""
    key: bytes = sealed(primary_key=True)
    """Blind index of what it is remembered of: one row under each index key of the time."""
    id: UUID
    """What the value is sealed to; the rows of one fact share it."""
    wrapped_key: bytes = sealed()
    value: bytes = sealed()
    case_id: UUID
    """The case that made it known."""
    made_at: datetime = made_now()
    ends: date


class Evidence(SQLModel, table=True):
    """What a page looked like when a run failed: sealed, and soon deleted; never for health."""

    __tablename__ = "evidence"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("evidence_case", "case_id"), Index("evidence_expires", "expires_at"))

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="cases.id", ondelete="CASCADE")
    fence: int = Field(sa_type=BigInteger)
    kind: str
    """`screenshot` or `dom`."""
    code: str
    """The failure it shows."""
    key: bytes = sealed()
    content: bytes = sealed()
    at: datetime = made_now()
    expires_at: datetime = moment()
