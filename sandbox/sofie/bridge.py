"""From the browser's web socket to the picture of the desktop and back."""

import asyncio
import contextlib
import random
from typing import Final
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.office.sessions import Session, Sessions
from sandbox.sofie.desktop import Desktop
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.picture import Connection

_PIECE: Final = 65536
_LOOK_EVERY: Final = 0.2  # seconds
_KEY, _POINTER = 4, 5
"""What somebody does, of all that an RFB client sends."""


class Bridge:
    def __init__(self, *, desktops: Desktops, sessions: Sessions, cookie: str, connection: Connection) -> None:
        self._desktops = desktops
        self._sessions = sessions
        self._cookie = cookie
        self._connection = connection

    async def serve(self, socket: WebSocket) -> None:
        """Show somebody who is signed in the account's desktop, until one of them ends."""
        session = self._sessions.current(socket.cookies.get(self._cookie, ""))
        desktop = self._desktops.of(session.actor.account) if session else None
        if session is None or desktop is None or not _from_our_page(socket):
            await socket.close()
            return
        async with self._desktops.connected(desktop) as (reader, writer):
            await socket.accept()
            parts = [
                asyncio.create_task(each)
                for each in (
                    self._show(reader, socket),
                    self._act(socket, writer, session),
                    self._until_over(desktop.dropped, session),
                )
            ]
            _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in parts:
                _ = part.cancel()
            _ = await asyncio.gather(*parts, return_exceptions=True)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.close()

    async def _show(self, reader: asyncio.StreamReader, socket: WebSocket) -> None:
        while piece := await reader.read(_PIECE):
            if jitter := self._connection.picture.jitter:
                await asyncio.sleep(random.uniform(0, jitter))  # noqa: S311
            await socket.send_bytes(piece)

    async def _act(self, socket: WebSocket, writer: asyncio.StreamWriter, session: Session) -> None:
        async for message in socket.iter_bytes():
            if message[:1] and message[0] in (_KEY, _POINTER):
                _ = self._sessions.current(session.token)  # it is in use
            writer.write(message)
            await writer.drain()

    async def _until_over(self, dropped: asyncio.Event, session: Session) -> None:
        while self._sessions.stands(session):
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(dropped.wait(), _LOOK_EVERY) and None


def _from_our_page(socket: WebSocket) -> bool:
    origin = urlsplit(socket.headers.get("origin", "")).netloc
    return origin == socket.headers.get("host")
