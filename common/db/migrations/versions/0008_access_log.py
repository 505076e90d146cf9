"""Who saw what a case holds, who decided about it, and the seals of that log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("cases", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.CheckConstraint("cardinality(cases) > 0", name="access_log_is_about_cases"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_log_cases", "access_log", ["cases"], unique=False, postgresql_using="gin")
    op.create_index("access_log_actor", "access_log", ["actor", "id"], unique=False)
    op.create_table(
        "access_seals",
        sa.Column("up_to", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("newest", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("up_to"),
    )
    # Kept for five years (rule R4), whoever asks; a hand that may do more than the app's still breaks the seals.
    op.execute("""
        create function access_log_stands() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' and old.at < now() - interval '1825 days' then
                return old;
            end if;
            raise exception 'The access log is added to and never changed' using errcode = 'insufficient_privilege';
        end $$
    """)
    op.execute("""
        create trigger access_log_stands before update or delete on access_log
        for each row execute function access_log_stands()
    """)
    op.execute("""
        create trigger access_log_is_not_emptied before truncate on access_log
        for each statement execute function access_log_stands()
    """)
