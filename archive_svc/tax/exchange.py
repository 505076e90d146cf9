"""The files of a document that nobody handed over: exported by SOFIE into a folder that the worker sees as well."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection
from hashlib import file_digest
from pathlib import Path

from archive_svc.sofie.settings import SofieSettings
from archive_svc.tax.in_sofie import sofie_of
from common.errors import ConflictInTarget, RobotFault
from common.process import Run
from common.settings import load

_PAUSE = 0.1


def fetched(number: str, wanted: Collection[str], into: Path, run: Run) -> dict[str, Path]:
    """The files of a document that have these checksums, copied into a folder of the run's own.

    The exchange is empty of the document afterwards, however it goes. Raises ConflictInTarget when SOFIE holds other
    files than these, and RobotFault where no exchange is set.
    """
    settings = load(SofieSettings)
    if settings.exchange is None:
        raise RobotFault("Files were not handed over, and ROGER_SOFIE_EXCHANGE does not say where SOFIE exports to")
    folder = settings.exchange / number
    try:
        expected = sofie_of(run).export(number)
        _wait_for(folder, expected, time.monotonic() + settings.exchange_seconds)
        found = {
            digest: Path(shutil.copyfile(file, into / digest))
            for file in _files(folder)
            if (digest := _checksum(file)) in wanted
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    missing = len(set(wanted) - found.keys())
    if missing:
        raise ConflictInTarget("SOFIE holds other files than the case names", detail={"missing_files": missing})
    return found


def _wait_for(folder: Path, expected: int, until: float) -> None:
    """A folder that is mapped over a network shows late what is in it."""
    while len(_files(folder)) < expected and time.monotonic() < until:
        time.sleep(_PAUSE)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir() or folder.is_symlink():
        return []
    return sorted(each for each in folder.iterdir() if each.is_file() and not each.is_symlink())


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()
