"""A clock that stands in front of the database's own, so that a test says what time it is for every statement.

Names are looked up in `search_path`, where `pg_catalog` comes first only when it is not mentioned: a schema with its
own `now()` before it gives control over statements that are not changed for it.
"""

from __future__ import annotations

from datetime import datetime

import psycopg
from psycopg import sql

from common.db.pool import Pool
from common.settings import DatabaseSettings

_CLOCK = """
create schema testclock;
create table testclock.face (shows timestamptz not null);
insert into testclock.face values (pg_catalog.now());
create function testclock.now() returns timestamptz stable language sql return (select shows from testclock.face);
create function testclock.transaction_timestamp() returns timestamptz stable language sql return testclock.now();
create function testclock.statement_timestamp() returns timestamptz stable language sql return testclock.now();
create function testclock.clock_timestamp() returns timestamptz volatile language sql return testclock.now();
"""
# The default of a column is bound to the function, not to its name, when the table is made.
_DEFAULTS = """
select table_schema, table_name, column_name from information_schema.columns
where table_schema = 'public' and column_default in ('now()', 'CURRENT_TIMESTAMP', 'clock_timestamp()')
"""


def hang_up(settings: DatabaseSettings) -> None:
    """Let every later connection to this database read the test's clock instead of the server's."""
    with psycopg.connect(settings.url, autocommit=True) as connection:
        connection.execute(_CLOCK)
        for schema, table, column in connection.execute(_DEFAULTS).fetchall():
            connection.execute(
                sql.SQL("alter table {} alter column {} set default testclock.now()").format(
                    sql.Identifier(schema, table), sql.Identifier(column)
                )
            )
        connection.execute(
            sql.SQL("alter database {} set search_path = testclock, public, pg_catalog").format(
                sql.Identifier(connection.info.dbname)
            )
        )


async def set_to(pool: Pool, moment: datetime) -> None:
    """Let it be this moment, until it is set again."""
    async with pool.connection() as connection:
        await connection.execute("update testclock.face set shows = %s", [moment])
