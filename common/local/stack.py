"""A whole Roger on this machine: databases, stand-in targets, and the api, errands and worker of one service."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

from common.catalogue import load as load_service
from common.db.upgrade import upgrade
from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.errors import ConfigurationError
from common.identity.keys import new_key
from common.local.child import Child
from common.local.stand_in import stand_in
from common.privacy.key_file import KeyFile
from common.process import Service
from common.settings import DatabaseSettings

_UP_WITHIN = 60.0
ACCOUNTS_PER_TARGET = 8
_MOST_TARGETS = 4
"""As many as any service has; their consoles may need as many ports again."""
PARTS = ("api", "errands", "worker")


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where everything listens, on loopback."""

    api: int = 8000
    errands: int = 8001
    worker: int = 8002
    first_target: int = 8010

    @classmethod
    def free(cls) -> Ports:
        """Ports that nobody uses just now, for a demo or a test beside whatever else runs here."""
        with ExitStack() as taken:
            places = [taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PARTS]
            api, errands, worker = (place.getsockname()[1] for place in places)
            return cls(api=api, errands=errands, worker=worker, first_target=_free_in_a_row(2 * _MOST_TARGETS))


def _free_in_a_row(number: int) -> int:
    """The first of so many neighbouring ports that nobody uses just now."""
    while True:
        with ExitStack() as taken, suppress(OSError, OverflowError):
            first = taken.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
            for port in range(first + 1, first + number):
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


