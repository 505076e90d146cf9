"""Keep a browser from outliving its worker: a tiny process that starts the driver and ends it when its pipe closes.

Run as a program of its own with nothing but the standard library: `guardian.py <profile folder> <driver> <arguments>`.
It prints the driver's process id, then lets the driver print to the same pipe. When its standard input ends, because
the worker closed it or died in whatever way, it kills every process of the driver and removes the profile folder.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_PROC = Path("/proc")
_PATIENCE = 10.0


def family(session: int, profile: str) -> list[int]:
    """List the processes of one driver: by session, by descent, and by the profile on their command line."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, parent, _, own_session = (entry / "stat").read_text().rpartition(") ")[2].split()[:4]
            pid = int(entry.name)
            if state in "ZX":
                continue
            parents[pid] = int(parent)
            of_profile = f"={profile}".encode() in (entry / "cmdline").read_bytes()
            if int(own_session) == session or of_profile:
                found.add(pid)
    while True:
        more = {pid for pid, parent in parents.items() if parent in found} - found
        if not more:
            return sorted(found)
        found |= more


def kill_family(session: int, profile: str) -> bool:
    """Kill them all, again until none is left, for what forks while it is being killed; False if some stay."""
    until = time.monotonic() + _PATIENCE
    with contextlib.suppress(OSError):
        os.killpg(session, signal.SIGKILL)
    while left := family(session, profile):
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def memory(session: int, profile: str) -> int:
    """Measure what they use together, in bytes, shared pages counted once (PSS)."""
    total = 0
    for pid in family(session, profile):
        with contextlib.suppress(OSError, IndexError, ValueError):
            lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def main(profile: str, command: list[str]) -> None:
    """Start the driver, wait for the end of standard input, and leave nothing behind."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    driver = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    with contextlib.suppress(OSError):
        os.write(1, f"driver {driver.pid}\n".encode())
    while True:
        ready, _, _ = select.select([0], [], [], 1.0)
        if ready and not os.read(0, 4096):
            break
        if driver.poll() is not None:
            break
    kill_family(driver.pid, profile)
    driver.wait()
    shutil.rmtree(profile, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
