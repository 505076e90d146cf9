"""The tables of what goes out: tasks and notices for people, webhooks for systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Integer, text
from sqlmodel import Field, SQLModel

from common.db.tables.columns import made_now, moment, plain, sealed, small


class TaskRow(SQLModel, table=True):
    """What a person must know or do; never with anybody's personal id."""

    __tablename__ = "tasks"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # Whoever raises it again raises the same one.
        Index("tasks_key", "key", unique=True),
        Index("tasks_unsent", "role", "unit", "created_at", postgresql_where=text("notice is null")),
        Index("tasks_open", "process", "id", postgresql_where=text("done_at is null")),
        Index("tasks_case", "case_id", postgresql_where=text("case_id is not null")),
    )

    id: UUID = Field(primary_key=True)
    key: str
    """What makes it this task and no other: `<case>:<name>`, `release-overdue:<batch>`."""
    process: str
    case_id: UUID | None = None
    batch: UUID | None = None
    role: str
    """Who should know: `unit-leader`, `robot-operations`."""
    unit: str | None = None
    title: str
    text: str
    """Norwegian bokmål."""
    due: date | None = None
    created_at: datetime = made_now()
    notice: UUID | None = None
    """The notice that carried it."""
    done_at: datetime | None = moment(default=None, nullable=True)
    done_by: str | None = None


class NoticeRow(SQLModel, table=True):
    """One message to one recipient about one or more tasks; sent once."""

    __tablename__ = "notices"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'sent', 'failed')", name="notices_state_known"),
        Index("notices_waiting", "retry_at", postgresql_where=text("state = 'waiting'")),
        Index("notices_recipient", "role", "unit", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    role: str
    unit: str | None = None
    process: str
    state: str
    attempts: int = small(0)
    created_at: datetime = made_now()
    retry_at: datetime = made_now()
    sent_at: datetime | None = moment(default=None, nullable=True)
    code: str | None = None
    """Why the last attempt failed."""


class Webhook(SQLModel, table=True):
    """An address that is told of events, and how far it has been told."""

    __tablename__ = "webhooks"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("state in ('active', 'paused', 'failing')", name="webhooks_state_known"),
        Index("webhooks_caller", "caller", "id"),
    )

    id: UUID = Field(primary_key=True)
    caller: str
    url: str
    key: bytes = sealed()
    secret: bytes = sealed()
    """What its signatures are made with, sealed."""
    former_secret: bytes | None = sealed(default=None)
    """The one before, which signs as well until its time is over."""
    former_until: datetime | None = moment(default=None, nullable=True)
    filters: dict[str, Any] = plain()
    reads_all: bool = False
    """Whether its caller may see everybody's cases, as far as is known here."""
    processes: list[str] = plain()
    """Whose cases its caller may read; none: it is told nothing until that changes."""
    state: str
    code: str | None = None
    """Why Roger itself paused it, or calls it failing."""
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Attempts that have failed since the last one that did not."""
    position: str
    """Up to where events have been turned into deliveries."""
    created_at: datetime = made_now()


class Delivery(SQLModel, table=True):
    """One event for one webhook, and what became of it."""

    __tablename__ = "deliveries"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="deliveries_state_known"),
        Index("deliveries_waiting", "webhook", "case_id", "id", postgresql_where=text("state = 'waiting'")),
        Index("deliveries_next", "webhook", "retry_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("deliveries_log", "webhook", "id"),
        Index("deliveries_at", "created_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    webhook: UUID = Field(foreign_key="webhooks.id", ondelete="CASCADE")
    event: int = Field(sa_type=BigInteger)
    """0: a trial, about no case."""
    position: str
    """Where the event stands in the feed."""
    case_id: UUID
    state: str
    attempts: int = small(0)
    status: int | None = Field(default=None, sa_type=Integer)
    """What the receiver answered last."""
    code: str | None = None
    """Why the last attempt failed, when it was not the answer."""
    milliseconds: int | None = None
    """How long the last attempt took."""
    created_at: datetime = made_now()
    retry_at: datetime = made_now()
    leased_until: datetime | None = moment(default=None, nullable=True)
    """Somebody is delivering it."""
    delivered_at: datetime | None = moment(default=None, nullable=True)
