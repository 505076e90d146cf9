"""What every test may use: a clean environment, the real PostgreSQL and the real Redis."""

from __future__ import annotations

import os
import random
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import psycopg
import pytest
import redis
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from common.db.upgrade import upgrade
from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.settings import DatabaseSettings

if TYPE_CHECKING:
    from collections.abc import Generator

# A developer's own settings must not decide what a test sees; scrubbed on import, before any module reads them.
for name in [name for name in os.environ if name.startswith("ROGER_")]:
    del os.environ[name]

# What tests start reads its own code ready to run, which somebody's environment may have forbidden to keep.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Tests that run side by side are listed by each process: sets among their parameters must come in the same order.
os.environ.setdefault("PYTHONHASHSEED", str(random.randrange(1, 2**32)))

# The same examples for everybody: what fails was broken by the change at hand, not found by luck beside it.
# How long an example takes depends on what else the machine does; a hanging test is ended by pytest-timeout.
settings.register_profile("roger", deadline=None, derandomize=True)
# To look for what nobody thought of: make test TESTS=… ARGS="--hypothesis-profile=search"; "long" when there are hours,
# then also with --timeout=0.
settings.register_profile("search", deadline=None, max_examples=300)
settings.register_profile("long", deadline=None, max_examples=5_000, stateful_step_count=80)
settings.load_profile("roger")


_SCORE = 20  # databases

TOGETHER = {
    "killed": (
        "tests/recovery/",
        "tests/chaos/",
        "tests/bench/",
        "tests/browser/test_directory_conformance.py",
        "tests/browser/test_lam_screens.py",
    ),
    "browsers": (
        "tests/browser/",
        "tests/forms/test_case_in_browser.py",
        "tests/forms/test_form_to_register.py",
        "tests/forms/test_station_in_browser.py",
        "tests/forms/test_reports_in_browser.py",
        "tests/forms/test_secret_in_browser.py",
    ),
}
"""Tests of which only one at a time may run: whole Rogers that are killed, and all else that keeps a processor busy.

Both lots begin at once and last about equally long, so some that could be in the second are in the first.
"""


BY_FILE = (
    "tests/architecture/",
    "tests/deployment/",
    "tests/monitoring/",
    "tests/sandbox/",
    "tests/unit/",
    "tests/web/test_files_alive.py",
    "tests/web/test_secrets_alive.py",
)
"""Tests whose modules share what takes long to start, or take no time at all: a process gets the whole file."""


LONG = (
    "tests/web/test_from_description.py",
    "tests/web/test_killed_parts.py",
    "tests/web/test_secrets_alive.py",
    "tests/web/test_together.py",
    "tests/web/test_bad_input.py",
    "tests/privacy/",
    "tests/integration/test_queue_machine.py",
)
"""Tests of half a minute and more each: none of them is to begin when all else is done."""


class OneAtATime(LoadScopeScheduling):
    """Gives each process the next test or file, and those of `TOGETHER` all to one; `_turn` says in which order.

    Groups by mark (`--dist loadgroup`) are lost on the way with this version of pytest.
    """

    def _split_scope(self, nodeid: str) -> str:
        return _lot(nodeid) or (nodeid.partition("::")[0] if nodeid.startswith(BY_FILE) else nodeid)


def _lot(nodeid: str) -> str | None:
    return next((name for name, places in TOGETHER.items() if nodeid.startswith(places)), None)


def _turn(nodeid: str) -> int:
    """What takes longest begins first, and what can be given out singly fills up the end."""
    if lot := _lot(nodeid):
        return list(TOGETHER).index(lot)
    return len(TOGETHER) + (0 if nodeid.startswith(LONG) else 1 if nodeid.startswith(BY_FILE) else 2)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneAtATime:
    config.option.loadscopereorder = False  # how many tests there are says nothing of how long they take
    return OneAtATime(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In turn, and with one order of a test's parameters in all processes that list them, whatever set they were written as.

    First, so that pytest then puts together what shares a parameter of a whole module: else each test starts it anew.
    """
    place = {name: number for number, name in enumerate(dict.fromkeys(_function(item) for item in items))}
    items.sort(key=lambda item: (_turn(item.nodeid), place[_function(item)], item.nodeid))


def _function(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests (`@pytest.mark.anyio`) run on asyncio, as Roger does."""
    return "asyncio"


@pytest.fixture(scope="session")
def servers_folder() -> Generator[Path]:
    """Where the session's servers keep their data: not pytest's own folder, whose mode each session sets back."""
    with tempfile.TemporaryDirectory(prefix="roger-tests-") as folder:
        yield Path(folder)


# --- PostgreSQL -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres(servers_folder: Path) -> Generator[EmbeddedPostgres]:
    """One server for the session. Shared: a test that kills or freezes PostgreSQL starts one of its own."""
    with EmbeddedPostgres.start(servers_folder / "postgres", durable=False) as server:
        yield server


class Databases:
    """Databases of the session's server, a new one for each test.

    They are copied file by file, and dropped by the score: each drop waits for a checkpoint, and the second one in a row
    for nearly nothing. Whoever is still connected is sent away at once.
    """

    def __init__(self, server: EmbeddedPostgres, admin: psycopg.Connection) -> None:
        self._server, self._admin = server, admin
        self._done_with: list[str] = []

    def make(self, name: str, template: str = "template1") -> str:
        """The address of a new database."""
        self._admin.execute(f"create database {name} template {template} strategy file_copy".encode())
        return self._server.url_of(name)

    @contextmanager
    def one(self, template: str = "template1") -> Generator[str]:
        """The address of a new database for as long as it is wanted."""
        name = f"test_{uuid4().hex}"
        yield self.make(name, template)
        self._admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        self._done_with.append(name)
        if len(self._done_with) >= _SCORE:
            for done_with in self._done_with:
                self._admin.execute(f"drop database {done_with} with (force)".encode())
            self._done_with.clear()


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Generator[Databases]:
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        yield Databases(postgres, admin)


@pytest.fixture
def empty_database(databases: Databases) -> Generator[str]:
    """The address of a new, empty database."""
    with databases.one() as url:
        yield url


@pytest.fixture(scope="session")
def template_database(databases: Databases) -> str:
    """The name of a database with Roger's tables, made once; nobody connects to it, or it could not be copied."""
    name = "roger_template"
    upgrade(DatabaseSettings(url=databases.make(name)))
    return name


@pytest.fixture
def database(databases: Databases, template_database: str) -> Generator[DatabaseSettings]:
    """A new database with Roger's tables and no case."""
    with databases.one(template_database) as url:
        yield DatabaseSettings(url=url)


# --- Redis ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_server(servers_folder: Path) -> Generator[EmbeddedRedis]:
    """One server for the session. Shared: a test that kills or freezes Redis starts one of its own."""
    with EmbeddedRedis.start(servers_folder / "redis") as server:
        yield server


@pytest.fixture
def empty_redis(redis_server: EmbeddedRedis) -> str:
    """The address of the session's Redis, emptied."""
    client = cast("Any", redis.Redis).from_url(redis_server.url)
    client.flushall()
    client.close()
    return redis_server.url
