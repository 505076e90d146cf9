"""Schedules through the API: when they come, how they went; pause, resume and fire, with who and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from common.process import (
    CaseInput,
    Days,
    ErrandDesk,
    Firing,
    MonthlyBankDay,
    Outcome,
    OutcomeCode,
    Retention,
    Run,
    Service,
)
from common.schedules.starter import Office, Starter
from common.testing import FixedClock
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.test_rights import CALLERS
from tests.web.town import Town

pytestmark = pytest.mark.anyio

tower = Service("town", title="Clock tower")
NOON = datetime(2026, 3, 2, 12, 0, 40, tzinfo=UTC)  # a Monday
REASON = {"reason": "The bell is being cleaned"}


class Stroke(CaseInput):
    hour: int


@tower.process("strokes", targets=[], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)
def strike(stroke: Stroke, run: Run) -> Outcome:
    """The bell is struck."""
    return Outcome(OutcomeCode.NOOP)


@tower.schedule("noon", process="strokes", cron="0 12 * * mo-fr", days=Days.WORKING)
def twelve_strokes(firing: Firing) -> Iterable[CaseInput]:
    """Strike twelve."""
    return [Stroke(hour=12) for _ in range(12)]


@tower.schedule("winding", monthly=MonthlyBankDay(nth=3, before=12, at=time(6, 30)))
async def wind(firing: Firing, desk: ErrandDesk) -> None:
    """Wind the clock."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def hall(settings: Settings, keys: dict[str, str], clock: FixedClock) -> AsyncGenerator[Town]:
    app = create_app(tower, settings, clock=clock)
    async with app.router.lifespan_context(app):
        yield Town(app, keys)


async def asked(hall: Town, method: str, path: str, status: int = 200, **options: Any) -> Any:
    async with hall.caller("operator") as client:
        answer = await client.request(method, path, **options)
    assert answer.status_code == status, answer.text
    return answer.json()


async def start_what_is_due(hall: Town) -> None:
    parts = hall.parts
    office = Office(service=tower, pool=parts.database.pool, keyring=parts.keyring, bell=parts.bell, clock=parts.clock)
    await Starter(office).run()


async def test_when_they_come_next(hall: Town) -> None:
    noon, winding = (await asked(hall, "GET", "/v1/schedules"))["items"]

    assert (noon["name"], noon["summary"], noon["process"]) == ("noon", "Strike twelve.", "strokes")
    assert (noon["rule"], noon["zone"], noon["missed"]) == ("0 12 * * mo-fr, working days", "Europe/Oslo", "once")
    assert noon["next"] == [f"2026-03-0{day}T11:00:00Z" for day in (3, 4, 5)]
    assert noon["last"] == []
    assert noon["paused"] is None
    assert winding["process"] is None
    assert winding["rule"] == "bank day 3 before day 12 of each month, 06:30"
    assert winding["next"] == ["2026-03-09T05:30:00Z", "2026-04-08T04:30:00Z", "2026-05-07T04:30:00Z"]


async def test_started_by_hand_it_is_one_firing_a_minute(hall: Town, clock: FixedClock) -> None:
    first = await asked(hall, "POST", "/v1/schedules/noon/fire", 202)
    clock.now += timedelta(seconds=19)
    again = await asked(hall, "POST", "/v1/schedules/noon/fire", 202)
    assert first == again
    assert (first["due_at"], first["state"], first["fired_by"]) == ("2026-03-02T12:00:00Z", "due", "caller:operator")

    await start_what_is_due(hall)
    done = await asked(hall, "POST", "/v1/schedules/noon/fire", 202)
    assert (done["state"], done["attempts"]) == ("done", 1)
    async with hall.caller("auditor") as client:
        cases = (await client.get("/v1/cases")).json()["items"]
        batch = (await client.get(f"/v1/batches/{done['batch']}")).json()
    assert {case["caller"] for case in cases} == {"schedule:noon"}
    assert (len(cases), batch["source"], batch["rows"]) == (12, "schedule", 12)

    clock.now += timedelta(minutes=1)
    later = await asked(hall, "POST", "/v1/schedules/noon/fire", 202)
    assert later["due_at"] == "2026-03-02T12:01:00Z"
    lines = (await asked(hall, "GET", "/v1/operations"))["items"]
    assert [(line["kind"], line["name"], line["action"]) for line in lines] == [("schedule", "noon", "fired")] * 2


