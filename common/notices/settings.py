"""How notices leave the house."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class PortKind(StrEnum):
    """Where messages go."""

    NONE = "none"
    FOLDER = "folder"
    SMTP = "smtp"
    WEBHOOK = "webhook"


class NoticeSettings(BaseSettings):
    """How tasks are sent to people: by mail, to another system, or into a folder on a laptop."""

    model_config = SettingsConfigDict(env_prefix="ROGER_NOTICES_", extra="ignore")

    port: PortKind = PortKind.NONE
    """none (tasks are only shown at /v1/tasks), folder, smtp or webhook."""
    recipients: Path | None = None
    """JSON file: role → unit (or `*`) → addresses, `{"unit-leader": {"*": ["post@example.no"]}}`; for smtp."""
    folder: Path | None = None
    """Where messages are laid, one file each; for development."""
    smtp_host: str = "localhost"
    """The mail server."""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 25
    """Its port."""
    smtp_starttls: bool = True
    """Whether the connection is encrypted after its greeting; false only for a server on the same machine."""
    smtp_user: str | None = None
    """Signs in with this name, if the server wants that."""
    smtp_password: SecretStr | None = None
    """The password of that user; better mounted than written down."""
    sender: str = "roger@localhost"
    """Whom messages are from."""
    webhook_url: HttpUrl | None = None
    """Where messages are posted as JSON."""
    webhook_secret: SecretStr | None = None
    """`whsec_…`; signs them (Standard Webhooks)."""

    @model_validator(mode="after")
    def port_has_what_it_needs(self) -> Self:
        wanted = {
            PortKind.FOLDER: {"FOLDER": self.folder},
            PortKind.SMTP: {"RECIPIENTS": self.recipients},
            PortKind.WEBHOOK: {"WEBHOOK_URL": self.webhook_url, "WEBHOOK_SECRET": self.webhook_secret},
        }.get(self.port, {})
        missing = [f"ROGER_NOTICES_{name}" for name, value in wanted.items() if value is None]
        if missing:
            message = f"ROGER_NOTICES_PORT={self.port} also needs {' and '.join(missing)}"
            raise ValueError(message)
        return self
