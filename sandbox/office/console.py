"""The vendor's test environment console, as far as every system has it: JSON under `/_kontroll/`, without sign-in.

    POST   /_kontroll/faults      one fault → the fault as it stands  see `faults.Fault` and the table in the README
    GET    /_kontroll/faults      [fault…], each with matched, fired, spent
    DELETE /_kontroll/faults      clears them all
    GET    /_kontroll/sign-ins?since=SEQ  [{seq, at, kind: sign_in|sign_in_refused, account, session, …}]
    POST   /_kontroll/reset[?sessions=stay]  empties everything but the accounts: data, logs, locks, faults, sessions;
                                  whoever is signed in may stay so
    POST   /_kontroll/restart     202; the process executes itself anew: same port, same data, no sessions, no faults

`seq` counts all logs together, so it orders looks and writes among each other. `at` is `time.time()` at the commit.
What does not fit its shape answers 422 with the reasons.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.office.books import SIGN_INS, Books
from sandbox.office.faults import Faults
from sandbox.office.gate import Endpoint
from sandbox.office.sessions import Sessions

Answer = tuple[str, str, Endpoint]
"""Method, path below `/_kontroll/`, and what answers."""


class Console:
    def __init__(self, *, store: Books, sessions: Sessions, faults: Faults, restart: Callable[[], None]) -> None:
        self._store = store
        self._sessions = sessions
        self._faults = faults
        self._restart = restart

    def routes(self, own: Sequence[Answer]) -> list[Route]:
        answers: list[Answer] = [
            *own,
            ("POST", "faults", self.add_fault),
            ("GET", "faults", self.list_faults),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "sign-ins", log_answer(self._store, SIGN_INS)),
            ("POST", "reset", self.reset),
            ("POST", "restart", self.restart),
        ]
        return [Route(f"/_kontroll/{path}", _checked(answer), methods=[method]) for method, path, answer in answers]

    async def add_fault(self, request: Request) -> Response:
        return JSONResponse(self._faults.add(await request.body()))

    async def list_faults(self, _: Request) -> Response:
        return JSONResponse(self._faults.report())

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return JSONResponse([])

    async def reset(self, request: Request) -> Response:
        self._store.reset()
        self._faults.clear()
        if request.query_params.get("sessions") != "stay":
            self._sessions.end_all()
        return JSONResponse({})

    async def restart(self, _: Request) -> Response:
        async def execute() -> None:
            self._restart()

        return JSONResponse({}, 202, background=BackgroundTask(execute))


def log_answer(store: Books, kinds: tuple[str, ...]) -> Endpoint:
    """Tell what the log says of these kinds."""

    async def answer(request: Request) -> Response:
        return JSONResponse(store.log_since(int(request.query_params.get("since", "0")), kinds))

    return answer


def seeding(what: str, shape: TypeAdapter[Any], seed: Callable[[Any], int]) -> Endpoint:
    """Take seeds of one shape in, and say how many there were."""

    async def answer(request: Request) -> Response:
        return JSONResponse({what: seed(shape.validate_json(await request.body()))})

    return answer


def summary_answer(counts: Callable[[], dict[str, object]], sessions: Sessions) -> Endpoint:
    """Tell a system's own counts, who is signed in, and since when it runs."""
    started = time.time()

    async def answer(_: Request) -> Response:
        return JSONResponse({**counts(), "sessions": sessions.alive(), "started": started})

    return answer


def _checked(answer: Endpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except ValidationError as error:
            return Response(error.json(include_url=False, include_context=False), 422, media_type="application/json")

    return endpoint
