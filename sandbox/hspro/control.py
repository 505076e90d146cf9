"""What HsPro's console has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

POST   /_kontroll/people      [person…] → {"people": n}           person: see `seeds.SeededPerson`
POST   /_kontroll/register    [individual…] → {"register": n}     the population register, see `Individual`
POST   /_kontroll/lots        [lot…] → {"lots": n}                 batches, and SYSVAK's answer to them, see `seeds.Lot`
GET    /_kontroll/writes?since=SEQ    [{seq, at, kind, account, session, national_id, number, source}],
                                      kind: journal|person|dose|correction
GET    /_kontroll/looks?since=SEQ     the same rows, kind: search|card|doses
GET    /_kontroll/journals?national_id=N   every journal of everybody with that number, all columns
GET    /_kontroll/doses?national_id=N      every dose, the same way
GET    /_kontroll/summary     people, people_twice, register, journals by type, duplicates, doses by vaccine, double_doses,
                              corrections, lots, sessions, last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.hspro.seeds import Lot, SeededPerson
from sandbox.hspro.store import LOOKS, WRITES, Store
from sandbox.office.console import Answer, log_answer, summary_answer
from sandbox.office.people import Individual
from sandbox.office.sessions import Sessions

PEOPLE: Final = TypeAdapter(list[SeededPerson])
INDIVIDUALS: Final = TypeAdapter(list[Individual])
BATCHES: Final = TypeAdapter(list[Lot])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def seed_people(request: Request) -> Response:
        people = PEOPLE.validate_json(await request.body())
        return JSONResponse({"people": store.seed_people(people)})

    async def seed_register(request: Request) -> Response:
        entries = INDIVIDUALS.validate_json(await request.body())
        return JSONResponse({"register": store.seed_register(entries)})

    async def seed_lots(request: Request) -> Response:
        return JSONResponse({"lots": store.seed_lots(BATCHES.validate_json(await request.body()))})

    async def journals(request: Request) -> Response:
        return JSONResponse(store.journals_by_national_id(request.query_params.get("national_id", "")))

    async def doses(request: Request) -> Response:
        return JSONResponse(store.doses_by_national_id(request.query_params.get("national_id", "")))

    return [
        ("POST", "people", seed_people),
        ("POST", "lots", seed_lots),
        ("POST", "register", seed_register),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "journals", journals),
        ("GET", "doses", doses),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
