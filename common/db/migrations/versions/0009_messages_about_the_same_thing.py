"""Messages about the same thing find each other, and what is about a day ahead is kept until after it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("cases", sa.Column("thread", sa.LargeBinary(), nullable=True))
    op.add_column("cases", sa.Column("keep_from", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "cases_thread", "cases", ["thread", "id"], unique=False, postgresql_where=sa.text("thread is not null")
    )
    op.create_index(
        "cases_kept",
        "cases",
        ["process", sa.literal_column("greatest(ended_at, keep_from)")],
        unique=False,
        postgresql_where=sa.text("ended_at is not null"),
    )
    op.drop_index("cases_ended", table_name="cases")
