"""Which identity providers are believed, and what the claims of their tokens mean here: a TOML file."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from common.errors import ConfigurationError
from common.identity.keys import CallerName
from common.identity.scopes import require_scope

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
NATIONAL_ID_CLAIMS = {"pid", "personidentifier", "ssn", "nin", "fnr", "norEduPersonNIN"}
ANY = "*"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def secure(url: str) -> str:
    """An address that nobody between can change; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        message = "an identity provider is reached by https"
        raise ValueError(message)
    return url


def _no_national_id(claim: str) -> str:
    if claim.rsplit(".", 1)[-1] in NATIONAL_ID_CLAIMS:
        message = "a national id is never anybody's name here"
        raise ValueError(message)
    return claim


SecureUrl = Annotated[str, AfterValidator(secure)]
NameClaim = Annotated[str, AfterValidator(_no_national_id)]


class SignIn(BaseModel):
    """How people sign in to the pages with this provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str
    client_secret: Path | None = None
    """File with the secret; left out for a public client, which PKCE alone protects."""
    scopes: tuple[str, ...] = ("openid",)
    title: str = "Logg inn"
    """On the button, in Norwegian bokmål."""


class Issuer(BaseModel):
    """One identity provider: whose tokens are taken, and what their claims mean here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: CallerName
    """Begins the names of callers that are not given one below: `entra/6f1c…`."""
    issuer: SecureUrl
    """Exactly as `iss` has it."""
    audience: Annotated[tuple[str, ...], Field(min_length=1)]
    """One of these must be among a token's `aud`."""
    discovery: SecureUrl | None = None
    """Where its metadata is, if not at `/.well-known/openid-configuration` below the issuer."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256", "PS256", "ES256", "EdDSA")
    token_type: str | None = None
    """The `typ` of its access tokens, as `at+jwt`, where it always says so."""
    longest: Annotated[int, Field(ge=60)] = 86_400
    """Seconds from `iat` to `exp`; a token that is valid for longer is refused."""
    system: Literal["always", "never"] | dict[str, str] = Field(default_factory=dict[str, str])
    """Whether a token is a system's: always, never, or when these claims have these values (`*` in them is anything).
    Where nothing is said, when its `sub` is its client's id."""
    client: NameClaim = "azp"
    """The claim that names a system."""
    person: NameClaim = "sub"
    """The claim that names a person; the same at every sign-in."""
    callers: dict[str, CallerName] = Field(default_factory=dict[str, str])
    """What systems are called here, by the value of the `client` claim."""
    rights: tuple[str, ...] = ("scope",)
    """The claims that tell what the caller may: a list, or a text with spaces; `realm_access.roles` goes inside."""
    scopes: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """Which of our scopes a value of those claims stands for."""
    own_scopes: bool = False
    """Whether values that are scopes of ours count as they stand."""
    units: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """Which units a value of those claims stands for; `*` is all of them, and cases without one."""
    unit_claim: str | None = None
    """The claim that lists a person's units as our cases name them."""
    sign_in: SignIn | None = None

    @field_validator("scopes")
    @classmethod
    def scopes_exist(cls, scopes: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for scope in (scope for several in scopes.values() for scope in several):
            try:
                require_scope(scope)
            except ConfigurationError as unknown:
                raise ValueError(unknown.message) from None
        return scopes

    @model_validator(mode="after")
    def grants_something(self) -> Self:
        if not self.scopes and not self.own_scopes:
            raise ValueError("say what its tokens allow: scopes, or own_scopes = true")
        return self

    @property
    def binds_to_units(self) -> bool:
        """Whether people are bound to units; then one whose token names none sees nothing."""
        return bool(self.units) or self.unit_claim is not None

    @property
    def metadata(self) -> str:
        """Where its metadata is."""
        return self.discovery or self.issuer.rstrip("/") + "/.well-known/openid-configuration"

    def is_system(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token is a system's own, without a person behind it."""
        if isinstance(self.system, str):
            return self.system == "always"
        if self.system:
            return all(_like(claims.get(claim), wanted) for claim, wanted in self.system.items())
        subject = text_at(claims, "sub")
        return subject is not None and subject in {text_at(claims, self.client), text_at(claims, "client_id")}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    issuer: Annotated[list[Issuer], Field(min_length=1)]


def read_issuers(path: Path) -> list[Issuer]:
    """The identity providers in a TOML file; raises ConfigurationError saying what is wrong where."""
    try:
        issuers = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).issuer
    except OSError:
        raise ConfigurationError(
            f"There is no file at {path} (ROGER_API_ISSUERS): docs/identity.md shows how one looks"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as unreadable:
        raise ConfigurationError(f"{path} is not TOML: {unreadable}") from None
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ConfigurationError(f"{path}: {where}: {first['msg']}") from None
    for what in ("name", "issuer"):
        values = [getattr(issuer, what) for issuer in issuers]
        if len(set(values)) < len(values):
            raise ConfigurationError(f"{path}: two issuers have the same {what}")
    return issuers


def values_at(claims: Mapping[str, Any], path: str) -> list[str]:
    """What a claim lists: its texts, or the words of its one text; nothing when it is not there."""
    found: Any = claims.get(path, _inside(claims, path))
    if isinstance(found, str):
        return found.split()
    if isinstance(found, list):
        return [value for value in cast("Sequence[Any]", found) if isinstance(value, str)]
    return []


def text_at(claims: Mapping[str, Any], path: str) -> str | None:
    """The one text of a claim."""
    found: Any = claims.get(path, _inside(claims, path))
    return found if isinstance(found, str) and found else None


def _inside(claims: Mapping[str, Any], path: str) -> Any:
    found: Any = claims
    for part in path.split("."):
        found = cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
    return found


def _like(value: Any, wanted: str) -> bool:
    return isinstance(value, str) and fnmatch.fnmatchcase(value, wanted)
