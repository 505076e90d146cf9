"""The files of the documents: each stored whole under a name of its own, or not at all."""

import hashlib
import re
import secrets
from collections.abc import Generator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MOST: Final = 100 * 1024 * 1024
_HEAD: Final = 1024
_KEPT: Final = 256
_PART: Final = re.compile(rb"(?:<pdfaid:part>|pdfaid:part\s*=\s*[\"'])\s*([1-4])")
_CONFORMANCE: Final = re.compile(rb"(?:<pdfaid:conformance>|pdfaid:conformance\s*=\s*[\"'])\s*([A-Za-z])")


class Recognition:
    """Which format a file is of, told from its content as it passes by.

    PDF/A names itself in its XMP metadata, which may not be compressed; the last one in the file holds.
    """

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._part = ""
        self._conformance = ""

    def see(self, piece: bytes) -> None:
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]
        seen = self._tail + piece
        if b"pdfaid:" in seen:
            for found in _PART.finditer(seen):
                self._part = found[1].decode()
            for found in _CONFORMANCE.finditer(seen):
                self._conformance = found[1].decode().lower()
        self._tail = seen[-_KEPT:]

    @property
    def format(self) -> str:
        if b"%PDF-" not in self._head:
            return "Ukjent"
        # A file that ends in the middle is no archive format, whatever its metadata say.
        whole = b"%%EOF" in self._tail
        return f"PDF/A-{self._part}{self._conformance}" if self._part and whole else "PDF"


class Arriving:
    """A file while it is being received; it counts as stored from `keep` on."""

    def __init__(self, path: Path) -> None:
        self.size = 0
        self._path = path
        self._stream = path.open("wb")
        self._digest = hashlib.sha256()
        self._recognition = Recognition()

    @property
    def too_large(self) -> bool:
        return self.size > MOST

    @property
    def checksum(self) -> str:
        return self._digest.hexdigest()

    @property
    def format(self) -> str:
        return self._recognition.format

    def write(self, piece: bytes) -> None:
        """The next piece; of a file that is too large nothing more is kept."""
        self.size += len(piece)
        if self.too_large:
            return
        _ = self._stream.write(piece)
        self._digest.update(piece)
        self._recognition.see(piece)

    def keep(self) -> str:
        """Give the file the name it is stored under, now that all of it is there."""
        self._stream.flush()
        kept = self._path.with_suffix("")
        _ = self._path.rename(kept)
        return kept.name

    def drop(self) -> None:
        """Nothing of it stays, unless it has been kept."""
        self._stream.close()
        self._path.unlink(missing_ok=True)


class Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def arriving(self) -> Generator[Arriving]:
        """Room for one file; what has not been kept by the end is gone."""
        arriving = Arriving(self._folder / f"{secrets.token_hex(16)}.part")
        try:
            yield arriving
        finally:
            arriving.drop()

    def path(self, name: str) -> Path:
        return self._folder / name

    def discard(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def keep_only(self, names: AbstractSet[str]) -> None:
        """Remove what belongs to no document: a file that was received when the program died."""
        for file in self._folder.iterdir():
            if file.name not in names:
                file.unlink(missing_ok=True)

    def count(self) -> int:
        return sum(1 for _ in self._folder.iterdir())
