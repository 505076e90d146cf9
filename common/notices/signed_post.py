"""A message for another system: posted as JSON, signed as Standard Webhooks say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from standardwebhooks import Webhook

_PATIENCE = 20.0  # seconds


class NotSent(Exception):
    """A message did not leave; `code` says why, and another attempt makes sense."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignedPost:
    """Posts to one address; the `webhook-id` is the message's, so that a receiver knows a repetition."""

    def __init__(self, url: str, secret: str) -> None:
        self._url, self._signer = url, Webhook(secret)

    async def send(self, message: str, content: Mapping[str, Any]) -> None:
        """One attempt; raises NotSent."""
        body = json.dumps(content, ensure_ascii=False)
        now = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message, now, body),
        }
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
                answer = await client.post(self._url, content=body.encode(), headers=headers)
        except httpx.HTTPError:
            raise NotSent("RECEIVER_DOWN") from None
        if not answer.is_success:
            raise NotSent(f"ANSWERED_{answer.status_code}")
