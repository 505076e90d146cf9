"""Connections that do not wait for ever: slow heads, unread answers and idlers are ended, and the newest find room.

uvicorn has a limit for an idle connection only. Each of the others here ends what would hold a place for nothing; a
request that is under way is never ended here, its body and its answer have time limits of their own.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from common import metrics
from common.refusals import HeadersTooLarge, MalformedRequest, Refusal, TooSlow, problem_json

HEAD_LIMIT = 32_768  # bytes of the request line and all headers
_OTHER_FILES = 256  # descriptors that are no callers' connections


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long, in seconds, a connection may keep this process waiting, and how many there may be."""

    head: float = 10.0
    """From the first byte of a request, or from connecting, to the end of its headers."""
    unread: float = 30.0
    """While the answer piles up because nobody reads it."""
    afterwards: float = 5.0
    """For what is left of a body that was answered before its end, and for the last bytes of an answer."""
    idle: float = 30.0
    """Between two requests."""
    most: int = 2_000
    """More connections, and the one that has been without a request longest is ended."""


def room_for(connections: int) -> int:
    """So many connections, or as many as this process may have files open; asks for as many as it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        return max(soft - _OTHER_FILES, 1)
    return connections


def patient(patience: Patience) -> type[Connection]:
    """The class of one server's connections."""

    class OfServer(Connection):
        limits = patience
        without_request: ClassVar[dict[Connection, None]] = {}

    return OfServer


class Connection(H11Protocol):
    """One connection, with a time limit for each thing that it may be waiting for."""

    limits: ClassVar[Patience]
    without_request: ClassVar[dict[Connection, None]]
    """Those that nothing is being done for, the one that has been so longest first."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._until: asyncio.TimerHandle | None = None
        self._read_until: asyncio.TimerHandle | None = None
        self._gone_until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.most and self.without_request:
            next(iter(self.without_request))._give_up("crowded")  # noqa: SLF001  another of the same class
        self._rest()
        self._limit(self.limits.head, "head_slow")

    def connection_lost(self, exc: Exception | None) -> None:
        self.without_request.pop(self, None)
        self._unlimit()
        for handle in (self._read_until, self._gone_until):
            if handle is not None:
                handle.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            self._let_go()
        elif self.conn.their_state is h11.IDLE:
            self._limit(self.limits.head, "head_slow")
        elif self.cycle.response_complete:
            # Data keep the connection from being idle, so these bytes need a limit of their own.
            self._limit(self.limits.afterwards, "body_unwanted")
        else:
            self._work()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._let_go()
        elif self.cycle.response_complete:
            self._unlimit()
            self._rest()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._let_go()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._read_until is None:
            self._read_until = self.loop.call_later(self.limits.unread, self._give_up, "answer_unread")

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._read_until is not None:
            self._read_until.cancel()
            self._read_until = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  what uvicorn calls it with
        """The parser met something that is no HTTP; why, is known only to the handler this is called from."""
        hint = getattr(sys.exc_info()[1], "error_status_hint", MalformedRequest.status)
        metrics.CONNECTIONS_ENDED.labels("malformed").inc()
        large = hint == HeadersTooLarge.status
        self._answer(HeadersTooLarge() if large else MalformedRequest("This is not HTTP as it should be"))

    def _rest(self) -> None:
        self.without_request.pop(self, None)
        self.without_request[self] = None

    def _work(self) -> None:
        self.without_request.pop(self, None)
        self._unlimit()

    def _limit(self, seconds: float, reason: str) -> None:
        if self._until is None:
            self._until = self.loop.call_later(seconds, self._give_up, reason)

    def _unlimit(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None

    def _let_go(self) -> None:
        """Closing waits until the last byte has been read; not for ever."""
        self.without_request.pop(self, None)
        if self._gone_until is None:
            self._gone_until = self.loop.call_later(self.limits.afterwards, self.transport.abort)

    def _give_up(self, reason: str) -> None:
        metrics.CONNECTIONS_ENDED.labels(reason).inc()
        begun = bool(self.conn.trailing_data[0])
        if reason == "head_slow" and begun and not self.transport.is_closing():
            self._answer(TooSlow())
        else:
            self.transport.abort()

    def _answer(self, refusal: Refusal) -> None:
        """Say why, and close; where an answer is under way already, only close."""
        if self.cycle is not None and not self.cycle.response_complete:  # pyright: ignore[reportUnnecessaryComparison]  None before the first request
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = problem_json(refusal)
            headers = [("content-type", "application/problem+json"), ("content-length", str(len(body)))]
            headers += [("cache-control", "no-store"), ("connection", "close")]
            for event in (
                h11.Response(status_code=refusal.status, headers=headers, reason=b""),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._let_go()
