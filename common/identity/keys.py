"""API keys: a file of hashes, read anew when it changes, so that keys come and go without a restart.

The key file is JSON; `roger keys caller` prints an entry for it, and the key itself once:

    {"keys": [{"caller": "booking", "sha256": "…", "scopes": ["health:test-journals:submit", "health:*:read"],
               "expires": "2027-01-01T00:00:00Z"}]}

A caller may have several entries: the new key works before the old one is taken out. The hash is a plain SHA-256: a
key holds 256 random bits, so there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator

from common import log
from common.clock import Clock
from common.errors import ConfigurationError
from common.identity.caller import Caller, Kind, is_nobodys_number
from common.identity.scopes import require_scope
from common.refusals import Unauthenticated

PREFIX = "roger_"
_log = log.get(__name__)

CallerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
UnitName = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Entry(BaseModel):
    """One line of the key file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    caller: CallerName
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: tuple[str, ...]
    expires: AwareDatetime | None = None
    kind: Kind = Kind.SYSTEM
    units: tuple[UnitName, ...] | None = None
    """Bound to the cases of these units; left out: not bound."""

    @model_validator(mode="after")
    def is_named_as_nobody(self) -> Self:
        if not is_nobodys_number(self.caller):
            raise ValueError("a caller is not named by anybody's number")
        return self

    def of(self, service: str) -> Caller:
        """The caller who holds this key."""
        units = None if self.units is None else frozenset(self.units)
        return Caller(name=self.caller, service=service, scopes=frozenset(self.scopes), kind=self.kind, units=units)


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[Entry]


class KeyFile:
    """Everybody who holds a key to this service."""

    def __init__(self, path: Path, *, service: str, clock: Clock) -> None:
        """Read the file; raises ConfigurationError when it is missing, wrong or holds no key."""
        self._path, self._service, self._clock = path, service, clock
        self._mark = _mark(path)
        self._entries = read_entries(path)
        if not self._entries:
            raise ConfigurationError(f"{path} holds no key: make an entry with `roger keys caller`")

    def recognise(self, key: str) -> Caller:
        """The caller who holds this key; raises Unauthenticated."""
        self._reread()
        # A look-up by hash tells an attacker's clock nothing: they cannot choose the hash.
        entry = self._entries.get(hashlib.sha256(key.encode(errors="replace")).hexdigest())
        if entry is None or (entry.expires is not None and entry.expires <= self._clock()):
            raise Unauthenticated
        return entry.of(self._service)

    def _reread(self) -> None:
        mark = _mark(self._path)
        if mark == self._mark:
            return
        # Remembered also when it cannot be read: that is told once, not at every call.
        self._mark = mark
        try:
            self._entries = read_entries(self._path)
        except ConfigurationError as wrong:
            _log.error("keys.not_read", reason=wrong.message, remedy="the keys that were read before stay in force")
        else:
            _log.info("keys.read", number=len(self._entries))


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever the file does, also when another is put in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_entries(path: Path) -> dict[str, Entry]:
    """The entries of a key file, by hash; raises ConfigurationError when it is missing or wrong."""
    try:
        entries = _Content.model_validate_json(path.read_bytes()).keys
    except OSError:
        raise ConfigurationError(
            f"There is no key file at {path} (ROGER_API_KEYS): make an entry with `roger keys caller`"
        ) from None
    except ValidationError as invalid:
        where = ".".join(str(part) for part in invalid.errors()[0]["loc"]) or "the whole file"
        raise ConfigurationError(f"{path} is not a key file: {where}: {invalid.errors()[0]['msg']}") from None
    for scope in (scope for entry in entries for scope in entry.scopes):
        require_scope(scope)
    by_hash = {entry.sha256: entry for entry in entries}
    if len(by_hash) < len(entries):
        raise ConfigurationError(f"{path} is not a key file: one key stands in it twice")
    return by_hash


def new_key(
    caller: str,
    scopes: Collection[str],
    *,
    expires: datetime | None = None,
    kind: Kind = Kind.SYSTEM,
    units: Collection[str] | None = None,
) -> tuple[str, dict[str, Any]]:
    """A fresh key for a caller, to be shown once, and its entry for the key file.

    Raises ConfigurationError for a scope that does not exist, or a caller's name that is none.
    """
    for scope in scopes:
        require_scope(scope)
    key = PREFIX + secrets.token_urlsafe(32)
    try:
        entry = Entry(
            caller=caller,
            sha256=hashlib.sha256(key.encode()).hexdigest(),
            scopes=tuple(scopes),
            expires=expires,
            kind=kind,
            units=None if units is None else tuple(units),
        )
    except ValidationError as invalid:
        where = invalid.errors()[0]["loc"] or ("caller",)
        raise ConfigurationError(f"{where[0]}: {invalid.errors()[0]['msg']}") from None
    return key, entry.model_dump(mode="json", exclude_defaults=True)
