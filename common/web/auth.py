"""Who calls, and what they may: hashed API keys with scopes. Nothing is open by omission.

The key file is JSON; `roger keys caller` prints an entry for it, and the key itself once:

    {"keys": [{"caller": "booking", "sha256": "…", "scopes": ["health:test-journals:submit", "health:*:read"],
               "expires": "2027-01-01T00:00:00Z"}]}

Scopes: `<service>:<process or *>:submit`, `<service>:<process or *>:read` (one's own cases), `cases:read:all`
(everybody's), `cases:decide` (retry, close, cancel what one may see),
`cases:release` (let go, as a second person, what one may see and has not handed in), `registers:write` or `registers:<name>:write`,
`evidence:read` and `operate`. The hash is a plain SHA-256: a key
holds 256 random bits, so there is nothing to guess that a slow hash would protect.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from common.clock import Clock
from common.errors import ConfigurationError
from common.refusals import Forbidden, Unauthenticated

READ_ALL, DECIDE, RELEASE, OPERATE = "cases:read:all", "cases:decide", "cases:release", "operate"
WRITE_REGISTERS, READ_EVIDENCE = "registers:write", "evidence:read"
WEBHOOKS = "webhooks"
_PREFIX = "roger_"
_REGISTER_SCOPE = re.compile(r"registers:([a-z][a-z0-9-]*:)?write")
_PROCESS_SCOPE = re.compile(r"[a-z0-9][a-z0-9_-]*:(\*|[a-z0-9][a-z0-9-]*):(submit|read)")

CallerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class Entry(BaseModel):
    """One line of the key file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    caller: CallerName
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    scopes: tuple[str, ...]
    expires: AwareDatetime | None = None


class _KeyFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[Entry]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """An authenticated system, and what it may do at one service."""

    name: str
    service: str
    scopes: frozenset[str]

    @property
    def reads_all(self) -> bool:
        return READ_ALL in self.scopes

    @property
    def decides(self) -> bool:
        return DECIDE in self.scopes

    @property
    def keeps_webhooks(self) -> bool:
        return WEBHOOKS in self.scopes

    @property
    def releases(self) -> bool:
        return RELEASE in self.scopes

    @property
    def operates(self) -> bool:
        return OPERATE in self.scopes

    @property
    def reads_evidence(self) -> bool:
        return READ_EVIDENCE in self.scopes

    @property
    def reads_registers(self) -> bool:
        """Whoever runs the service, or answers for one of its registers."""
        return self.operates or any(_REGISTER_SCOPE.fullmatch(scope) for scope in self.scopes)

    def writes_register(self, name: str) -> bool:
        return not self.scopes.isdisjoint({WRITE_REGISTERS, f"registers:{name}:write"})

    @property
    def only_own(self) -> str | None:
        """Whose cases this caller is confined to; None for everybody's."""
        return None if self.reads_all else self.name

    @property
    def actor(self) -> str:
        """How the event log names this caller."""
        return f"caller:{self.name}"

    def may(self, verb: str, process: str) -> bool:
        """Whether it may `submit` or `read` cases of a process."""
        return not self.scopes.isdisjoint({f"{self.service}:{process}:{verb}", f"{self.service}:*:{verb}"})

    def readable(self, processes: Collection[str]) -> frozenset[str]:
        """Those of the processes whose cases it may read."""
        return frozenset(name for name in processes if self.reads_all or self.may("read", name))


class Callers:
    """Everybody who holds a key to this service."""

    def __init__(self, entries: Collection[Entry], *, service: str, clock: Clock) -> None:
        self._entries = {entry.sha256: entry for entry in entries}
        self._callers = {
            entry.sha256: Caller(name=entry.caller, service=service, scopes=frozenset(entry.scopes))
            for entry in entries
        }
        self._clock = clock

    @classmethod
    def load(cls, path: Path, *, service: str, clock: Clock) -> Callers:
        """Read the key file; raises ConfigurationError when it is missing, wrong or holds no key."""
        try:
            entries = _KeyFile.model_validate_json(path.read_bytes()).keys
        except OSError:
            raise ConfigurationError(
                f"There is no key file at {path} (ROGER_API_KEYS): without keys nobody may call. "
                "Make an entry with `roger keys caller`"
            ) from None
        except ValidationError as invalid:
            where = ".".join(str(part) for part in invalid.errors()[0]["loc"]) or "the whole file"
            raise ConfigurationError(f"{path} is not a key file: {where}: {invalid.errors()[0]['msg']}") from None
        if not entries:
            raise ConfigurationError(f"{path} holds no key: make an entry with `roger keys caller`")
        for scope in (scope for entry in entries for scope in entry.scopes):
            _require_scope(scope)
        return cls(entries, service=service, clock=clock)

    def recognise(self, key: str) -> Caller:
        """The caller who holds this key; raises Unauthenticated."""
        # A look-up by hash tells an attacker's clock nothing: they cannot choose the hash.
        digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
        entry = self._entries.get(digest)
        if entry is None or (entry.expires is not None and entry.expires <= self._clock()):
            raise Unauthenticated
        return self._callers[digest]


def new_key(caller: str, scopes: Collection[str], *, expires: datetime | None = None) -> tuple[str, dict[str, Any]]:
    """A fresh key for a caller, to be shown once, and its entry for the key file.

    Raises ConfigurationError for a scope that does not exist, or a caller's name that is none.
    """
    for scope in scopes:
        _require_scope(scope)
    key = _PREFIX + secrets.token_urlsafe(32)
    try:
        entry = Entry(
            caller=caller, sha256=hashlib.sha256(key.encode()).hexdigest(), scopes=tuple(scopes), expires=expires
        )
    except ValidationError as invalid:
        raise ConfigurationError(f"{invalid.errors()[0]['loc'][0]}: {invalid.errors()[0]['msg']}") from None
    return key, entry.model_dump(mode="json", exclude_none=True)


def _require_scope(scope: str) -> None:
    known = {READ_ALL, DECIDE, RELEASE, OPERATE, READ_EVIDENCE, WEBHOOKS}
    if scope not in known and not _PROCESS_SCOPE.fullmatch(scope) and not _REGISTER_SCOPE.fullmatch(scope):
        raise ConfigurationError(
            f"There is no scope {scope!r}: use <service>:<process or *>:submit or :read, {READ_ALL}, {DECIDE}, "
            f"{RELEASE}, {OPERATE}, {WRITE_REGISTERS}, registers:<name>:write, {READ_EVIDENCE}, {WEBHOOKS}"
        )


async def _authenticated(request: Request) -> Caller:
    """The caller of this request; raises Unauthenticated."""
    given = {key for key in (_bearer(request.headers.get("authorization")), request.headers.get("x-api-key")) if key}
    if len(given) != 1:
        raise Unauthenticated
    callers: Callers = request.app.state.parts.callers
    caller = callers.recognise(given.pop())
    request.state.caller = caller.name
    return caller


def _bearer(header: str | None) -> str | None:
    scheme, _, key = (header or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


Authenticated = Annotated[Caller, Depends(_authenticated)]


def require(*, holds: bool, scope: str) -> None:
    """Raises Forbidden, naming the scope that is missing."""
    if not holds:
        raise Forbidden(f"This caller lacks the scope {scope}")
