"""Databases with their roles, and servers that the tests of a deployment start beside the session's."""

from __future__ import annotations

from collections.abc import Callable, Generator
from uuid import uuid4

import psycopg
import pytest
from served import Served

from common.db.roles import MIGRATOR, ROLES, make_roles
from common.db.upgrade import upgrade
from common.embedded import EmbeddedPostgres
from common.settings import DatabaseSettings


@pytest.fixture(scope="session")
def new_served(postgres: EmbeddedPostgres) -> Generator[Callable[[], Served]]:
    """Makes databases with roles and tables; they are dropped in the end."""
    made: list[Served] = []

    def make() -> Served:
        database = Served(postgres, f"served_{uuid4().hex[:12]}")
        made.append(database)
        passwords = dict.fromkeys(ROLES, "not asked for here")
        make_roles(postgres.url, database.name, passwords)
        make_roles(postgres.url, database.name, passwords)  # again: nothing is in its way
        upgrade(DatabaseSettings(url=database.address(MIGRATOR)))
        upgrade(DatabaseSettings(url=database.address(MIGRATOR)))
        return database

    yield make
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        for database in made:
            admin.execute(f"drop database if exists {database.name} with (force)".encode())
            for role in ROLES:
                admin.execute(f"drop role if exists {database.name}_{role}".encode())


@pytest.fixture(scope="session")
def served(new_served: Callable[[], Served]) -> Served:
    """A database that tests may share when each leaves nothing behind."""
    return new_served()
