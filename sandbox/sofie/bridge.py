"""From the browser's web socket to the picture of the desktop and back."""

import asyncio
import contextlib
import random
import struct
from typing import Final
from urllib.parse import urlsplit

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.office.sessions import Session, Sessions
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.picture import Connection

_PIECE: Final = 65536
_LOOK_EVERY: Final = 0.2  # seconds
_ENCODINGS, _KEY, _POINTER = 2, 4, 5
"""Kinds of messages of an RFB client: how it wants the picture, and what somebody does."""
_QUALITY: Final = range(-32, -22)
_COMPRESSION: Final = range(-256, -246)
_FEW_COLOURS: Final = -255
"""A compression at which little is spared from JPEG."""


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
        await asyncio.sleep(self._connection.picture.connect_seconds)
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
            writer.write(_as_agreed(message, self._connection.picture.quality))
            await writer.drain()

    async def _until_over(self, dropped: asyncio.Event, session: Session) -> None:
        while self._sessions.stands(session) and not dropped.is_set():
            with contextlib.suppress(TimeoutError):
                _ = await asyncio.wait_for(dropped.wait(), _LOOK_EVERY)


def _as_agreed(message: bytes, quality: int | None) -> bytes:
    """How the picture is sent is the server's decision: without loss, or as JPEG of a quality."""
    if message[:1] != bytes([_ENCODINGS]):
        return message
    (count,) = struct.unpack_from(">H", message, 2)
    wanted: tuple[int, ...] = struct.unpack_from(f">{count}i", message, 4)
    agreed = [each for each in wanted if each not in _QUALITY and (quality is None or each not in _COMPRESSION)]
    if quality is not None:
        agreed += [_QUALITY[quality], _FEW_COLOURS]
    return struct.pack(f">BxH{len(agreed)}i", _ENCODINGS, len(agreed), *agreed) + message[4 + 4 * count :]


def _from_our_page(socket: WebSocket) -> bool:
    origin = urlsplit(socket.headers.get("origin", "")).netloc
    return origin == socket.headers.get("host")
