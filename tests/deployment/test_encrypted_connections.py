"""PostgreSQL and Redis by TLS, as a deployment's addresses say: the right server is believed, and no other."""

from __future__ import annotations

import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg.pq import PGconn, Ping

from common.cases.bell import Bell
from common.db.engine import engine
from common.db.pool import pool
from common.db.roles import APP, MIGRATOR, ROLES, make_roles
from common.db.upgrade import upgrade
from common.errors import ConfigurationError
from common.settings import DatabaseSettings, RedisSettings

ROOT = Path(__file__).parents[2]
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)), None)
REDIS = next(
    (str(found) for found in (ROOT / ".venv/bin/redis-server-tls",) if found.exists()), shutil.which("redis-server")
)
pytestmark = pytest.mark.anyio
without_postgres = pytest.mark.skipif(POSTGRES is None, reason="there is no PostgreSQL with TLS: the wheel's has none")
without_redis = pytest.mark.skipif(REDIS is None, reason="there is no Redis with TLS: scripts/machine.sh fetches one")

PASSWORD = "a password, with: odd/signs@%"


@dataclass
class Papers:
    """A certificate authority and what it made for servers at 127.0.0.1."""

    folder: Path

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.folder.name)])
        self._write("ca.crt", self._certificate(self._name, self._key, None).public_bytes(serialization.Encoding.PEM))
        own = ec.generate_private_key(ec.SECP256R1())
        self._write("server.key", _plain(own))
        server = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        self._write("server.crt", self._certificate(server, own, "127.0.0.1").public_bytes(serialization.Encoding.PEM))

    def of(self, file: str) -> str:
        return str(self.folder / file)

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, address: str | None
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            made = made.add_extension(names, critical=False)
        return made.sign(self._key, hashes.SHA256())

    def _write(self, file: str, content: bytes) -> None:
        path = self.folder / file
        path.write_bytes(content)
        path.chmod(0o600)


def _plain(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@pytest.fixture(scope="module")
def papers(servers_folder: Path) -> Papers:
    return Papers(_folder(servers_folder / "papers"))


@pytest.fixture(scope="module")
def strangers(servers_folder: Path) -> Papers:
    """Those of somebody else."""
    return Papers(_folder(servers_folder / "strangers"))


def _folder(path: Path) -> Path:
    path.mkdir(exist_ok=True)
    path.parent.chmod(0o755)
    return path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _started(
    command: Sequence[str], port: int, user: str | None, ready: Callable[[int], bool]
) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(command, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < limit:
        if ready(port):
            return server
    server.kill()
    raise AssertionError(f"{command[0]} is not ready")


def _listens(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _takes_sessions(port: int) -> bool:
    """It listens some time before it lets anybody in."""
    return PGconn.ping(f"host=127.0.0.1 port={port}".encode()) == Ping.OK


@pytest.fixture(scope="module")
def server(papers: Papers, servers_folder: Path) -> Generator[int]:
    """The port of a PostgreSQL that takes nobody without TLS and password."""
    assert POSTGRES is not None
    user = "nobody" if os.geteuid() == 0 else None
    data = _folder(servers_folder / "encrypted")
    secret = data / "password"
    secret.write_text(PASSWORD)
    for place in (data, secret, papers.folder, *papers.folder.iterdir()):
        if user:
            os.chown(place, pwd.getpwnam(user).pw_uid, -1)
    cluster = data / "cluster"
    subprocess.run(
        [POSTGRES.with_name("initdb"), "-D", cluster, "-U", "postgres", "--pwfile", secret, "--auth=scram-sha-256", "--no-sync"],
        user=user,
        cwd="/",
        check=True,
        capture_output=True,
    )  # fmt: skip
    (cluster / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    port = _free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "ssl": "on",
        "ssl_cert_file": papers.of("server.crt"),
        "ssl_key_file": papers.of("server.key"),
        "fsync": "off",
    }
    command = [str(POSTGRES), "-D", str(cluster), *(p for n, v in options.items() for p in ("-c", f"{n}={v}"))]
    running = _started(command, port, user, _takes_sessions)
    yield port
    running.terminate()
    running.wait(30)


def _address(role: str, port: int, database: str, authority: str) -> str:
    return f"postgresql://{role}@127.0.0.1:{port}/{database}?sslmode=verify-full&sslrootcert={authority}"


@without_postgres
async def test_a_deployment_from_its_roles_on(server: int, papers: Papers, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    admin = DatabaseSettings(url=_address("postgres", server, "postgres", papers.of("ca.crt")), password_file=secret)
    make_roles(admin.url, "health", dict.fromkeys(ROLES, PASSWORD))
    migrator = _address(f"health_{MIGRATOR}", server, "health", papers.of("ca.crt"))
    upgrade(DatabaseSettings(url=migrator, password_file=secret))

    app = DatabaseSettings(
        url=_address(f"health_{APP}", server, "health", papers.of("ca.crt")), password_file=secret, connect_timeout=5
    )
    async with pool(app, name="roger-tests") as opened, opened.connection() as connection:
        cursor = await connection.execute(
            "select ssl, current_user as role from pg_stat_ssl where pid = pg_backend_pid()"
        )
        assert await cursor.fetchone() == {"ssl": True, "role": f"health_{APP}"}
    reads = engine(app, name="roger-tests")
    async with reads.connect():
        pass
    await reads.dispose()


@without_postgres
@pytest.mark.parametrize("change", ["another authority", "another name", "in the clear", "another password"])
def test_who_is_not_believed(change: str, server: int, papers: Papers, strangers: Papers) -> None:
    right = _address("postgres", server, "postgres", papers.of("ca.crt"))
    wrong = {
        "another authority": right.replace(papers.of("ca.crt"), strangers.of("ca.crt")),
        "another name": right.replace("127.0.0.1", "localhost") + "&hostaddr=127.0.0.1",
        "in the clear": right.replace("verify-full", "disable"),
        "another password": right,
    }[change]
    with psycopg.connect(right, password=PASSWORD):
        pass
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong, password="guessed" if change == "another password" else PASSWORD)
    with pytest.raises(ConfigurationError):
        upgrade(DatabaseSettings(url=wrong))


@pytest.fixture(scope="module")
def redis_port(papers: Papers) -> Generator[int]:
    """The port of a Redis that speaks TLS only, with a password."""
    assert REDIS is not None
    port = _free_port()
    command = [
        REDIS, "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD,
        "--tls-cert-file", papers.of("server.crt"), "--tls-key-file", papers.of("server.key"),
        "--tls-ca-cert-file", papers.of("ca.crt"), "--tls-auth-clients", "no",
    ]  # fmt: skip
    running = _started(command, port, None, _listens)
    yield port
    running.terminate()
    running.wait(30)


@without_redis
async def test_redis(redis_port: int, papers: Papers, strangers: Papers, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    right = f"rediss://127.0.0.1:{redis_port}/0?ssl_ca_certs={papers.of('ca.crt')}"
    wrong = [right.replace(papers.of("ca.crt"), strangers.of("ca.crt")), right.replace("rediss", "redis").split("?")[0]]

    assert await _answers(RedisSettings(url=right, password_file=secret))
    assert not await _answers(RedisSettings(url=right))
    assert not any([await _answers(RedisSettings(url=address, password_file=secret)) for address in wrong])


async def _answers(settings: RedisSettings) -> bool:
    bell = Bell(settings, "testing")
    try:
        # A handshake beside other tests may take longer than a bell waits.
        return any([await bell.answers() for _ in range(10)])
    finally:
        await bell.close()
