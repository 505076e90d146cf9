"""Benefits by month, counted once from the event log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "benefits",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("automatic", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("manual", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("process", "version", "unit", "month"),
    )
    op.create_table(
        "benefit_position",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("tx", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one", name="benefit_position_is_one_row"),
        sa.PrimaryKeyConstraint("one"),
    )
    op.execute("insert into benefit_position (tx) values (0)")
