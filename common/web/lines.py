"""Cut a stream into pieces of lines: bounded memory, and the same pieces whatever the network makes of the stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeAlias

Line: TypeAlias = "tuple[int, bytes | None]"
"""The number of a line, from 1, and its text; None when it is too long."""

_LINES = 1_000
_BYTES = 4_000_000


class LineSplitter:
    """Lines out of a stream of bytes."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._open = bytearray()
        self._is_too_long = False
        self._number = 0

    def split(self, part: bytes) -> list[Line]:
        """The lines that end in this part of the stream; blank ones are counted and left out."""
        found: list[Line] = []
        start = 0
        while (end := part.find(b"\n", start)) >= 0:
            self._take(part[start:end])
            self._close(found)
            start = end + 1
        self._take(part[start:])
        return found

    def last(self) -> list[Line]:
        """The line that no line feed ends."""
        found: list[Line] = []
        self._close(found)
        return found

    def _take(self, text: bytes) -> None:
        if len(self._open) + len(text) > self._longest:
            self._is_too_long = True
            self._open.clear()
        elif not self._is_too_long:
            self._open += text

    def _close(self, found: list[Line]) -> None:
        self._number += 1
        text = bytes(self._open)
        if self._is_too_long:
            found.append((self._number, None))
        elif text.strip():
            found.append((self._number, text))
        self._open.clear()
        self._is_too_long = False


async def pieces(stream: AsyncIterator[bytes], *, longest: int) -> AsyncGenerator[list[Line]]:
    """Lines by the thousand, fewer when they are long; where a piece ends depends on nothing but the lines."""
    splitter = LineSplitter(longest)
    piece: list[Line] = []
    size = 0
    async for part in stream:
        for line in splitter.split(part):
            piece.append(line)
            size += len(line[1] or b"")
            if len(piece) == _LINES or size > _BYTES:
                yield piece
                piece, size = [], 0
    piece += splitter.last()
    if piece:
        yield piece
