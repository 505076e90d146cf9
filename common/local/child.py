"""A process of the local stack: in a session of its own, logging to a file, gone when its parent is gone."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from common.errors import ConfigurationError

_STOP_WITHIN = 100.0  # seconds; a worker may end its runs first
_LAST_WORDS = 400  # characters of its log

# Linux tells a child when its parent dies, also by SIGKILL; elsewhere the child would go on.
_TIED_TO_PARENT = """
import ctypes, os, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Child:
    """One process. Ctrl-C in the terminal does not reach it: whoever started it ends it in good order."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self._command, self._environment = list(command), dict(environment)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it anew after it has ended."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _TIED_TO_PARENT, *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process number; raises ConfigurationError when it was never started."""
        if self.process is None:
            raise ConfigurationError(f"{self.name} is not running")
        return self.process.pid

    def require_alive(self) -> None:
        """Raise ConfigurationError with its last words if it has ended."""
        if self.process is not None and self.process.poll() is not None:
            words = self.log.read_text(errors="replace").strip()[-_LAST_WORDS:]
            raise ConfigurationError(f"{self.name} ended by itself; its log is {self.log}. It said last: {words}")

    def ask_to_stop(self) -> None:
        """Ask it to end in good order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until it has ended; killed if it does not end at all."""
        if self.process is None:
            return
        try:
            self.process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
