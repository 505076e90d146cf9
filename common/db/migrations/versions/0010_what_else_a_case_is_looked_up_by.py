"""A case is also found by a number that people know it by, of a booking say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("cases", sa.Column("alias", sa.LargeBinary(), nullable=True))
    op.create_index(
        "cases_alias", "cases", ["alias", "id"], unique=False, postgresql_where=sa.text("alias is not null")
    )
