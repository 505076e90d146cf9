"""Somebody at SOFIE's remote desktop without a browser: sees its picture, presses keys and clicks, over the web socket."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, RejectConnection, Request

from tests.sandbox.visitor import PLAIN, StandIn

WIDTH, HEIGHT = 1280, 800
RETURN, TAB, ESCAPE, CONTROL, SPACE = 0xFF0D, 0xFF09, 0xFF1B, 0xFFE3, 0x20
_PATIENCE = 30.0
_TRIES = 300
_ASKED = 3000
_ALIKE = 20
_STATUS = (HEIGHT - 22) * WIDTH * 4  # where the status line begins
_KEY, _POINTER = 4, 5
_CURSOR = -239  # the pointer comes apart from the picture, as it does in a browser


class Sofie(StandIn):
    title = "SOFIE"
    package = "sofie"


class RefusedError(Exception):
    """The stand-in did not let the web socket through."""


class BrokenError(Exception):
    """The connection has ended."""


class RemoteDesktop:
    """The picture as red, green, blue and one empty octet for each of its pixels."""

    def __init__(self, address: str, cookie: str, origin: str | None = None) -> None:
        place = urlsplit(address)
        assert place.hostname
        assert place.port
        self._line = socket.create_connection((place.hostname, place.port), timeout=_PATIENCE)
        self._ws = WSConnection(ConnectionType.CLIENT)
        self._got = bytearray()
        self._accepted = False
        headers = [(b"Origin", (origin or address).encode()), (b"Cookie", cookie.encode())]
        try:
            self._send(Request(host=place.netloc, target="/okt/rfb", extra_headers=headers))
            while not self._accepted:
                self._receive()
            self._agree()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._line.close()

    def press(self, *keys: int) -> None:
        """Press one key after the other, each held until all are down."""
        for down, each in [(1, key) for key in keys] + [(0, key) for key in reversed(keys)]:
            self._say(struct.pack(">BBxxI", _KEY, down, each))

    def type(self, text: str) -> None:
        for letter in text:
            self.press(ord(letter))

    def click(self, x: int, y: int, *, times: int = 1) -> None:
        for buttons in (0, *(1, 0) * times):
            self._say(struct.pack(">BBHH", _POINTER, buttons, x, y))

    def picture(self) -> bytes:
        """All of what is shown now."""
        self._say(struct.pack(">BBHHHH", 3, 0, 0, 0, WIDTH, HEIGHT))
        pixels = bytearray(WIDTH * HEIGHT * 4)
        _, count = struct.unpack(">BxH", self._take(4))
        for _ in range(count):
            x, y, wide, high, encoding = struct.unpack(">HHHHi", self._take(12))
            if encoding == _CURSOR:
                self._take(wide * high * 4 + (wide + 7) // 8 * high)
                continue
            assert encoding == 0
            piece = self._take(wide * high * 4)
            for row in range(high):
                at = ((y + row) * WIDTH + x) * 4
                pixels[at : at + wide * 4] = piece[row * wide * 4 : (row + 1) * wide * 4]
        return bytes(pixels)

    def see(self, wanted: Callable[[bytes], bool]) -> bytes:
        """Look until the picture is as wanted, and give it."""
        for _ in range(_TRIES):
            if wanted(picture := self.picture()):
                return picture
        raise AssertionError("the picture never became what was waited for")

    def end(self) -> None:
        """Wait until the other side has ended it."""
        try:
            while True:
                self._receive()
        except BrokenError:
            pass

    def _agree(self) -> None:
        self._say(self._take(12))
        assert 1 in self._take(self._take(1)[0])
        self._say(b"\x01")
        assert self._take(4) == bytes(4)
        self._say(b"\x01")
        width, height, _, named = struct.unpack(">HH16sI", self._take(24))
        assert (width, height) == (WIDTH, HEIGHT)
        assert self._take(named)
        self._say(struct.pack(">Bxxx", 0) + struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 0, 8, 16))
        self._say(struct.pack(">BxHii", 2, 2, 0, _CURSOR))
        self._say(struct.pack(">BBHH", _POINTER, 0, 0, 0))

    def _say(self, message: bytes) -> None:
        self._send(BytesMessage(data=message))

    def _send(self, event: Request | BytesMessage) -> None:
        try:
            self._line.sendall(self._ws.send(event))
        except OSError as error:
            raise BrokenError from error

    def _take(self, count: int) -> bytes:
        while len(self._got) < count:
            self._receive()
        taken = bytes(self._got[:count])
        del self._got[:count]
        return taken

    def _receive(self) -> None:
        try:
            received = self._line.recv(1 << 20)
        except ConnectionError as error:
            raise BrokenError from error
        if not received:
            raise BrokenError
        self._ws.receive_data(received)
        for event in self._ws.events():
            match event:
                case AcceptConnection():
                    self._accepted = True
                case BytesMessage():
                    self._got += event.data
                case RejectConnection():
                    raise RefusedError
                case CloseConnection():
                    raise BrokenError
                case _:
                    pass


def await_that(holds: Callable[[], object], what: str) -> None:
    """Ask again and again, which takes the stand-in's own time."""
    for _ in range(_ASKED):
        if holds():
            return
    raise AssertionError(f"it never came to pass that {what}")


def settled(desktop: RemoteDesktop, like: bytes, due: Callable[[], bool]) -> bytes:
    """The picture once something has happened, the status line says what it did, and twenty looks have found the same."""
    await_that(due, "it happens")
    last, alike = b"", 0
    for _ in range(_ASKED):
        picture = desktop.picture()
        alike = alike + 1 if picture == last and picture[_STATUS:] == like[_STATUS:] else 0
        last = picture
        if alike == _ALIKE:
            return picture
    raise AssertionError("the picture never came to rest")


@contextmanager
def signed_in(sofie: Sofie, name: str = "robot1") -> Generator[httpx.Client]:
    """Somebody who has signed in to the shelf of programs, and does not sign out."""
    with httpx.Client(base_url=sofie.url, follow_redirects=True, timeout=60, verify=PLAIN) as http:
        page = http.post("/", data={"brukernavn": name, "passord": f"{name}-secret"})
        assert ">SOFIE<" in page.text, page.text
        yield http


def cookie(http: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in http.cookies.items())


@contextmanager
def at_the_desktop(sofie: Sofie, http: httpx.Client) -> Generator[RemoteDesktop]:
    """The program, opened from the shelf."""
    page = http.get("/okt")
    assert (page.status_code, "<template" in page.text) == (200, True), page.text
    desktop = RemoteDesktop(sofie.url, cookie(http))
    try:
        yield desktop
    finally:
        desktop.close()
