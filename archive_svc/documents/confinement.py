"""A program that reads a stranger's file takes no more than it is given, and ends with whoever started it.

Called by the program itself, before it reads anything; what it starts inherits all of it.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


@dataclass(frozen=True)
class Limits:
    """What it may take."""

    seconds: int
    """Of a processor."""
    memory: int
    """Bytes of address space, of each process."""
    largest: int
    """Bytes of a file that it writes."""


def confine(limits: Limits) -> None:
    """Hold this process to its limits, without a network where the kernel lets it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.largest, limits.largest))
    os.umask(0o077)
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        _ = library.unshare(_CLONE_NEWNET) == 0 or library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies; at once, if that has happened already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
