"""Who judges a batch: of several that have begun, only the latest may write what it finds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("batches", sa.Column("judging", sa.Uuid(), nullable=True))
