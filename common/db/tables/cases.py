"""The tables of cases: what the queue moves, what a case holds, its durable points, its moves, and the accounts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from common.db.tables.columns import flag, made_now, moment, sealed, small


class Case(SQLModel, table=True):
    """One case without its content: all that the queue, the lists and the figures need."""

    __tablename__ = "cases"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        # What a shift claims next, process by process. With since when it waits, so that a line of millions is counted
        # without reading one of its rows.
        Index(
            "cases_next",
            "process",
            "priority",
            "due",
            "id",
            postgresql_where=text("state = 'queued' and not parked"),
            postgresql_include=["ready_at"],
        ),
        # One case per person at a time; also the list of everything that runs.
        Index("cases_running_lock", "lock", unique=True, postgresql_where=text("state = 'running'")),
        Index("cases_unsettled", "lock", postgresql_where=text("state = 'queued' and unsettled")),
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
        # The messages about one thing: a booking made, moved, cancelled.
        Index("cases_thread", "thread", "id", postgresql_where=text("thread is not null")),
        Index("cases_alias", "alias", "id", postgresql_where=text("alias is not null")),
        Index("cases_manual", "process", "id", postgresql_where=text("state = 'manual'")),
        Index("cases_caller", "caller", "id"),
        Index("cases_batch", "batch", "row", postgresql_where=text("batch is not null")),
        # Asked for something rare, a list by code would otherwise walk back through years of cases.
        Index(
            "cases_code",
            text("coalesce(outcome, code)"),
            "id",
            postgresql_where=text("coalesce(outcome, code) is not null"),
        ),
        Index("cases_awaiting", "process", "id", postgresql_where=text("state = 'awaiting_release'")),
        # What is due to be deleted.
        Index(
            "cases_kept",
            "process",
            text("greatest(ended_at, keep_from)"),
            postgresql_where=text("ended_at is not null"),
        ),
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
    reference: bytes | None = sealed(default=None)
    """Blind index of the caller's own key."""
    content: bytes = sealed()
    """Keyed hash of the submitted fields: tells a resubmission from other content under the same reference."""
    subject: bytes | None = sealed(default=None)
    """Blind index of whom the case is about, as submitted: how it is found."""
    lock: bytes | None = sealed(default=None)
    """Blind index of whom it turned out to be about: at most one case per lock runs at a time."""
    thread: bytes | None = sealed(default=None)
    """Blind index of what it is one of several messages about; see common.amendment."""
    alias: bytes | None = sealed(default=None)
    """Blind index of what else it is looked up by."""
    unit: str | None = None
    priority: int = small(5)
    due: datetime = moment()
    not_before: datetime | None = moment(default=None, nullable=True)
    test: bool = flag(default=False)
    state: str
    parked: bool = flag(default=False)
    """Queued, but not to be claimed now: backing off, before its time, or its subject is busy."""
    outcome: str | None = None
    code: str | None = None
    fence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    epoch: int = small(1)
    failures: int = small(0)
    lost: int = small(0)
    worker: str | None = None
    lease_until: datetime | None = moment(default=None, nullable=True)
    submitted_at: datetime = moment()
    ready_at: datetime = moment()
    """Since when the case could be claimed: submission, its time, or its last return to the queue."""
    ended_at: datetime | None = moment(default=None, nullable=True)
    keep_from: datetime | None = moment(default=None, nullable=True)
    """What the case is about lies ahead: its retention counts from then, or from its end if that is later."""
    unsettled: bool = flag(default=False)
    """A run was about to act and no run has looked since: other cases of the same lock wait behind this one, or what
    they make would be taken for its doing."""
    four_eyes: bool = flag(default=False)
    """A second person must release it."""
    batch: UUID | None = None
    row: int | None = None
    """Which row of its batch it was, as its sender counts them."""


