"""Cases by what became of them, and accounts that somebody else waits for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index(
        "cases_code",
        "cases",
        [sa.text("coalesce(outcome, code)"), "id"],
        unique=False,
        postgresql_where=sa.text("coalesce(outcome, code) is not null"),
    )
    op.add_column("accounts", sa.Column("wanted_since", sa.DateTime(timezone=True), nullable=True))
