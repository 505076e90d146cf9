"""What the console of Møteportalen has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

Dates are ISO. The shapes are those of `seeds`.

POST   /_kontroll/bodies     [body…] → {"bodies": n}          a body that is there is replaced
POST   /_kontroll/meetings   [meeting…] → {"meetings": n}     a meeting, an item, that is there is replaced; what was
noted as archived stays
POST   /_kontroll/locks      [lock…] → {"records": n}         who has an item open; "" for nobody
GET    /_kontroll/items      every item with its meeting
GET    /_kontroll/writes?since=SEQ   [{seq, at, kind: reference, account, session, national_id: "",
number (`Formannskapet/2026-12-01/PS 12/26`), source (the reference)}]
GET    /_kontroll/looks?since=SEQ    the same rows, kind: search|item_page|meeting_page
GET    /_kontroll/summary    bodies, meetings, items, archived, archived_twice (the same reference on several items),
noted_twice (items that a reference was noted on more than once), results, saved by kind, sessions, last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.meetings.seeds import Lock, SeededBody, SeededMeeting
from sandbox.meetings.store import LOOKS, WRITES, Store
from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.sessions import Sessions

BODIES: Final = TypeAdapter(list[SeededBody])
MEETINGS: Final = TypeAdapter(list[SeededMeeting])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def items(_: Request) -> Response:
        return JSONResponse(store.all_items())

    return [
        ("POST", "bodies", seeding("bodies", BODIES, store.seed_bodies)),
        ("POST", "meetings", seeding("meetings", MEETINGS, store.seed_meetings)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "items", items),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