class Content(SQLModel, table=True):
    """What a case holds, sealed under the case's own key; deleted when its retention ends."""

    __tablename__ = "case_contents"  # pyright: ignore[reportAssignmentType]

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    key: bytes = sealed()
    """The case's data key, wrapped under a master key."""
    payload: bytes = sealed()
    finding: bytes | None = sealed(default=None)
    """What the judgement of its batch said of it."""
    result: bytes | None = sealed(default=None)


class HandoverRow(SQLModel, table=True):
    """Rows that a case hands over to a process when it has ended, until they are a batch there."""

    __tablename__ = "handovers"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("handovers_open", "retry_at", postgresql_where=text("rows is not null")),
        # From a case to the one it came from.
        Index("handovers_batch", "batch", unique=True, postgresql_where=text("batch is not null")),
        # What some case still waits for, and whether a batch's cases have left something that has not ended.
        Index("handovers_unended", "within", postgresql_where=text("ended_at is null")),
        CheckConstraint("rows is null or batch is null", name="handovers_rows_go_with_the_batch"),
    )

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    number: int = Field(primary_key=True, sa_type=SmallInteger)
    process: str
    """Whose cases the rows become."""
    rows: bytes | None = sealed(default=None)
    """The inputs, under the case's own key; gone when they have become a batch, or never can."""
    batch: UUID | None = None
    code: str | None = None
    """Why they could not be handed in, or not all of them."""
    within: UUID | None = None
    """The batch that the case itself came in with."""
    retry_at: datetime = made_now()
    made_at: datetime = made_now()
    ended_at: datetime | None = moment(default=None, nullable=True)
    """When all that the case has handed over, here and in its other rows, and all that came of it, had ended."""


class CheckpointRow(SQLModel, table=True):
    """A durable point of a case within one epoch."""

    __tablename__ = "checkpoints"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("mark in ('step', 'intent', 'result')", name="checkpoints_mark_known"),)

    case_id: UUID = Field(primary_key=True, foreign_key="cases.id", ondelete="CASCADE")
    epoch: int = Field(primary_key=True, sa_type=SmallInteger)
    name: str = Field(primary_key=True)
    mark: str
    fence: int = Field(sa_type=BigInteger)
    value: bytes = sealed()
    at: datetime = made_now()


class Event(SQLModel, table=True):
    """One move of one case: who, when, from, to, why. The audit trail, and the outbox."""

    __tablename__ = "events"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("events_case", "case_id", "id"),
        # Rows lie in the order of their transactions, so the smallest index there is finds the newest. Without the
        # summaries made between vacuums, which a log of millions seldom sees, every look would read all that is new.
        Index(
            "events_tx",
            "tx",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": "16", "autosummarize": "on"},
        ),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    case_id: UUID
    """No foreign key: the trail outlives the case, and every move would pay for the check."""
    at: datetime = made_now()
    actor: str
    """`caller:booking`, `worker:…`, `sweep`, `person:…`."""
    from_state: str | None = None
    to_state: str
    code: str | None = None
    fence: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    tx: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text::bigint)")),
    )
    """The transaction that wrote it. Ids are given before transactions commit, so only what lies before the oldest
    one still open can be read in an order that nothing is later put in front of."""


class AccountRow(SQLModel, table=True):
    """A robot login at a target: who holds it until when, and whether it may be used at all. Never its password."""

    __tablename__ = "accounts"  # pyright: ignore[reportAssignmentType]

    target: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    holder: str | None = None
    lease_until: datetime | None = moment(default=None, nullable=True)
    wanted_since: datetime | None = moment(default=None, nullable=True)
    """Since when a case that needs several targets has waited for it while its holder kept it warm."""
    out_since: datetime | None = moment(default=None, nullable=True)
    """The target refused the password; out until the password has changed."""
    password_mark: bytes | None = sealed(default=None)
    """Keyed hash of the password last seen; tells that it has changed."""
    refused_mark: bytes | None = sealed(default=None)
    """Keyed hash of the password last refused: it never lets the account in again, whoever still has it mounted."""
