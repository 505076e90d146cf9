"""Batches, operations, schedules, registers: what cases stand in and are decided by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _batches()
    _batch_remainders()
    _pauses()
    _operations()
    _circuits()
    _paces()
    _screen_uses()
    _schedules()
    _firings()
    _process_versions()
    _purges()
    _registers()
    _register_uses()
    _ledger()
    _evidence()
    _cases()
    _accounts()
    _events()


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("refused_by", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'ended' or ended_at is not null", name="batches_ended_has_a_time"),
        sa.CheckConstraint("ended_at is null or state in ('ended', 'refused')", name="batches_only_ended_has_a_time"),
        sa.CheckConstraint(
            "state in ('receiving', 'received', 'awaiting_release', 'open', 'ended', 'refused')",
            name="batches_state_known",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "batches_content",
        "batches",
        ["process", "caller", "content"],
        unique=True,
        postgresql_where=sa.text("content is not null"),
    )
    op.create_index("batches_unended", "batches", ["state"], unique=False, postgresql_where=sa.text("ended_at is null"))
    op.create_index("batches_caller", "batches", ["caller", "id"], unique=False)


def _batch_remainders() -> None:
    op.create_table(
        "batch_remainders",
        sa.Column("batch", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("(case_id is null) <> (problem is null)", name="batch_remainders_refused_or_existing"),
        sa.ForeignKeyConstraint(["batch"], ["batches.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "row"),
    )


def _pauses() -> None:
    op.create_table(
        "pauses",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind in ('process', 'target', 'schedule')", name="pauses_kind_known"),
        sa.PrimaryKeyConstraint("kind", "name"),
    )


def _operations() -> None:
    op.create_table(
        "operations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("operations_what", "operations", ["kind", "name", "id"], unique=False)


def _circuits() -> None:
    op.create_table(
        "circuits",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("openings", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("probe", sa.String(), nullable=True),
        sa.Column("probe_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("probe_case", sa.Uuid(), nullable=True),
        sa.Column("probe_fence", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(opened_at is null) = (retry_at is null)", name="circuits_open_has_a_retry"),
        sa.PrimaryKeyConstraint("target"),
    )


def _paces() -> None:
    op.create_table(
        "paces",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("target"),
    )


def _screen_uses() -> None:
    op.create_table(
        "screen_uses",
        sa.Column("screen", sa.String(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("strangers", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("strange_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("screen", "process"),
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("handled_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _firings() -> None:
    op.create_table(
        "firings",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("fired_by", sa.String(), nullable=True),
        sa.CheckConstraint("state in ('due', 'done', 'skipped', 'failed')", name="firings_state_known"),
        sa.PrimaryKeyConstraint("schedule", "due_at"),
    )
    op.create_index("firings_due", "firings", ["due_at"], unique=False, postgresql_where=sa.text("state = 'due'"))


def _process_versions() -> None:
    op.create_table(
        "process_versions",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("manual_hundredths", sa.Integer(), nullable=False),
        sa.Column("fallout_hundredths", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("process", "version"),
    )


def _purges() -> None:
    op.create_table(
        "purges",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("ended_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.Uuid(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("process"),
    )


def _registers() -> None:
    op.create_table(
        "registers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version > 0", name="registers_version_counts_from_one"),
        sa.PrimaryKeyConstraint("name", "version"),
    )
    op.create_index("registers_content", "registers", ["name", "digest", "valid_from"], unique=False)
    # What cases were decided by must stand as it was, whoever has a connection to the database.
    op.execute(
        """
        create function registers_are_kept() returns trigger language plpgsql as $$
        begin raise exception 'A version of a register is never changed: store a new one'; end $$
        """
    )
    op.execute(
        "create trigger registers_are_kept before update or delete or truncate on registers "
        "for each statement execute function registers_are_kept()"
    )


def _register_uses() -> None:
    op.create_table(
        "register_uses",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "epoch", "name", "version"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
    )
    op.create_index("ledger_ends", "ledger", ["ends"], unique=False)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_case", "evidence", ["case_id"], unique=False)
    op.create_index("evidence_expires", "evidence", ["expires_at"], unique=False)


def _cases() -> None:
    op.add_column("cases", sa.Column("batch", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("row", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("unsettled", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "cases_unsettled", "cases", ["lock"], unique=False, postgresql_where=sa.text("state = 'queued' and unsettled")
    )
    op.add_column("cases", sa.Column("four_eyes", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "cases_awaiting",
        "cases",
        ["process", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'awaiting_release'"),
    )
    op.create_index(
        "cases_batch", "cases", ["batch", "row"], unique=False, postgresql_where=sa.text("batch is not null")
    )
    op.create_index(
        "cases_ended", "cases", ["process", "ended_at"], unique=False, postgresql_where=sa.text("ended_at is not null")
    )


def _accounts() -> None:
    op.add_column("accounts", sa.Column("refused_mark", sa.LargeBinary(), nullable=True))


def _events() -> None:
    written = sa.text("(pg_current_xact_id()::text::bigint)")
    op.add_column("events", sa.Column("tx", sa.BigInteger(), server_default=written, nullable=False))
    op.create_index(
        "events_tx",
        "events",
        ["tx"],
        unique=False,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": "16", "autosummarize": "on"},
    )
