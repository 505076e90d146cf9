"""What a deployment decides about the secrets that Roger makes for people (`ROGER_SECRETS_…`)."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from common.errors import ConfigurationError
from common.settings import Environment

LONGEST = 72
"""Hours: no secret is kept for longer, whatever is set."""
_HERE = "http://127.0.0.1:8000"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class MobilePortKind(StrEnum):
    """How text messages leave the house."""

    NONE = "none"
    FOLDER = "folder"
    WEBHOOK = "webhook"


class SecretSettings(BaseSettings):
    """How secrets are made, for how long they are kept, and how people are told where to read theirs."""

    model_config = SettingsConfigDict(env_prefix="ROGER_SECRETS_", extra="ignore")

    length: Annotated[int, Field(ge=12, le=40)] = 16
    """Characters of a secret, besides the signs between its groups."""
    hours: Annotated[int, Field(ge=1, le=LONGEST)] = LONGEST
    """After so many hours a secret that nobody has fetched is erased."""
    url: str = ""
    """The address under which people reach the page from their phones, `https://roger.kommune.example`."""
    help: str = "IT-brukerstøtte"
    """Whom the page tells people to ask, in bokmål."""
    port: MobilePortKind = MobilePortKind.NONE
    """none (nothing is sent; only where one develops), folder (not in production) or webhook."""
    folder: Path | None = None
    """Where messages are laid, one file each; for development."""
    webhook_url: HttpUrl | None = None
    """Where messages are posted as JSON: the municipality's gateway for text messages."""
    webhook_secret: SecretStr | None = None
    """`whsec_…`; signs them (Standard Webhooks)."""
    webhook_secret_file: Path | None = None
    """A file that holds it; only the errands read it."""

    @field_validator("url")
    @classmethod
    def is_an_origin(cls, url: str) -> str:
        return _unread(url.rstrip("/")) if url else ""

    @field_validator("webhook_secret")
    @classmethod
    def is_a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        """What is left empty in a deployment's file signs nothing."""
        return secret if secret is not None and secret.get_secret_value() else None

    @field_validator("webhook_url")
    @classmethod
    def is_read_by_nobody_else(cls, url: HttpUrl | None) -> HttpUrl | None:
        if url is not None:
            _unread(str(url))
        return url

    @model_validator(mode="after")
    def port_has_what_it_needs(self) -> Self:
        wanted = {
            MobilePortKind.FOLDER: {"FOLDER": self.folder},
            MobilePortKind.WEBHOOK: {
                "WEBHOOK_URL": self.webhook_url,
                "WEBHOOK_SECRET_FILE": self.webhook_secret_file or self.webhook_secret,
            },
        }.get(self.port, {})
        missing = [f"ROGER_SECRETS_{name}" for name, value in wanted.items() if value is None]
        if missing:
            message = f"ROGER_SECRETS_PORT={self.port} also needs {' and '.join(missing)}"
            raise ValueError(message)
        return self

    @property
    def signs_with(self) -> str:
        """What messages are signed with; raises ConfigurationError for a file that cannot be read."""
        if self.webhook_secret_file is None:
            return self.webhook_secret.get_secret_value() if self.webhook_secret else ""
        try:
            return self.webhook_secret_file.read_text(encoding="utf-8").strip()
        except OSError:
            raise ConfigurationError(
                f"ROGER_SECRETS_WEBHOOK_SECRET_FILE: {self.webhook_secret_file} cannot be read: mount the secret there"
            ) from None

    def address(self, environment: Environment) -> str:
        """Where the page is; raises ConfigurationError where nobody has said it and nobody is developing."""
        if self.url or environment is Environment.DEVELOPMENT:
            return self.url or _HERE
        raise ConfigurationError(
            "This service makes secrets for people, but it is not said where they read them: set ROGER_SECRETS_URL to "
            "the address of its api as phones reach it, https://roger.kommune.example"
        )


def _unread(url: str) -> str:
    """An address on the way to which nobody reads along; raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        message = "links to secrets and the page that shows them are sent by https"
        raise ValueError(message)
    return url
