"""The tables of the access log: who saw or decided what, and the seals that tell when a line was touched."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Integer
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid
from sqlmodel import Field, SQLModel

from common.db.tables.columns import made_now, moment, sealed


class AccessLine(SQLModel, table=True):
    """One read of what cases hold, or one decision about them; added to and never changed."""

    __tablename__ = "access_log"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("cardinality(cases) > 0", name="access_log_is_about_cases"),
        Index("access_log_cases", "cases", postgresql_using="gin"),
        Index("access_log_actor", "actor", "id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = made_now()
    actor: str
    """`caller:…` or `person:…`."""
    action: str
    """`read`, `listed`, `searched`, `evidence_read`, `report_read`, or what was decided: `retried`, `closed`, `cancelled`, `released`."""
    cases: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    purpose: str | None = None
    """In the caller's words, without anybody's number."""


class AccessSeal(SQLModel, table=True):
    """Seals all lines up to one, and the seal before it: whoever changes a line breaks every seal from there on."""

    __tablename__ = "access_seals"  # pyright: ignore[reportAssignmentType]

    up_to: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    """The last line it seals; the first is the one after the seal before it."""
    lines: int = Field(sa_type=Integer)
    newest: datetime = moment()
    """Of its lines."""
    digest: bytes = sealed()
    """SHA-256 of the digest before it and its lines."""
    sealed_at: datetime = made_now()
    purged_at: datetime | None = moment(default=None, nullable=True)
    """Its lines were deleted when their time was over; the seal stays, for the chain."""
