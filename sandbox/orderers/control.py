"""What the console of Bestillerregisteret has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

Dates are ISO. The shapes are those of `seeds`.

POST   /_kontroll/units            [unit…] → {"units": n}                     a unit that is there is replaced
POST   /_kontroll/employees        [employee…] → {"employees": n}             an employee who is there is replaced
POST   /_kontroll/authorisations   [authorisation…] → {"authorisations": n}   added; an orderer who is not there is made
POST   /_kontroll/locks            [lock…] → {"records": n}                   who has an orderer open; "" for nobody
GET    /_kontroll/orderers         every orderer with all authorisations
GET    /_kontroll/writes?since=SEQ   [{seq, at, kind: authorisation|orderer|end|role, account, session, national_id,
number (`best22/312900114`), source (the signature, the last day, on|off)}]
GET    /_kontroll/looks?since=SEQ    the same rows, kind: search|orderer_page|unit|employee
GET    /_kontroll/summary          units, employees, orderers, orderers_twice (of one employee), with_role,
authorisations by state today, authorisations_twice (the same orderer, unit and signature), saved by kind, sessions,
last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.sessions import Sessions
from sandbox.orderers.seeds import Lock, SeededAuthorisation, SeededEmployee, SeededUnit
from sandbox.orderers.store import LOOKS, WRITES, Store

UNITS: Final = TypeAdapter(list[SeededUnit])
EMPLOYEES: Final = TypeAdapter(list[SeededEmployee])
AUTHORISATIONS: Final = TypeAdapter(list[SeededAuthorisation])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def orderers(_: Request) -> Response:
        return JSONResponse(store.all_orderers())

    return [
        ("POST", "units", seeding("units", UNITS, store.seed_units)),
        ("POST", "employees", seeding("employees", EMPLOYEES, store.seed_employees)),
        ("POST", "authorisations", seeding("authorisations", AUTHORISATIONS, store.seed_authorisations)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "orderers", orderers),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
