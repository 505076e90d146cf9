"""Files that callers hand over before the cases that name them, sealed in pieces."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("pieces", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('arriving', 'whole')", name="files_state_known"),
        sa.CheckConstraint(
            "(state = 'whole') = (mark is not null) and (state = 'whole') = (facts is not null)", name="files_are_known"
        ),
        sa.CheckConstraint(
            "expires_at <= ends_at and ends_at <= handed_at + interval '30 days'", name="files_for_thirty_days"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("files_mark", "files", ["mark"], unique=True)
    op.create_index("files_room", "files", ["caller"], unique=False, postgresql_include=["size"])
    op.create_index("files_over", "files", ["expires_at"], unique=False)
    op.create_table(
        "file_pieces",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id", "number"),
    )
    # Sealed content is as good as random: trying to compress it costs time and gains nothing.
    op.execute("alter table file_pieces alter column content set storage external")
    op.create_table(
        "file_uses",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "file_id"),
    )
    op.create_index("file_uses_file", "file_uses", ["file_id"], unique=False)
