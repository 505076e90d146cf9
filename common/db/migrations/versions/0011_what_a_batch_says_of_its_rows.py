"""What a batch's judgement says of its rows, by when it must be released, and rows that a case hands over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("case_contents", sa.Column("finding", sa.LargeBinary(), nullable=True))
    op.add_column("batches", sa.Column("release_by", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "handovers",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=True),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("rows is null or batch is null", name="handovers_rows_go_with_the_batch"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "number"),
    )
    op.create_index(
        "handovers_open", "handovers", ["retry_at"], unique=False, postgresql_where=sa.text("rows is not null")
    )
