"""Three roles on the real PostgreSQL: each can do what it is for, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from served import Served

from common.db.pool import pool
from common.db.roles import APP, MIGRATOR, READ, ROLES
from common.db.upgrade import has_tables, upgrade
from common.privacy.access_log import KEPT, AccessLog, Action
from common.privacy.retention import AUDIT_TRAIL
from common.settings import DatabaseSettings

EVENT = "insert into events (case_id, actor, to_state, at) values (gen_random_uuid(), 'caller', 'queued', {})"


class TestApp:
    @pytest.mark.parametrize(
        "statement",
        [
            "create table mine (id int)",
            "create temp table mine (id int)",
            "create schema mine",
            "alter table cases add column mine int",
            "drop table case_contents",
            "truncate events",
            "create index mine on cases (unit)",
            "alter table events disable row level security",
            "delete from cases",
            "update events set actor = 'nobody'",
            "update operations set actor = 'nobody'",
            "delete from operations",
            "update access_log set actor = 'nobody'",
            "truncate access_log",
            "update access_seals set lines = 0",
            "delete from access_seals",
            "alter table access_log disable trigger user",
            "update alembic_version set version_num = '0001'",
        ],
    )
    def test_may_not(self, served: Served, statement: str) -> None:
        with pytest.raises((InsufficientPrivilege, psycopg.errors.UndefinedColumn)) as refused:
            served.run(APP, statement)
        assert isinstance(refused.value, InsufficientPrivilege), statement

    def test_adds_to_the_log_and_deletes_nothing_young_from_it(self, served: Served) -> None:
        served.run(APP, EVENT.format("now()"))

        assert served.run(APP, "delete from events") == [0]
        assert served.run(APP, "select count(*) from events") == [(1,)]
        assert served.run(MIGRATOR, "delete from events") == [1]

    def test_purges_what_is_older_than_the_log_is_kept(self, served: Served) -> None:
        served.run(APP, EVENT.format(f"now() - interval '{AUDIT_TRAIL.days} days 1 hour'"))
        served.run(APP, EVENT.format(f"now() - interval '{AUDIT_TRAIL.days} days' + interval '1 hour'"))

        assert served.run(APP, "delete from events") == [1]
        assert served.run(MIGRATOR, "delete from events") == [1]

    @pytest.mark.anyio
    async def test_seals_the_access_log_and_deletes_nothing_young_from_it(self, served: Served) -> None:
        async with pool(DatabaseSettings(url=served.address(APP)), name="roger-tests", size=2) as opened:
            access = AccessLog(opened)
            await access.add("person:kari", Action.READ, [uuid4()])
            assert await access.seal() == 1
            with pytest.raises(InsufficientPrivilege):
                served.run(APP, "delete from access_log")
            long_after = datetime.now(UTC) + 2 * KEPT
            with pytest.raises(InsufficientPrivilege):
                await access.purge(long_after)
            assert (await access.verify(datetime.now(UTC))).broken == []

    def test_gives_transactions_new_numbers(self, served: Served) -> None:
        served.run(APP, EVENT.format("now()"))
        assert served.run(APP, "update events set tx = tx + 1") == [1]
        served.run(MIGRATOR, "delete from events")


class TestReader:
    def test_sees_no_sealed_column_and_every_other_one(self, served: Served) -> None:
        columns = served.run(
            MIGRATOR,
            "select table_name, column_name, udt_name from information_schema.columns where table_schema = 'public'",
        )
        sealed = [(table, column) for table, column, kind in columns if kind == "bytea"]
        assert {("case_contents", "payload"), ("checkpoints", "value"), ("cases", "subject")} <= set(sealed)
        with psycopg.connect(served.address(READ), autocommit=True) as reader:
            for table, column in sealed:
                with pytest.raises(InsufficientPrivilege):
                    reader.execute(f'select "{column}" from {table}'.encode())  # noqa: S608
            for table, column, kind in columns:
                if kind != "bytea":
                    reader.execute(f'select "{column}" from {table} limit 1'.encode())  # noqa: S608

    @pytest.mark.parametrize(
        "statement",
        [
            "select * from case_contents",
            "insert into events (actor) values ('me')",
            "delete from tasks",
            "create table mine ()",
        ],
    )
    def test_may_not(self, served: Served, statement: str) -> None:
        with pytest.raises(InsufficientPrivilege):
            served.run(READ, statement)


def test_others_are_not_let_in(served: Served) -> None:
    with psycopg.connect(served.postgres.url, autocommit=True) as admin:
        admin.execute("create role stranger login")
    try:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(served.address(APP).replace(f"{served.name}_{APP}", "stranger"))
    finally:
        with psycopg.connect(served.postgres.url, autocommit=True) as admin:
            admin.execute("drop role stranger")


def test_sessions_begin_alike_behind_a_pooler(served: Served) -> None:
    for role in ROLES:
        assert served.run(role, "show idle_in_transaction_session_timeout") == [("5s",)]
        assert served.run(role, "show timezone") == [("UTC",)]


class TestAwaitingTables:
    def test_a_new_version_waits_for_its_migration(self, empty_database: str) -> None:
        settings = DatabaseSettings(url=empty_database)
        assert not has_tables(settings)
        upgrade(settings, "0001")
        assert not has_tables(settings)
        upgrade(settings)
        assert has_tables(settings)

    def test_an_old_version_goes_on_with_later_tables(self, empty_database: str) -> None:
        settings = DatabaseSettings(url=empty_database)
        upgrade(settings)
        with psycopg.connect(empty_database, autocommit=True) as admin:
            admin.execute("update alembic_version set version_num = 'of a later version'")
        assert has_tables(settings)

    def test_the_app_can_ask(self, served: Served) -> None:
        assert has_tables(DatabaseSettings(url=served.address(APP)))

    def test_an_absent_database_is_waited_for(self) -> None:
        assert not has_tables(DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/none", connect_timeout=2))
