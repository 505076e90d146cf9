"""Which accounts have a desktop, and for how long: until the account's last session has ended."""

import asyncio
import hmac
import itertools
import os
import shutil
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from sandbox.office.sessions import Session, Sessions
from sandbox.sofie.desktop import Desktop, DesktopError

_LOOK_EVERY: Final = 0.2  # seconds


class Desktops:
    def __init__(self, folder: Path, sessions: Sessions) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self._folder = folder
        self._sessions = sessions
        self._by_account: dict[str, Desktop] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._numbers = itertools.count(1)
        self._watch: asyncio.Task[None] | None = None
        self._going: set[asyncio.Task[None]] = set()
        self.connections = 0
        """How many there have been since it began."""
        sessions.on_end(self._end_what_is_over)

    async def open(self, session: Session, server: str) -> Desktop:
        """Give the account its desktop, as it was left or a new one, with something to see; raises DesktopError."""
        account = session.actor.account
        async with self._opening.setdefault(account, asyncio.Lock()):
            desktop = self._by_account.get(account)
            if desktop is None:
                desktop = Desktop(session, self._folder / str(next(self._numbers)), server)
                self._by_account[account] = desktop
            desktop.session = session
            try:
                await desktop.start()
            except (DesktopError, OSError):
                self._end(desktop)
                raise
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        return desktop

    def of(self, account: str) -> Desktop | None:
        return self._by_account.get(account)

    def known_by(self, key: str) -> Desktop | None:
        """Whose program shows this key."""
        return next((each for each in self._by_account.values() if hmac.compare_digest(each.key, key)), None)

    def drop(self, account: str) -> None:
        if desktop := self.of(account):
            desktop.drop()

    def kill_program(self, account: str) -> None:
        if desktop := self.of(account):
            desktop.kill_program()

    def running(self) -> list[str]:
        return sorted(self._by_account)

    @asynccontextmanager
    async def connected(self, desktop: Desktop) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """The desktop's picture; whoever saw it until now sees it no longer."""
        desktop.drop()
        desktop.dropped = asyncio.Event()
        with _short(desktop.picture) as path:
            reader, writer = await asyncio.open_unix_connection(path)
        self.connections += 1
        try:
            yield reader, writer
        finally:
            writer.close()

    def _end(self, desktop: Desktop) -> None:
        desktop.end()
        _ = self._by_account.pop(desktop.account, None)
        going = asyncio.create_task(desktop.clear())
        self._going.add(going)
        going.add_done_callback(self._going.discard)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            self._end_what_is_over()

    def _end_what_is_over(self) -> None:
        alive = self._sessions.alive()
        for desktop in list(self._by_account.values()):
            if desktop.account not in alive or desktop.crashed:
                self._end(desktop)


@contextmanager
def _short(path: Path) -> Generator[str]:
    """A socket's path, however long that of its folder is."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
