"""Alembic's entry: run the migrations on the connection that `common.db.upgrade` hands in."""

from __future__ import annotations

from alembic import context

from common.db.tables import SQLModel

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
