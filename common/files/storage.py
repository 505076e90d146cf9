"""Where files lie in the clear while a run needs them: storage that is memory, and never longer than its worker lives.

Each worker has a folder of its own and holds a lock in it for as long as it lives. Whoever starts anew removes the
folders that nobody holds any more.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import threading
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from common import log
from common.errors import ConfigurationError, RobotFault

_log = log.get(__name__)
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  folders in it are made by mkdtemp
_OURS, _NEW = "roger-files-", "roger-making-"
_LOCK = ".held"
_IN_MEMORY = {"tmpfs", "ramfs"}
_MOUNTS = Path("/proc/mounts")


class Storage:
    """A worker's folder for files in the clear."""

    def __init__(self, root: Path | None = None, *, in_memory: bool = True) -> None:
        """Make the folder, and remove those of workers that are gone; `root` is /dev/shm, if nobody says otherwise.

        Raises ConfigurationError when it cannot be written to, or must be memory and is none.
        """
        self._root = root or (_SHARED_MEMORY if _SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir()))
        if in_memory and not is_memory(self._root):
            raise ConfigurationError(
                f"ROGER_FILES_FOLDER: {self._root} is no memory: name a folder on tmpfs, so that no file of a case "
                "reaches a disk in the clear"
            )
        self._making = threading.Lock()
        try:
            self._sweep()
            self._folder, self._held = self._new()
        except OSError:
            raise ConfigurationError(
                f"ROGER_FILES_FOLDER: {self._root} cannot be written to: name another one"
            ) from None

    @contextlib.contextmanager
    def folder(self) -> Generator[Path]:
        """An empty folder that is gone afterwards. Raises RobotFault when there is no room even for that."""
        try:
            made = self._made()
        except OSError:
            raise no_room() from None
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _made(self) -> Path:
        try:
            return Path(tempfile.mkdtemp(dir=self._folder))
        except FileNotFoundError:
            with self._making:
                if not self._folder.exists():
                    # A session's end empties shared memory on some machines. What runs had there is gone with it.
                    _log.warning("files.folder_was_removed")
                    lost = self._held
                    self._folder, self._held = self._new()
                    os.close(lost)
            return Path(tempfile.mkdtemp(dir=self._folder))

    def _new(self) -> tuple[Path, int]:
        """A folder of our own, and the lock in it. Until that is held it has a name that nobody sweeps."""
        made = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._root))
        held = _hold(made / _LOCK, os.O_CREAT)
        return made.rename(self._root / f"{_OURS}{secrets.token_hex(8)}"), held

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._held)

    def _sweep(self) -> None:
        for left in self._root.glob(f"{_OURS}*"):
            try:
                seen = left.lstat()
                if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
                    continue
                held = _hold(left / _LOCK)
            except BlockingIOError:
                continue  # its worker lives, or is only frozen
            except FileNotFoundError:
                held = None  # somebody died while removing it
            shutil.rmtree(left, ignore_errors=True)
            if held is not None:
                os.close(held)
            _log.warning("files.left_behind_removed")


def is_memory(folder: Path) -> bool:
    """Whether what is written there stays in memory."""
    place = folder.resolve()
    try:
        mounts = [line.split() for line in _MOUNTS.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    # The innermost, and of several at one place the last.
    over = [
        (len(where), number, kind) for number, (_, where, kind, *_) in enumerate(mounts) if place.is_relative_to(where)
    ]
    return bool(over) and max(over)[2] in _IN_MEMORY


@contextlib.contextmanager
def written(path: Path) -> Generator[BinaryIO]:
    """A new file to be filled, which only its owner may read; raises RobotFault when there is no room for it."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise no_room() from None
        raise


def no_room() -> RobotFault:
    """What a run meets when the storage is full."""
    return RobotFault("There is no room for a file of the case in memory: ROGER_FILES_FOLDER")


def _hold(lock: Path, how: int = 0) -> int:
    """Hold a lock until the descriptor is closed, or its process ends; raises BlockingIOError if somebody has it."""
    file = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | how, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise
    return file
