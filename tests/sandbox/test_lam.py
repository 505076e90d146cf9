"""OpenLDAP with LAM as a program: what starts, what stays after a restart or a crash, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from sandbox.lam.machine import missing
from tests.sandbox.visitor import PLAIN, ROOT, Lam

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}")
OLA = {
    "user_name": "olanor",
    "family_name": "Nordhaug",
    "given_name": "Ola",
    "place": "Skole",
    "groups": ["SKOLE-ALLE"],
}


@contextmanager
def standing(folder: Path, *options: str) -> Generator[Lam]:
    command = [
        sys.executable,
        "-m",
        "sandbox.lam",
        "--network",
        "tknett",
        "--data",
        str(folder),
        "--port",
        "0",
        *options,
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        lam = Lam(process, "", httpx.Client(verify=PLAIN))
        try:
            lam.wait()
            yield lam
        finally:
            process.kill()
            lam.close()


def left(folder: Path) -> list[psutil.Process]:
    """What runs in a folder besides its supervisor."""
    marks = {str(folder / "slapd.conf"), str(folder / "lam")}
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline"]):
        words: list[str] = process.info["cmdline"] or []
        if not marks.isdisjoint(words):
            found.append(process)
    return found


def bound(lam: Lam, dn: str, password: str) -> bool:
    """Whether the directory lets somebody in."""
    command = ["ldapwhoami", "-x", "-H", lam.directory, "-D", dn, "-w", password]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_whoever_administers_it_signs_in_to_lam_and_to_the_directory(tmp_path: Path) -> None:
    with standing(tmp_path, "--account", "robot7:Blåbær-7") as lam:
        assert bound(lam, "uid=robot7,ou=Roboter,dc=tknett,dc=example", "Blåbær-7")
        assert not bound(lam, "uid=robot1,ou=Roboter,dc=tknett,dc=example", "robot1-secret")
        with httpx.Client(base_url=lam.url, follow_redirects=True, timeout=30) as visitor:
            assert visitor.get("/").is_success
            visitor.get("/templates/login.php")
            form = {"username": "robot7", "passwd": "Blåbær-7", "language": "en_GB.utf8", "checklogin": ""}
            assert "New user" in visitor.post("/templates/login.php", data=form).text
            assert {name.partition("_")[0] for name in visitor.cookies} == {"tknett"}


def test_what_stood_there_stands_there_again_and_nothing_runs_meanwhile(tmp_path: Path) -> None:
    with standing(tmp_path) as lam:
        lam.post("accounts", [OLA])
        told = lam.get("accounts")
        assert [one["groups"] for one in told] == [["SKOLE-ALLE"]]
        lam.process.terminate()
        assert lam.process.wait(30) == 0
        assert left(tmp_path) == []
    with standing(tmp_path) as lam:
        assert lam.get("accounts") == told


def test_a_crash_leaves_nothing_running_and_nothing_in_the_way(tmp_path: Path) -> None:
    with standing(tmp_path) as lam:
        lam.post("accounts", [OLA])
        port = lam.url.rpartition(":")[2]
        running = left(tmp_path)
        assert len(running) >= 6  # the directory, PHP and its helpers
        lam.process.send_signal(signal.SIGKILL)
        lam.process.wait(30)
        _, alive = psutil.wait_procs(running, timeout=30)
        assert alive == []
    with standing(tmp_path, "--port", port) as lam:
        assert lam.url.endswith(port)
        assert [one["user_name"] for one in lam.get("accounts")] == ["olanor"]


def test_one_part_that_dies_ends_the_rest(tmp_path: Path) -> None:
    with standing(tmp_path) as lam:
        for process in left(tmp_path):
            if process.name() == "slapd":
                os.kill(process.pid, signal.SIGKILL)
        assert lam.process.wait(30) == 1
        assert left(tmp_path) == []


def test_a_folder_belongs_to_one(tmp_path: Path) -> None:
    with standing(tmp_path):
        command = [sys.executable, "-m", "sandbox.lam", "--network", "tknett", "--data", str(tmp_path), "--port", "0"]
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (second.returncode, "Another process uses the directory" in second.stderr) == (1, True)
