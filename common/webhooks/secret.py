"""The secrets that webhooks are signed with, and the signing (Standard Webhooks)."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook as Signature

from common.privacy.crypto import Keyring

_BYTES = 32


def new_secret() -> bytes:
    """A fresh one."""
    return os.urandom(_BYTES)


def shown(secret: bytes) -> str:
    """As its receiver is told it, once."""
    return "whsec_" + base64.b64encode(secret).decode()


def seal(keyring: Keyring, webhook: UUID, wrapped: bytes, secret: bytes) -> bytes:
    """The secret as it is stored, bound to its webhook."""
    return keyring.open_key(webhook, wrapped).seal("secret", secret)


def unseal(keyring: Keyring, webhook: UUID, wrapped: bytes, *sealed: bytes | None) -> list[bytes]:
    """The secrets that are there; raises Unreadable."""
    key = keyring.open_key(webhook, wrapped)
    return [key.open("secret", one) for one in sealed if one is not None]


def headers(message: str, at: datetime, body: str, secrets: Sequence[bytes]) -> dict[str, str]:
    """What a message carries: its id, the same at every attempt, and a signature under each secret."""
    signatures = [Signature(secret).sign(message, at, body) for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
