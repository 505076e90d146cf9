"""The line to the program's server."""

from __future__ import annotations

import http.client
import json
from typing import Any

_PATIENCE = 120.0  # seconds
_OK = 200


class LinkError(Exception):
    """The server failed, or did not answer."""


class Link:
    def __init__(self, server: str, key: str) -> None:
        self._server = server
        self._key = key

    def ask(self, what: str, **asked: object) -> dict[str, Any]:
        """Ask the server for something; raises LinkError."""
        line = http.client.HTTPConnection(self._server, timeout=_PATIENCE)
        try:
            line.request("POST", f"/program/{what}", json.dumps(asked), {"X-SOFIE-Key": self._key})
            answer = line.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise LinkError(str(error)) from error
        finally:
            line.close()
        if answer.status != _OK:
            raise LinkError(f"status {answer.status}")
        return json.loads(told)
