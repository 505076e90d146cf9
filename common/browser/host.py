"""A chromedriver of our own, and the certainty that nothing of it stays behind."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, cast

from common.browser import guardian
from common.errors import BrowserFailed
from common.lease import now

_ROOM = 512 * 2**20
_STARTS_WITHIN = 25.0
"""Seconds: nothing has been opened yet, so there is no hurry, and a machine may be busy with many browsers."""
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- folders in it are made by mkdtemp


def in_memory_root() -> Path | None:
    """Give a folder that is kept in memory, if there is one with room for profiles."""
    with contextlib.suppress(OSError):
        if shutil.disk_usage(_SHARED_MEMORY).free >= _ROOM and os.access(_SHARED_MEMORY, os.W_OK):
            return _SHARED_MEMORY
    return None


class Host:
    """A chromedriver of our own with its guardian; whatever ends it leaves neither process nor profile."""

    def __init__(self, chromedriver: str, profile_root: Path | None, budget: float) -> None:
        self.profile = Path(tempfile.mkdtemp(prefix="roger-", dir=profile_root or in_memory_root()))
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, str(self.profile), chromedriver, "--port=0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._ending = threading.Lock()
        self.session, self.port = 0, 0
        self._await_port(now() + max(budget, _STARTS_WITHIN))
        if not self.port:
            self.end()
            raise BrowserFailed("chromedriver did not start")

    def _await_port(self, until: float) -> None:
        said, pipe = b"", cast("IO[bytes]", self._guardian.stdout).fileno()
        while not self.port and select.select([pipe], [], [], max(0.0, until - now()))[0]:
            more = os.read(pipe, 4096)
            if not more:
                return
            said += more
            if found := re.search(rb"^driver (\d+)$", said, re.MULTILINE):
                self.session = int(found[1])
            if found := re.search(rb"started successfully on port (\d+)\b\.?\s", said):
                self.port = int(found[1])

    @property
    def pids(self) -> list[int]:
        """Every process of the driver and the browser."""
        return guardian.family(self.session, str(self.profile)) if self.session else []

    @property
    def memory(self) -> int:
        """What they use together, in bytes."""
        return guardian.memory(self.session, str(self.profile)) if self.session else 0

    def end(self) -> None:
        """Kill everything at once; may be called from any thread, and again."""
        with self._ending:
            # Once the guardian has ended in good order, the number may belong to somebody else's process.
            if self.session and self._guardian.poll() != 0:
                guardian.kill_family(self.session, str(self.profile))
            self.session = 0
            for pipe in (self._guardian.stdin, self._guardian.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            self._guardian.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
