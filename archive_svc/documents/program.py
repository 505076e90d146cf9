"""The program that reads strangers' files, so that nothing does that can reach anything else.

Run as `python -m archive_svc.documents.program`: it loads what it needs once, and then makes a process of its own for
each task that it reads from its standard input, one JSON a line; that process is held to its limits before it opens the
file. The answer, a line as well, says what became of the file, or by which code it is refused, and quotes nothing of
it. When the input ends, because the worker closed it or died in whatever way, everything ends.
"""

from __future__ import annotations

import errno
import json
import os
import select
import shutil
import signal
from hashlib import file_digest
from pathlib import Path
from typing import Any

from archive_svc.documents.confinement import Limits, confine, end_with
from archive_svc.documents.converting import convert
from archive_svc.documents.exceptions import DocumentBroken, DocumentTooLarge
from common.errors import BusinessException

FAULT = 70
"""How a process ends that failed for no reason of the file's."""


def perform(task: dict[str, Any]) -> dict[str, Any]:
    """Make one file into archive format; the answer has `refused` or `file`.

    Raises OSError where the storage is full: that is no fault of the file's, whatever it made fail.
    """
    try:
        made = convert(Path(task["file"]), Path(task["into"]), megapixels=task["megapixels"])
    except BusinessException as refused:
        _require_room(task)
        return {"refused": refused.code, "message": refused.message}
    except (MemoryError, RecursionError):
        return {"refused": DocumentTooLarge.code, "message": "The file asks for more memory than it may have"}
    except OSError as failed:
        if failed.errno != errno.EFBIG:
            raise
        return {"refused": DocumentTooLarge.code, "message": "The file asks for more room than it may have"}
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        # A number, a name or a list stands where something else should.
        _require_room(task)
        return {"refused": DocumentBroken.code, "message": "The file is not built as its kind is"}
    with made.file.open("rb") as finished:
        checksum = file_digest(finished, "sha256").hexdigest()
    return {"file": str(made.file), "format": made.format, "pages": made.pages, "checksum": checksum}


def _require_room(task: dict[str, Any]) -> None:
    if shutil.disk_usage(task["into"]).free < task["room"]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Tasks:
    """What the worker asks for, and whether it is still there."""

    def __init__(self) -> None:
        self._read = b""
        self.gone = False

    def look(self) -> None:
        """Read what has come; once the input can be read."""
        more = os.read(0, 2**16)
        self._read += more
        self.gone = not more

    def next(self) -> dict[str, Any] | None:
        """The next one, waited for; None when the worker is gone."""
        while b"\n" not in self._read and not self.gone:
            self.look()
        line, _, self._read = self._read.partition(b"\n")
        return None if self.gone else json.loads(line)


def _in_a_process_of_its_own(task: dict[str, Any], tasks: _Tasks) -> int:
    """Start it and wait; how it ended (a signal is negative). It is killed when the worker goes meanwhile."""
    alive, held = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if not child:
        os.close(alive)
        _be_the_process(task, parent)
    os.close(held)
    while not tasks.gone:
        ready, _, _ = select.select([0, alive], [], [])
        if alive in ready:  # it has ended, and the pipe with it
            break
        tasks.look()
    else:
        os.kill(child, signal.SIGKILL)
    os.close(alive)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _be_the_process(task: dict[str, Any], parent: int) -> None:
    ended = FAULT
    try:
        end_with(parent)
        os.chdir(task["into"])
        os.environ["TMPDIR"] = os.environ["HOME"] = task["into"]
        confine(Limits(**task["limits"]))
        _say(perform(task))
        ended = 0
    finally:
        os._exit(ended)


def _say(answer: dict[str, Any]) -> None:
    os.write(1, f"{json.dumps(answer)}\n".encode())


def main() -> None:
    """Answer each task until the input ends."""
    tasks = _Tasks()
    while (task := tasks.next()) is not None:
        if ended := _in_a_process_of_its_own(task, tasks):
            _say({"ended": ended})


if __name__ == "__main__":
    main()
