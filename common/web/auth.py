"""Who calls: what stands in a request's headers, recognised; and what an endpoint asks of whoever calls it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from common.identity.caller import Caller
from common.refusals import Forbidden, Unauthenticated

Purpose = Annotated[
    str | None,
    Header(max_length=200, description="What this is for; the log of who saw or decided what repeats it"),
]


async def _authenticated(request: Request, x_purpose: Purpose = None) -> Caller:
    """The caller of this request; raises Unauthenticated."""
    given = {key for key in (_bearer(request.headers.get("authorization")), request.headers.get("x-api-key")) if key}
    if len(given) != 1:
        raise Unauthenticated
    caller: Caller = await request.app.state.parts.recognition.recognise(given.pop())
    request.state.caller = caller.name
    return replace(caller, purpose=_as_sent(x_purpose))


def _as_sent(purpose: str | None) -> str | None:
    """Most senders mean UTF-8; headers are read as Latin-1."""
    if purpose is None or purpose.isascii():
        return purpose
    with contextlib.suppress(UnicodeError):
        return purpose.encode("latin-1").decode()
    return purpose


def _bearer(header: str | None) -> str | None:
    scheme, _, key = (header or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


Authenticated = Annotated[Caller, Depends(_authenticated)]


class Needs:
    """One of these scopes is needed to be answered at all; where none is named, any caller is.

    `{service}` and the parameters of the address stand for what they are in a request, `*` for any.
    """

    def __init__(self, *scopes: str) -> None:
        self.scopes = scopes

    async def __call__(self, request: Request, caller: Authenticated) -> None:
        self.require(caller, request)

    def require(self, caller: Caller, request: Request) -> None:
        """Raises Forbidden, naming what is missing."""
        values = {**request.path_params, "service": caller.service}
        needed = [scope.format_map(values) for scope in self.scopes]
        require(holds=not needed or any(caller.holds(scope) for scope in needed), scope=" or ".join(needed))


def needs(*scopes: str) -> Any:
    """What a route's `dependencies` say of who may call it; see Needs."""
    return Depends(Needs(*scopes))


def declared(app: FastAPI | APIRouter) -> Iterator[tuple[BaseRoute, Needs | None]]:
    """Every route of an application, or of a part of one, with what it declares; None when it does not."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        calls = [found.call for found in route.dependant.dependencies] if isinstance(route, APIRoute) else []
        yield route, next((call for call in calls if isinstance(call, Needs)), None)


def require(*, holds: bool, scope: str) -> None:
    """Raises Forbidden, naming the scope that is missing."""
    if not holds:
        raise Forbidden(f"This caller lacks the scope {scope}")
