"""What the console of ESA has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

The shapes are those of `seeds`; dates are ISO.

POST   /_kontroll/parts      [part…] → {"parts": n}          parts of the archive and their series; a seeded case file
makes its own known
POST   /_kontroll/casefiles  [case file…] → {"casefiles": n} one of the same number is changed and keeps its posts
POST   /_kontroll/posts      [post…] → {"posts": n}          one of the same id is replaced; its case file must be there
POST   /_kontroll/officers   [officer…] → {"officers": n}    one of the same initials is replaced
POST   /_kontroll/locks      [lock…] → {"records": n}        who has a record open; "" for nobody
GET    /_kontroll/casefiles[?number=]           every case file, or that one, in the shape of the seeds
GET    /_kontroll/posts[?case=][&reference=]    every post, those of a case file or of an external reference, likewise
GET    /_kontroll/writes?since=SEQ   [{seq, at, kind: casefile|post|document|status|writeoff|party, account, session,
number: of the case file or 2026/004411-3, …}]
GET    /_kontroll/looks?since=SEQ    the same rows, kind: casefile_search|casefile_page|post_search|post_page|backlog|
officers|file
GET    /_kontroll/summary    casefiles, posts, documents, posts_by_status, posts_without_main (status J), mains_twice,
references_twice, classes_twice (open case files alike), waiting (restanse), officers, casefiles_made_here,
posts_made_here, files (on disk), saved by kind, sessions, last_seq, started
"""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.esa.seeds import Lock, SeededCaseFile, SeededOfficer, SeededPart, SeededPost
from sandbox.esa.store import LOOKS, WRITES, Store, UnknownCaseFileError
from sandbox.office.console import Answer, log_answer, seeding, summary_answer
from sandbox.office.sessions import Sessions

PARTS: Final = TypeAdapter(list[SeededPart])
CASE_FILES: Final = TypeAdapter(list[SeededCaseFile])
POSTS: Final = TypeAdapter(list[SeededPost])
OFFICERS: Final = TypeAdapter(list[SeededOfficer])
LOCKS: Final = TypeAdapter(list[Lock])


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def case_files(request: Request) -> Response:
        return JSONResponse(store.told_case_files(request.query_params.get("number", "")))

    async def posts(request: Request) -> Response:
        given = request.query_params
        return JSONResponse(store.told_posts(given.get("case", ""), given.get("reference", "")))

    async def seed_posts(request: Request) -> Response:
        try:
            return JSONResponse({"posts": store.seed_posts(POSTS.validate_json(await request.body()))})
        except UnknownCaseFileError as unknown:
            return JSONResponse([{"loc": ["case"], "msg": str(unknown)}], 422)

    return [
        ("POST", "parts", seeding("parts", PARTS, store.seed_parts)),
        ("POST", "casefiles", seeding("casefiles", CASE_FILES, store.seed_case_files)),
        ("POST", "posts", seed_posts),
        ("POST", "officers", seeding("officers", OFFICERS, store.seed_officers)),
        ("POST", "locks", seeding("records", LOCKS, store.lock)),
        ("GET", "casefiles", case_files),
        ("GET", "posts", posts),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
