"""`/logg-inn` and `/logg-ut`: in with the municipality's own provider, out there as well; with a key where one develops."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from common import log
from common.refusals import Unauthenticated
from common.web.pages.rendering import page
from common.web.pages.signed_in import (
    COOKIE,
    SIGN_IN,
    SIGN_OUT,
    START,
    OurForm,
    PageRoute,
    SignedIn,
    our_own,
    page_needs,
    reception,
    signed,
    unsigned,
)
from common.web.parts import WithParts
from common.web.problems import RouteUnknown

BACK = f"{SIGN_IN}/tilbake"
_UNDER_WAY = "__Host-roger-inn"
_TEN_MINUTES = 600
_PLAIN = re.compile(r"(/[a-z0-9-]+)+/?")
_log = log.get(__name__)

router = APIRouter(include_in_schema=False, route_class=PageRoute)
OPEN = (SIGN_IN, f"{SIGN_IN}/nokkel", f"{SIGN_IN}/med/{{issuer}}", BACK)
"""What one must be able to open to sign in."""


@router.get(SIGN_IN)
async def show_sign_in(request: Request, til: str = START, feil: bool = False) -> Response:  # noqa: FBT001, FBT002
    """How one can sign in here."""
    here = reception(request)
    offered = [(name, here.sign_ins.title(name)) for name in here.sign_ins.offered]
    until = _ours(request, til)
    return page(
        "sign_in.html",
        offered=offered,
        takes_keys=here.takes_keys,
        until=until,
        about=here.entrance_of(until).about,
        failed=feil,
        session=None,
    )


@router.get(SIGN_IN + "/med/{issuer}")
async def go_to_provider(request: Request, issuer: str, til: str = START) -> Response:
    """Off to the provider; what is needed when they are back stays in their browser."""
    sign_ins = reception(request).sign_ins
    if issuer not in sign_ins.offered:
        raise RouteUnknown
    begun = await sign_ins.begin(issuer)
    answer = RedirectResponse(begun.address, 303)
    kept = f"{issuer}|{begun.kept}|{_ours(request, til)}"
    answer.set_cookie(_UNDER_WAY, kept, max_age=_TEN_MINUTES, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get(BACK)
async def come_back(request: Request, parts: WithParts) -> Response:
    """From the provider, with its answer. A new session each time: none can be planted beforehand."""
    here = reception(request)
    issuer, _, rest = request.cookies.get(_UNDER_WAY, "").partition("|")
    kept, _, until = rest.partition("|")
    try:
        caller = await here.sign_ins.finish(issuer, kept, dict(request.query_params))
    except Unauthenticated:
        return unsigned(RedirectResponse(f"{SIGN_IN}?feil=1", 303), _UNDER_WAY)
    async with parts.database.reach():
        session = await here.sessions.begin(caller, issuer=issuer, after=request.cookies.get(COOKIE))
    _log.info("sign_in.done", caller=caller.name, issuer=issuer)
    return signed(unsigned(RedirectResponse(_ours(request, until), 303), _UNDER_WAY), session)


@router.post(SIGN_IN + "/nokkel")
async def sign_in_with_key(request: Request, parts: WithParts) -> Response:
    """With an API key, where no provider is: a laptop, a test.

    In production there is no such thing: a key is a system's, says nothing of who types it, and is what a forged page
    would ask for.
    """
    here = reception(request)
    if not here.takes_keys:
        raise RouteUnknown
    fields = await our_own(request)
    try:
        caller = parts.recognition.holder(fields.get("nokkel", "").strip())
    except Unauthenticated:
        return RedirectResponse(f"{SIGN_IN}?feil=1", 303)
    async with parts.database.reach():
        session = await here.sessions.begin(caller, issuer=None, after=request.cookies.get(COOKIE))
    _log.info("sign_in.done", caller=caller.name, issuer=None)
    return signed(RedirectResponse(_ours(request, fields.get("til", "")), 303), session)


@router.post(SIGN_OUT, dependencies=[page_needs()])
async def sign_out(request: Request, parts: WithParts, session: SignedIn, _form: OurForm) -> Response:
    """Here at once, and at the provider if it offers that."""
    here = reception(request)
    async with parts.database.reach():
        await _end_former(request)
    there = None
    if session.issuer is not None:
        there = await here.sign_ins.leaving(session.issuer, back=f"{here.settings.url}{START}")
    # A page in between: a form of ours may lead nowhere else by itself.
    return unsigned(page("signed_out.html", there=there, session=None))


async def _end_former(request: Request) -> None:
    former = request.cookies.get(COOKIE)
    if former:
        await reception(request).sessions.end(former)


def _ours(request: Request, path: str) -> str:
    """A page of ours to go on with; the first one when it is none."""
    leads = any(entrance.leads_to(path) for entrance in reception(request).entrances)
    return path if leads and _PLAIN.fullmatch(path) and urlsplit(path).path == path else START
