"""Bearer tokens: signed by a provider that is believed, for this service, in force now; then what they allow.

A token says of itself which issuer it comes from and which key it was signed with; it is checked with that issuer's own
published keys and nothing else. Tokens are never logged, nor anything of them but why they were refused.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from common import log
from common.clock import Clock
from common.identity.caller import Caller, Kind, is_nobodys_number
from common.identity.issuers import ANY, Issuer, text_at, values_at
from common.identity.provider import Provider
from common.identity.scopes import exists
from common.refusals import Unauthenticated

LEEWAY = 30  # seconds that clocks may differ by
LARGEST = 16_384  # characters
_PARTS = 3
_LONGEST_NAME = 128
_END_OF_TIME = 10**11  # seconds
_TYPES = {"jwt", "at+jwt", "application/at+jwt"}
# What only tokens have that are about a sign-in and no key to anything.
_NO_ACCESS = {"nonce", "at_hash", "c_hash", "s_hash", "events"}
_NO_ACCESS_TYPES = {"id", "refresh", "logout", "offline"}
_log = log.get(__name__)


class TokenRefused(Unauthenticated):
    """This token is not taken; get a new one from the identity provider."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
        """For the log; never anything that stands in the token."""


class Tokens:
    """The providers that are believed."""

    def __init__(self, providers: Sequence[Provider], *, service: str, clock: Clock) -> None:
        self.providers = {provider.issuer.issuer: provider for provider in providers}
        self._service, self._clock = service, clock

    async def recognise(self, token: str) -> Caller:
        """Whose access token it is; raises Unauthenticated, or ProviderAway."""
        try:
            return await self._recognise(token)
        except TokenRefused as refused:
            _log.info("token.refused", reason=refused.reason)
            raise

    async def _recognise(self, token: str) -> Caller:
        header, unproven = peek(token)
        provider = self.providers.get(str(unproven.get("iss")))
        if provider is None:
            raise TokenRefused("unknown issuer")
        _require_access_type(header, provider.issuer)
        claims = await proven(token, header, provider)
        require_in_force(claims, self._clock(), longest=provider.issuer.longest)
        require_audience(claims, provider.issuer.audience)
        if _NO_ACCESS & claims.keys() or str(claims.get("typ", "")).lower() in _NO_ACCESS_TYPES:
            raise TokenRefused("no access token")
        return caller_of(claims, provider.issuer, service=self._service)


async def proven(token: str, header: Mapping[str, Any], provider: Provider) -> dict[str, Any]:
    """What a token says once its signature is proven to be this provider's; raises TokenRefused, ProviderAway."""
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in provider.issuer.algorithms:
        raise TokenRefused("algorithm not allowed")
    if "crit" in header or "b64" in header:
        raise TokenRefused("header with demands")
    if kid is not None and not isinstance(kid, str):
        raise TokenRefused("no key id")
    fitting = [key for key in await provider.keys(kid) if _fits(key, str(algorithm))]
    if len(fitting) != 1:
        raise TokenRefused("unknown key")
    claims = _verified(token, fitting[0], str(algorithm))
    if claims.get("iss") != provider.issuer.issuer:
        raise TokenRefused("unknown issuer")
    return claims


def require_in_force(claims: Mapping[str, Any], now: datetime, *, longest: int) -> None:
    """Raises TokenRefused for a token of another time, or one that is valid for too long."""
    moment = now.timestamp()
    times = {name: claims.get(name) for name in ("exp", "iat", "nbf") if name != "nbf" or name in claims}
    if not all(_is_time(time) for time in times.values()):
        raise TokenRefused("times missing")
    known = cast("dict[str, float]", times)
    if known["exp"] <= moment - LEEWAY:
        raise TokenRefused("expired")
    if known.get("nbf", known["iat"]) > moment + LEEWAY or known["iat"] > moment + LEEWAY:
        raise TokenRefused("not yet in force")
    if not known["exp"] - known["iat"] <= longest:
        raise TokenRefused("valid for too long")


def require_audience(claims: Mapping[str, Any], audience: Collection[str]) -> None:
    """Raises TokenRefused for a token that was made for somebody else."""
    given = claims.get("aud")
    named = {given} if isinstance(given, str) else set(cast("list[Any]", given)) if _is_texts(given) else set[str]()
    if named.isdisjoint(audience):
        raise TokenRefused("other audience")


def caller_of(claims: Mapping[str, Any], issuer: Issuer, *, service: str) -> Caller:
    """Who that is here, and what it may; raises TokenRefused when it has no name that may stand anywhere."""
    values = {value for claim in issuer.rights for value in values_at(claims, claim)}
    scopes = {scope for value in values for scope in issuer.scopes.get(value, ())}
    if issuer.own_scopes:
        scopes |= {value for value in values if exists(value)}
    system = issuer.is_system(claims)
    return Caller(
        name=_name(claims, issuer, system=system),
        service=service,
        scopes=frozenset(scopes),
        kind=Kind.SYSTEM if system else Kind.PERSON,
        units=None if system or not issuer.binds_to_units else _units(claims, issuer, values),
    )


def _name(claims: Mapping[str, Any], issuer: Issuer, *, system: bool) -> str:
    claim = issuer.client if system else issuer.person
    given = text_at(claims, claim) or (text_at(claims, "client_id") if system else None)
    if given is None:
        raise TokenRefused("nameless")
    if system and given in issuer.callers:
        return issuer.callers[given]
    if not is_nobodys_number(given):
        raise TokenRefused("named by a national id")
    if len(given) > _LONGEST_NAME or not given.isprintable():
        raise TokenRefused("name too long")
    return f"{issuer.name}/{given}"


def _units(claims: Mapping[str, Any], issuer: Issuer, values: Collection[str]) -> frozenset[str] | None:
    units = {unit for value in values for unit in issuer.units.get(value, ())}
    if ANY in units:
        return None
    if issuer.unit_claim is not None:
        units |= set(values_at(claims, issuer.unit_claim))
    return frozenset(units - {ANY})


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A token's header and claims, of which nothing is proven yet; raises TokenRefused."""
    parts = token.split(".")
    if len(token) > LARGEST or len(parts) != _PARTS or not token.isascii():
        raise TokenRefused("no token")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, binascii.Error, RecursionError):
        raise TokenRefused("no token") from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenRefused("no token")
    return cast("dict[str, Any]", header), cast("dict[str, Any]", claims)


def _require_access_type(header: Mapping[str, Any], issuer: Issuer) -> None:
    given = str(header.get("typ", "JWT")).lower()
    wanted = _TYPES if issuer.token_type is None else {issuer.token_type.lower()}
    if given not in wanted:
        raise TokenRefused("other type")


def _fits(key: Key, algorithm: str) -> bool:
    """Whether the provider published the key for signatures of that algorithm."""
    if key.get("alg", algorithm) != algorithm:
        return False
    model = JWSRegistry.algorithms[algorithm]
    try:
        model.check_key(key)
    except JoseError:
        return False
    return True


def _verified(token: str, key: Key, algorithm: str) -> dict[str, Any]:
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = LARGEST
    # That Ed25519 is to be called by its new name helps nobody here.
    quiet = warnings.catch_warnings(action="ignore", category=SecurityWarning)
    try:
        with quiet if algorithm == "EdDSA" else contextlib.nullcontext():
            return jwt.decode(token, key, algorithms=[algorithm], registry=registry).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        raise TokenRefused("signature wrong") from None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _END_OF_TIME


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in cast("list[Any]", value))
