"""The files of a document that nobody handed over: exported by SOFIE into a folder that the worker sees as well."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path

from archive_svc.sofie.settings import SofieSettings
from archive_svc.tax.in_sofie import sofie_of
from archive_svc.tax.tax_document import SOFIE_NUMBER
from common.errors import ConflictInTarget, NotConfirmed, RobotFault
from common.files.storage import written
from common.process import Run
from common.settings import load

_PAUSE = 0.1
_PIECE = 2**20
_NOBODYS = 3600.0
"""Seconds after which what lies in the exchange is nobody's any more: no attempt leaves its files there that long."""


def fetched(number: str, wanted: Collection[str], into: Path, run: Run) -> dict[str, Path]:
    """The files of a document that have these checksums, copied into a folder of the run's own.

    The exchange is empty of the document afterwards, unless another attempt is at it by then. Raises ConflictInTarget
    when SOFIE holds other files than these, NotConfirmed when its files do not arrive, and RobotFault where no exchange
    is set or what lies there cannot be removed.
    """
    settings = load(SofieSettings)
    if settings.exchange is None:
        raise RobotFault("Files were not handed over, and ROGER_SOFIE_EXCHANGE does not say where SOFIE exports to")
    folder = settings.exchange / number
    _remove(folder)
    if folder.is_symlink() or folder.exists():
        raise RobotFault("What lies in ROGER_SOFIE_EXCHANGE of an earlier export cannot be removed")
    try:
        expected = sofie_of(run).export(number)
        return _arrived(folder, expected, set(wanted), into, time.monotonic() + settings.exchange_seconds)
    finally:
        # Folders are given to whoever holds the case only: a run that froze must not remove what the next one exported.
        with run.folder():
            _remove(folder)


def sweep_exchange() -> None:
    """Remove what attempts have left behind that were killed, and whose case went to a person."""
    exchange = load(SofieSettings).exchange
    if exchange is None or not exchange.is_dir():
        return
    for folder in exchange.iterdir():
        try:
            old = time.time() - folder.lstat().st_mtime > _NOBODYS
        except OSError:
            continue  # somebody else removes it
        if old and re.fullmatch(SOFIE_NUMBER, folder.name):
            _remove(folder)


def _arrived(folder: Path, expected: int, wanted: set[str], into: Path, until: float) -> dict[str, Path]:
    """The wanted files, once they are seen whole: a folder that is mapped over a network shows late what is in it."""
    found: dict[str, Path] = {}
    while True:
        seen = 0
        for file in _files(folder):
            with suppress(OSError):  # it is written still, or gone again
                digest = _fetched(file, wanted - found.keys(), into)
                seen += 1
                if digest is not None:
                    found[digest] = into / digest
        if found.keys() == wanted:
            return found
        if time.monotonic() >= until:
            break
        time.sleep(_PAUSE)
    if seen < expected:
        raise NotConfirmed("Files that SOFIE has exported have not arrived")
    raise ConflictInTarget(
        "SOFIE holds other files than the case names", detail={"missing_files": len(wanted - found.keys())}
    )


def _fetched(file: Path, wanted: Collection[str], into: Path) -> str | None:
    """Copy a file that is wanted; its checksum, None for another one. What is not wanted takes no room."""
    with os.fdopen(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
        if digest not in wanted:
            return None
        opened.seek(0)
        copy, copied = into / digest, sha256()
        with written(copy) as kept:
            while piece := opened.read(_PIECE):
                copied.update(piece)
                kept.write(piece)
        if copied.hexdigest() != digest:  # it was being written
            copy.unlink()
            return None
    return digest


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink():
        return []
    with suppress(OSError):
        return sorted(each for each in folder.iterdir() if each.is_file() and not each.is_symlink())
    return []


def _remove(folder: Path) -> None:
    """A folder of the exchange, or what somebody has put in its place; nothing that a link leads to."""
    if folder.is_symlink() or folder.is_file():
        with suppress(OSError):
            folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