async def test_it_is_started_soon_after_it_was_asked_for(hall: Town) -> None:
    """Whoever runs errands is told."""
    heard = hall.parts.bell.hear_errands()

    async def ask() -> None:
        while True:  # until the listener has been heard to listen
            await asked(hall, "POST", "/v1/schedules/noon/fire", 202)

    asking = asyncio.create_task(ask())
    async with asyncio.timeout(20):
        assert await anext(heard) == "schedules"
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


async def test_pause_and_resume(hall: Town) -> None:
    paused = await asked(hall, "POST", "/v1/schedules/winding/pause", json=REASON)
    again = await asked(hall, "POST", "/v1/schedules/winding/pause", json={"reason": "other"})
    assert (paused["paused"]["actor"], paused["paused"]["reason"]) == ("caller:operator", REASON["reason"])
    assert again["paused"] == paused["paused"]
    noon, winding = (await asked(hall, "GET", "/v1/schedules"))["items"]
    assert (noon["paused"], winding["paused"]) == (None, paused["paused"])

    for _ in range(2):
        assert (await asked(hall, "POST", "/v1/schedules/winding/resume"))["paused"] is None
    lines = (await asked(hall, "GET", "/v1/operations?kind=schedule"))["items"]
    assert [(line["action"], line["actor"]) for line in lines] == [
        ("resumed", "caller:operator"),
        ("paused", "caller:operator"),
    ]


async def test_firings_page_by_page(hall: Town, clock: FixedClock) -> None:
    for _ in range(5):
        await asked(hall, "POST", "/v1/schedules/winding/fire", 202)
        clock.now += timedelta(minutes=1)
    await start_what_is_due(hall)

    found: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = await asked(hall, "GET", "/v1/schedules/winding/firings", params=params)
        found += [firing["due_at"] for firing in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == [f"2026-03-02T12:0{minute}:00Z" for minute in (4, 3, 2, 1, 0)]
    last = (await asked(hall, "GET", "/v1/schedules"))["items"][1]["last"]
    assert [firing["due_at"] for firing in last] == found[:3]
    assert {firing["state"] for firing in last} == {"done"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/schedules/dawn/firings", 404, "SCHEDULE_UNKNOWN"),
        ("POST", "/v1/schedules/dawn/fire", 404, "SCHEDULE_UNKNOWN"),
        ("POST", "/v1/schedules/dawn/resume", 404, "SCHEDULE_UNKNOWN"),
        ("POST", "/v1/schedules/dawn/pause", 404, "SCHEDULE_UNKNOWN"),
        ("GET", "/v1/schedules/noon/firings?limit=0", 422, "INVALID_INPUT"),
        ("GET", "/v1/schedules/noon/firings?cursor=yesterday", 422, "INVALID_INPUT"),
        ("GET", "/v1/schedules/noon/firings?cursor=2026-03-02T12:00:00", 422, "INVALID_INPUT"),
    ],
)
async def test_what_cannot_be_asked(hall: Town, method: str, path: str, status: int, code: str) -> None:
    body = {"json": REASON} if method == "POST" else {}
    assert (await asked(hall, method, path, status, **body))["code"] == code


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x", "until": "noon"}])
async def test_a_pause_has_a_reason(hall: Town, body: dict[str, str]) -> None:
    assert (await asked(hall, "POST", "/v1/schedules/noon/pause", 422, json=body))["code"] == "INVALID_INPUT"


async def test_only_for_operators(hall: Town) -> None:
    paths = [("GET", ""), ("GET", "/noon/firings"), ("POST", "/noon/pause"), ("POST", "/noon/resume")]
    for name in CALLERS:
        async with hall.caller(name) as client:
            for method, path in [*paths, ("POST", "/noon/fire")]:
                answer = await client.request(method, f"/v1/schedules{path}", json=REASON)
                assert (answer.status_code < 300) is (name == "operator"), (name, path)
                assert answer.status_code in {200, 202, 403}, (name, path)
