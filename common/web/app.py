"""The REST application of a service, made from its declaration."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from common import VERSION
from common.clock import Clock, system
from common.probes import probes
from common.process import Service
from common.refusals import Refusal
from common.web import (
    batches,
    benefits,
    cases,
    docs,
    events,
    evidence,
    files,
    openapi,
    operations,
    processes,
    registers,
    reports,
    retention,
    schedules,
    targets,
    tasks,
    templates,
    webhooks,
)
from common.web.envelope import Envelope
from common.web.guard import Admission, Guard
from common.web.pages import routes
from common.web.pages.refused import on_unknown_address
from common.web.pages.settings import PageSettings
from common.web.parts import Parts, Settings
from common.web.problems import on_invalid_query, on_refusal

OPEN = ("/openapi.json", "/docs", "/healthz", "/readyz", "/metrics", *routes.OPEN)
"""What anybody may read: it holds nothing of any case."""


_ABOUT = (
    cases,
    batches,
    reports,
    templates,
    evidence,
    registers,
    operations,
    targets,
    schedules,
    tasks,
    benefits,
    retention,
    events,
    webhooks,
)
"""What the API is about besides the processes themselves, in the order of its description."""


def create_app(
    service: Service, settings: Settings, *, clock: Clock = system, pages: PageSettings | None = None
) -> FastAPI:
    """The application, ready to be served; `app.state.parts` holds what it works with.

    Raises ConfigurationError for a missing or empty key file and the like: it never starts open to everybody.
    """
    parts = Parts(service, settings, clock)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with parts.open():
            yield

    app = FastAPI(
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            Refusal: on_refusal,
            HTTPException: on_unknown_address,
            RequestValidationError: on_invalid_query,
        },
    )
    app.state.parts = parts
    app.include_router(processes.router(service))
    if service.takes_files:
        app.include_router(files.router)
    for routes_of in _ABOUT:
        app.include_router(routes_of.router)
    routes.add_pages(app, parts, pages or PageSettings())
    app.openapi = openapi.describe(app, service, [*cases.BODIES, *batches.BODIES, *operations.BODIES, *webhooks.BODIES])

    async def show(_request: Request) -> Response:
        return HTMLResponse(docs.page(app.openapi()))

    app.router.routes += [Route("/docs", show), *probes(parts.ready).routes]
    _surround(app, settings)
    return app


def _surround(app: FastAPI, settings: Settings) -> None:
    """What every request goes through; the last added is the first it meets."""
    app.add_middleware(Guard, admission=Admission(settings.api))
    app.add_middleware(Envelope)
