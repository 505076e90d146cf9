"""Around every request: security headers, one line in the log, one measurement, and an answer whatever fails."""

from __future__ import annotations

import time
import traceback
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common import log, metrics
from common.refusals import MalformedRequest
from common.web.pages.refused import told
from common.web.problems import Fault

_log = log.get(__name__)
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"strict-transport-security", b"max-age=31536000"),
]
_ITS_OWN = {b"cache-control", b"content-security-policy", b"referrer-policy"}
"""What an answer may say otherwise."""
_QUIET = {"/healthz", "/readyz", "/metrics"}


class Envelope:
    """ASGI middleware; addresses reach log and metrics as templates, so that no id does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        scope.setdefault("state", {})

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", ()))
                said = {name for name, _ in given}
                message["headers"] = given + [header for header in _HEADERS if header[0] not in said & _ITS_OWN]
            await send(message)

        try:
            if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
                # No text in the database can hold it, so nothing there could be compared with it.
                await told(MalformedRequest("The address holds a character that no text has"), scope)(
                    scope, receive, sending
                )
                return
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            status = status or 499  # nobody is there to be answered
        except Exception as problem:  # noqa: BLE001  the edge of the process: everything is answered and logged
            # Its text may quote what was submitted: the log gets where it happened, not what it says.
            where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(problem.__traceback__)]
            _log.error("request.failed", error=type(problem).__name__, where=where[-8:])
            if not status:
                await told(Fault(), scope)(scope, receive, sending)
        finally:
            self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route: Any = scope.get("route")
        template = getattr(route, "path", None) or (scope["path"] if scope["path"] in _QUIET else "unknown")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        metrics.REQUEST_SECONDS.labels(method, template, str(status)).observe(seconds)
        if template not in _QUIET:
            _log.info(
                "request",
                method=method,
                route=template,
                status=status,
                ms=round(seconds * 1000, 1),
                caller=scope["state"].get("caller"),
            )


_METHODS = {"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}
