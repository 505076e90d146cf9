"""`/hemmelighet/{token}`: where the one person a secret was made for sees it, once.

Whoever follows the link sees the same page, whether anything is behind it or not: what looks at links before people do
(a preview, a filter) burns nothing and learns nothing. Only the button shows the secret.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from common.entrusting.messenger import PATH
from common.web.pages.rendering import page
from common.web.pages.signed_in import PageRoute
from common.web.parts import WithParts

_ADDRESS = PATH + "/{token}"
OPEN = (_ADDRESS,)
"""One need not be signed in: the link is what lets one in, and it can be guessed by nobody."""
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.api_route(_ADDRESS, methods=["GET", "HEAD"])
async def show_button(parts: WithParts, token: str) -> Response:  # noqa: ARG001  not even looked at
    """What is about to be shown, and a button."""
    return _discreet(page("secret_button.html", help=parts.settings.secrets.help, session=None))


@router.post(_ADDRESS)
async def show_secret(parts: WithParts, token: str) -> Response:
    """The secret, once; a kind word to whoever comes too late."""
    async with parts.database.reach():
        revealed = await parts.vault.reveal(token, parts.clock())
    if revealed is None:
        return _discreet(page("secret_gone.html", status=404, help=parts.settings.secrets.help, session=None))
    shown = page("secret_shown.html", about=revealed.about, secret=revealed.secret.get_secret_value(), session=None)
    return _discreet(shown)


def _discreet(shown: Response) -> Response:
    """Told to nobody: not to what the page links to, and not to who makes lists of pages."""
    shown.headers.update(_HEADERS)
    return shown
