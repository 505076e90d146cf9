"""The tables of a service."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _accounts()
    _cases()
    _cases_indexes()
    _events()
    _events_indexes()
    _case_contents()
    _checkpoints()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_mark", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("target", "name"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("lock", sa.LargeBinary(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("5"), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("parked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lost", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'running') = (lease_until is not null)", name="cases_running_is_leased"),
        sa.CheckConstraint(
            "state in ('awaiting_release', 'queued', 'running', 'done', 'manual', 'closed', 'cancelled')",
            name="cases_state_known",
        ),
        sa.PrimaryKeyConstraint("id"),
        postgresql_with={"fillfactor": "85"},
    )


def _cases_indexes() -> None:
    op.create_index("cases_caller", "cases", ["caller", "id"], unique=False)
    op.create_index(
        "cases_due_to_wake",
        "cases",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' and parked"),
    )
    op.create_index(
        "cases_manual", "cases", ["process", "id"], unique=False, postgresql_where=sa.text("state = 'manual'")
    )
    op.create_index(
        "cases_next",
        "cases",
        ["process", "priority", "due", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' and not parked"),
        postgresql_include=["ready_at"],
    )
    op.create_index(
        "cases_parked_lock",
        "cases",
        ["lock", "priority", "due", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' and parked"),
    )
    op.create_index(
        "cases_reference",
        "cases",
        ["process", "caller", "reference"],
        unique=True,
        postgresql_where=sa.text("reference is not null"),
    )
    op.create_index("cases_running_lock", "cases", ["lock"], unique=True, postgresql_where=sa.text("state = 'running'"))
    op.create_index(
        "cases_subject", "cases", ["subject", "id"], unique=False, postgresql_where=sa.text("subject is not null")
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _events_indexes() -> None:
    op.create_index("events_case", "events", ["case_id", "id"], unique=False)


def _case_contents() -> None:
    op.create_table(
        "case_contents",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id"),
    )


def _checkpoints() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("mark in ('step', 'intent', 'result')", name="checkpoints_mark_known"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "epoch", "name"),
    )
