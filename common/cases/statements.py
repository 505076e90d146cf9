"""The named statements of `queue.sql`."""

from __future__ import annotations

from common.db.engine import named_sql

SQL = named_sql("common.cases", "queue.sql")
