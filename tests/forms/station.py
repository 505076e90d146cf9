"""A vaccination station: the health service without robots, health workers, and what they fill in."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.cases.endings import Ending, done
from common.cases.queue import Queue
from common.cases.states import State
from common.catalogue import load
from common.clock import Clock, system
from common.probes import configuration, listen
from common.process import Outcome, OutcomeCode
from common.settings import WorkerSettings
from common.web.app import create_app
from common.web.main import ApiServer
from common.web.pages.settings import PageSettings
from common.web.parts import Parts, Settings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOLVEIG, BJORN = "05813810036", "14884910138"  # synthetic: month + 80
HERE = "https://station.test"
HPR = "9999101"

health = load("health")


SUBMIT, BOOKINGS = "health:vaccinations:submit", "health:booking-journals:read"
NORTH, SOUTH = "310456780", "310456799"
WORKERS: dict[str, tuple[list[str], list[str] | None]] = {
    "anne": ([SUBMIT, BOOKINGS], None),
    "berit": ([SUBMIT, BOOKINGS], None),
    "nord": ([SUBMIT, BOOKINGS], [NORTH]),
    "begge": ([SUBMIT, BOOKINGS], [NORTH, SOUTH]),
    "enkel": ([SUBMIT], None),
    "leser": (["health:*:read", "cases:read:all"], None),
}
"""Health workers: scopes, and the units they are bound to."""

FIELD = re.compile(r'name="skjema" value="([0-9a-f]{64})"')
T = TypeVar("T")


def filled_in(**changes: str | None) -> dict[str, str]:
    """What a browser sends of a form that is filled in; `None` leaves a control empty."""
    whole = {
        "form_id": str(uuid4()),
        "corrects": "",
        "questions": "0",
        "person_id": SOLVEIG,
        "given_name": "Solveig",
        "family_name": "Myrvold",
        "vaccine_code": "BNT03",
        "batch_no": " syn1234 ",
        "dose_no": "1",
        "site": "LEFT_ARM",
        "answer.ALLERGIC_REACTION": "nei",
        "answer.ACUTE_ILLNESS": "nei",
        "answer.BLEEDING_RISK": "nei",
        "consent": "ja",
        "reaction_observed": "nei",
        "indication": "AGE",
        "vaccinator_hpr": HPR,
        "vaccinated_at": "2026-03-02T12:55",
        "expiry_date": "",
        "prescriber_hpr": "",
        "remark": "",
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


@dataclass
class Tablet:
    """A health worker's browser, as far as the service sees it."""

    client: httpx.AsyncClient
    token: str = ""

    async def sign_in(self, key: str) -> httpx.Response:
        """Sign in on the way to the form."""
        shown = await self.client.post(
            "/logg-inn/nokkel", data={"nokkel": key, "til": "/forms/vaccination"}, follow_redirects=True
        )
        found = FIELD.search(shown.text)
        self.token = found[1] if found else ""
        return shown

    async def post(self, path: str, fields: dict[str, str], *, script: bool = True) -> httpx.Response:
        """What the page's script sends, or a browser without one."""
        headers = {"accept": "application/json"} if script else {}
        return await self.client.post(
            f"/forms/vaccination{path}", data={"skjema": self.token} | fields, headers=headers
        )

    async def today(self) -> dict[str, Any]:
        shown: dict[str, Any] = (
            await self.client.get("/forms/vaccination/i-dag", headers={"accept": "application/json"})
        ).json()
        return shown


