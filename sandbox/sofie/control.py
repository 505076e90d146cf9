"""What the console of SOFIE has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

Dates are ISO. The shapes are those of `seeds` and `picture`.

POST   /_kontroll/documents  [document…] → {"documents": n}   one of the same number is replaced, with its files
POST   /_kontroll/locks      [lock…] → {"records": n}         who has a document open; "" for nobody
GET    /_kontroll/documents[?number=NUMBER]   every document in the shape of the seeds; of files nr, name, role, size
GET    /_kontroll/writes?since=SEQ   [{seq, at, kind: reference|export, account, session, national_id, number (of the
document), source (the reference)}]
GET    /_kontroll/looks?since=SEQ    the same rows, kind: list (number: the page)|document
GET    /_kontroll/summary    documents, waiting (without a reference), files, references_twice, saved by kind, programs
(accounts whose program runs), connections (so far), sessions, last_seq, started
POST   /_kontroll/reset      besides what it does everywhere, the picture is as it was and nothing more befalls anybody
POST   /_kontroll/picture    how the connection and the program look from now on
GET    /_kontroll/picture    how they look
POST   /_kontroll/session/drop   {account, what, when}   breaks the connection; the program goes on and is there again
POST   /_kontroll/program/kill   {account, what, when}   ends the program; it starts anew by itself
"""

from collections.abc import Callable
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.gate import Endpoint
from sandbox.office.system import System
from sandbox.sofie.desktops import Desktops
from sandbox.sofie.picture import Connection, Interruption, Mishaps, Picture
from sandbox.sofie.seeds import Lock, SeededDocument
from sandbox.sofie.store import LOOKS, WRITES, Store

DOCUMENTS: Final = TypeAdapter(list[SeededDocument])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, system: System, desktops: Desktops, mishaps: Mishaps, connection: Connection) -> list[Answer]:
    async def reset(request: Request) -> Response:
        store.reset()
        system.faults.clear()
        mishaps.clear()
        connection.picture = Picture()
        if request.query_params.get("sessions") != "stay":
            system.sessions.end_all()
        return JSONResponse({})

    async def documents(request: Request) -> Response:
        return JSONResponse(store.all_documents(request.query_params.get("number", "")))

    async def set_picture(request: Request) -> Response:
        connection.picture = Picture.model_validate_json(await request.body())
        return await tell_picture(request)

    async def tell_picture(_: Request) -> Response:
        return JSONResponse(connection.picture.model_dump())

    def befalling(happen: Callable[[str], None]) -> Endpoint:
        async def answer(request: Request) -> Response:
            mishaps.add(Interruption.model_validate_json(await request.body()), happen)
            return JSONResponse({})

        return answer

    def counts() -> dict[str, object]:
        return {**store.counts(), "programs": desktops.running(), "connections": desktops.connections}

    return [
        ("POST", "reset", reset),
        ("POST", "documents", seeding("documents", DOCUMENTS, store.seed)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "documents", documents),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(counts, system.sessions)),
        ("POST", "picture", set_picture),
        ("GET", "picture", tell_picture),
        ("POST", "session/drop", befalling(desktops.drop)),
        ("POST", "program/kill", befalling(desktops.kill_program)),
    ]
