"""What every request passes on its way to a page: the session, and the faults that hit any page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from sandbox.office.faults import Faults
from sandbox.office.sessions import Session, Sessions
from sandbox.office.view import View

T = TypeVar("T")


class BrokenPageError(Exception):
    """The server failed; the visitor gets the error page."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    session: Session

    def number(self, name: str) -> int:
        return int(self.request.path_params[name])


Page = Callable[[Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


class Gate:
    def __init__(self, sessions: Sessions, faults: Faults, view: View) -> None:
        self._sessions = sessions
        self._faults = faults
        self._view = view
        self._saving: set[asyncio.Task[object]] = set()

    def public(self, page: Endpoint) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            await self._dawdle(request)
            return await page(request)

        return endpoint

    def signed_in(self, page: Page) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            await self._dawdle(request)
            session = self._sessions.current(request.cookies.get(self._view.cookie, ""))
            if session and self._faults.fire("sign_out", request):
                self._sessions.end(session.token)
                session = None
            if session is None:
                return self._view.expired()
            if self._faults.fire("error_page", request):
                raise BrokenPageError
            return await page(Visit(request, session))

        return endpoint

    async def _dawdle(self, request: Request) -> None:
        for slow in self._faults.fire("slow", request):
            await asyncio.sleep(slow.seconds)

    async def save(self, visit: Visit, what: str, write: Callable[[], T]) -> T:
        """Carry out a write, with the faults that hit a save."""
        if self._faults.fire_at_save("error_before_save", visit.request, what):
            raise BrokenPageError
        late = self._faults.fire_at_save("save_delay", visit.request, what)
        saved = await self._later(sum(fault.seconds for fault in late), write) if late else write()
        if self._faults.fire_at_save("error_after_save", visit.request, what):
            raise BrokenPageError
        return saved

    async def _later(self, seconds: float, write: Callable[[], T]) -> T:
        async def wait_and_write() -> T:
            await asyncio.sleep(seconds)
            return write()

        # A task of its own: the save takes effect also when the browser has gone and its request is cancelled.
        task = asyncio.create_task(wait_and_write())
        self._saving.add(task)
        task.add_done_callback(self._saving.discard)
        return await asyncio.shield(task)


async def sent(request: Request) -> dict[str, str]:
    """Read the fields of a posted form."""
    body = await request.body()
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def missing() -> HTTPException:
    return HTTPException(404)
