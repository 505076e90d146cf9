"""With no worker at all, as at night: errands alone fire what is due, delete what is over and take back what was left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import pytest
from served import Served

from common.cases.bell import Bell
from common.cases.states import State
from common.db.pool import pool
from common.db.roles import APP, MIGRATOR
from common.privacy.key_file import KeyFile
from common.settings import DatabaseSettings, RedisSettings
from tests.integration.office import Office, until

pytestmark = pytest.mark.anyio

PROGRAM = Path(__file__).with_name("lonely_errands.py")


@pytest.fixture
def database(new_served: Callable[[], Served]) -> Served:
    return new_served()


@pytest.fixture
async def office(database: Served) -> AsyncGenerator[Office]:
    async with pool(DatabaseSettings(url=database.address(APP)), name="roger-tests", size=4) as opened:
        yield Office(opened)


@pytest.fixture
def errands(database: Served, empty_redis: str, tmp_path: Path) -> Generator[subprocess.Popen[bytes]]:
    """The process, as the role of the app."""
    keyring = tmp_path / "keyring.json"
    KeyFile(keyring).create()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "ROGER_ENVIRONMENT": "test",
        "ROGER_KEYRING": str(keyring),
        "ROGER_DATABASE_URL": database.address(APP),
        "ROGER_REDIS_URL": empty_redis,
        "ROGER_ERRANDS_PROBE_PORT": str(port),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], env={**os.environ, **environment}, stdout=log, stderr=log
        )
    yield process
    process.kill()
    process.wait(30)


async def test_schedules_fire_and_data_are_deleted(
    database: Served, office: Office, empty_redis: str, errands: subprocess.Popen[bytes]
) -> None:
    old, left = await office.submit(), await office.submit()
    await office.end(await office.claim())
    lost = await office.claim()
    await office.rows("update cases set ended_at = now() - interval '3 years' where id = %s", old)
    await office.expire(lost.id)
    bell = Bell(RedisSettings(url=empty_redis), "testing")

    async def seen() -> bool:
        assert errands.poll() is None
        return bool(await office.rows("select name from schedules where name = 'nightly'"))

    async def fired() -> bool:
        return len(await office.rows("select id from cases where caller like '%%nightly%%'")) == 3

    async def deleted() -> bool:
        await bell.errand("purge")
        return not await office.rows("select case_id from case_contents where case_id = %s", old)

    async def taken_back() -> bool:
        return await office.state(left) == State.QUEUED

    await until(seen)
    database.run(MIGRATOR, "update schedules set handled_until = now() - interval '2 days'")
    await until(fired)
    await until(deleted)
    await until(taken_back)
    await bell.close()

    errands.send_signal(signal.SIGTERM)
    assert errands.wait(30) == 0
