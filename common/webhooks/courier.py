"""Carry one message to one address, within a bounded time, and say what came of it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx

from common import VERSION, log
from common.webhooks.destination import DestinationRefused, Names, Resolver, parse, resolve
from common.webhooks.settings import WebhookSettings

_GONE = 410
_log = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of one attempt: the receiver's status, or why there is none."""

    status: int | None = None
    code: str | None = None
    milliseconds: int

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def gone(self) -> bool:
        """The receiver does not want to be told any more."""
        return self.status == _GONE


class Courier:
    """Posts messages. Redirects are not followed, no proxy is asked, nothing of an answer but its status is read."""

    def __init__(
        self, settings: WebhookSettings, *, resolver: Resolver | None = None, trusted: ssl.SSLContext | None = None
    ) -> None:
        """`trusted` replaces the certificates that are believed; by default those of the system."""
        self._settings, self._allowed = settings, settings.allowed
        self._resolver: Resolver = resolver or Names(settings.at_once)
        self._trusted = trusted

    async def check(self, url: str) -> None:
        """Whether an address may be a webhook's now; raises DestinationRefused."""
        async with asyncio.timeout(self._settings.timeout):
            await resolve(parse(url, http=self._settings.http), resolver=self._resolver, allowed=self._allowed)

    async def carry(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One attempt."""
        started = time.monotonic()
        status: int | None = None
        code: str | None = None
        try:
            async with asyncio.timeout(self._settings.timeout):
                status = await self._post(url, body, headers)
        except DestinationRefused as refused:
            code = refused.code
        except (TimeoutError, httpx.TimeoutException):
            code = "TIMEOUT"
        except Exception as problem:  # noqa: BLE001  whatever a receiver or its address brings about is one failed attempt
            # The text of such a problem may quote the address, which may hold the receiver's own secret.
            if not isinstance(problem, httpx.HTTPError | OSError):
                _log.warning("courier.failed", error=type(problem).__name__)
            code = "NOT_REACHED"
        return Answer(status=status, code=code, milliseconds=round((time.monotonic() - started) * 1000))

    async def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        destination = await resolve(
            parse(url, http=self._settings.http), resolver=self._resolver, allowed=self._allowed
        )
        secure = destination.url.scheme == "https"
        # A connection is never used again: one made for a name must not serve another at the same machine.
        async with httpx.AsyncHTTPTransport(
            verify=(self._trusted or _certificates()) if secure else _PLAIN,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as transport:
            request = httpx.Request(
                "POST",
                destination.url.copy_with(host=destination.address),
                headers={
                    **headers,
                    "host": destination.url.netloc.decode("ascii"),
                    "content-type": "application/json",
                    "user-agent": f"Roger/{VERSION}",
                    "connection": "close",
                },
                content=body,
                extensions={"sni_hostname": destination.host, "timeout": _timeouts(self._settings.timeout)},
            )
            answer = await transport.handle_async_request(request)
            await answer.aclose()
            return answer.status_code


def _timeouts(seconds: float) -> dict[str, float]:
    return dict.fromkeys(("connect", "read", "write", "pool"), seconds)


_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes long, and every delivery would."""
    return ssl.create_default_context()
