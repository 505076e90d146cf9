"""Rows of a file that has been looked through, put away small: to read them a second time takes as long as the first time."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator
from typing import Final, cast

from common.spreadsheet.cell import Cell

Record = tuple[int, list[Cell]]
_PIECE: Final = 500  # rows …
_LARGE: Final = 1_000_000  # … or so many characters: what is open is not packed yet


class Kept:
    """What was read, in its order; nothing of it, once it takes more than so many bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._pieces: list[bytes] = []
        self._open: list[Record] = []
        self._characters = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything that was added is here."""
        return self._size <= self._most

    def add(self, record: Record) -> None:
        """Put a record away."""
        if self.is_whole:
            self._open.append(record)
            self._characters += sum(len(cell) for cell in record[1] if isinstance(cell, str))
            if len(self._open) == _PIECE or self._characters > _LARGE:
                self.close()

    def close(self) -> None:
        """Put the last ones away: nothing more comes."""
        piece = zlib.compress(pickle.dumps(self._open, pickle.HIGHEST_PROTOCOL), 1)
        self._size += len(piece)
        self._pieces.append(piece)
        self._open, self._characters = [], 0
        if not self.is_whole:
            self._pieces.clear()

    def __iter__(self) -> Iterator[Record]:
        for piece in self._pieces:
            yield from cast("list[Record]", pickle.loads(zlib.decompress(piece)))  # noqa: S301  what this process wrote
