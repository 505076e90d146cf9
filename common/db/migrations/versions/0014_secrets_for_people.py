"""Secrets that wait, sealed, for the one person each is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_KEPT = "state in ('waiting', 'sent')"


def upgrade() -> None:
    op.create_table(
        "entrusted",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('waiting', 'sent', 'revealed', 'expired', 'withdrawn')", name="entrusted_state_known"
        ),
        sa.CheckConstraint(
            f"({_KEPT}) = (secret is not null) and ({_KEPT}) = (key is not null)", name="entrusted_secret_is_erased"
        ),
        sa.CheckConstraint("(state = 'waiting') = (message is not null)", name="entrusted_message_is_erased"),
        sa.CheckConstraint("expires_at <= made_at + interval '72 hours'", name="entrusted_for_three_days"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("entrusted_token", "entrusted", ["token"], unique=True)
    op.create_index("entrusted_case", "entrusted", ["case_id", "name"], unique=False)
    op.create_index(
        "entrusted_waiting", "entrusted", ["retry_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("entrusted_kept", "entrusted", ["expires_at"], unique=False, postgresql_where=sa.text(_KEPT))
