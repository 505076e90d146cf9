"""What kind of file this is, by its content, and whether a packed one may be unpacked at all."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum
from typing import BinaryIO, NoReturn

from common.spreadsheet.complaint import Limits, unusable

_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""How parts of a workbook are packed. Of other kinds (bzip2, LZMA) Python unpacks what it has read at once, however much
that becomes: 700 bytes may be a gigabyte."""
_SMALL = 1_000_000  # bytes; how well less is packed says nothing
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_SAVE = "save it as an Excel workbook (.xlsx) or as CSV"
_OTHERS = {
    b"%PDF": "The file is a PDF",
    b"\x89PNG": "The file is a picture",
    b"\xff\xd8\xff": "The file is a picture",
    b"GIF8": "The file is a picture",
    b"\x1f\x8b": "The file is compressed (gzip)",
    b"BZh": "The file is compressed (bzip2)",
    b"7z\xbc\xaf": "The file is compressed (7-Zip)",
    b"Rar!": "The file is compressed (RAR)",
    b"{\\rtf": "The file is a text document (RTF)",
    b"<": "The file is a web page or XML, whatever its name says",
    b"{": "The file is JSON; send that to the process's own address",
}


class FileKind(Enum):
    CSV = "csv"
    XLSX = "xlsx"


def kind_of(file: BinaryIO, limits: Limits) -> FileKind:
    """Whether it is text or an XLSX file; its name does not count. Raises FileUnusable for anything else."""
    size = file.seek(0, 2)
    if size > limits.bytes:
        unusable("TOO_LARGE", f"The file is larger than {limits.bytes} bytes: split it")
    file.seek(0)
    start = file.read(512)
    if start.startswith(_OLE):
        _refuse_ole(file)
    if start.startswith(b"PK"):
        return FileKind.XLSX
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text and size <= len(start):
        unusable("EMPTY_FILE", "The file is empty")
    for mark, what in _OTHERS.items():
        if text.startswith(mark):
            unusable("WRONG_KIND", f"{what}: {_SAVE}")
    return FileKind.CSV


def _refuse_ole(file: BinaryIO) -> NoReturn:
    """An Excel file of the years before 2007, or a newer one that a password locks."""
    file.seek(0)
    last = b""
    while chunk := file.read(_CHUNK):
        if _ENCRYPTED_PACKAGE in last + chunk:
            unusable("ENCRYPTED", "The file is locked with a password: save it without one")
        last = chunk[-len(_ENCRYPTED_PACKAGE) :]
    unusable("WRONG_KIND", f"The file is of Excel 97-2003 (.xls) or another old kind: {_SAVE}")


class Container:
    """The parts of an XLSX file; opened only when unpacking it can do no harm. Raises FileUnusable."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, UnicodeDecodeError):
            broken()
        self._parts = {part.filename.lower(): part for part in self._zip.infolist()}
        self._require_harmless(limits)
        if "xl/workbook.bin" in self._parts:
            unusable("WRONG_KIND", f"The file is a binary workbook (.xlsb): {_SAVE}")
        if "mimetype" in self._parts:
            unusable("WRONG_KIND", f"The file is of LibreOffice's own kind: {_SAVE}")
        if "xl/workbook.xml" not in self._parts:
            unusable("WRONG_KIND", f"The file is packed, but no Excel workbook: {_SAVE}")

    def _require_harmless(self, limits: Limits) -> None:
        parts = self._zip.infolist()
        if len(parts) > limits.parts:
            unusable("TOO_LARGE", f"The workbook consists of more than {limits.parts} parts: save only the table")
        if len(self._parts) < len(parts):
            broken()  # the same part twice: two programs would read two different tables
        if any(part.compress_type not in _PACKED for part in parts):
            broken()
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            unusable("ENCRYPTED", "The file is locked with a password: save it without one")
        unpacked = sum(part.file_size for part in parts)
        swollen = any(
            part.file_size > _SMALL and part.file_size > limits.ratio * max(part.compress_size, 1) for part in parts
        )
        if unpacked > limits.unpacked or swollen:
            unusable("TOO_LARGE", f"Unpacked, the workbook would be too large ({unpacked} bytes): save only the table")

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def chunks(self, part: str, *, at_most: int | None = None) -> Iterator[bytes]:
        """The content of one part in pieces; for a part that is small by nature, say how many bytes it may have."""
        if part not in self or (at_most and self._parts[part.lower()].file_size > at_most):
            broken()
        try:
            with self._zip.open(self._parts[part.lower()]) as content:
                while chunk := content.read(_CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError):
            broken()


def broken() -> NoReturn:
    """Raise FileUnusable for a workbook that Excel would not open either."""
    unusable("BROKEN_FILE", "The workbook is damaged: open it in Excel, save it again and send that")
