"""Parents and children: where a case's rows went is looked up from there, and that all of them have ended is noted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("handovers", sa.Column("within", sa.Uuid(), nullable=True))
    op.add_column("handovers", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("update handovers h set within = c.batch from cases c where c.id = h.case_id and c.batch is not null")
    op.create_index(
        "handovers_batch", "handovers", ["batch"], unique=True, postgresql_where=sa.text("batch is not null")
    )
    op.create_index(
        "handovers_unended", "handovers", ["within"], unique=False, postgresql_where=sa.text("ended_at is null")
    )
