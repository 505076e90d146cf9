"""Who calls: what stands in a request's headers, recognised."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from common.identity.caller import Caller
from common.refusals import Forbidden, Unauthenticated


async def _authenticated(request: Request) -> Caller:
    """The caller of this request; raises Unauthenticated."""
    given = {key for key in (_bearer(request.headers.get("authorization")), request.headers.get("x-api-key")) if key}
    if len(given) != 1:
        raise Unauthenticated
    caller: Caller = await request.app.state.parts.recognition.recognise(given.pop())
    request.state.caller = caller.name
    return caller


def _bearer(header: str | None) -> str | None:
    scheme, _, key = (header or "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


Authenticated = Annotated[Caller, Depends(_authenticated)]


def require(*, holds: bool, scope: str) -> None:
    """Raises Forbidden, naming the scope that is missing."""
    if not holds:
        raise Forbidden(f"This caller lacks the scope {scope}")
