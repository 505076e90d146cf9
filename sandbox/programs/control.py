"""What the console of Programportalen has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

Dates are ISO. The shapes are those of `seeds`.

POST   /_kontroll/programs   [program…] → {"programs": n}   a program of the same code is replaced; its accesses stay
POST   /_kontroll/accesses   [access…] → {"accesses": n}    added; their programs first
POST   /_kontroll/locks      [lock…] → {"records": n}       who has an access open; "" for nobody
GET    /_kontroll/accesses[?user_name=USER]   every access in the shape of the seeds, with its id
GET    /_kontroll/writes?since=SEQ   [{seq, at, kind: access|change|block|reopen, account, session, national_id, number
(`ESA/ahmyus`), source (the roles)}]
GET    /_kontroll/looks?since=SEQ    the same rows, kind: search|access_page
GET    /_kontroll/summary    programs, accesses, active, disabled, accesses_twice (of one user to one program),
over_licence (programs with more active accesses than licences), saved by kind, sessions, last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.sessions import Sessions
from sandbox.programs.seeds import Lock, SeededAccess, SeededProgram
from sandbox.programs.store import LOOKS, WRITES, Store

PROGRAMS: Final = TypeAdapter(list[SeededProgram])
ACCESSES: Final = TypeAdapter(list[SeededAccess])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def accesses(request: Request) -> Response:
        return JSONResponse(store.all_accesses(request.query_params.get("user_name", "")))

    return [
        ("POST", "programs", seeding("programs", PROGRAMS, store.seed_programs)),
        ("POST", "accesses", seeding("accesses", ACCESSES, store.seed_accesses)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "accesses", accesses),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
