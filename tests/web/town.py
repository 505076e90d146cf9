"""The service that the tests of the API call: a no-op process with all kinds of fields, and one about deeds."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from common.cases.endings import Ending, done
from common.cases.queue import Claimed, Queue
from common.cases.states import State
from common.norway.national_id import NationalIdText
from common.probes import configuration, listen
from common.process import CaseInput, FileRef, Outcome, OutcomeCode, Retention, Run, Service, Subject
from common.refusals import FieldProblem
from common.settings import WorkerSettings
from common.web.app import create_app
from common.web.main import ApiServer
from common.web.parts import Parts, Settings

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading the machine's certificates takes long
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KARI, OLA = "17838410103", "02919110271"  # synthetic: month + 80

town = Service("town", title="Town hall")


class Kind(StrEnum):
    NEW = "NEW"
    RENEWAL = "RENEWAL"


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")

    street: str = Field(max_length=40)
    number: int = Field(ge=1, examples=[7])


class Permit(CaseInput):
    """Who wants what permit where."""

    person: NationalIdText
    name: str = Field(min_length=1, max_length=80, examples=["Kari Ånes"])
    kind: Kind = Field(examples=[Kind.NEW])
    fee: Decimal | None = Field(default=None, max_digits=8, decimal_places=2)
    valid_from: date | None = None
    asked_at: AwareDatetime = Field(examples=["2026-03-02T09:40:00+01:00"])
    places: list[Place] = Field(default=[], max_length=3)
    answers: dict[str, Any] = Field(default={})
    paid: bool = False

    @model_validator(mode="after")
    def renewal_has_a_start(self) -> Self:
        if self.kind is Kind.RENEWAL and self.valid_from is None:
            raise PydanticCustomError("MISSING_FIELD", "A renewal needs valid_from")
        return self

    @property
    def subject(self) -> Subject:
        assert self.name != "Fail", "secret"
        return Subject("person", self.person)

    def breaches(self, now: datetime) -> Iterable[FieldProblem]:
        if self.asked_at < now - timedelta(days=30):
            yield FieldProblem("asked_at", "DATE_OUT_OF_RANGE", "asked_at must lie within the last 30 days")


class Deed(CaseInput):
    parcel: str = Field(min_length=1, max_length=20, examples=["12/345"])


class Letter(CaseInput):
    """What came in the post."""

    title: str = Field(min_length=1, max_length=40, examples=["Klage"])
    files: list[FileRef] = Field(max_length=3)


@town.process("permits", targets=[], manual_minutes=2.5, due=timedelta(hours=4), retention=Retention.PERSONAL)
def give_permit(permit: Permit, run: Run) -> Outcome:
    """Whoever asks for a permit gets it; nothing is done to say so."""
    return Outcome(OutcomeCode.NOOP)


@town.process("deeds", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.ORDERS, version=3)
def register_deed(deed: Deed, run: Run) -> Outcome:
    """A deed is registered."""
    return Outcome(OutcomeCode.NOOP)


@town.process("letters", targets=[], manual_minutes=1, due=timedelta(days=1), retention=Retention.ORDERS)
def answer_letter(letter: Letter, run: Run) -> Outcome:
    """A letter is answered."""
    return Outcome(OutcomeCode.NOOP)


KEYS: dict[str, tuple[list[str], datetime | None]] = {
    "booking": (["town:permits:submit", "town:permits:read"], None),
    "forms": (["town:*:submit", "town:*:read"], None),
    "sender": (["town:permits:submit"], None),
    "reader": (["town:permits:read"], None),
    "deeds": (["town:deeds:submit", "town:deeds:read"], None),
    "archive": (["archive:*:submit", "archive:*:read"], None),
    "desk": (["cases:read:all", "cases:decide"], None),
    "decider": (["cases:decide"], None),
    "releaser": (["cases:read:all", "cases:release"], None),
    "boss": (["town:*:submit", "town:*:read", "cases:release"], None),
    "auditor": (["cases:read:all"], None),
    "operator": (["operate"], None),
    "finance": (["registers:write"], None),
    "clerk": (["registers:tariffs:write"], None),
    "inspector": (["cases:read:all", "evidence:read"], None),
    "witness": (["evidence:read", "town:deeds:read"], None),
    "nobody": ([], None),
    "post": (["files", "town:letters:submit", "town:letters:read"], None),
    "courier": (["files", "town:letters:submit", "town:letters:read"], None),
    "former": (["town:*:submit", "town:*:read", "cases:read:all"], NOW - timedelta(seconds=1)),
}


def permit(**changes: Any) -> dict[str, Any]:
    """A permit's fields; what a test does not name is the same each time, and `None` takes a field away."""
    whole = {"person": KARI, "name": "Kari Ånes", "kind": "NEW", "asked_at": "2026-03-02T09:40:00+01:00"} | changes
    return {name: value for name, value in whole.items() if value is not None}


