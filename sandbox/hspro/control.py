"""The vendor's test environment console: JSON under `/_kontroll/`, without sign-in.

    POST   /_kontroll/people      [person…] → {"people": n}           person: see `seeds.SeededPerson`
    POST   /_kontroll/register    [individual…] → {"register": n}     the population register, see `seeds.Individual`
    POST   /_kontroll/faults      one fault → the fault as it stands  see `faults.Fault` and the table in the README
    GET    /_kontroll/faults      [fault…], each with matched, fired, spent
    DELETE /_kontroll/faults      clears them all
    GET    /_kontroll/writes?since=SEQ    [{seq, at, kind: journal|person, account, session, national_id, number, source}]
    GET    /_kontroll/looks?since=SEQ     the same rows, kind: search|card
    GET    /_kontroll/sign-ins?since=SEQ  the same rows, kind: sign_in|sign_in_refused
    GET    /_kontroll/journals?national_id=N   every journal of everybody with that number, all columns
    GET    /_kontroll/summary     people, people_twice, register, journals by type, duplicates, sessions, last_seq, started
    POST   /_kontroll/reset       empties everything but the accounts: data, logs, locks, faults, sessions
    POST   /_kontroll/restart     202; the process executes itself anew: same port, same data, no sessions, no faults

`seq` counts all three logs together, so it orders looks and writes among each other. `at` is `time.time()` at the commit.
What does not fit its shape answers 422 with the reasons.
"""

import time
from collections.abc import Callable
from typing import Final

from pydantic import TypeAdapter, ValidationError
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.hspro.faults import Fault, Faults
from sandbox.hspro.gate import Endpoint
from sandbox.hspro.seeds import Individual, SeededPerson
from sandbox.hspro.sessions import Sessions
from sandbox.hspro.store import LOOKS, SIGN_INS, WRITES, Store

PEOPLE: Final = TypeAdapter(list[SeededPerson])
INDIVIDUALS: Final = TypeAdapter(list[Individual])


class Console:
    def __init__(self, *, store: Store, sessions: Sessions, faults: Faults, restart: Callable[[], None]) -> None:
        self._store = store
        self._sessions = sessions
        self._faults = faults
        self._restart = restart
        self._started = time.time()

    def routes(self) -> list[Route]:
        answers: list[tuple[str, str, Endpoint]] = [
            ("POST", "people", self.seed_people),
            ("POST", "register", self.seed_register),
            ("POST", "faults", self.add_fault),
            ("GET", "faults", self.list_faults),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "writes", self._log(WRITES)),
            ("GET", "looks", self._log(LOOKS)),
            ("GET", "sign-ins", self._log(SIGN_INS)),
            ("GET", "journals", self.journals),
            ("GET", "summary", self.summary),
            ("POST", "reset", self.reset),
            ("POST", "restart", self.restart),
        ]
        return [Route(f"/_kontroll/{path}", _checked(answer), methods=[method]) for method, path, answer in answers]

    async def seed_people(self, request: Request) -> Response:
        people = PEOPLE.validate_json(await request.body())
        return JSONResponse({"people": self._store.seed_people(people)})

    async def seed_register(self, request: Request) -> Response:
        entries = INDIVIDUALS.validate_json(await request.body())
        return JSONResponse({"register": self._store.seed_register(entries)})

    async def add_fault(self, request: Request) -> Response:
        return JSONResponse(self._faults.add(Fault.model_validate_json(await request.body())))

    async def list_faults(self, _: Request) -> Response:
        return JSONResponse(self._faults.report())

    async def clear_faults(self, _: Request) -> Response:
        self._faults.clear()
        return JSONResponse([])

    def _log(self, kinds: tuple[str, ...]) -> Endpoint:
        async def answer(request: Request) -> Response:
            return JSONResponse(self._store.log_since(int(request.query_params.get("since", "0")), kinds))

        return answer

    async def journals(self, request: Request) -> Response:
        return JSONResponse(self._store.journals_by_national_id(request.query_params.get("national_id", "")))

    async def summary(self, _: Request) -> Response:
        more = {"sessions": self._sessions.alive(), "started": self._started}
        return JSONResponse(self._store.counts() | more)

    async def reset(self, _: Request) -> Response:
        self._store.reset()
        self._faults.clear()
        self._sessions.end_all()
        return JSONResponse({})

    async def restart(self, _: Request) -> Response:
        async def execute() -> None:
            self._restart()

        return JSONResponse({}, 202, background=BackgroundTask(execute))


def _checked(answer: Endpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return await answer(request)
        except ValidationError as error:
            return Response(error.json(include_url=False), 422, media_type="application/json")

    return endpoint
