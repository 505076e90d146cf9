"""Whatever a file is, as the archive takes it: `archive_format`.

Files come from anywhere, so no process that can reach anything else reads them: a program of its own does, with a limit
on its time, its memory and what it may write, without a network where the kernel allows that, and it dies with the worker.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
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
_ROOT = Path(__file__).parents[2]
_USED_UP = {signal.SIGXCPU, signal.SIGXFSZ, signal.SIGKILL}
"""How a program ends that has taken all the time or room it may have."""


def archive_format(file: Path, into: Path, *, settings: DocumentSettings = SETTINGS) -> ArchiveCopy:
    """The file in archive format, in a folder that is empty before and the caller's to remove.

    Raises DocumentEncrypted, DocumentBroken, DocumentTypeUnknown, DocumentTooLarge, DocumentNotFixed and
    DocumentNotConverted, and RobotFault where Ghostscript is missing.
    """
    if not ghostscript.is_there():
        raise RobotFault("Ghostscript is not installed: files cannot be made into archive format")
    if file.stat().st_size > settings.largest_mb * _MEGABYTE:
        raise DocumentTooLarge
    said = _convert(file, into, settings)
    made = Path(said["file"])
    if made.stat().st_size > settings.largest_mb * _MEGABYTE:
        raise DocumentTooLarge("The file is too large in archive format")
    with file.open("rb") as source:
        original = file_digest(source, "sha256").hexdigest()
    return ArchiveCopy(
        file=made, format=said["format"], checksum=said["checksum"], original=original, pages=said["pages"]
    )


def _convert(file: Path, into: Path, settings: DocumentSettings) -> dict[str, Any]:
    task = {
        "file": str(file.resolve()),
        "into": str(into.resolve()),
        "megapixels": settings.megapixels,
        "parent": os.getpid(),
        "limits": {
            "seconds": settings.seconds,
            "memory": settings.memory_mb * _MEGABYTE,
            "largest": 4 * settings.largest_mb * _MEGABYTE,  # what lies between may be larger than what comes out
        },
    }
    program = subprocess.Popen(
        [sys.executable, "-m", "archive_svc.documents.program", json.dumps(task)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may quote the file
        env=_surroundings(into),
        start_new_session=True,
    )
    try:
        said, _ = program.communicate(timeout=settings.seconds)
    except subprocess.TimeoutExpired:
        raise DocumentTooLarge("The file takes longer than it may") from None
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)  # with what it started
            program.communicate()
    return _answer(program.returncode, said)


def _answer(ended: int, said: bytes) -> dict[str, Any]:
    """What the program said; where it died, the file was more than it could read."""
    if ended < 0 and -ended in _USED_UP:
        raise DocumentTooLarge("The file asks for more than it may have")
    if ended < 0:
        raise DocumentBroken("Reading the file made the program fail")
    if ended:
        raise RobotFault("The program that makes files into archive format failed")
    answer: dict[str, Any] = json.loads(said)
    if "refused" in answer:
        raise REFUSALS[answer["refused"]](answer["message"])
    return answer


def _surroundings(into: Path) -> dict[str, str]:
    """Nothing of the worker's: its settings say where secrets are."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(into),
        "HOME": str(into),
    }
