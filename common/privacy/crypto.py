"""Encryption of what a case holds, and blind look-up of whom it concerns.

Every case has a data key of its own, wrapped under a master key; payload, result and checkpoints are sealed with the
data key (AES-256-GCM) and bound to the row and the column they belong to, so that a value copied elsewhere does not
open. Persons and references are found by a keyed hash (HMAC-SHA-256). Keys carry a version; old ones stay for reading.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.errors import ConfigurationError, RogerError

if TYPE_CHECKING:
    from uuid import UUID

_NONCE = 12
_KEY = 32
_VERSION = 2  # bytes of key version in front of a wrapped data key


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
    """The master keys and index keys of a deployment, by version."""

    def __init__(self, *, master: dict[int, bytes], index: dict[int, bytes]) -> None:
        self._current_master, self._current_index = max(master), max(index)
        self._masters = {version: AESGCM(key) for version, key in master.items()}
        self._indexes = index

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Read the key file; raises ConfigurationError when it is missing or not one."""
        try:
            content = json.loads(path.read_text())
            parts = {
                name: {int(version): base64.b64decode(key, validate=True) for version, key in content[name].items()}
                for name in ("master", "index")
            }
        except FileNotFoundError:
            raise ConfigurationError(f"There is no key file at {path}: make one with `roger keys new {path}`") from None
        except OSError as failure:
            raise ConfigurationError(f"{path} cannot be read: {failure.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ConfigurationError(f"{path} is not a key file: make one with `roger keys new`") from None
        if any(len(key) != _KEY for keys in parts.values() for key in keys.values()) or not all(parts.values()):
            raise ConfigurationError(f"{path}: every key must be {_KEY} bytes in base64, and each kind needs one")
        if not all(0 <= version < 1 << 8 * _VERSION for versions in parts.values() for version in versions):
            raise ConfigurationError(f"{path}: the versions of its keys must be small numbers, the newest the highest")
        return cls(master=parts["master"], index=parts["index"])

    @staticmethod
    def create(path: Path) -> None:
        """Write a new key file that only its owner can read; never overwrites one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = {name: {"1": base64.b64encode(secrets.token_bytes(_KEY)).decode()} for name in ("master", "index")}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file)

    def new_key(self, case: UUID) -> CaseKey:
        """A fresh data key for a case, wrapped under the current master key."""
        key, nonce = os.urandom(_KEY), os.urandom(_NONCE)
        wrapped = self._masters[self._current_master].encrypt(nonce, key, case.bytes)
        return CaseKey(case, self._current_master.to_bytes(_VERSION, "big") + nonce + wrapped, key)

    def open_key(self, case: UUID, wrapped: bytes) -> CaseKey:
        """The data key of a stored case; raises Unreadable when its master key is gone or the row is not its own."""
        version, nonce = int.from_bytes(wrapped[:_VERSION], "big"), wrapped[_VERSION : _VERSION + _NONCE]
        master = self._masters.get(version)
        if master is None:
            raise Unreadable(f"The master key of version {version} is not in the key file")
        try:
            key = master.decrypt(nonce, wrapped[_VERSION + _NONCE :], case.bytes)
        except (InvalidTag, ValueError):
            raise Unreadable from None
        return CaseKey(case, wrapped, key)

    def blind(self, kind: str, value: str) -> bytes:
        """A keyed hash under which `value` is stored and found; the kind keeps a person apart from an employee."""
        return _blind(self._indexes[self._current_index], kind, value)

    def blind_all(self, kind: str, value: str) -> list[bytes]:
        """The hashes under every index key still held, for look-ups while a rotation goes on."""
        return [_blind(key, kind, value) for key in self._indexes.values()]


def canonical(value: Any) -> bytes:
    """JSON that is the same for the same content: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _blind(key: bytes, kind: str, value: str) -> bytes:
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).digest()
