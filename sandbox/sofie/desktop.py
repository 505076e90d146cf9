"""An account's desktop: an X server that is seen over VNC, and the program on it. Nobody else can reach either."""

import asyncio
import contextlib
import os
import secrets
import shutil
import struct
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from sandbox.office.guard import guarded
from sandbox.office.sessions import Session
from sandbox.sofie.machine import X_SERVER, python_with_tk

SIZE: Final = (1280, 800)
ROOT: Final = Path(__file__).parents[2]
_STARTS_WITHIN: Final = 30.0
_RUNS_AT_LEAST: Final = 1.0  # seconds; a program that ends earlier would end again
_LAST_WORDS: Final = 600  # characters of a log
_ANY_HOST: Final = 0xFFFF
_COOKIE: Final = b"MIT-MAGIC-COOKIE-1"


class DesktopError(Exception):
    """The X server or the program does not start; with its last words."""


class Desktop:
    """What an account has open. It outlives a connection, and ends with the account's last session."""

    def __init__(self, session: Session, folder: Path, server: str) -> None:
        self.session = session
        """Whoever has opened it last."""
        self.key: str = secrets.token_urlsafe()
        """What the program shows to be known by."""
        self.drawn: asyncio.Event = asyncio.Event()
        """The program's first window is complete."""
        self.dropped: asyncio.Event = asyncio.Event()
        """Set for the connection that is to end; the next one brings its own."""
        self.ended: bool = False
        self._folder = folder
        self._server = server
        self._guards: dict[str, Process] = {}
        self._keeping: asyncio.Task[None] | None = None

    @property
    def account(self) -> str:
        return self.session.actor.account

    @property
    def picture(self) -> Path:
        """The socket that shows it; only we may open it."""
        return self._folder / "rfb"

    @property
    def crashed(self) -> bool:
        """The X server has ended by itself."""
        return "x" in self._guards and self._guards["x"].returncode is not None

    async def start(self) -> None:
        """See to it that the program runs and that there is something to see; raises DesktopError."""
        if not self._keeping:
            await self._start_all()
        try:
            await asyncio.wait_for(self.drawn.wait(), _STARTS_WITHIN)
        except TimeoutError:
            raise DesktopError(f"Nothing is drawn: {self._last_words('program')}") from None

    async def _start_all(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        _write_cookie(self._folder / "auth")
        display = await self._start_x_server()
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XAUTH", "DISPLAY"))},
            "DISPLAY": f":{display}",
            "XAUTHORITY": str(self._folder / "auth"),
            "SOFIE_SERVER": self._server,
            "SOFIE_KEY": self.key,
            "SOFIE_USER": self.account,
        }
        self._keeping = asyncio.create_task(self._keep_program(environment))

    def drop(self) -> None:
        """Break the connection; what is open stays open."""
        self.dropped.set()

    def kill_program(self) -> None:
        """End the program as a crash would: what was typed is lost, and it starts anew."""
        self._end("program")

    def end(self) -> None:
        """Close everything."""
        self.ended = True
        self.drop()
        self.drawn.set()  # nobody is to wait for it any more
        if self._keeping:
            self._keeping.cancel()
        for name in ("program", "x"):
            self._end(name)

    async def clear(self) -> None:
        """Leave nothing of it once its processes are gone."""
        for guard in self._guards.values():
            _ = await guard.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _start_x_server(self) -> str:
        width, height = SIZE
        # Sockets in the folder, as their paths may not be long.
        command = [
            X_SERVER,
            *("-displayfd", "1", "-geometry", f"{width}x{height}", "-depth", "24", "-noreset", "-auth", "auth"),
            *("-nolisten", "tcp", "-rfbport", "-1", "-rfbunixpath", "rfb", "-rfbunixmode", "0600"),
            *("-SecurityTypes", "None", "-AlwaysShared", "-AcceptSetDesktopSize=0", "-SendCutText=0"),
            *("-AcceptCutText=0", "-SendPrimary=0", "-SetPrimary=0", "-desktop", "SOFIE"),
        ]
        guard = await self._run("x", command, None, stdout=PIPE)
        assert guard.stdout  # noqa: S101  # it was asked for
        with contextlib.suppress(TimeoutError):
            if display := (await asyncio.wait_for(guard.stdout.readline(), _STARTS_WITHIN)).strip():
                return display.decode()
        raise DesktopError(f"No X server: {self._last_words('x')}")

    async def _keep_program(self, environment: Mapping[str, str]) -> None:
        command = [python_with_tk() or "python3", "-m", "sandbox.sofie.program"]
        clock = asyncio.get_running_loop().time
        while not self.ended:
            self.drawn.clear()
            started = clock()
            guard = await self._run("program", command, environment, stdout=DEVNULL, at=ROOT)
            await guard.wait()
            if clock() - started < _RUNS_AT_LEAST:
                await asyncio.sleep(_RUNS_AT_LEAST)

    async def _run(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None,
        *,
        stdout: int,
        at: Path | None = None,
    ) -> Process:
        with self._log(name) as log:
            guard = await asyncio.create_subprocess_exec(
                *guarded(command),
                stdin=PIPE,
                stdout=stdout,
                stderr=log,
                env=environment,
                cwd=at or self._folder,
                start_new_session=True,
            )
        self._guards[name] = guard
        if self.ended:
            self._end(name)
        return guard

    def _last_words(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text(errors="replace")[-_LAST_WORDS:]

    def _log(self, name: str) -> IO[bytes]:
        return (self._folder / f"{name}.log").open("ab")

    def _end(self, name: str) -> None:
        guard = self._guards.get(name)
        if guard and guard.stdin:
            guard.stdin.close()


def _write_cookie(file: Path) -> None:
    """A secret that the X server asks for, in the form of xauth(1)."""
    file.touch(mode=0o600)
    fields = (b"", b"", _COOKIE, secrets.token_bytes(16))
    packed = b"".join(struct.pack(">H", len(field)) + field for field in fields)
    file.write_bytes(struct.pack(">H", _ANY_HOST) + packed)
