"""What an identity provider publishes: its metadata, and the keys it signs with, fetched when needed and kept a while.

Keys are fetched anew every ten minutes, so one that is withdrawn is soon believed no more, and at once for a key id
that nobody has heard of, though seldom: whoever invents ids must not make Roger flood the provider. While the provider
does not answer, the keys it published last stay in force for a day.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, cast

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from pydantic import BaseModel

from common import log
from common.identity.issuers import Issuer, SecureUrl
from common.refusals import Unavailable

FRESH = 600.0  # seconds for which keys are taken without asking again
STALE = 86_400.0  # and for which they are taken when nobody answers
SELDOM = 10.0  # seconds between two fetches at least, whatever arrives
_PATIENCE = 5.0
_LARGEST = 1_000_000  # bytes
_SMALLEST_RSA = 342  # characters of a modulus of 2048 bits
_log = log.get(__name__)


class ProviderAway(Unavailable):
    """The identity provider does not answer, and nobody can be recognised without it; send the request again later."""

    code, status, title = "PROVIDER_AWAY", 503, "The identity provider does not answer"


class Metadata(BaseModel):
    """What of the provider's metadata is used here."""

    issuer: str
    jwks_uri: SecureUrl
    authorization_endpoint: SecureUrl | None = None
    token_endpoint: SecureUrl | None = None
    end_session_endpoint: SecureUrl | None = None


class Provider:
    """One identity provider, as far as it is known at the moment."""

    def __init__(
        self, issuer: Issuer, client: httpx.AsyncClient, *, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = issuer
        self._client, self._elapsed = client, elapsed
        self._metadata: Metadata | None = None
        self._keys: Sequence[Key] = ()
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._fetching = asyncio.Lock()

    async def keys(self, kid: str | None) -> Sequence[Key]:
        """The keys in force of that id, or all when none is named; raises ProviderAway when none are known."""
        found, age = _named(self._keys, kid), self._age()
        # While one request asks a provider that may be away, the others go on with what is known.
        going_on = bool(found) and age < STALE and self._fetching.locked()
        if (age >= FRESH or not found) and not going_on:
            await self._refresh()
        if self._age() >= STALE:
            raise ProviderAway(retry_after=int(SELDOM))
        return _named(self._keys, kid)

    async def metadata(self) -> Metadata:
        """Its addresses; raises ProviderAway."""
        if self._metadata is None:
            await self._refresh()
        if self._metadata is None:
            raise ProviderAway(retry_after=int(SELDOM))
        return self._metadata

    def _age(self) -> float:
        return STALE if self._fetched_at is None else self._elapsed() - self._fetched_at

    async def _refresh(self) -> None:
        """Fetch anew, unless somebody has just tried to; what cannot be fetched leaves everything as it was."""
        before = self._tried_at
        async with self._fetching:
            if self._tried_at != before or (before is not None and self._elapsed() - before < SELDOM):
                return
            self._tried_at = self._elapsed()
            try:
                metadata, keys = await self._read()
            except (httpx.HTTPError, OSError, ValueError, TypeError, KeyError, RecursionError) as problem:
                known = self._age() < STALE
                # Only our own texts go on; a library's may quote what was fetched.
                reason = str(problem) if type(problem) is ValueError else type(problem).__name__
                _log.error("provider.not_read", issuer=self.issuer.name, reason=reason, keys_in_force=known)
            else:
                self._metadata, self._keys, self._fetched_at = metadata, keys, self._elapsed()
                _log.info("provider.read", issuer=self.issuer.name, keys=len(keys))

    async def _read(self) -> tuple[Metadata, list[Key]]:
        metadata = Metadata.model_validate(await self._get(self.issuer.metadata))
        if metadata.issuer != self.issuer.issuer:
            raise ValueError("it calls itself another issuer")
        keys = _usable(await self._get(metadata.jwks_uri))
        if not keys:
            raise ValueError("it publishes no key that can be used")
        return metadata, keys

    async def _get(self, url: str) -> Any:
        async with asyncio.timeout(_PATIENCE), self._client.stream("GET", url) as answer:
            answer.raise_for_status()
            read = bytearray()
            async for piece in answer.aiter_bytes():
                read += piece
                if len(read) > _LARGEST:
                    raise ValueError("its answer is too large")
        return httpx.Response(200, content=bytes(read)).json()


def new_client() -> httpx.AsyncClient:
    """What providers are asked with: no redirects, no waiting for ever."""
    headers = {"accept": "application/json"}
    return httpx.AsyncClient(verify=_certificates(), timeout=_PATIENCE, follow_redirects=False, headers=headers)


@cache
def _certificates() -> ssl.SSLContext:
    """Whom this process trusts: read once, as reading them takes longer than all else that an application is made of."""
    return httpx.create_ssl_context()


def _named(keys: Sequence[Key], kid: str | None) -> Sequence[Key]:
    return keys if kid is None else [key for key in keys if key.kid == kid]


def _usable(published: Any) -> list[Key]:
    """The keys that signatures can be checked with; the others, and what nobody understands, are left out."""
    found: list[Key] = []
    for one in cast("Sequence[Any]", published["keys"]):
        if not isinstance(one, Mapping):
            continue
        key = {name: value for name, value in cast("Mapping[str, Any]", one).items() if name not in _PRIVATE}
        if key.get("kty") not in {"RSA", "EC", "OKP"} or key.get("use", "sig") != "sig":
            continue
        if key["kty"] == "RSA" and len(str(key.get("n"))) < _SMALLEST_RSA:
            continue
        with contextlib.suppress(JoseError, ValueError, TypeError):
            found.append(JWKRegistry.import_key(key))
    return found


_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
