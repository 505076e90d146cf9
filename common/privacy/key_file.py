"""The file with a deployment's keys: made once, changed by rotation, and read again when it has changed.

    {"master": {"1": "<base64>", "2": {"key": "<base64>", "since": "2026-03-02T12:00:00+00:00"}}, "index": {"1": "…"}}

A new key stands in the file before it is used, so that every process knows it when the first one uses it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from common.errors import ConfigurationError

KEY = 32
"""Bytes of every key."""
_HIGHEST = (1 << 16) - 1
_ANSWERS_WITHIN = 30.0  # seconds
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class DatedKey:
    """A key that is used from a moment on."""

    secret: bytes
    since: datetime = _EVER


@dataclass(frozen=True)
class Keys:
    """What a key file holds, by version."""

    master: Mapping[int, DatedKey]
    """They seal data keys."""
    index: Mapping[int, DatedKey]
    """Under these, persons and references are found without being stored."""


class KeySource(Protocol):
    """Where keys come from: a mounted file, or whatever a key management service is asked with."""

    def read(self) -> Keys:
        """The keys; raises ConfigurationError when there are none to be had."""
        ...

    def mark(self) -> object:
        """Differs from before when it is worth reading again."""
        ...


@dataclass(frozen=True)
class KeyFile:
    """Keys in a file, which may be replaced while it is used."""

    path: Path

    def read(self) -> Keys:
        """The keys; raises ConfigurationError when the file is missing or not one."""
        return parse(self._text(), str(self.path))

    def mark(self) -> object:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def create(self) -> None:
        """Write a new key file that only its owner can read; raises FileExistsError, it never overwrites one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = {name: {"1": _fresh()} for name in ("master", "index")}
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)

    def add_master(self, since: datetime) -> int:
        """Add a master key that is used from that moment on; gives its version. Raises ConfigurationError."""
        return self._add("master", max(self.read().master) + 1, since)

    def add_index(self, since: datetime) -> int:
        """Add an index key that is used from that moment on; gives its version. Raises ConfigurationError."""
        return self._add("index", max(self.read().index) + 1, since)

    def _add(self, kind: str, version: int, since: datetime) -> int:
        if version > _HIGHEST:
            raise ConfigurationError(f"{self.path}: there is no room for another version")
        content = json.loads(self._text())
        content[kind][str(version)] = {"key": _fresh(), "since": since.isoformat()}
        self._replace(content)
        return version

    def remove_master(self, version: int, now: datetime) -> None:
        """Take a master key out for good; raises ConfigurationError for the one in use, and for one that is none."""
        known = self.read()
        if version not in known.master:
            raise ConfigurationError(f"{self.path} holds no master key of version {version}")
        if version >= in_use(known.master, now):
            raise ConfigurationError(f"The master key of version {version} is in use, or about to be")
        content = json.loads(self._text())
        del content["master"][str(version)]
        self._replace(content)

    def _text(self) -> str:
        try:
            return self.path.read_text()
        except FileNotFoundError:
            raise ConfigurationError(
                f"There is no key file at {self.path}: make one with `roger keys new {self.path}`"
            ) from None
        except (OSError, UnicodeDecodeError) as failure:
            reason = failure.strerror if isinstance(failure, OSError) else "it is not text"
            raise ConfigurationError(f"{self.path} cannot be read: {reason}") from None

    def _replace(self, content: Any) -> None:
        """In one step: who reads meanwhile sees the old file or the new one."""
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(content, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                beside.unlink()


@dataclass(frozen=True)
class KeyCommand:
    """Keys that a command prints, in the form of a key file: the way to a key management service of any make.

    It is asked when a process starts; after a rotation processes are started again, one after the other.
    """

    command: str

    def read(self) -> Keys:
        """The keys; raises ConfigurationError when the command fails. What it prints is never shown."""
        words = shlex.split(self.command)
        try:
            done = subprocess.run(words, capture_output=True, timeout=_ANSWERS_WITHIN, check=False, text=True)
        except (OSError, IndexError, subprocess.TimeoutExpired, UnicodeDecodeError) as failure:
            raise ConfigurationError(f"ROGER_KEYRING_COMMAND gave no keys: {type(failure).__name__}") from None
        if done.returncode:
            raise ConfigurationError(f"ROGER_KEYRING_COMMAND gave no keys: it ended with {done.returncode}")
        return parse(done.stdout, "What ROGER_KEYRING_COMMAND printed")

    def mark(self) -> object:
        return None


def in_use(held: Mapping[int, DatedKey], now: datetime) -> int:
    """The version that is used at that moment: the newest whose time has come, or the oldest while none has."""
    if len(held) == 1:
        return next(iter(held))
    begun = [version for version, key in held.items() if key.since <= now]
    return max(begun) if begun else min(held)


def parse(text: str, where: str) -> Keys:
    """The keys of a text; raises ConfigurationError, which never quotes it."""
    try:
        content = json.loads(text)
        keys = Keys(
            master={int(version): _dated(entry) for version, entry in content["master"].items()},
            index={int(version): _dated(entry) for version, entry in content["index"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(f"{where} is not a key file: make one with `roger keys new`") from None
    if not keys.master or not keys.index:
        raise ConfigurationError(f"{where}: each kind of key needs one")
    if not all(0 <= version <= _HIGHEST for version in [*keys.master, *keys.index]):
        raise ConfigurationError(f"{where}: the versions of its keys must be small numbers, the newest the highest")
    if any(len(key) != KEY for key in [one.secret for one in (*keys.master.values(), *keys.index.values())]):
        raise ConfigurationError(f"{where}: every key must be {KEY} bytes in base64")
    return keys


def soon(now: datetime, minutes: float) -> datetime:
    """When a new key begins, to the second."""
    return (now + timedelta(minutes=minutes)).replace(microsecond=0)


def _dated(entry: Any) -> DatedKey:
    if isinstance(entry, str):
        return DatedKey(_bytes(entry))
    since = datetime.fromisoformat(entry["since"])
    if since.tzinfo is None:
        raise ValueError
    return DatedKey(_bytes(entry["key"]), since)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(KEY)).decode()
