"""Whatever a file is, as the archive takes it: `archive_format`.

Files come from anywhere, so a program of its own reads them (see archive_svc.documents.program): with a limit on its
time, its memory and what it may write, without a network where the kernel allows that, and it dies with the worker.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import Any

from archive_svc.documents import ghostscript
from archive_svc.documents.archive_copy import ArchiveCopy
from archive_svc.documents.exceptions import REFUSALS, DocumentBroken, DocumentTooLarge
from archive_svc.documents.settings import DocumentSettings
from common.errors import RobotFault
from common.settings import load

SETTINGS = load(DocumentSettings)
_MEGABYTE = 2**20
_ROOM = 2**16
"""Bytes; where less than that is left, what was written last is not whole."""
_ROOT = Path(__file__).parents[2]
_FAULT = "The program that makes files into archive format failed"
_USED_UP = {signal.SIGXCPU, signal.SIGXFSZ, signal.SIGKILL}
"""How a process ends that has taken all the time or room it may have."""


def archive_format(file: Path, into: Path, *, settings: DocumentSettings = SETTINGS) -> ArchiveCopy:
    """The file in archive format, in a folder that is empty before and the caller's to remove.

    Raises DocumentEncrypted, DocumentBroken, DocumentTypeUnknown, DocumentTooLarge, DocumentNotFixed and
    DocumentNotConverted, and RobotFault where Ghostscript is missing.
    """
    if not ghostscript.is_there():
        raise RobotFault("Ghostscript is not installed: files cannot be made into archive format")
    if file.stat().st_size > settings.largest_mb * _MEGABYTE:
        raise DocumentTooLarge
    with _a_program() as program:
        said = program.perform(_task(file, into, settings), seconds=settings.seconds)
    made = Path(said["file"])
    if made.stat().st_size > settings.largest_mb * _MEGABYTE:
        raise DocumentTooLarge("The file is too large in archive format")
    with file.open("rb") as source:
        original = file_digest(source, "sha256").hexdigest()
    return ArchiveCopy(
        file=made, format=said["format"], checksum=said["checksum"], original=original, pages=said["pages"]
    )


def _task(file: Path, into: Path, settings: DocumentSettings) -> dict[str, Any]:
    return {
        "file": str(file.resolve()),
        "into": str(into.resolve()),
        "megapixels": settings.megapixels,
        "room": _ROOM,
        "limits": {
            "seconds": settings.seconds,
            "memory": settings.memory_mb * _MEGABYTE,
            "largest": 4 * settings.largest_mb * _MEGABYTE,  # what lies between may be larger than what comes out
        },
    }


class _Program:
    """The program, loaded once; it does one file at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "archive_svc.documents.program"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback may quote the file
            # Nothing of the worker's surroundings: its settings say where secrets are.
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LANG": "C.UTF-8",
                "PYTHONPATH": str(_ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            start_new_session=True,
        )

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def perform(self, task: dict[str, Any], *, seconds: int) -> dict[str, Any]:
        """What became of the file; raises the exceptions of `archive_format`. After a failure the program has ended."""
        tasks, answers = self._process.stdin, self._process.stdout
        assert tasks is not None  # noqa: S101  both are pipes
        assert answers is not None  # noqa: S101
        try:
            tasks.write(f"{json.dumps(task)}\n".encode())
            tasks.flush()
            if not select.select([answers], [], [], seconds)[0]:
                raise DocumentTooLarge("The file takes longer than it may")
            said = answers.readline()
            if not said:
                raise RobotFault(_FAULT)
        except OSError:
            raise RobotFault(_FAULT) from None
        finally:
            if sys.exception() is not None:
                self.end()
        return _answer(json.loads(said))

    def end(self) -> None:
        """With all that it has started."""
        if self.runs:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


_idle: list[_Program] = []
_taking = threading.Lock()


@contextmanager
def _a_program() -> Generator[_Program]:
    """One that nobody else uses: each shift of a worker has its own after a while."""
    with _taking:
        program = next((_idle.pop(place) for place, each in enumerate(_idle) if each.runs), None) or _Program()
    try:
        yield program
    finally:
        if program.runs:
            with _taking:
                _idle.append(program)


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    """What the program said; where it died over a file, the file was more than it could read."""
    ended: int = said.get("ended", 0)
    if ended < 0 and -ended in _USED_UP:
        raise DocumentTooLarge("The file asks for more than it may have")
    if ended < 0:
        raise DocumentBroken("Reading the file made the program fail")
    if ended:
        raise RobotFault(_FAULT)
    if "refused" in said:
        raise REFUSALS[said["refused"]](said["message"])
    return said
