"""What the console of Katalog has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

POST   /_kontroll/places    ["Skole", …] → {"places": n}          where accounts may lie, besides those to be deleted
POST   /_kontroll/groups    ["SKOLE-ALLE", …] → {"groups": n}     what accounts may be members of
POST   /_kontroll/accounts  [account…] → {"accounts": n}          see `seeds.SeededAccount`; one of the same name is replaced
DELETE /_kontroll/accounts                                        removes accounts, groups and places; whoever is signed in
stays so, which `reset` ends
POST   /_kontroll/locks     [lock…] → {"accounts": n}             who has an account open; "" for nobody
POST   /_kontroll/sign-ins  {user_name, secret} → {"result": "REFUSED"|"MUST_CHANGE"|"SIGNED_IN"}   at a workstation
GET    /_kontroll/accounts[?user_name=]   every account, or that one, in the shape of the seeds, without secrets
GET    /_kontroll/writes?since=SEQ        [{seq, at, kind: account|arrangement|membership|secret|disabling|enabling|
moving|deletion, account, session, number: the user name, …}]
GET    /_kontroll/looks?since=SEQ         the same rows, kind: search|list|entry|group_list
GET    /_kontroll/summary   accounts, active, disabled, pending_delete, accounts_twice (employee numbers that have
several), without_groups (active ones), made_here, deletions, groups, places, sessions, last_seq, started
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.directory.seeds import Attempt, Lock, SeededAccount
from sandbox.directory.store import LOOKS, WRITES, Store
from sandbox.office.console import Answer, log_answer, summary_answer
from sandbox.office.gate import Endpoint
from sandbox.office.sessions import Sessions

NAMES: Final = TypeAdapter(list[Annotated[str, Field(min_length=1, max_length=64)]])
ACCOUNTS: Final = TypeAdapter(list[SeededAccount])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def accounts(request: Request) -> Response:
        return JSONResponse(store.told(request.query_params.get("user_name", "")))

    async def empty(_: Request) -> Response:
        store.empty()
        return JSONResponse({})

    async def sign_in(request: Request) -> Response:
        return JSONResponse({"result": store.sign_in(Attempt.model_validate_json(await request.body()))})

    return [
        ("POST", "places", _seeding("places", NAMES, store.seed_places)),
        ("POST", "groups", _seeding("groups", NAMES, store.seed_groups)),
        ("POST", "accounts", _seeding("accounts", ACCOUNTS, store.seed_accounts)),
        ("DELETE", "accounts", empty),
        ("POST", "locks", _seeding("accounts", LOCKS, store.lock)),
        ("POST", "sign-ins", sign_in),
        ("GET", "accounts", accounts),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]


def _seeding(what: str, shape: TypeAdapter[Any], seed: Callable[[Any], int]) -> Endpoint:
    """Take seeds of one shape in, and say how many there were."""

    async def answer(request: Request) -> Response:
        return JSONResponse({what: seed(shape.validate_json(await request.body()))})

    return answer
