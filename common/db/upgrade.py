"""Bring a database to the schema of this code; several replicas may try at once."""

from __future__ import annotations

from typing import cast

import psycopg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.rows import TupleRow
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from common.db.roles import grant
from common.errors import ConfigurationError
from common.settings import DatabaseSettings

# Any number will do as long as every replica uses the same.
_LOCK = 7_305_144


def upgrade(settings: DatabaseSettings, revision: str = "head") -> None:
    """Run the migrations that are missing, and say what the database's roles may do on the tables there are then.

    Raises ConfigurationError when the database cannot be reached.
    """
    engine = create_engine(settings.sqlalchemy_url, connect_args={"connect_timeout": settings.connect_timeout})
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.commit()
            command.upgrade(config(connection), revision)
            connection.commit()
            _grant(connection)
    except OperationalError:
        raise ConfigurationError("PostgreSQL does not answer at ROGER_DATABASE_URL: is it running?") from None
    finally:
        engine.dispose()


def has_tables(settings: DatabaseSettings) -> bool:
    """Whether the database has the tables of this version, or of a later one; False also while it does not answer."""
    scripts = ScriptDirectory.from_config(config())
    known = {script.revision for script in scripts.walk_revisions()}
    engine = create_engine(settings.sqlalchemy_url, connect_args={"connect_timeout": settings.connect_timeout})
    try:
        with engine.connect() as connection:
            found = set(MigrationContext.configure(connection).get_current_heads())
    except (OperationalError, ProgrammingError):
        return False
    finally:
        engine.dispose()
    return found == set(scripts.get_heads()) or not found <= known


def _grant(connection: Connection) -> None:
    # Past SQLAlchemy, which would take braces and percent signs of these statements for its own.
    driven = cast("psycopg.Connection[TupleRow]", connection.connection.driver_connection)
    grant(driven)
    driven.commit()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, on an open connection where something is to be done there."""
    made = Config()
    made.set_main_option("script_location", "common.db:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
