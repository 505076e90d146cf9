"""Targets through the API: what stands before their cases, in words; pause, resume and close, with who and why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from common.opening import maintenance_in_words, opening_in_words, parse_maintenance, parse_opening
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service
from common.target import Pace, Target
from common.testing import FixedClock
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.town import Town

pytestmark = pytest.mark.anyio

WEEKDAYS = parse_opening("mo-fr 07:00-22:00; holidays closed")
HARBOUR = Target(name="harbour", opening=WEEKDAYS, maintenance=parse_maintenance("we 12:00-13:00 patching"))
LOCK = Target(name="lock", pace=Pace(cases=30, per=timedelta(minutes=1)))
port = Service("town", title="Port")
WEDNESDAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Ship(CaseInput):
    name: str


@port.process("moorings", targets=[HARBOUR], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)
def moor(ship: Ship, run: Run) -> Outcome:
    """A ship gets its berth."""
    return Outcome(OutcomeCode.NOOP)


@port.process("passages", targets=[LOCK, HARBOUR], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)
def let_pass(ship: Ship, run: Run) -> Outcome:
    """A ship passes the lock."""
    return Outcome(OutcomeCode.NOOP)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(WEDNESDAY)


@pytest.fixture
async def harbour(settings: Settings, keys: dict[str, str], clock: FixedClock) -> AsyncGenerator[Town]:
    app = create_app(port, settings, clock=clock)
    async with app.router.lifespan_context(app):
        yield Town(app, keys)


@pytest.fixture
async def operator(harbour: Town) -> AsyncGenerator[httpx.AsyncClient]:
    async with harbour.caller("operator") as client:
        yield client


async def target(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get("/v1/targets")
    assert answer.status_code == 200, answer.text
    (found,) = [item for item in answer.json()["items"] if item["name"] == name]
    return found


async def process(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    (found,) = [item for item in (await client.get("/v1/processes")).json()["items"] if item["name"] == name]
    return found


async def write(harbour: Town, sql: str) -> None:
    async with harbour.parts.database.pool.connection() as connection:
        await connection.execute(sql.encode())


def whys(item: dict[str, Any]) -> list[str]:
    return [obstacle["why"] for obstacle in item["obstacles"]]


class TestHours:
    async def test_open(self, operator: httpx.AsyncClient) -> None:
        found = await target(operator, "harbour")
        assert (found["open"], found["obstacles"]) == (True, [])
        assert found["opening_hours"] == "mo-fr 07:00-22:00; holidays closed"
        assert found["maintenance"] == "we 12:00-13:00 patching"
        assert found["closes_at"] == "2026-03-04T21:00:00Z"
        assert found["processes"] == ["moorings", "passages"]
        assert (await target(operator, "lock"))["pace"] == "30/min"

    @pytest.mark.parametrize(
        ("now", "why", "until"),
        [
            (datetime(2026, 3, 7, 12, tzinfo=UTC), "closed", "2026-03-09T06:00:00Z"),
            (datetime(2026, 3, 4, 11, 30, tzinfo=UTC), "maintenance", "2026-03-04T12:00:00Z"),
        ],
    )
    async def test_closed(
        self, operator: httpx.AsyncClient, clock: FixedClock, now: datetime, why: str, until: str
    ) -> None:
        clock.now = now
        found = await target(operator, "harbour")
        assert (found["open"], whys(found)) == (False, [why])
        assert found["obstacles"][0]["until"] == found["next_opening"] == until
        assert whys(await process(operator, "passages")) == [why]


class TestCircuit:
    async def test_is_told_and_closed_by_a_person(self, harbour: Town, operator: httpx.AsyncClient) -> None:
        await write(
            harbour,
            "insert into circuits (target, failures, code, opened_at, retry_at, openings) "
            "values ('lock', 5, 'TARGET_DOWN', now(), now() + interval '1 hour', 1)",
        )
        found = await target(operator, "lock")
        assert whys(found) == ["circuit_open"]
        circuit = found["circuit"]
        assert (circuit["open"], circuit["failures"], circuit["code"], circuit["trying"]) == (
            True,
            5,
            "TARGET_DOWN",
            False,
        )
        assert circuit["next_try"] == found["obstacles"][0]["until"] > circuit["since"]
        assert whys(await process(operator, "passages")) == ["circuit_open"]
        assert whys(await process(operator, "moorings")) == []
        closed = await operator.post("/v1/targets/lock/circuit/close")
        assert (closed.status_code, closed.json()["open"], closed.json()["circuit"]["failures"]) == (200, True, 0)
        again = await operator.post("/v1/targets/lock/circuit/close")
        assert again.status_code == 200
        log = (await operator.get("/v1/operations")).json()["items"]
        assert [(line["actor"], line["name"], line["action"]) for line in log] == [
            ("caller:operator", "lock", "circuit_closed")
        ]


async def test_accounts_are_named_and_never_their_passwords(harbour: Town, operator: httpx.AsyncClient) -> None:
    await write(
        harbour,
        "insert into accounts (target, name, holder, lease_until, out_since, password_mark) values "
        "('lock', 'robot1', 'w-1', now() + interval '1 minute', null, 'mark-of-it'), "
        "('lock', 'robot2', null, null, now(), 'mark-of-it')",
    )
    found = await target(operator, "lock")
    assert [(one["name"], one["leased"], one["out_since"] is None) for one in found["accounts"]] == [
        ("robot1", True, True),
        ("robot2", False, False),
    ]
    assert found["open"]
    assert "mark" not in str(found)
    await write(harbour, "update accounts set out_since = now()")
    assert whys(await target(operator, "lock")) == ["no_account"]


class TestPause:
    async def test_a_reason_holds_nobodys_number(self, operator: httpx.AsyncClient) -> None:
        paused = await operator.post("/v1/targets/lock/pause", json={"reason": "Feil hos 178384 10103"})
        log = await operator.get("/v1/operations")
        assert paused.status_code == 200, paused.text
        assert "10103" not in paused.text + log.text
        assert "Feil hos ***" in log.text

    @pytest.mark.parametrize(("kind", "name"), [("targets", "lock"), ("processes", "passages")])
    async def test_and_resume_with_who_and_why(self, operator: httpx.AsyncClient, kind: str, name: str) -> None:
        paused = await operator.post(f"/v1/{kind}/{name}/pause", json={"reason": "  Slusen males  "})
        assert paused.status_code == 200, paused.text
        told = paused.json()["paused"]
        assert (told["actor"], told["reason"], told["code"]) == ("caller:operator", "Slusen males", None)
        assert whys(paused.json()) == ["paused"]
        assert "Slusen males" in paused.json()["obstacles"][0]["sentence"]
        assert whys(await process(operator, "passages")) == ["paused"]
        assert whys(await process(operator, "moorings")) == []

        again = await operator.post(f"/v1/{kind}/{name}/pause", json={"reason": "another"})
        assert (again.status_code, again.json()["paused"]) == (200, told)

        for _ in range(2):
            resumed = await operator.post(f"/v1/{kind}/{name}/resume")
            assert (resumed.status_code, resumed.json()["paused"], whys(resumed.json())) == (200, None, [])
        log = (await operator.get("/v1/operations", params={"name": name})).json()["items"]
        assert [(line["action"], line["reason"]) for line in log] == [("resumed", None), ("paused", "Slusen males")]

    @pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 501}, {"reason": "x", "until": "y"}])
    async def test_needs_a_reason(self, operator: httpx.AsyncClient, body: dict[str, str]) -> None:
        answer = await operator.post("/v1/targets/lock/pause", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
        assert whys(await target(operator, "lock")) == []

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("/v1/targets/moon/pause", "TARGET_UNKNOWN"),
            ("/v1/targets/moon/resume", "TARGET_UNKNOWN"),
            ("/v1/targets/moon/circuit/close", "TARGET_UNKNOWN"),
            ("/v1/processes/moon/pause", "PROCESS_UNKNOWN"),
            ("/v1/processes/moon/resume", "PROCESS_UNKNOWN"),
        ],
    )
    async def test_of_what_is_not_there(self, operator: httpx.AsyncClient, path: str, code: str) -> None:
        answer = await operator.post(path, json={"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (404, code)

    async def test_rings_for_the_workers(self, harbour: Town, operator: httpx.AsyncClient) -> None:
        waiting = asyncio.ensure_future(anext(harbour.parts.bell.hear_work()))
        async with asyncio.timeout(20):
            while not waiting.done():
                await operator.post("/v1/targets/lock/resume")
                await asyncio.wait([waiting], timeout=0.05)
        assert waiting.result() == b"gates"


async def test_the_log_has_pages(operator: httpx.AsyncClient) -> None:
    for _ in range(3):
        await operator.post("/v1/targets/lock/pause", json={"reason": "x"})
        await operator.post("/v1/targets/lock/resume")
    seen: list[int] = []
    cursor: int | None = None
    while True:
        params = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get("/v1/operations", params=params)).json()
        seen += [line["id"] for line in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 6
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("caller", ["booking", "desk", "decider", "nobody", None])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/targets"),
        ("GET", "/v1/operations"),
        ("POST", "/v1/targets/lock/pause"),
        ("POST", "/v1/targets/lock/resume"),
        ("POST", "/v1/targets/lock/circuit/close"),
        ("POST", "/v1/processes/passages/pause"),
        ("POST", "/v1/processes/passages/resume"),
    ],
)
async def test_only_for_operators(harbour: Town, caller: str | None, method: str, path: str) -> None:
    async with harbour.caller(caller) as client:
        answer = await client.request(method, path, json={"reason": "x"})
    assert answer.status_code == (401 if caller is None else 403)


async def test_every_body_is_described(harbour: Town) -> None:
    described = harbour.app.openapi()
    for path in ("/v1/targets/{target}/pause", "/v1/processes/{process}/pause"):
        body = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"] == {"$ref": "#/components/schemas/PauseReason"}
        assert body["example"]["reason"]


@pytest.mark.parametrize(
    "text",
    ["always", "mo-fr 07:00-22:00; holidays closed", "mo-we,sa 00:00-24:00", "22:00-02:00; holidays as_sunday"],
)
def test_opening_hours_can_be_read_back(text: str) -> None:
    assert opening_in_words(parse_opening(text)) == text


@pytest.mark.parametrize("text", ["none", "su 02:00-05:00 patching; 2026-12-01 22:00 to 2026-12-02 04:00 new version"])
def test_maintenance_can_be_read_back(text: str) -> None:
    assert maintenance_in_words(parse_maintenance(text)) == text
