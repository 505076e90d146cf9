"""The real Prometheus on loopback, with a short breath: it asks every second."""

from __future__ import annotations

import shutil
import socket
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from common.local.child import Child

_PATIENCE = 60.0


def program(name: str) -> str:
    """Where a program of Prometheus is; fails saying how to get it."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.is_file() else shutil.which(name)
    assert found, f"no {name}: run scripts/machine.sh, or put it on the PATH"
    return found


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    http: httpx.Client

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """The value of each series that an expression gives now; fails when Prometheus refuses it."""
        return self._get("query", query=expression)["result"]

    def over(self, expression: str, *, seconds: float, step: float = 1) -> list[dict[str, Any]]:
        """The values of each series over the last so many seconds."""
        now = time.time()
        return self._get("query_range", query=expression, start=now - seconds, end=now, step=step)["result"]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule, with its health."""
        return [rule for group in self._get("rules")["groups"] for rule in group["rules"]]

    def await_series(self, expression: str) -> None:
        """Wait until an expression gives something."""
        limit, tick = time.monotonic() + _PATIENCE, threading.Event()
        while not self.ask(expression):
            assert time.monotonic() < limit, f"in {_PATIENCE:.0f} s Prometheus has not seen {expression}"
            tick.wait(0.2)

    def _get(self, path: str, **asked: str | float) -> Any:
        answer = self.http.get(f"/api/v1/{path}", params=asked).json()
        assert answer["status"] == "success", f"{answer.get('error')}: {asked}"
        return answer["data"]


@contextmanager
def scraping(parts: Mapping[tuple[str, str], int], rules: Path, folder: Path) -> Generator[Prometheus]:
    """Scrape these ports, by service and part, from entering to leaving."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    targets = [
        {"targets": [f"127.0.0.1:{at}"], "labels": {"service": service, "part": part}}
        for (service, part), at in parts.items()
    ]
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules / "*.yaml")],
        "scrape_configs": [{"job_name": "roger", "static_configs": targets}],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings), "utf-8")
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
    ]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    child = Child("prometheus", command, environment={}, log=folder / "prometheus.log")
    child.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            _await_ready(child, http)
            yield Prometheus(http)
    finally:
        child.ask_to_stop()
        child.wait()


def _await_ready(child: Child, http: httpx.Client) -> None:
    limit, tick = time.monotonic() + _PATIENCE, threading.Event()
    while time.monotonic() < limit:
        child.require_alive()
        with suppress(httpx.TransportError):
            if http.get("/-/ready").is_success:
                return
        tick.wait(0.1)
    raise AssertionError("Prometheus is not ready")
