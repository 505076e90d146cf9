"""Text messages to people's phones: through the municipality's gateway, or into a folder on a laptop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import UUID

from common.entrusting.settings import MobilePortKind, SecretSettings
from common.errors import ConfigurationError
from common.notices.signed_post import NotSent, SignedPost
from common.settings import Environment

_COUNTRY = "+47"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, kw_only=True)
class TextMessage:
    """What one phone is sent; its id is the same each time it is tried."""

    id: UUID
    to: str = field(repr=False)
    """A mobile number: eight digits."""
    text: str = field(repr=False)
    """Norwegian bokmål, with the link."""


class MobilePort(Protocol):
    """A way to people's phones."""

    async def send(self, message: TextMessage) -> None:
        """Send it; a repetition has the same id. Raises NotSent."""
        ...


@dataclass
class MemoryMobilePort:
    """Keeps messages in memory, for tests of processes; told to fail, it does so that many times."""

    sent: list[TextMessage] = field(default_factory=list[TextMessage])
    failures: int = 0

    async def send(self, message: TextMessage) -> None:
        if self.failures:
            self.failures -= 1
            raise NotSent("TOLD_TO_FAIL")
        self.sent = [*(known for known in self.sent if known.id != message.id), message]


class FolderMobilePort:
    """Lays each message into a folder as a file that only its owner reads; a repetition replaces it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: TextMessage) -> None:
        try:
            await asyncio.to_thread(self._write, message)
        except OSError:
            raise NotSent("FOLDER_NOT_WRITABLE") from None

    def _write(self, message: TextMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{message.id}"
        part.touch(mode=_OWNER_ONLY)
        part.write_text(f"Til: {_COUNTRY}{message.to}\n\n{message.text}\n", encoding="utf-8")
        part.rename(self._folder / f"{message.id}.txt")


class GatewayPort:
    """Posts each message to a gateway for text messages, signed; `webhook-id` tells it a repetition."""

    def __init__(self, url: str, secret: str) -> None:
        self._post = SignedPost(url, secret)

    async def send(self, message: TextMessage) -> None:
        content = {"id": str(message.id), "to": f"{_COUNTRY}{message.to}", "text": message.text}
        await self._post.send(str(message.id), content)


def mobile_port(settings: SecretSettings, environment: Environment) -> MobilePort | None:
    """The way that a deployment has chosen; None sends nothing, where one develops. Raises ConfigurationError."""
    if settings.port is MobilePortKind.WEBHOOK and settings.webhook_url:
        return GatewayPort(str(settings.webhook_url), settings.signs_with)
    if environment is Environment.PRODUCTION and settings.port is MobilePortKind.FOLDER:
        raise ConfigurationError(
            "ROGER_SECRETS_PORT=folder would leave links to people's secrets lying about: in production set it to "
            "webhook, with the address of the gateway for text messages"
        )
    if settings.port is MobilePortKind.FOLDER and settings.folder is not None:
        return FolderMobilePort(settings.folder)
    if environment is Environment.DEVELOPMENT:
        return None
    raise ConfigurationError(
        "This service makes secrets for people, but nothing tells them: set ROGER_SECRETS_PORT to webhook, with "
        "ROGER_SECRETS_WEBHOOK_URL and ROGER_SECRETS_WEBHOOK_SECRET of the gateway for text messages"
    )
