"""Whoever is signed in to the pages: the cookie, what each page needs, and that a form was sent by our own page."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse, Response

from common.identity.sessions import Session, Sessions
from common.identity.sign_in import SignIns
from common.refusals import CaseUnknown, Refusal, Unauthenticated, Unavailable
from common.web.auth import Needs
from common.web.pages.brought import Entrance
from common.web.pages.refused import ForeignForm, page_of
from common.web.pages.settings import PageSettings
from common.web.parts import Parts

COOKIE = "__Host-roger"
START = "/arbeidsliste"
SIGN_IN, SIGN_OUT = "/logg-inn", "/logg-ut"
_FORM_LIMIT = 20_000  # bytes
_MOST_FIELDS = 60


@dataclass(frozen=True, kw_only=True)
class Reception:
    """What the pages need besides the application's parts."""

    settings: PageSettings
    sessions: Sessions
    sign_ins: SignIns
    takes_keys: bool
    """Whether one may sign in with an API key: never in production."""
    entrances: tuple[Entrance, ...]
    """Where one may begin, in the order of the menu."""

    def entrance_of(self, path: str) -> Entrance:
        """The one that leads to an address of ours; the first where none does."""
        return next((entrance for entrance in self.entrances if entrance.leads_to(path)), self.entrances[0])


@dataclass(frozen=True, kw_only=True)
class Visitor(Session):
    """Somebody who is signed in, and where they may go from here."""

    entrances: tuple[Entrance, ...]


class RightsLapsed(Unauthenticated):
    """What you may was asked too long ago; open the page again."""

    def __init__(self, issuer: str | None) -> None:
        super().__init__()
        self.issuer = issuer


class PageRoute(APIRoute):
    """A page's route: whatever is refused is told as a page, and who is not signed in goes to sign in.

    A page's own script asks for JSON; it is told what a program is told.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            if asks_for_json(request):
                return await handle(request)
            try:
                return await handle(request)
            except Unauthenticated as unknown:
                return _to_sign_in(request, unknown)
            except RequestValidationError:
                return page_of(CaseUnknown())
            except Refusal as refusal:
                return page_of(refusal)

        return shown


def _to_sign_in(request: Request, unknown: Unauthenticated) -> Response:
    """To the provider at once where only rights are asked for anew: it knows her still, or asks her itself."""
    here, path = reception(request), request.url.path
    there = path if request.method == "GET" else here.entrance_of(path).path
    known = unknown.issuer if isinstance(unknown, RightsLapsed) else None
    place = f"{SIGN_IN}/med/{quote(known)}" if known is not None and known in here.sign_ins.offered else SIGN_IN
    return RedirectResponse(f"{place}?til={quote(there)}", 303)


def reception(request: Request) -> Reception:
    """The pages' own parts."""
    found: Reception = request.app.state.reception
    return found


def asks_for_json(request: Request) -> bool:
    """Whether a page's script asks, and not a person who goes from page to page."""
    return request.headers.get("accept") == "application/json"


async def first_page(request: Request) -> str:
    """Where whoever comes to the bare address may go."""
    try:
        visitor = await _signed_in(request)
    except (Unauthenticated, Unavailable):
        return START
    return next((entrance.path for entrance in visitor.entrances), START)


async def _signed_in(request: Request) -> Visitor:
    """Who is signed in; raises Unauthenticated."""
    shown = request.cookies.get(COOKIE)
    if not shown:
        raise Unauthenticated
    parts: Parts = request.app.state.parts
    async with parts.database.reach():
        session = await reception(request).sessions.find(shown)
    if session is None:
        raise Unauthenticated
    request.state.caller = session.caller.name
    if session.lapsed and request.url.path != SIGN_OUT:
        raise RightsLapsed(session.issuer)
    entrances = reception(request).entrances
    purpose = reception(request).entrance_of(request.url.path).purpose
    known = {field.name: getattr(session, field.name) for field in fields(Session)}
    known["caller"] = replace(session.caller, purpose=purpose)
    return Visitor(**known, entrances=tuple(each for each in entrances if each.lets_in(session.caller)))


SignedIn = Annotated[Visitor, Depends(_signed_in)]


class PageNeeds(Needs):
    """The same for a page, whose caller is who is signed in."""

    async def __call__(self, request: Request, session: SignedIn) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.require(session.caller, request)


def page_needs(*scopes: str) -> Any:
    """What a page's `dependencies` say of who may open it."""
    return Depends(PageNeeds(*scopes))


async def our_own(request: Request) -> dict[str, str]:
    """The fields of a form that one of our pages has sent; raises ForeignForm for another's.

    A browser says where a request comes from (Sec-Fetch-Site, or Origin), a form carries what only our page could put
    into it, and the cookie is not sent along by other sites (SameSite).
    """
    _require_same_origin(request)
    length = request.headers.get("content-length", "")
    if not (length.isdigit() and int(length) <= _FORM_LIMIT):
        raise ForeignForm
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS, max_part_size=_FORM_LIMIT)
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _session_form(request: Request, session: SignedIn) -> dict[str, str]:
    fields = await our_own(request)
    if fields.get("skjema") != session.form_token:
        raise ForeignForm
    return fields


OurForm = Annotated[dict[str, str], Depends(_session_form)]


def _require_same_origin(request: Request) -> None:
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = {urlsplit(reception(request).settings.url).netloc, request.headers.get("host")} - {"", None}
    if site is not None and site != "same-origin":
        raise ForeignForm
    if origin is not None and urlsplit(origin).netloc not in ours:
        raise ForeignForm
    if site is None and origin is None:
        raise ForeignForm


def signed(response: Response, session_id: str) -> Response:
    """The response, with the cookie of a session."""
    response.set_cookie(COOKIE, session_id, path="/", secure=True, httponly=True, samesite="lax")
    return response


def unsigned(response: Response, name: str = COOKIE) -> Response:
    """The response, with a cookie taken back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response