@dataclass
class Stack:
    """Starts on entering, stops on leaving; `folder` keeps the data. Raises ConfigurationError in clear sentences.

    `settings` are further `ROGER_…` variables for every part; `ROGER_DATABASE_URL` and `ROGER_REDIS_URL` of the
    environment replace the embedded servers.
    """

    service_package: str
    folder: Path
    ports: Ports = field(default_factory=Ports)
    shifts: int = 1
    durable: bool = True
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    progress: Callable[[str], None] = lambda _line: None

    def __post_init__(self) -> None:
        self.service: Service = load_service(self.service_package)
        self.package = self.service_package.removesuffix("_svc") + "_svc"
        self.folder = self.folder.resolve()
        self.parts: dict[str, Child] = {}
        self.targets: dict[str, str] = {}
        self.consoles: dict[str, str] = {}
        """Where the stand-ins are seeded and asked: below `/_kontroll`."""
        self.postgres: EmbeddedPostgres | None = None
        self.redis: EmbeddedRedis | None = None
        self._stand_ins: dict[str, tuple[Child, str]] = {}
        """Target → the program that stands in for it, and what that is."""
        self.api_key = ""
        self.environment: dict[str, str] = {}
        self._resources = ExitStack()

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.ports.api}"

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def _start(self) -> None:
        self._claim_folder()
        self._require_free_ports()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ROGER_")}
        self.environment |= {
            "ROGER_ENVIRONMENT": "development",
            "ROGER_KEYRING": str(self.folder / "keyring.json"),
            "ROGER_API_KEYS": str(self.folder / "api-keys.json"),
            "ROGER_API_PORT": str(self.ports.api),
            "ROGER_API_RATE": "none",  # who sends on this machine is who measures
            "ROGER_ERRANDS_PROBE_PORT": str(self.ports.errands),
            "ROGER_WORKER_PROBE_PORT": str(self.ports.worker),
            "ROGER_WORKER_SHIFTS": str(self.shifts),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUNBUFFERED": "1",
        }
        if self.service.entrusts:
            self.environment |= {
                "ROGER_SECRETS_URL": self.api,
                "ROGER_SECRETS_PORT": "folder",
                "ROGER_SECRETS_FOLDER": str(self.folder / "text-messages"),
            }
        self.environment |= {name: value for name, value in os.environ.items() if name.startswith("ROGER_")}
        self.environment |= self.settings
        self._start_databases()
        self._make_keys()
        for number, target in enumerate(self.service.targets):
            self._start_target(target.name, self.ports.first_target + number)
        # While the stand-ins come up beside each other.
        upgrade(DatabaseSettings(url=self.environment["ROGER_DATABASE_URL"]))
        for name, (child, said) in self._stand_ins.items():
            self._await(child, f"{self.targets[name]}/")
            self.progress(f"{name} ({said}) is up")
        for part in PARTS:
            self._start_part(part)
        for part, port in zip(PARTS, (self.ports.api, self.ports.errands, self.ports.worker), strict=True):
            self._await(self.parts[part], f"http://127.0.0.1:{port}/readyz")
        self.progress(f"{self.service.title}: {', '.join(PARTS)} are up")

    def _claim_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "lock").open("w")
        self._resources.callback(lock.close)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"Roger is up already on {self.folder}: use that one, stop it first, or give another folder (--folder)"
            ) from None

    def _require_free_ports(self) -> None:
        wanted = {"the api": self.ports.api, "the errands": self.ports.errands, "the worker": self.ports.worker}
        wanted |= {name.name: self.ports.first_target + place for place, name in enumerate(self.service.targets)}
        for name, port in wanted.items():
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    raise ConfigurationError(
                        f"Port {port}, meant for {name}, is in use by another program: stop that, or choose another "
                        "first port (--port)"
                    )

    def _start_databases(self) -> None:
        if "ROGER_DATABASE_URL" not in self.environment:
            self.progress("PostgreSQL starts")
            self.postgres = self._resources.enter_context(
                EmbeddedPostgres.start(self.folder / "postgres", durable=self.durable)
            )
            self.environment["ROGER_DATABASE_URL"] = self.postgres.url
        if "ROGER_REDIS_URL" not in self.environment:
            self.redis = self._resources.enter_context(EmbeddedRedis.start(self.folder / "redis"))
            self.environment["ROGER_REDIS_URL"] = self.redis.url

    def _make_keys(self) -> None:
        keyring, keys = self.folder / "keyring.json", self.folder / "api-keys.json"
        if not keyring.exists():
            KeyFile(keyring).create()
        for setting, name in self.service.key_files.items():
            if setting not in self.environment:
                self.environment[setting] = str(self.folder / name)
                if not (self.folder / name).exists():
                    _write_secret(self.folder / name, secrets.token_urlsafe())
        plain = self.folder / "api-key"
        if not plain.exists() or not keys.exists():
            everything = [f"{self.service.name}:*:submit", f"{self.service.name}:*:read", "cases:read:all"]
            key, entry = new_key("laptop", [*everything, "files", "cases:decide", "registers:write", "operate"])
            _write_secret(keys, json.dumps({"keys": [entry]}, indent=2))
            _write_secret(plain, key)
        self.api_key = plain.read_text().strip()

    def _start_target(self, name: str, port: int) -> None:
        """Start the stand-in of a target, unless settings say where the real one is."""
        prefix = f"ROGER_TARGET_{name.upper()}_"
        if f"{prefix}URL" in self.environment:
            return
        accounts = self.folder / "accounts" / name
        accounts.mkdir(parents=True, exist_ok=True)
        for number in range(1, ACCOUNTS_PER_TARGET + 1):
            if not (accounts / f"robot{number}").exists():
                _write_secret(accounts / f"robot{number}", secrets.token_urlsafe(12))
        program = stand_in(self.package, name, self.environment)
        command = [sys.executable, "-m", program.module, *program.options]
        command += ["--port", str(port), "--data", str(self.folder / name)]
        self.targets[name] = self.consoles[name] = f"http://127.0.0.1:{port}"
        if program.console_apart:
            command += ["--console-port", str(port + _MOST_TARGETS)]
            self.consoles[name] = f"http://127.0.0.1:{port + _MOST_TARGETS}"
        for account in sorted(accounts.iterdir()):
            command += ["--account", f"{account.name}:{account.read_text()}"]
        child = self._child(name, command)
        self.environment |= {
            **program.settings,
            **{setting: str(self.folder / name / shared) for setting, shared in program.folders.items()},
            f"{prefix}URL": self.targets[name],
            f"{prefix}ACCOUNTS": str(accounts),
            f"{prefix}PRODUCTION": "false",
        }
        self._stand_ins[name] = child, program.said

    def _start_part(self, part: str) -> None:
        self.parts[part] = self._child(part, [sys.executable, "-m", self.package, part])

    def _child(self, name: str, command: list[str]) -> Child:
        child = Child(name, command, environment=self.environment, log=self.folder / "logs" / f"{name}.log")
        self._resources.callback(child.wait)
        self._resources.callback(child.ask_to_stop)
        child.start()
        return child

    def _await(self, child: Child, address: str) -> None:
        limit = time.monotonic() + _UP_WITHIN
        # One client for all tries: each new one loads certificates, for longer than a part that comes up should be kept
        # from the processor.
        with httpx.Client(timeout=2) as client:
            while time.monotonic() < limit:
                child.require_alive()
                try:
                    if client.get(address).is_success:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.05)
        raise ConfigurationError(f"{child.name} is not ready after {_UP_WITHIN:.0f} s; its log is {child.log}")

    def watch(self) -> None:
        """Raise ConfigurationError as soon as one part has ended by itself."""
        for child in self.parts.values():
            child.require_alive()


def _write_secret(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)
