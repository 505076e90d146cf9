"""The pages around the program: the shelf it stands on, and the session that shows it. Between them nothing but pixels."""

import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.office.gate import Gate, Visit, missing
from sandbox.office.view import MONTH, View
from sandbox.sofie.desktop import SIZE
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.picture import Connection


class StoreFront:
    def __init__(self, *, desktops: Desktops, gate: Gate, view: View, connection: Connection, novnc: Path) -> None:
        self._desktops = desktops
        self._gate = gate
        self._view = view
        self._connection = connection
        folders = (novnc / "core", novnc / "vendor")
        # In memory: the browser asks for some forty of them.
        self._scripts = {
            str(path.relative_to(novnc)): path.read_bytes() for folder in folders for path in folder.rglob("*.js")
        }

    def routes(self) -> list[Route]:
        return [
            Route("/apper", self._gate.signed_in(self.shelf), methods=["GET"]),
            Route("/okt", self._gate.signed_in(self.open), methods=["GET"]),
            Route("/novnc/{path:path}", self.script, methods=["GET"]),
        ]

    async def shelf(self, visit: Visit) -> Response:
        open_already = self._desktops.of(visit.session.actor.account) is not None
        return self._view.page(visit.request, "apper", session=visit.session, open_already=open_already)

    async def open(self, visit: Visit) -> Response:
        """Show the program, from its first window on or as it was left."""
        host, port = visit.request.scope["server"]
        _ = await self._desktops.open(visit.session, f"{host}:{port}")
        return self._view.page(visit.request, "okt", picture=self._connection.picture, size=SIZE)

    async def script(self, request: Request) -> Response:
        path = request.path_params["path"]
        if path not in self._scripts:
            raise missing()
        kind, _ = mimetypes.guess_type(path)
        return Response(self._scripts[path], media_type=kind, headers={"Cache-Control": MONTH})
