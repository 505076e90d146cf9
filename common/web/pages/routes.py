"""The pages of a service, ready to be part of its application."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from common.errors import ConfigurationError
from common.identity.sessions import Sessions
from common.identity.sign_in import SignIns
from common.settings import Environment
from common.web.pages import brought, rendering, reports, secret, sign_in, work_list
from common.web.pages.settings import PageSettings
from common.web.pages.signed_in import Reception, first_page
from common.web.parts import Parts

OPEN = ("/", "/static/{name}", *sign_in.OPEN)
"""What one need not be signed in for."""


def add_pages(app: FastAPI, parts: Parts, settings: PageSettings) -> None:
    """Let people in; raises ConfigurationError when providers are to sign them in and nobody said where to come back."""
    service = parts.service.name
    providers = parts.recognition.tokens.providers
    sign_ins = SignIns(
        providers,
        parts.recognition.client,
        back=settings.url + sign_in.BACK,
        service=service,
        clock=parts.clock,
    )
    if sign_ins.offered and not settings.url:
        raise ConfigurationError(
            "People sign in with a provider (sign_in in ROGER_API_ISSUERS), but it is not said where it sends them back "
            "to: set ROGER_PAGES_URL to the address of this service, https://roger.kommune.example"
        )
    own = brought.of(parts.service)
    entrances = [work_list.ENTRANCE]
    if reports.made_by(parts.service):
        entrances.append(reports.ENTRANCE)
    app.state.static = brought.static(own)
    app.state.reception = Reception(
        settings=settings,
        sessions=Sessions(
            parts.database.pool,
            service=service,
            clock=parts.clock,
            idle=timedelta(minutes=settings.idle),
            longest=timedelta(minutes=settings.longest),
            rights=timedelta(minutes=settings.rights),
        ),
        sign_ins=sign_ins,
        takes_keys=parts.settings.deployment.environment is not Environment.PRODUCTION and parts.recognition.has_keys,
        entrances=(*entrances, *(pages.entrance for pages in own)),
    )

    async def start(request: Request) -> Response:
        return RedirectResponse(await first_page(request), 303)

    app.router.routes.append(Route("/", start))
    app.include_router(rendering.router)
    app.include_router(sign_in.router)
    app.include_router(work_list.router)
    app.include_router(reports.router)
    if parts.service.entrusts:
        # Nobody is let in whom nobody could have sent here.
        parts.settings.secrets.address(parts.settings.deployment.environment)
        app.include_router(secret.router)
    for pages in own:
        app.include_router(pages.router)