@dataclass
class Town:
    """The running application, its callers, and a shift that ends cases without a browser."""

    app: FastAPI
    keys: dict[str, str]
    url: str | None = None
    """Where it listens, when it is served for real; otherwise it is called in-process."""

    def caller(self, name: str | None) -> httpx.AsyncClient:
        """A client with that caller's key, or with none; enter it."""
        headers = {"Authorization": f"Bearer {self.keys[name]}"} if name else {}
        transport = httpx.ASGITransport(self.app) if self.url is None else httpx.AsyncHTTPTransport(verify=PLAIN)
        return httpx.AsyncClient(
            transport=transport, base_url=self.url or "http://town.test", headers=headers, timeout=30
        )

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.state.parts
        return parts

    async def submit(self, caller: str = "booking", process: str = "permits", **changes: Any) -> str:
        """The id of a new case of that caller."""
        body = permit(**changes) if process == "permits" else {"parcel": "12/345"} | changes
        async with self.caller(caller) as client:
            answer = await client.post(f"/v1/{process}", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def take(self) -> Claimed:
        """Claim the most urgent case."""
        claimed = (await self._queue().turn("shift", list(town.processes.values()))).claimed
        assert claimed is not None
        return claimed

    async def end(self, ending: Ending | None = None, *, ring: bool = False) -> UUID:
        """Claim the most urgent case and end it: done, unless said otherwise."""
        claimed = await self.take()
        ending = ending or done(Outcome(OutcomeCode.CREATED, {"card": "C-1"}))
        assert await self._queue().finish("shift", claimed, ending)
        if ring:
            await self.parts.bell.ended([claimed.id])
        return claimed.id

    def _queue(self) -> Queue:
        return Queue(self.parts.database.pool, self.parts.keyring, WorkerSettings())


@contextlib.asynccontextmanager
async def opened(settings: Settings, keys: dict[str, str], now: datetime = NOW) -> AsyncGenerator[Town]:
    """The application, called in-process, with the clock stopped."""
    app = create_app(town, settings, clock=lambda: now)
    async with app.router.lifespan_context(app):
        yield Town(app, keys)


@contextlib.asynccontextmanager
async def served(settings: Settings, keys: dict[str, str], service: Service = town) -> AsyncGenerator[Town]:
    """The application on a port of its own, as in production but for the process around it."""
    app = create_app(service, settings, clock=lambda: NOW)
    opening = listen("127.0.0.1", 0)
    server = ApiServer(configuration(app), app.state.parts)
    serving = asyncio.create_task(server.serve(sockets=[opening]))
    try:
        # Connections are taken from the start; they are answered once the application is open.
        yield Town(app, keys, f"http://127.0.0.1:{opening.getsockname()[1]}")
    finally:
        server.should_exit = True
        await serving
        opening.close()


def manual(code: str = "NAME_MISMATCH") -> Ending:
    """The case needs a person."""
    return Ending(state=State.MANUAL, code=code)


async def until(happened: Callable[[], bool]) -> None:
    """Let the others go on until it has happened; fails after a while."""
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0)
