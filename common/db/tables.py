"""The tables of a service, as SQLModel classes; the migrations make them, named SQL moves cases through them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Identity, Index, LargeBinary, SmallInteger, text
from sqlmodel import Field, SQLModel


def _moment(**options: Any) -> Any:
    return Field(sa_type=DateTime(timezone=True), **options)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]


def _sealed(**options: Any) -> Any:
    return Field(sa_type=LargeBinary, **options)  # pyright: ignore[reportUnknownVariableType]


def _small(default: int) -> Any:
    return Field(default=default, sa_type=SmallInteger, sa_column_kwargs={"server_default": text(str(default))})  # pyright: ignore[reportUnknownVariableType]


class Case(SQLModel, table=True):
    """One case without its content: all that the queue, the lists and the figures need."""

    __tablename__ = "cases"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # What a shift claims next, process by process.
        Index(
            "cases_next", "process", "priority", "due", "id", postgresql_where=text("state = 'queued' and not parked")
        ),
        # One case per person at a time; also the list of everything that runs.
        Index("cases_running_lock", "lock", unique=True, postgresql_where=text("state = 'running'")),
        Index("cases_due_to_wake", "not_before", postgresql_where=text("state = 'queued' and parked")),
        Index(
            "cases_parked_lock",
            "lock",
            "priority",
            "due",
            "id",
            postgresql_where=text("state = 'queued' and parked"),
        ),
        # The caller's own key: the same reference is the same case.
        Index(
            "cases_reference",
            "process",
            "caller",
            "reference",
            unique=True,
            postgresql_where=text("reference is not null"),
        ),
        Index("cases_subject", "subject", "id", postgresql_where=text("subject is not null")),
        Index("cases_manual", "process", "id", postgresql_where=text("state = 'manual'")),
        Index("cases_caller", "caller", "id"),
        CheckConstraint(
            "state in ('awaiting_release', 'queued', 'running', 'done', 'manual', 'closed', 'cancelled')",
            name="cases_state_known",
        ),
        CheckConstraint(
            "(state = 'running') = (lease_until is not null)",
            name="cases_running_is_leased",
        ),
        {"postgresql_with": {"fillfactor": "85"}},
    )

    id: UUID = Field(primary_key=True)
    process: str
    version: int = Field(sa_type=SmallInteger)
    caller: str
    reference: bytes | None = _sealed(default=None)
    """Blind index of the caller's own key."""
    content: bytes = _sealed()
    """Keyed hash of the submitted fields: tells a resubmission from other content under the same reference."""
    subject: bytes | None = _sealed(default=None)
    """Blind index of whom the case is about, as submitted: how it is found."""
    lock: bytes | None = _sealed(default=None)
    """Blind index of whom it turned out to be about: at most one case per lock runs at a time."""
    unit: str | None = None
    priority: int = _small(5)
    due: datetime = _moment()
    not_before: datetime | None = _moment(default=None, nullable=True)
    test: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: str
    parked: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Queued, but not to be claimed now: backing off, before its time, or its subject is busy."""
    outcome: str | None = None
    code: str | None = None
    fence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    epoch: int = _small(1)
    failures: int = _small(0)
    lost: int = _small(0)
    worker: str | None = None
    lease_until: datetime | None = _moment(default=None, nullable=True)
    submitted_at: datetime = _moment()
    ready_at: datetime = _moment()
    """Since when the case could be claimed: submission, its time, or its last return to the queue."""
    ended_at: datetime | None = _moment(default=None, nullable=True)


class Content(SQLModel, table=True):
    """What a case holds, sealed under the case's own key; deleted when its retention ends."""

    __tablename__ = "case_contents"  # pyright: ignore[reportAssignmentType]

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    key: bytes = _sealed()
    """The case's data key, wrapped under a master key."""
    payload: bytes = _sealed()
    result: bytes | None = _sealed(default=None)


class CheckpointRow(SQLModel, table=True):
    """A durable point of a case within one epoch."""

    __tablename__ = "checkpoints"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("mark in ('step', 'intent', 'result')", name="checkpoints_mark_known"),)

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    epoch: int = Field(primary_key=True, sa_type=SmallInteger)
    name: str = Field(primary_key=True)
    mark: str
    fence: int = Field(sa_type=BigInteger)
    value: bytes = _sealed()
    at: datetime = _moment(sa_column_kwargs={"server_default": text("now()")})


class Event(SQLModel, table=True):
    """One move of one case: who, when, from, to, why. The audit trail, and the outbox."""

    __tablename__ = "events"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("events_case", "case_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    case_id: UUID
    """No foreign key: the trail outlives the case, and every move would pay for the check."""
    at: datetime = _moment(sa_column_kwargs={"server_default": text("now()")})
    actor: str
    """`caller:booking`, `worker:…`, `sweep`, `person:…`."""
    from_state: str | None = None
    to_state: str
    code: str | None = None
    fence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})


class AccountRow(SQLModel, table=True):
    """A robot login at a target: who holds it until when, and whether it may be used at all. Never its password."""

    __tablename__ = "accounts"  # pyright: ignore[reportAssignmentType]

    target: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    holder: str | None = None
    lease_until: datetime | None = _moment(default=None, nullable=True)
    out_since: datetime | None = _moment(default=None, nullable=True)
    """The target refused the password; out until the password has changed."""
    password_mark: bytes | None = _sealed(default=None)
    """Keyed hash of the password last seen; tells that it has changed."""
