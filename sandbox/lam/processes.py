"""The processes of a directory: none lives longer than whoever started it, however that ended."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from sandbox.office.guard import guarded

_READY_WITHIN = 30.0
_STOP_WITHIN = 10.0
_LAST_WORDS = 600  # characters of a log


class Processes:
    """What runs in a folder, with a log each; `marks` are the words of their command lines that only they have."""

    def __init__(self, folder: Path, marks: Sequence[Path]) -> None:
        self._folder = folder
        self._marks = set(map(str, marks))
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = False

    def end_leftovers(self) -> None:
        """Make way after a crash: what ran here has been told to end, so wait for it."""
        _wait_for([process for process in psutil.process_iter() if self._is_ours(process)])

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start one; it ends with us."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                guarded(command),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )

    def await_ready(self, name: str, ready: Callable[[], bool]) -> None:
        """Wait until one answers; raises RuntimeError with its last words when it ends or never does."""
        limit = time.monotonic() + _READY_WITHIN
        while not ready():
            if self._running[name].poll() is not None or time.monotonic() > limit:
                words = (self._folder / f"{name}.log").read_text(errors="replace")[-_LAST_WORDS:]
                raise RuntimeError(f"{name} does not start: {words}")
            time.sleep(0.02)

    def watch(self, ended: Callable[[str], None]) -> None:
        """Tell when one ends by itself."""

        def wait(name: str, process: subprocess.Popen[bytes]) -> None:
            process.wait()
            if not self._stopping:
                ended(name)

        for name, process in self._running.items():
            threading.Thread(target=wait, args=(name, process), daemon=True).start()

    def stop(self) -> None:
        """End all, the last first, and wait until they are gone."""
        self._stopping = True
        for guard in reversed(self._running.values()):
            if guard.stdin:
                guard.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                guard.wait(_STOP_WITHIN)
        self.end_leftovers()

    def _is_ours(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error):
            return not self._marks.isdisjoint(process.cmdline())
        return False


def _wait_for(processes: Sequence[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=_STOP_WITHIN)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=_STOP_WITHIN)
