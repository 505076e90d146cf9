"""What SystemX's console has besides the calls of `sandbox.office.console`: JSON under `/_kontroll/`, without sign-in.

POST   /_kontroll/tariffs     [tariff…] → {"tariffs": n}          replaces the table; see `seeds.Tariff`, amounts in øre
POST   /_kontroll/people      [patient…] → {"people": n}          patient: see `seeds.SeededPatient`; tariffs first
POST   /_kontroll/register    [individual…] → {"register": n}     the population register, see `Individual`
POST   /_kontroll/judgements  [judgement…] → {"judgements": n}    how HELFO will judge a person's cards
POST   /_kontroll/receipts    {"held": bool}                      HELFO's answers wait, or come (also those that waited)
POST   /_kontroll/refusal     {"code": code of KUHR or ""}        HELFO refuses every message as a whole, or reads them again
GET    /_kontroll/writes?since=SEQ    [{seq, at, kind: card|person|message|claim|return, account, session, national_id, number}]
GET    /_kontroll/looks?since=SEQ     the same rows, kind: search|patient
GET    /_kontroll/cards?national_id=N every card of everybody with that number, all columns
GET    /_kontroll/summary     people, people_twice, cards and refunds (øre) by state, cards_twice (of one person and
day), cards_made_here, shares, messages, sendings, messages_sent_twice, sessions, last_seq, started
"""

from typing import Final

from pydantic import BaseModel, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.office.console import Answer, log_answer, summary_answer
from sandbox.office.people import Individual
from sandbox.office.sessions import Sessions
from sandbox.systemx.codes import REFUSALS
from sandbox.systemx.seeds import Judgement, SeededPatient, Tariff
from sandbox.systemx.store import LOOKS, WRITES, Store

PATIENTS: Final = TypeAdapter(list[SeededPatient])
INDIVIDUALS: Final = TypeAdapter(list[Individual])
TARIFFS: Final = TypeAdapter(list[Tariff])
JUDGEMENTS: Final = TypeAdapter(list[Judgement])


class Receipts(BaseModel, extra="forbid"):
    held: bool


class Refusal(BaseModel, extra="forbid"):
    code: str = Field(pattern=f"^({'|'.join(REFUSALS)}|)$")


def answers(store: Store, sessions: Sessions) -> list[Answer]:
    async def seed_people(request: Request) -> Response:
        return JSONResponse({"people": store.seed_patients(PATIENTS.validate_json(await request.body()))})

    async def seed_register(request: Request) -> Response:
        return JSONResponse({"register": store.seed_register(INDIVIDUALS.validate_json(await request.body()))})

    async def seed_tariffs(request: Request) -> Response:
        return JSONResponse({"tariffs": store.seed_tariffs(TARIFFS.validate_json(await request.body()))})

    async def judge(request: Request) -> Response:
        return JSONResponse({"judgements": store.judge(JUDGEMENTS.validate_json(await request.body()))})

    async def hold(request: Request) -> Response:
        store.hold(held=Receipts.model_validate_json(await request.body()).held)
        return JSONResponse({})

    async def refuse(request: Request) -> Response:
        store.refuse(Refusal.model_validate_json(await request.body()).code)
        return JSONResponse({})

    async def cards(request: Request) -> Response:
        return JSONResponse(store.cards_by_national_id(request.query_params.get("national_id", "")))

    return [
        ("POST", "tariffs", seed_tariffs),
        ("POST", "people", seed_people),
        ("POST", "register", seed_register),
        ("POST", "judgements", judge),
        ("POST", "receipts", hold),
        ("POST", "refusal", refuse),
        ("GET", "writes", log_answer(store, WRITES)),
        ("GET", "looks", log_answer(store, LOOKS)),
        ("GET", "cards", cards),
        ("GET", "summary", summary_answer(store.counts, sessions)),
    ]
