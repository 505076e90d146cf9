"""A browser never outlives its worker, however the worker ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from common.browser import guardian
from common.browser.chromium import find_programs
from common.browser.driver import Driver
from common.browser.settings import BrowserSettings
from common.errors import ConfigurationError

if TYPE_CHECKING:
    from website import Website

pytestmark = pytest.mark.browser

WORKER = """
import sys
from common.browser.driver import Driver
from common.browser.settings import BrowserSettings
from pathlib import Path
driver = Driver(BrowserSettings(profile_root=Path(sys.argv[1])))
driver.get(sys.argv[2])
print(*driver.pids, flush=True)
if sys.argv[3] == "exit":
    sys.exit()
sys.stdin.read()
"""


def start(folder: Path, address: str, ending: str) -> tuple[subprocess.Popen[str], list[int]]:
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(folder), address, ending],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(guardian.__file__).parents[2],
    )
    assert worker.stdout is not None
    return worker, [int(word) for word in worker.stdout.readline().split()]


def gone(folder: Path, pids: list[int]) -> bool:
    """Wait, bounded, until the processes and the profile are no more."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    _, alive = psutil.wait_procs(processes, timeout=15)
    ticks = threading.Event()
    for _ in range(300):
        if not alive and not any(folder.iterdir()):
            return True
        ticks.wait(0.05)
    return False


@pytest.mark.parametrize("ending", ["kill", "exit"])
def test_no_process_and_no_profile_outlive_the_worker(site: Website, tmp_path: Path, ending: str) -> None:
    worker, pids = start(tmp_path, site.address + "/other", ending)
    assert len(pids) >= 5
    assert any(tmp_path.iterdir())
    if ending == "kill":
        worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert gone(tmp_path, pids)
    profile = str(tmp_path).encode()
    for process in psutil.process_iter():
        if process.pid != os.getpid():
            assert profile not in b" ".join(_command_line(process.pid)), process.pid


def _command_line(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def test_a_browser_can_be_killed_from_any_thread_and_twice(tmp_path: Path) -> None:
    driver = Driver(BrowserSettings(profile_root=tmp_path))
    pids = driver.pids
    killers = [threading.Thread(target=driver.kill) for _ in range(3)]
    for killer in killers:
        killer.start()
    for killer in killers:
        killer.join()
    assert gone(tmp_path, pids)
    driver.quit()


@pytest.mark.parametrize("headless", [True, False])
def test_what_nobody_looks_at_is_a_browser_without_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, headless: bool
) -> None:
    for name in ("chromium", "chromium-headless-shell", "chromedriver"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_programs(BrowserSettings(headless=headless))
    assert Path(found.chromium).name == ("chromium-headless-shell" if headless else "chromium")
    (tmp_path / "chromium-headless-shell").unlink()
    assert Path(find_programs(BrowserSettings(headless=headless)).chromium).name == "chromium"


def test_a_missing_browser_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="install chromium and chromedriver"):
        find_programs(BrowserSettings(chromium=tmp_path / "none", chromedriver=tmp_path / "none"))
