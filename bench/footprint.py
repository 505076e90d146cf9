"""What a process and everything below it has used: CPU seconds, and memory with shared pages counted once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import psutil


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time of these processes, their descendants, and those of them that have ended."""
    total = 0.0
    for process in _family(pids):
        with contextlib.suppress(psutil.Error):
            used = process.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def memory_mb(pids: Iterable[int]) -> float:
    """What they hold together now, in MB."""
    total = 0
    for process in _family(pids):
        with contextlib.suppress(psutil.Error):
            held = process.memory_full_info()
            total += getattr(held, "pss", held.rss)
    return total / 2**20


def peak_memory_mb(pid: int) -> float:
    """The most that one process has held at any moment since it began, in MB; where the system does not keep that, now."""
    with contextlib.suppress(OSError):
        told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
        return int(told["VmHWM"].split()[0]) / 1024
    return memory_mb([pid])


def _family(pids: Iterable[int]) -> set[psutil.Process]:
    found: set[psutil.Process] = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            found |= {process, *process.children(recursive=True)}
    return found
