"""A container engine of this machine: Docker where its daemon answers, else Podman with what it needs to run as root here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PUBLIC_BASE = "debian:bookworm-slim"
LOCAL_BASE = "localhost/roger-base:bookworm"

_CONFIGURATION = """\
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
"""


@dataclass
class Engine:
    """Builds, starts and looks into containers; what it says is kept for whoever must find out why."""

    program: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of_this_machine(cls, folder: Path) -> Engine | None:
        """The engine to use, or None where there is none; `folder` holds its settings."""
        if shutil.which("docker") and _succeeds(["docker", "info"], {}):
            return cls("docker", folder)
        if not shutil.which("podman"):
            return None
        settings = folder / "containers.conf"
        settings.write_text(_CONFIGURATION)
        chosen = {"CONTAINERS_CONF": str(settings)}
        for driver in ({}, {"STORAGE_DRIVER": "vfs"}):
            if _succeeds(["podman", "info"], chosen | driver):
                return cls("podman", folder, chosen | driver)
        return None

    @property
    def is_podman(self) -> bool:
        return self.program == "podman"

    def run(self, *arguments: str, within: float = 120, check: bool = True) -> str:
        """One command of the engine; raises AssertionError with what it said when it fails."""
        return self._run([self.program, *arguments], within=within, check=check)

    def compose(self, *arguments: str, variables: Mapping[str, str], within: float = 120) -> str:
        """One command of compose on the repository's file."""
        program = [str(Path(sys.executable).with_name("podman-compose"))] if self.is_podman else ["docker", "compose"]
        return self._run([*program, *arguments], within=within, more=variables)

    def inspect(self, container: str) -> dict[str, Any]:
        return json.loads(self.run("inspect", container))[0]

    def has(self, image: str) -> bool:
        return _succeeds([self.program, "image", "inspect", image], self.environment)

    def base(self) -> str:
        """Debian's image: from a registry where one is reached, else from a root made here."""
        if self.has(LOCAL_BASE):
            return LOCAL_BASE
        if self.has(PUBLIC_BASE) or _succeeds([self.program, "pull", PUBLIC_BASE], self.environment):
            return PUBLIC_BASE
        with tempfile.TemporaryDirectory() as made:
            root = Path(made) / "root"
            self._run(["debootstrap", "--variant=minbase", "bookworm", str(root)], within=900)
            packed = Path(made) / "root.tar"
            self._run(["tar", "-C", str(root), "--exclude=./var/cache/apt/archives/*", "-cf", str(packed), "."])
            self.run("import", str(packed), LOCAL_BASE)
        return LOCAL_BASE

    def build(self, context: Path, target: str, image: str) -> None:
        """Build one target of a folder's Dockerfile, with pip set up as it is on this machine."""
        arguments = ["--build-arg", f"BASE={self.base()}", "--target", target, "-t", image]
        if self.is_podman:
            arguments += ["--format", "docker", *self._pip()]
        self.run("build", "--network", "host", *arguments, str(context), within=1800)

    def _pip(self) -> list[str]:
        """A machine behind a gateway of its own trusts another certificate, perhaps at another index."""
        said = self._run([sys.executable, "-m", "pip", "config", "list"])
        found = {
            key.split(".")[-1]: value.strip("'") for key, _, value in (line.partition("=") for line in said.split("\n"))
        }
        lines, mounts = ["[global]"], list[str]()
        if "index-url" in found:
            lines.append(f"index-url = {found['index-url']}")
        if "cert" in found:
            lines.append("cert = /etc/build-ca.crt")
            mounts += ["--volume", f"{found['cert']}:/etc/build-ca.crt:ro"]
        settings = self.folder / "pip.conf"
        settings.write_text("\n".join(lines) + "\n")
        return [*mounts, "--volume", f"{settings}:/etc/pip.conf:ro"]

    def _run(
        self, command: Sequence[str], *, within: float = 120, check: bool = True, more: Mapping[str, str] | None = None
    ) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **self.environment, **(more or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=within,
            check=False,
            text=True,
        )
        assert not check or done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout[-4000:]}"
        return done.stdout


def _succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode == 0
