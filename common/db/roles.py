"""The three roles of a service's database: who makes its tables, who works on them, who only looks.

| role | may |
|---|---|
| `<database>_migrator` | own the tables: migrations, and nothing else |
| `<database>_app` | read and write rows; no DDL, and what the event log holds is neither changed nor deleted before its time |
| `<database>_read` | read, for reports; of sealed columns and keyed hashes it sees nothing |

An administrator makes them once (`roger db roles`). What they may do on the tables follows with every migration, which
the owner of the tables runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from common.db.pool import named_sql
from common.errors import ConfigurationError

MIGRATOR, APP, READ = "migrator", "app", "read"
ROLES: tuple[str, ...] = (MIGRATOR, APP, READ)

EVENTS_KEPT = timedelta(days=5 * 365)
"""Not even whoever has the app's password deletes an event before; what purges them asks for the same time."""

_SESSION: Mapping[str, str] = {"idle_in_transaction_session_timeout": "5s", "timezone": "UTC"}
"""What sessions begin with also behind a pooler, which passes no options on."""

_STATEMENTS = named_sql("common.db", "roles.sql")


def make_roles(address: str, database: str, passwords: Mapping[str, str]) -> None:
    """Make a service's database and its roles, or set them right; `address` is an administrator's, in any database.

    Safe to repeat: passwords are then changed to those given. Raises ConfigurationError when PostgreSQL does not answer
    or the administrator may not do that.
    """
    try:
        with psycopg.connect(address, autocommit=True) as admin:
            for role in ROLES:
                _make_role(admin, f"{database}_{role}", passwords[role])
            _make_database(admin, database)
        with psycopg.connect(address, dbname=database, autocommit=True) as admin:
            _open_schema(admin, database)
    except psycopg.errors.InsufficientPrivilege:
        raise ConfigurationError("ROGER_DATABASE_URL must be an administrator's: one who may create roles") from None
    except psycopg.OperationalError as refused:
        # Its own last words tell a server that is away from a wrong password or certificate; they quote no secret.
        reason = str(refused).strip().splitlines()[-1].strip()
        raise ConfigurationError(f"PostgreSQL lets nobody in at ROGER_DATABASE_URL: {reason}") from None


def grant(connection: Connection[TupleRow]) -> bool:
    """Say what the roles may do on the tables there are now; False where the database has no such roles.

    The connection is the owner's of the tables; row security of the event log does not hold for the owner itself.
    """
    found = connection.execute(_STATEMENTS["roles_here"]).fetchone()
    if found is None:
        return False
    names = {
        "app": sql.Identifier(found[0]),
        "reader": sql.Identifier(found[1]),
        "kept": sql.SQL("interval {}").format(sql.Literal(f"{EVENTS_KEPT.days} days")),
    }
    for statement in ("grant_app", "guard_log", "grant_reader"):
        connection.execute(sql.SQL(_STATEMENTS[statement]).format(**names))
    return True


def _make_role(admin: Connection[TupleRow], role: str, password: str) -> None:
    there = admin.execute("select from pg_roles where rolname = %s", [role]).fetchone() is not None
    # The server is told the verifier only, so that no log of its statements holds a password.
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    name = sql.Identifier(role)
    admin.execute(
        sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole password {}").format(
            sql.SQL("alter" if there else "create"), name, sql.Literal(verifier)
        )
    )
    for setting, value in _SESSION.items():
        admin.execute(sql.SQL("alter role {} set {} = {}").format(name, sql.Identifier(setting), sql.Literal(value)))


def _make_database(admin: Connection[TupleRow], database: str) -> None:
    place = sql.Identifier(database)
    migrator, app, reader = (sql.Identifier(f"{database}_{role}") for role in ROLES)
    # Only a member of a role may give it something; the administrator of a managed server is none yet.
    admin.execute(sql.SQL("grant {} to current_user").format(migrator))
    if admin.execute("select from pg_database where datname = %s", [database]).fetchone() is None:
        admin.execute(sql.SQL("create database {} owner {}").format(place, migrator))
    admin.execute(sql.SQL("alter database {} owner to {}").format(place, migrator))
    admin.execute(sql.SQL("revoke all on database {} from public").format(place))
    admin.execute(sql.SQL("grant connect on database {} to {}, {}").format(place, app, reader))


def _open_schema(admin: Connection[TupleRow], database: str) -> None:
    migrator = sql.Identifier(f"{database}_{MIGRATOR}")
    admin.execute(sql.SQL("alter schema public owner to {}").format(migrator))
    admin.execute("revoke all on schema public from public")
