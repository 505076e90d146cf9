"""The tables of operations: what is paused, which circuits are open, what schedules have fired, what figures need."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, Integer, SmallInteger, text
from sqlmodel import Field, SQLModel

from common.db.tables.columns import made_now, moment, small


class Pause(SQLModel, table=True):
    """A process, target or schedule that stands still until somebody resumes it."""

    __tablename__ = "pauses"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("kind in ('process', 'target', 'schedule')", name="pauses_kind_known"),)

    kind: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    actor: str
    """`caller:…`, `person:…`, or `worker:…` when Roger itself stopped it."""
    reason: str
    """In the operator's words; `<screen>: no <locator>` when Roger itself stopped it."""
    code: str | None = None
    """`UI_CHANGED` and the like, when Roger itself stopped it."""
    since: datetime = made_now()


class Operation(SQLModel, table=True):
    """What was done to a process, target, account, schedule or register, by whom and why: kept for good."""

    __tablename__ = "operations"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("operations_what", "kind", "name", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = made_now()
    actor: str
    kind: str
    name: str
    action: str
    """`paused`, `resumed`, `circuit_opened`, `account_out`, …"""
    reason: str | None = None


class Circuit(SQLModel, table=True):
    """Whether a target answers, as all workers together see it."""

    __tablename__ = "circuits"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("(opened_at is null) = (retry_at is null)", name="circuits_open_has_a_retry"),)

    target: str = Field(primary_key=True)
    failures: int = small(0)
    """In a row, without a success between them."""
    code: str | None = None
    """Of the last failure."""
    opened_at: datetime | None = moment(default=None, nullable=True)
    retry_at: datetime | None = moment(default=None, nullable=True)
    """When one case may try whether the target is back."""
    openings: int = small(0)
    """How often it opened without a success between: the pause before a try grows with it."""
    probe: str | None = None
    """The shift that tries."""
    probe_until: datetime | None = moment(default=None, nullable=True)
    """Until then the try is taken whatever its case does; afterwards it lasts as long as its run."""
    probe_case: UUID | None = None
    probe_fence: int | None = Field(default=None, sa_type=BigInteger)
    """The run that tries: when it runs no more, whatever became of it, somebody else may."""


class PaceRow(SQLModel, table=True):
    """When a target takes its next case, where it has a limit."""

    __tablename__ = "paces"  # pyright: ignore[reportAssignmentType]

    target: str = Field(primary_key=True)
    next_at: datetime = moment()


class ScreenUse(SQLModel, table=True):
    """Which process has ever met which screen: what stops when that screen has changed."""

    __tablename__ = "screen_uses"  # pyright: ignore[reportAssignmentType]

    screen: str = Field(primary_key=True)
    """`<target>.<screen>`."""
    process: str = Field(primary_key=True)
    strangers: int = small(0)
    """Cases that did not know it again, in a row with no hour between them and nobody resuming."""
    strange_at: datetime | None = moment(default=None, nullable=True)


class ScheduleRow(SQLModel, table=True):
    """Up to when a schedule's due times have been dealt with."""

    __tablename__ = "schedules"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    handled_until: datetime = moment()
    """Only rises, so that a clock set back fires nothing twice."""
    retired_at: datetime | None = moment(default=None, nullable=True)
    """Since when no errands process declares it; long gone, it begins anew when it is declared again."""


class FiringRow(SQLModel, table=True):
    """One due time of a schedule: fired exactly once, or left out on purpose."""

    __tablename__ = "firings"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("state in ('due', 'done', 'skipped', 'failed')", name="firings_state_known"),
        Index("firings_due", "due_at", postgresql_where=text("state = 'due'")),
    )

    schedule: str = Field(primary_key=True)
    due_at: datetime = moment(primary_key=True)
    state: str
    attempts: int = small(0)
    fired_at: datetime = made_now()
    done_at: datetime | None = moment(default=None, nullable=True)
    retry_at: datetime | None = moment(default=None, nullable=True)
    batch: UUID | None = None
    """What it submitted."""
    code: str | None = None
    """Why it failed or was skipped."""
    fired_by: str | None = None
    """Who started it by hand."""


class ProcessVersion(SQLModel, table=True):
    """How many minutes a clerk spends on a case of that version: figures of the past keep theirs."""

    __tablename__ = "process_versions"  # pyright: ignore[reportAssignmentType]

    process: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=SmallInteger)
    manual_hundredths: int = Field(sa_type=Integer)
    """Minutes per case, in hundredths."""
    fallout_hundredths: int = Field(default=0, sa_type=Integer, sa_column_kwargs={"server_default": text("0")})
    """Extra minutes to pick up a case that Roger could not do, in hundredths."""


class KeyRewrap(SQLModel, table=True):
    """Up to which row a place's data keys are under a master key."""

    __tablename__ = "key_rewraps"  # pyright: ignore[reportAssignmentType]

    place: str = Field(primary_key=True)
    version: int = Field(sa_type=Integer)
    """Of the master key."""
    after: UUID | None = None
    done_at: datetime | None = moment(default=None, nullable=True)


class Purge(SQLModel, table=True):
    """Up to which case what a process's ended cases held has been deleted; outlives the process's declaration."""

    __tablename__ = "purges"  # pyright: ignore[reportAssignmentType]

    process: str = Field(primary_key=True)
    retention_days: int = Field(sa_type=Integer)
    """As last declared."""
    ended_until: datetime = moment()
    last: UUID
    """Of the cases that ended in that moment, the last one looked at."""
    deleted: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
