"""A worker of a running stack that a measurement starts, kills and stops as it likes."""

from __future__ import annotations

import sys
import time
from typing import Self

import httpx

from common.errors import ConfigurationError
from common.local.child import Child
from common.local.stack import Ports, Stack

_UP_WITHIN = 60.0


def dismiss(stack: Stack) -> None:
    """Stop the stack's own worker: from here on, crews do the work."""
    stack.parts["worker"].ask_to_stop()
    stack.parts["worker"].wait()


class Crew:
    """A worker process as in production, with so many shifts; works from entering to leaving."""

    def __init__(self, stack: Stack, *, shifts: int) -> None:
        self.shifts = shifts
        port = Ports.free().worker
        self._probe = f"http://127.0.0.1:{port}/readyz"
        self._child = Child(
            "worker",
            [sys.executable, "-m", stack.package, "worker"],
            environment=stack.environment | {"ROGER_WORKER_SHIFTS": str(shifts), "ROGER_WORKER_PROBE_PORT": str(port)},
            log=stack.folder / "logs" / "crew.log",
        )

    def __enter__(self) -> Self:
        self._child.start()
        try:
            self._await_ready()
        except BaseException:
            self._child.kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._child.ask_to_stop()
            self._child.wait()
        self._child.kill()

    @property
    def pid(self) -> int:
        return self._child.pid

    def kill(self) -> None:
        """End it as a crash would."""
        self._child.kill()

    def _await_ready(self) -> None:
        limit = time.monotonic() + _UP_WITHIN
        while time.monotonic() < limit:
            self._child.require_alive()
            try:
                if httpx.get(self._probe, timeout=2).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        raise ConfigurationError(f"A worker is not ready after {_UP_WITHIN:.0f} s; its log is {self._child.log}")
