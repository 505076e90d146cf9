"""The migrations make what the tables say, also when several replicas migrate at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from common.cases.states import State
from common.db.upgrade import config, upgrade
from common.errors import ConfigurationError
from common.settings import DatabaseSettings


def test_the_migrations_make_the_tables(database: DatabaseSettings) -> None:
    engine = create_engine(database.sqlalchemy_url)
    with engine.connect() as connection:
        command.check(config(connection))
    engine.dispose()


def test_replicas_may_upgrade_at_once_and_again(empty_database: str) -> None:
    settings = DatabaseSettings(url=empty_database)
    with ThreadPoolExecutor(4) as replicas:
        for upgraded in [replicas.submit(upgrade, settings) for _ in range(4)]:
            upgraded.result()
    upgrade(settings)
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)
        left = connection.execute("select 1 from pg_locks where locktype = 'advisory'").fetchall()
    assert left == []


def test_a_database_that_does_not_answer_is_told_in_words() -> None:
    with pytest.raises(ConfigurationError, match="ROGER_DATABASE_URL"):
        upgrade(DatabaseSettings(url="postgresql://nobody@/none?host=%2Fnowhere", connect_timeout=1))


def test_the_states_are_those_of_the_code(database: DatabaseSettings) -> None:
    with psycopg.connect(database.url) as connection:
        row = connection.execute(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = 'cases_state_known'"
        ).fetchone()
    assert row is not None
    assert {state for state in State if f"'{state}'" in row[0]} == set(State)


@pytest.mark.parametrize(
    "wrong",
    [
        "state = 'sleeping'",
        "state = 'running'",  # without a lease
        "lease_until = now()",  # without running
    ],
)
def test_nonsense_is_refused_by_the_database_itself(database: DatabaseSettings, wrong: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "insert into cases (id, process, version, caller, content, due, state, submitted_at, ready_at) "
            "values (gen_random_uuid(), 'p', 1, 'c', '', now(), 'queued', now(), now())"
        )
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(f"update cases set {wrong}".encode())  # noqa: S608  ours