@dataclass
class Station:
    """The application, called in-process."""

    app: FastAPI
    keys: dict[str, str]
    clock: list[datetime]

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.state.parts
        return parts

    @contextlib.asynccontextmanager
    async def tablet(self, worker: str | None = None) -> AsyncGenerator[Tablet]:
        """A browser of its own; signed in, when a worker is named."""
        headers = {"origin": HERE, "sec-fetch-site": "same-origin"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
            tablet = Tablet(client)
            if worker:
                await tablet.sign_in(self.keys[worker])
            yield tablet

    async def book(self, booking: str, *, unit: str | None = None, **changes: Any) -> None:
        """A booking that the booking system has handed in."""
        given = {
            "booking_id": booking,
            "event": "BOOKED",
            "vaccination_site": "TRD-SPEKTRUM",
            "person_id": SOLVEIG,
            "family_name": "Myrvold",
            "given_name": "Solveig",
            "appointment_time": "2026-03-02T13:10:00+01:00",
            "dose_planned": 2,
            "unit": unit,
        } | changes
        transport = httpx.ASGITransport(self.app)
        headers = {"Authorization": f"Bearer {self.keys['booking']}"}
        async with httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers) as client:
            answer = await client.post("/v1/booking-journals", json=given)
        assert answer.status_code == 202, answer.text

    async def end(self, ending: Ending | None = None, process: str = "vaccinations") -> None:
        """Claim the most urgent case and end it: done, unless said otherwise."""
        queue = Queue(self.parts.database.pool, self.parts.keyring, WorkerSettings())
        claimed = (await queue.turn("shift", [replace(health.processes[process], targets=())])).claimed
        assert claimed is not None
        assert await queue.finish("shift", claimed, ending or done(Outcome(OutcomeCode.CREATED, {"dose": "1"})))

    async def stored(self) -> list[dict[str, Any]]:
        """The vaccinations there are."""
        async with self.parts.database.pool.connection() as connection:
            found = await connection.execute("select * from cases where process = 'vaccinations' order by id")
            return await found.fetchall()


def needs_a_person(code: str = "NAME_MISMATCH") -> Ending:
    return Ending(state=State.MANUAL, code=code)


async def with_vaccines(parts: Parts) -> None:
    """The register of vaccines, with two products."""
    rules = {"minimum_interval_days": 21, "minimum_age": 16, "max_doses": 5, "first_day": "2020-12-27"}
    rows = [{"code": "BNT03", "product": "Comirnaty"} | rules, {"code": "MOD03", "product": "Spikevax"} | rules]
    rows.append({"code": "ASZ03", "product": "Vaxzevria", "last_day": "2021-03-11"} | rules)
    await parts.registers.store("vaccines", rows=rows, valid_from=date(2020, 12, 27), signer="test", caller="test")


@contextlib.asynccontextmanager
async def opened(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Station]:
    """The application with the clock at `NOW`."""
    clock = [NOW]
    app = create_app(health, settings, clock=lambda: clock[0], pages=PageSettings())
    async with app.router.lifespan_context(app):
        yield Station(app, keys, clock)


# --- for browsers ---------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """What lies between a browser and the service: answers can get lost on it."""

    app: ASGIApp
    loses: Callable[[str, str], bool] = field(default=lambda _method, _path: False)
    lost: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self.loses(scope["method"], scope["path"]):
            await self.app(scope, receive, send)
            return

        async def nowhere(_message: Message) -> None:
            """The service has answered, and nobody hears it."""

        await self.app(scope, receive, nowhere)
        self.lost += 1
        # Nothing is answered: the server closes the connection.


@dataclass
class Standing:
    """The station, served for real by a thread."""

    station: Station
    line: Line
    port: int
    loop: asyncio.AbstractEventLoop

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def do(self, what: Coroutine[Any, Any, T]) -> T:
        """Have it done where the service runs."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(30)


@contextlib.contextmanager
def served(settings: Settings, keys: dict[str, str], clock: Clock = system) -> Generator[Standing]:
    """The application on a port of its own, with the real time."""
    app = create_app(health, settings, clock=clock, pages=PageSettings())
    line = Line(app)
    opening = listen("127.0.0.1", 0)
    server = ApiServer(configuration(line), app.state.parts)
    loop = asyncio.new_event_loop()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.serve(sockets=[opening]))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    standing = Standing(Station(app, keys, []), line, opening.getsockname()[1], loop)
    try:
        httpx.get(f"{standing.url}/healthz", timeout=30)
        standing.do(with_vaccines(app.state.parts))
        yield standing
    finally:
        server.should_exit = True
        thread.join(20)
        opening.close()
        loop.close()
