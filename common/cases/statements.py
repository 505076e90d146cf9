"""The named statements of `queue.sql` and `trouble.sql`."""

from __future__ import annotations

from common.db.pool import named_sql

SQL = named_sql("common.cases", "queue.sql")
TROUBLE = named_sql("common.cases", "trouble.sql")
