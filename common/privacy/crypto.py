"""Encryption of what a case holds, and blind look-up of whom it concerns.

Every case has a data key of its own, wrapped under a master key; payload, result and checkpoints are sealed with the
data key (AES-256-GCM) and bound to the row and the column they belong to, so that a value copied elsewhere does not
open. Persons and references are found by a keyed hash (HMAC-SHA-256). Keys carry a version; old ones stay for reading.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common import log
from common.clock import Clock, system
from common.errors import ConfigurationError, RogerError
from common.privacy.key_file import KEY, DatedKey, KeyFile, Keys, KeySource, in_use

if TYPE_CHECKING:
    from uuid import UUID

_log = log.get(__name__)
_NONCE = 12
_KEY = KEY
_VERSION = 2  # bytes of key version in front of a wrapped data key
_LOOK_EVERY = 1.0  # seconds
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Unreadable(RogerError):
    """Stored data does not open: it was changed, belongs to another row, or its key is gone."""

    code = "UNREADABLE"


class CaseKey:
    """The data key of one case."""

    def __init__(self, case: UUID, wrapped: bytes, key: bytes) -> None:
        self.wrapped = wrapped
        self._case = case.bytes
        self._cipher = AESGCM(key)

    def seal(self, label: str, plain: bytes) -> bytes:
        """Encrypt a value for one place (`payload`, `result`, `checkpoint:1:journal`) of this case."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._case + label.encode())

    def open(self, label: str, sealed: bytes) -> bytes:
        """Decrypt a value of that place; raises Unreadable for any other."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._case + label.encode())
        except (InvalidTag, ValueError):  # ValueError: not even long enough
            raise Unreadable from None

    def seal_json(self, label: str, value: Any) -> bytes:
        return self.seal(label, canonical(value))

    def open_json(self, label: str, sealed: bytes) -> Any:
        return json.loads(self.open(label, sealed))


class Keyring:
    """The master keys and index keys of a deployment, by version; follows its source while a rotation goes on."""

    def __init__(
        self,
        *,
        master: Mapping[int, bytes | DatedKey],
        index: Mapping[int, bytes | DatedKey],
        source: KeySource | None = None,
        clock: Clock = system,
        look_every: float = _LOOK_EVERY,
    ) -> None:
        self._source, self._clock, self._look_every = source, clock, look_every
        self._mark = source.mark() if source else None
        self._looked_at = time.monotonic()
        self._take(Keys(_dated(master), _dated(index)))

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Read the key file; raises ConfigurationError when it is missing or not one."""
        return cls.of(KeyFile(path))

    @classmethod
    def of(cls, source: KeySource, clock: Clock = system, *, look_every: float = _LOOK_EVERY) -> Keyring:
        """The keys that a source gives, looked at again so often; raises ConfigurationError when it gives none."""
        keys = source.read()
        return cls(master=keys.master, index=keys.index, source=source, clock=clock, look_every=look_every)

    @property
    def master_version(self) -> int:
        """The version of the master key that seals now."""
        self._look()
        return in_use(self._keys.master, self._clock())

    @property
    def sealing_since(self) -> datetime:
        """Since when that one does."""
        return self._keys.master[self.master_version].since

    @property
    def oldest_master(self) -> int:
        """The oldest master key that is still held."""
        return min(self._masters)

    def new_key(self, case: UUID) -> CaseKey:
        """A fresh data key for a case, wrapped under the current master key."""
        key = os.urandom(_KEY)
        return CaseKey(case, self._wrap(case, key), key)

    def open_key(self, case: UUID, wrapped: bytes) -> CaseKey:
        """The data key of a stored case; raises Unreadable when its master key is gone or the row is not its own."""
        return CaseKey(case, wrapped, self._unwrap(case, wrapped))

    def rewrapped(self, case: UUID, wrapped: bytes) -> bytes:
        """The same data key under the current master key; raises Unreadable as `open_key`."""
        return self._wrap(case, self._unwrap(case, wrapped))

    def _wrap(self, case: UUID, key: bytes) -> bytes:
        version, nonce = self.master_version, os.urandom(_NONCE)
        return version.to_bytes(_VERSION, "big") + nonce + self._masters[version].encrypt(nonce, key, case.bytes)

    def _unwrap(self, case: UUID, wrapped: bytes) -> bytes:
        version, nonce = version_of(wrapped), wrapped[_VERSION : _VERSION + _NONCE]
        if version not in self._masters:
            self._look(at_once=True)
        master = self._masters.get(version)
        if master is None:
            raise Unreadable(f"The master key of version {version} is not in the key file")
        try:
            return master.decrypt(nonce, wrapped[_VERSION + _NONCE :], case.bytes)
        except (InvalidTag, ValueError):
            raise Unreadable from None

    def _look(self, *, at_once: bool = False) -> None:
        """Read the source again where it has changed; a new one that is broken leaves the old keys in force."""
        moment = time.monotonic()
        if self._source is None or (not at_once and moment - self._looked_at < self._look_every):
            return
        self._looked_at = moment
        mark = self._source.mark()
        if mark in (None, self._mark):
            return
        try:
            self._take(self._source.read())
        except ConfigurationError as wrong:
            _log.error("keys.not_read", problem=wrong.message)
            return
        self._mark = mark
        _log.info("keys.read_again", versions=sorted(self._masters))

    def _take(self, keys: Keys) -> None:
        self._masters = {version: AESGCM(key.secret) for version, key in keys.master.items()}
        self._keys = keys
        # The newest first: that is where what is sought most often stands.
        self._indexes = {version: keys.index[version].secret for version in sorted(keys.index, reverse=True)}

    def blind(self, kind: str, value: str) -> bytes:
        """A keyed hash under which `value` is stored and found; the kind keeps a person apart from an employee."""
        return _blind(self._index_in_use, kind, value)

    def blind_all(self, kind: str, value: str) -> list[bytes]:
        """The hashes under every index key still held, the one that is used now first: for looking up."""
        used = self._index_in_use
        return [_blind(key, kind, value) for key in (used, *(key for key in self._indexes.values() if key != used))]

    def blind_steady(self, kind: str, value: str) -> bytes:
        """The hash under the oldest index key held: the same in every process while a rotation goes on, for locking."""
        return _blind(self._indexes[min(self._indexes)], kind, value)

    @property
    def looks_under_several(self) -> bool:
        """Whether what is sought may stand under one of several index keys."""
        return len(self._indexes) > 1

    @property
    def _index_in_use(self) -> bytes:
        self._look()
        return self._indexes[in_use(self._keys.index, self._clock())]


def _dated(given: Mapping[int, bytes | DatedKey]) -> dict[int, DatedKey]:
    return {version: key if isinstance(key, DatedKey) else DatedKey(key) for version, key in given.items()}


def version_of(wrapped: bytes) -> int:
    """Which master key a data key is wrapped under."""
    return int.from_bytes(wrapped[:_VERSION], "big")


def canonical(value: Any) -> bytes:
    """JSON that is the same for the same content: sorted keys, no white space."""
    return _JSON.encode(value).encode()


def _blind(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256")
