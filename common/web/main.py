"""The api process of a service."""

from __future__ import annotations

import asyncio
import signal
import socket

import uvicorn
from fastapi import FastAPI

from common import log, metrics
from common.connections import Patience, room_for
from common.garbage import leave_alone_what_is_loaded
from common.probes import Server, configuration, listen
from common.process import Service
from common.settings import load
from common.web.app import create_app
from common.web.pages.settings import PageSettings
from common.web.parts import Parts, Settings

_log = log.get(__name__)


class ApiServer(Server):
    """A server that lets everybody go who waits for a case, when it ends: they ask again elsewhere."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._parts.endings.close()
        self._parts.streams.close()
        await super().shutdown(sockets)


def serve(service: Service) -> None:
    """Answer for a service until SIGTERM or SIGINT; raises ConfigurationError for what is missing."""
    log.configure(service=service.name, part="api")
    metrics.export("api", process=list(service.processes))
    settings = Settings.read()
    app = create_app(service, settings, pages=load(PageSettings))
    leave_alone_what_is_loaded()
    opened = listen(settings.api.host, settings.api.port)
    host, port = opened.getsockname()[:2]
    _log.info("api.listening", host=host, port=port, processes=sorted(service.processes))
    asyncio.run(_until_stopped(app, opened))
    _log.info("api.stopped")


async def _until_stopped(app: FastAPI, opened: socket.socket) -> None:
    parts: Parts = app.state.parts
    patience = Patience(most=room_for(parts.settings.api.connections))
    server = ApiServer(configuration(app, patience), parts)

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve(sockets=[opened])
