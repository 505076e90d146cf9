"""Bring a database to the schema of this code; several replicas may try at once."""

from __future__ import annotations

from typing import cast

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.rows import TupleRow
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

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


def _grant(connection: Connection) -> None:
    # Past SQLAlchemy, which would take braces and percent signs of these statements for its own.
    driven = cast("psycopg.Connection[TupleRow]", connection.connection.driver_connection)
    grant(driven)
    driven.commit()


def config(connection: Connection) -> Config:
    """Alembic's configuration on an open connection."""
    made = Config()
    made.set_main_option("script_location", "common.db:migrations")
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
