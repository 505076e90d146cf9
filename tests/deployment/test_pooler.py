"""Behind PgBouncer in transaction mode, as the role of the app: what the code does to a database works there too."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from served import Served

from common.cases.endings import Ending
from common.cases.feed import Feed
from common.cases.queries import Filter, Queries
from common.cases.queue import Claimed
from common.cases.states import State
from common.db.engine import engine
from common.db.pool import pool
from common.db.roles import APP
from common.privacy.retention import Retention
from common.settings import DatabaseSettings
from common.testing import a_chore, a_keyring
from tests.integration.office import DONE, Office

ROOT = Path(__file__).parents[2]
PGBOUNCER = next(
    (str(found) for found in (ROOT / ".venv/bin/pgbouncer", Path("/usr/sbin/pgbouncer")) if found.exists()),
    shutil.which("pgbouncer"),
)
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(PGBOUNCER is None, reason="there is no pgbouncer: scripts/machine.sh fetches it on Debian"),
]
SESSIONS = 2
"""Fewer than there are clients, so that each transaction may get another's session."""


@pytest.fixture(scope="module")
def database(new_served: Callable[[], Served]) -> Served:
    return new_served()


@pytest.fixture(scope="module")
def pooler(database: Served) -> Generator[DatabaseSettings]:
    """The address of the database through PgBouncer."""
    with tempfile.TemporaryDirectory(prefix="roger-pooler-") as folder:
        place = Path(folder)
        place.chmod(0o777)
        (place / "users.txt").write_text(f'"{database.name}_{APP}" ""\n')
        (place / "pgbouncer.ini").write_text(
            f"""[databases]
* = host={database.postgres.run_folder}
[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
pool_mode = transaction
default_pool_size = {SESSIONS}
max_client_conn = 100
auth_type = trust
auth_file = {folder}/users.txt
logfile = {folder}/log
"""
        )
        nobody = "nobody" if database.postgres.user is not None else None
        server = subprocess.Popen(
            [str(PGBOUNCER), "--quiet", str(place / "pgbouncer.ini")], user=nobody, cwd="/", stderr=subprocess.DEVNULL
        )
        try:
            _await_socket(place / ".s.PGSQL.5432", server)
            yield DatabaseSettings(url=database.address(APP, host=folder), pooler=True)
        finally:
            server.terminate()
            server.wait(30)


def _await_socket(address: Path, server: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 30
    while True:
        assert server.poll() is None, (address.parent / "log").read_text()
        assert time.monotonic() < limit, "pgbouncer does not listen"
        with socket.socket(socket.AF_UNIX) as trial:
            try:
                trial.connect(str(address))
            except OSError:
                continue
            return


@pytest.fixture
async def office(pooler: DatabaseSettings) -> AsyncGenerator[Office]:
    async with pool(pooler, name="roger-tests", size=6) as opened:
        yield Office(opened)


async def test_cases_are_worked_off_by_many_at_once(office: Office, database: Served) -> None:
    # More turns than psycopg would let pass before it prepares a statement in a session.
    cases = [await office.submit(a_chore("somebody" if number % 2 else None)) for number in range(24)]

    async def perform(claimed: Claimed) -> Ending:
        return DONE

    await office.work_off([f"s{number}" for number in range(6)], perform)

    assert {await office.state(case) for case in cases} == {State.DONE}
    sessions = database.run(APP, "select count(*) from pg_stat_activity where application_name = 'roger-tests'")
    assert sessions[0][0] <= SESSIONS


async def test_what_only_reads_and_what_purges(office: Office, pooler: DatabaseSettings) -> None:
    reads = engine(pooler, name="roger-tests")
    try:
        queries, feed = Queries(reads, a_keyring()), Feed(office.pool)
        start = await feed.now()
        case = await office.submit()
        claimed = await office.claim()
        assert await office.queue.heartbeat({claimed.id: claimed.fence}, ["s"]) is not None
        await office.end(claimed)
        for _ in range(8):
            assert (await queries.one(case)).state == State.DONE
            assert (await queries.page(Filter(), limit=5)).cases
            await queries.standings()
            await office.queue.sweep()
            assert await Retention(office.pool).purge({"chores": timedelta(days=1)}, office.clock())
        assert len((await feed.page(start)).moves) == 3
    finally:
        await reads.dispose()


async def test_a_session_begins_as_it_does_without(office: Office) -> None:
    (row,) = await office.rows(
        "select current_setting('timezone') as zone, current_setting('idle_in_transaction_session_timeout') as idle"
    )
    assert row == {"zone": "UTC", "idle": "5s"}


async def test_without_the_setting_it_does_not_work(pooler: DatabaseSettings) -> None:
    async with pool(DatabaseSettings(url=pooler.url, connect_timeout=2), name="roger-tests") as opened:
        with pytest.raises((psycopg.OperationalError, TimeoutError)):
            async with opened.connection():
                pass
