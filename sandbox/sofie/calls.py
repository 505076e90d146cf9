"""What the program asks its server for: JSON under `/program/`, with the key that its desktop was given.

Every answer also says how the program is to look (`font`, `paint_seconds`, renamed `labels`), and what message comes up
(`message`). `status` is what the status line then says; `nothing` that the program stays as it is.
"""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.office.books import Row
from sandbox.office.gate import BrokenPageError, Gate, Visit
from sandbox.office.people import norwegian_date
from sandbox.office.system import System
from sandbox.sofie.codes import DIRECTIONS, LABELS, ROLES, TYPES
from sandbox.sofie.desktop import Desktop
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.picture import Connection, Mishaps, What
from sandbox.sofie.store import Store

UNKNOWN: Final = "Dokumentet finnes ikke"
_MOST_LISTED: Final = 100
_REFERENCE: Final = re.compile(r"\d{4}/\d{1,6}-\d{1,4}")
Asked = Mapping[str, Any]
Answer = dict[str, Any]
Call = Callable[[Visit, Asked], Awaitable[Answer]]


class Calls:
    def __init__(
        self,
        *,
        system: System,
        store: Store,
        desktops: Desktops,
        mishaps: Mishaps,
        connection: Connection,
        exchange: Path,
    ) -> None:
        self._system = system
        self._gate: Gate = system.gate
        self._store = store
        self._desktops = desktops
        self._mishaps = mishaps
        self._connection = connection
        self._exchange = exchange

    def routes(self) -> list[Route]:
        calls: dict[str, tuple[What, Call]] = {
            "liste": ("list", self.waiting),
            "dokument": ("document", self.document),
            "arkivref": ("reference", self.write_reference),
            "eksport": ("export", self.export),
        }
        routes = [
            Route(f"/program/{name}", self._gate.public(self._called(what, call)), methods=["POST"])
            for name, (what, call) in calls.items()
        ]
        return [*routes, Route("/program/tegnet", self.drawn, methods=["POST"])]

    def _called(self, what: What, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            desktop = self._desktop(request)
            if desktop is None:
                return Response(status_code=403)
            faults, account = self._system.faults, desktop.account
            if faults.fire("sign_out", request):
                self._system.sessions.end(desktop.session.token)
                return JSONResponse({"nothing": True})
            if self._mishaps.befall(account, what, "before"):
                return JSONResponse({"nothing": True})
            if faults.fire("error_page", request):
                return JSONResponse({}, 500)
            try:
                answer = await call(Visit(request, desktop.session), json.loads(await request.body()))
            except BrokenPageError:
                return JSONResponse({}, 500)
            _ = self._mishaps.befall(account, what, "after")
            return JSONResponse({**answer, **self._appearance(request, what)})

        return endpoint

    def _desktop(self, request: Request) -> Desktop | None:
        return self._desktops.known_by(request.headers.get("x-sofie-key", ""))

    def _appearance(self, request: Request, what: What) -> Answer:
        picture = self._connection.picture
        messages = self._system.faults.fire("dialog", request)
        labels = LABELS.get(what, frozenset())
        renamed = self._system.faults.fire("renamed_label", request, lambda fault: fault.old in labels)
        return {
            "font": picture.font,
            "paint_seconds": picture.paint_seconds,
            "labels": {fault.old: fault.to for fault in renamed},
            "message": messages[0].text if messages else "",
        }

    async def drawn(self, request: Request) -> Response:
        """Hear that the program's first window is complete."""
        desktop = self._desktop(request)
        if desktop is None:
            return Response(status_code=403)
        desktop.drawn.set()
        return JSONResponse({})

    async def waiting(self, visit: Visit, asked: Asked) -> Answer:
        size = min(max(int(asked["rows"]), 1), _MOST_LISTED)
        count = self._store.count_waiting()
        pages = max(1, -(-count // size))
        page = min(max(int(asked["page"]), 1), pages)
        self._store.look("list", "", visit.session.actor, str(page))
        rows = [
            (row["number"], row["case_ref"], TYPES[row["doc_type"]], norwegian_date(row["doc_date"]))
            for row in self._store.waiting(page, size)
        ]
        return {"rows": rows, "page": page, "pages": pages, "count": count}

    async def document(self, visit: Visit, asked: Asked) -> Answer:
        document = self._store.document(asked["number"])
        if document is None:
            return {"status": UNKNOWN}
        self._store.look("document", document["party_id"], visit.session.actor, document["number"])
        return {"document": _shown(document)}

    async def write_reference(self, visit: Visit, asked: Asked) -> Answer:
        document, reference = self._store.document(asked["number"]), asked["reference"].strip()
        if document is None:
            return {"status": UNKNOWN}
        if document["locked_by"]:
            return {"status": f"Låst av {document['locked_by']}"}
        if not _REFERENCE.fullmatch(reference):
            return {"status": "Ugyldig arkivref."}

        def write() -> None:
            self._store.write_reference(document, reference, visit.session.actor)

        await self._gate.save(visit, "reference", write)
        return {"status": "Lagret", "reference": reference}

    async def export(self, visit: Visit, asked: Asked) -> Answer:
        document = self._store.document(asked["number"])
        if document is None:
            return {"status": UNKNOWN}

        def lay() -> int:
            for name, content in self._store.contents(document["number"]):
                _lay(self._exchange / document["number"], name, content)
            self._store.note_export(document, visit.session.actor)
            return len(document["files"])

        try:
            count = await self._gate.save(visit, "export", lay)
        except OSError:
            return {"status": "Eksport feilet: ingen tilgang til utvekslingsmappen"}
        return {"status": f"Eksportert {count} {'fil' if count == 1 else 'filer'}"}


def _lay(folder: Path, name: str, content: bytes) -> None:
    """Put a file in place as a whole: whoever looks for it never sees a part."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:
            _ = file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _ = part.replace(folder / name)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _shown(document: Row) -> Answer:
    return {
        "number": document["number"],
        "archive_ref": document["archive_ref"],
        "fields": {
            "Dokumentnr.": document["number"],
            "Saksref.": document["case_ref"],
            "Part-id": document["party_id"],
            "Navn": document["name"],
            "Adressesperre": "Ja" if document["protected"] else "Nei",
            "Dokumenttype": TYPES[document["doc_type"]],
            "Retning": DIRECTIONS[document["direction"]],
            "Dok.dato": norwegian_date(document["doc_date"]),
            "Mottatt": _date(document["received"]),
            "Sendt": _date(document["sent"]),
            "Saksbehandler": document["officer"],
        },
        "files": [
            (str(file["nr"]), file["name"], ROLES[file["role"]], _size(file["size"])) for file in document["files"]
        ],
    }


def _size(octets: int) -> str:
    return f"{-(-octets // 1024)} kB"


def _date(iso: str | None) -> str:
    return norwegian_date(iso) if iso else ""
