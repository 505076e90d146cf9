"""How people sign in with an identity provider: the authorization code flow with PKCE.

Until they are back, all there is to know lies in one random value in their own browser: state, nonce and code verifier are
made of it, so nothing is stored for who never comes back, and nobody else's answer fits. No token reaches the browser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from common import log
from common.clock import Clock
from common.errors import ConfigurationError
from common.identity.caller import Caller, Kind
from common.identity.issuers import SignIn
from common.identity.provider import Provider, ProviderAway
from common.identity.tokens import TokenRefused, caller_of, peek, proven, require_audience, require_in_force

_log = log.get(__name__)
_AGAIN = 10  # seconds


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun: what the browser keeps, and where it goes."""

    kept: str
    address: str


class SignIns:
    """Signs people in with the providers that offer it."""

    def __init__(
        self, providers: Mapping[str, Provider], client: httpx.AsyncClient, *, back: str, service: str, clock: Clock
    ) -> None:
        """`back` is where the provider sends people to, exactly as it knows it. Raises ConfigurationError."""
        self.offered = {
            provider.issuer.name: provider for provider in providers.values() if provider.issuer.sign_in is not None
        }
        for provider in self.offered.values():
            _secret(_offer(provider))  # one that is not there is told at the start
        self._client, self._back, self._service, self._clock = client, back, service, clock

    def title(self, name: str) -> str:
        """What stands on the button."""
        return _offer(self.offered[name]).title

    async def begin(self, name: str) -> Begun:
        """Send somebody to a provider; raises ProviderAway."""
        provider = self.offered[name]
        metadata = await provider.metadata()
        if metadata.authorization_endpoint is None:
            raise ProviderAway(retry_after=_AGAIN)
        kept = secrets.token_urlsafe(32)
        offer = _offer(provider)
        query = {
            "response_type": "code",
            "client_id": offer.client_id,
            "redirect_uri": self._back,
            "scope": " ".join(offer.scopes),
            "state": _made_of(kept, "state"),
            "nonce": _made_of(kept, "nonce"),
            "code_challenge": _b64(hashlib.sha256(_made_of(kept, "verifier").encode()).digest()),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in metadata.authorization_endpoint else "?"
        return Begun(kept, metadata.authorization_endpoint + joint + urlencode(query))

    async def finish(self, name: str, kept: str, answer: Mapping[str, str]) -> Caller:
        """Who has signed in, by the provider's answer; raises TokenRefused, ProviderAway."""
        try:
            return await self._finish(name, kept, answer)
        except TokenRefused as refused:
            _log.info("sign_in.refused", issuer=name, reason=refused.reason)
            raise

    async def leaving(self, name: str, *, back: str) -> str | None:
        """Where somebody signs out at the provider as well; None where it offers nothing, or is away."""
        provider = self.offered.get(name)
        if provider is None:
            return None
        try:
            metadata = await provider.metadata()
        except ProviderAway:
            return None
        if metadata.end_session_endpoint is None:
            return None
        query = {"client_id": _offer(provider).client_id, "post_logout_redirect_uri": back}
        return f"{metadata.end_session_endpoint}?{urlencode(query)}"

    async def _finish(self, name: str, kept: str, answer: Mapping[str, str]) -> Caller:
        provider = self.offered.get(name)
        if provider is None or not hmac.compare_digest(
            answer.get("state", "").encode(), _made_of(kept, "state").encode()
        ):
            raise TokenRefused("another browser's answer")
        if answer.get("iss", provider.issuer.issuer) != provider.issuer.issuer:
            raise TokenRefused("another provider's answer")
        if "code" not in answer:
            raise TokenRefused("not signed in")
        token = await self._exchanged(provider, answer["code"], _made_of(kept, "verifier"))
        header, _ = peek(token)
        claims = await proven(token, header, provider)
        require_in_force(claims, self._clock(), longest=provider.issuer.longest)
        offer = _offer(provider)
        require_audience(claims, {offer.client_id})
        if claims.get("azp", offer.client_id) != offer.client_id:
            raise TokenRefused("other audience")
        if not hmac.compare_digest(str(claims.get("nonce")).encode(), _made_of(kept, "nonce").encode()):
            raise TokenRefused("another sign-in's token")
        caller = caller_of(claims, provider.issuer, service=self._service)
        if caller.kind is not Kind.PERSON:
            raise TokenRefused("nobody signed in")
        return caller

    async def _exchanged(self, provider: Provider, code: str, verifier: str) -> str:
        """The ID token for the code; the other tokens are of no use here and not kept."""
        metadata, offer = await provider.metadata(), _offer(provider)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        secret = _secret(offer)
        if secret is None:
            form["client_id"] = offer.client_id
        auth = (
            httpx.Auth() if secret is None else httpx.BasicAuth(quote(offer.client_id, safe=""), quote(secret, safe=""))
        )
        try:
            answer = await self._client.post(metadata.token_endpoint or "", data=form, auth=auth)
        except httpx.HTTPError as problem:
            _log.error("provider.not_read", issuer=provider.issuer.name, reason=type(problem).__name__)
            raise ProviderAway(retry_after=_AGAIN) from None
        if not answer.is_success:
            _log.warning("sign_in.code_refused", issuer=provider.issuer.name, status=answer.status_code)
            raise TokenRefused("code refused")
        try:
            given: Any = answer.json()["id_token"]
        except (ValueError, KeyError, TypeError):
            given = None
        if not isinstance(given, str):
            raise TokenRefused("no token")
        return given


def _offer(provider: Provider) -> SignIn:
    offer = provider.issuer.sign_in
    assert offer is not None  # noqa: S101  only those are offered that have it
    return offer


def _secret(offer: SignIn) -> str | None:
    if offer.client_secret is None:
        return None
    try:
        return offer.client_secret.read_text(encoding="utf-8").strip()
    except OSError:
        raise ConfigurationError(f"There is no client secret at {offer.client_secret}") from None


def _made_of(kept: str, purpose: str) -> str:
    """What only who holds the random value can make, for one purpose."""
    return _b64(hmac.digest(kept.encode(), purpose.encode(), "sha256"))


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
