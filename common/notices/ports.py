"""The ways out: a mail server, another system, or a folder; each takes a letter or says why not."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from common.errors import ConfigurationError
from common.notices.letter import Letter
from common.notices.settings import NoticeSettings, PortKind
from common.notices.signed_post import NotSent, SignedPost

_PATIENCE = 20.0  # seconds
_Addresses = TypeAdapter(dict[str, dict[str, list[str]]])


class Port(Protocol):
    """A way out."""

    async def send(self, letter: Letter) -> None:
        """Send it; a repetition has the same id. Raises NotSent."""
        ...


@dataclass
class MemoryPort:
    """Keeps letters in memory, for tests of processes; told to fail, it does so that many times."""

    sent: list[Letter] = field(default_factory=list[Letter])
    failures: int = 0

    async def send(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise NotSent("TOLD_TO_FAIL")
        self.sent = [*(known for known in self.sent if known.id != letter.id), letter]


class FolderPort:
    """Lays each letter into a folder as a file of its own; a repetition replaces it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter) -> None:
        try:
            await asyncio.to_thread(self._write, letter)
        except OSError:
            raise NotSent("FOLDER_NOT_WRITABLE") from None

    def _write(self, letter: Letter) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        to = f"{letter.role}, {letter.unit}" if letter.unit else letter.role
        part = self._folder / f".{letter.id}"
        part.write_text(f"Til: {to}\nEmne: {letter.subject}\n\n{letter.body}", encoding="utf-8")
        part.rename(self._folder / f"{letter.id}.txt")


class SmtpPort:
    """Sends mail. The Message-ID is the notice's id, so that a repetition after a crash is recognised as one."""

    def __init__(self, settings: NoticeSettings, addresses: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._settings, self._addresses = settings, addresses

    async def send(self, letter: Letter) -> None:
        units = self._addresses.get(letter.role, {})
        to = units.get(letter.unit or "*") or units.get("*")
        if not to:
            raise NotSent("NO_RECIPIENT")
        try:
            await asyncio.to_thread(self._deliver, self._mail(letter, to))
        except ValueError:  # addresses that no header can hold; tried again, as the file may be mended
            raise NotSent("ADDRESS_INVALID") from None
        except smtplib.SMTPRecipientsRefused:
            raise NotSent("RECIPIENT_REFUSED") from None
        except smtplib.SMTPAuthenticationError:
            raise NotSent("MAIL_SIGN_IN_REFUSED") from None
        except (smtplib.SMTPException, OSError):
            raise NotSent("MAIL_SERVER_DOWN") from None

    def _mail(self, letter: Letter, to: Sequence[str]) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(letter.subject.split())
        mail["From"], mail["To"] = self._settings.sender, ", ".join(to)
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{letter.id}@{self._settings.sender.rpartition('@')[2] or 'roger'}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.body)
        return mail

    def _deliver(self, mail: EmailMessage) -> None:
        settings = self._settings
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_PATIENCE) as server:
            if settings.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)


class WebhookPort:
    """Posts each letter to another system; the `webhook-id` is the notice's id."""

    def __init__(self, url: str, secret: str) -> None:
        self._post = SignedPost(url, secret)

    async def send(self, letter: Letter) -> None:
        await self._post.send(str(letter.id), letter.as_json())


def port(settings: NoticeSettings) -> Port | None:
    """The way out that a deployment has chosen; None when tasks are only shown. Raises ConfigurationError."""
    if settings.port is PortKind.FOLDER and settings.folder is not None:
        return FolderPort(settings.folder)
    if settings.port is PortKind.SMTP and settings.recipients is not None:
        return SmtpPort(settings, _addresses(settings.recipients))
    if settings.port is PortKind.WEBHOOK and settings.webhook_url and settings.webhook_secret:
        return WebhookPort(str(settings.webhook_url), settings.webhook_secret.get_secret_value())
    return None


def _addresses(file: Path) -> dict[str, dict[str, list[str]]]:
    try:
        return _Addresses.validate_json(file.read_bytes())
    except OSError:
        raise ConfigurationError(f"ROGER_NOTICES_RECIPIENTS: there is no file {file}") from None
    except ValidationError:
        raise ConfigurationError(
            f'ROGER_NOTICES_RECIPIENTS: {file} must hold {{"<role>": {{"<unit or *>": ["<address>", …]}}}}'
        ) from None
