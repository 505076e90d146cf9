"""One connection to the API; http.client, because a richer client would take the CPU that is measured."""

from __future__ import annotations

import http.client
from typing import Self
from urllib.parse import urlsplit

from common.errors import ConfigurationError
from common.local.stack import Stack

JSON = "application/json"


class Caller:
    """Posts bodies that were made beforehand."""

    def __init__(self, stack: Stack, *, patience: float = 60.0) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(stack.api).netloc, timeout=patience)
        self._key = f"Bearer {stack.api_key}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def post(self, path: str, body: bytes, kind: str = JSON) -> bytes:
        """What the API answers, unread; raises ConfigurationError unless it has taken everything in."""
        self._connection.request("POST", path, body, {"Authorization": self._key, "Content-Type": kind})
        answer = self._connection.getresponse()
        read = answer.read()
        if answer.status not in {http.HTTPStatus.OK, http.HTTPStatus.ACCEPTED}:
            raise ConfigurationError(f"The API answered {path} with {answer.status}: {read[:300].decode()}")
        return read
