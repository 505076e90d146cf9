"""A worker that is up before its database, as after a power cut: it waits, and then works."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from served import Served

from common.db.roles import APP
from common.privacy.key_file import KeyFile

PATIENCE = 60.0


def heard(worker: subprocess.Popen[str], event: str) -> bool:
    """Whether the worker says this before it ends."""
    assert worker.stdout is not None
    return any(event in line for line in worker.stdout)


def test_a_worker_waits_for_its_database(served: Served, empty_redis: str, tmp_path: Path) -> None:
    keyring, sockets = tmp_path / "keyring.json", tmp_path / "sockets"
    KeyFile(keyring).create()
    sockets.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "ROGER_ENVIRONMENT": "test",
        "ROGER_KEYRING": str(keyring),
        "ROGER_DATABASE_URL": served.address(APP, str(sockets)),
        "ROGER_DATABASE_CONNECT_TIMEOUT": "1",
        "ROGER_REDIS_URL": empty_redis,
        "ROGER_WORKER_PROBE_PORT": str(port),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUNBUFFERED": "1",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "bench.noop_svc", "worker"],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    too_long = threading.Timer(PATIENCE, worker.kill)
    too_long.start()
    try:
        assert heard(worker, "worker.no_database")
        for found in served.postgres.run_folder.glob(".s.PGSQL.*"):
            (sockets / found.name).symlink_to(found)
        assert heard(worker, "worker.started")
    finally:
        worker.terminate()
        worker.communicate()
        too_long.cancel()
    assert worker.returncode == 0
