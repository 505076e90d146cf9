"""Everybody who may call a service: holders of a key, and of a token from a provider that is believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import httpx

from common.clock import Clock
from common.errors import ConfigurationError
from common.identity.caller import Caller
from common.identity.issuers import read_issuers
from common.identity.keys import PREFIX, KeyFile
from common.identity.provider import Provider, new_client
from common.identity.tokens import Tokens
from common.refusals import Unauthenticated


class Recognition:
    """Tells who shows a key or a token."""

    def __init__(
        self,
        keys: KeyFile | None,
        providers: Sequence[Provider],
        client: httpx.AsyncClient,
        *,
        service: str,
        clock: Clock,
    ) -> None:
        self._keys, self.client = keys, client
        self.tokens = Tokens(providers, service=service, clock=clock)

    @classmethod
    def load(cls, keys: Path | None, issuers: Path | None, *, service: str, clock: Clock) -> Self:
        """Read what is set; raises ConfigurationError when nothing is, or something is wrong."""
        if keys is None and issuers is None:
            raise ConfigurationError(
                "Nobody may call: set ROGER_API_ISSUERS to a file with identity providers (docs/identity.md), or "
                "ROGER_API_KEYS to a file with API keys (`roger keys caller` makes an entry)"
            )
        held = None if keys is None else KeyFile(keys, service=service, clock=clock)
        believed = [] if issuers is None else read_issuers(issuers)
        client = new_client()
        return cls(held, [Provider(issuer, client) for issuer in believed], client, service=service, clock=clock)

    async def recognise(self, shown: str) -> Caller:
        """Who shows that key or token; raises Unauthenticated, or ProviderAway."""
        if shown.startswith(PREFIX):
            if self._keys is None:
                raise Unauthenticated
            return self._keys.recognise(shown)
        return await self.tokens.recognise(shown)

    def holder(self, key: str) -> Caller:
        """Who holds that key; raises Unauthenticated, also for a token."""
        if self._keys is None or not key.startswith(PREFIX):
            raise Unauthenticated
        return self._keys.recognise(key)

    @property
    def has_keys(self) -> bool:
        """Whether there are API keys at all."""
        return self._keys is not None

    async def close(self) -> None:
        """Let go of every connection."""
        await self.client.aclose()
