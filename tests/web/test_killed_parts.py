"""The api and the errands are killed in the middle: rows in = outcomes out, no table half taken in, every event told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from common.cases.children import Children
from common.db.pool import pool
from common.process import Handover
from common.settings import DatabaseSettings
from tests.integration.receiver import receiving
from tests.web.counter import Payment, payment
from tests.web.parts_alive import Parts, alive, until

pytestmark = pytest.mark.anyio

LINES = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "one-stream"}
ALL, BEFORE = 1_200, 1_000
"""Rows of the stream, and how many of them are stored in one piece."""


def line(number: int) -> bytes:
    return json.dumps(payment(amount=f"{1 + number % 900}.00", reference=f"R-{number}")).encode() + b"\n"


async def stream(held: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    for number in range(ALL):
        if held is not None and number == BEFORE + 100:
            await held.wait()
        yield line(number)


async def add_up(parts: Parts, client: httpx.AsyncClient) -> dict[str, Any]:
    """The control totals of the one batch, held against the cases that there are."""
    (batch,) = (await client.get("/v1/batches")).json()["items"]
    found: dict[str, Any] = (await client.get(f"/v1/batches/{batch['id']}")).json()
    assert found["rows"] == found["refused"] + found["existing"] + found["accepted"]
    assert found["accepted"] == sum(found["states"].values()) == parts.number("select count(*) from cases")
    return found


async def killed_in_mid_stream(parts: Parts) -> None:
    """An api that has stored a part of a stream, the rest on its way, is gone."""
    held = asyncio.Event()
    async with parts.caller() as client:
        sending = asyncio.create_task(client.post("/v1/refunds", content=stream(held), headers=LINES))
        await until(lambda: parts.number("select count(*) from cases") >= BEFORE)
        parts.api.kill()
        held.set()
        with pytest.raises(httpx.TransportError):
            await sending


async def test_an_upload_goes_on_where_its_api_died(database: DatabaseSettings, empty_redis: str) -> None:
    async with alive(database, empty_redis) as parts:
        await parts.start(parts.api, parts.errands)
        await killed_in_mid_stream(parts)
        await parts.start(parts.api)
        async with parts.caller() as client:
            found = await add_up(parts, client)
            assert (found["state"], found["rows"]) == ("receiving", BEFORE)
            assert await parts.perform_all() == 0
            answer = await client.post("/v1/refunds", content=stream(), headers=LINES)
            assert (answer.status_code, answer.json()["accepted"]) == (202, ALL), answer.text
            await until(lambda: parts.number("select count(*) from batches where opened_at is not null") == 1)
            assert await parts.perform_all() == ALL
            await until(lambda: parts.rows("select state from batches") == [{"state": "ended"}])
            found = await add_up(parts, client)
            assert (found["rows"], found["states"]) == (ALL, {"done": ALL})


async def test_an_upload_that_nobody_takes_up_again_is_refused_whole(
    database: DatabaseSettings, empty_redis: str
) -> None:
    async with alive(database, empty_redis, ROGER_ERRANDS_ABANDONED_AFTER="1") as parts:
        await parts.start(parts.api)
        await killed_in_mid_stream(parts)
        await parts.start(parts.api, parts.errands)
        await until(
            lambda: parts.rows("select state, code from batches") == [{"state": "refused", "code": "INCOMPLETE_UPLOAD"}]
        )
        async with parts.caller() as client:
            await until(lambda: parts.number("select count(*) from cases where state <> 'cancelled'") == 0)
            assert (await add_up(parts, client))["states"] == {"cancelled": BEFORE}
            assert await parts.perform_all() == 0


async def test_a_register_is_taken_whole_or_not_at_all(database: DatabaseSettings, empty_redis: str) -> None:
    rows = [{"code": f"C{number}", "most": number} for number in range(1, 200)]
    asked = {"valid_from": "2026-01-01", "signer": "Anne Berg"}
    async with alive(database, empty_redis) as parts:
        await parts.start(parts.api)
        async with parts.caller() as client, await psycopg.AsyncConnection.connect(database.url) as other:
            # What it writes has to wait, so it dies between its first write and its commit.
            await other.execute("lock table operations in exclusive mode")
            sending = [
                asyncio.create_task(client.put("/v1/registers/limits", json=rows[: 100 + n], params=asked))
                for n in range(3)
            ]
            await until(
                lambda: parts.number("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") > 0
            )
            parts.api.kill()
            for one in sending:
                with pytest.raises(httpx.TransportError):
                    await one
        assert parts.rows("select version from registers") == []
        await parts.start(parts.api)
        async with parts.caller() as client:
            answers = await asyncio.gather(
                *[client.put("/v1/registers/limits", json=rows[: 100 + n], params=asked) for n in range(3)]
            )
            assert sorted(answer.json()["version"] for answer in answers) == [1, 2, 3]
            for answer in answers:
                stored = (await client.get(answer.headers["location"])).json()
                assert len(stored["rows"]) == stored["row_count"] >= 100


async def test_every_event_is_told_although_the_errands_die(database: DatabaseSettings, empty_redis: str) -> None:
    hang = asyncio.Event()
    async with alive(database, empty_redis) as parts, receiving(hang=hang) as receiver:
        await parts.start(parts.api, parts.errands)
        async with parts.caller() as client:
            made = await client.post("/v1/webhooks", json={"url": receiver.url})
            assert made.status_code == 201, made.text
            rows = [payment(amount=f"{n}.00", reference=f"R-{n}") for n in range(1, 6)]
            assert (await client.post("/v1/refunds", json=rows)).status_code == 202
            await parts.perform_all()
            # It has them in its hands, and nobody has said that they have come.
            await until(lambda: len(receiver.got) >= 2)
            parts.errands.kill()
            hang.set()
            known = {headers["webhook-id"] for headers, _ in receiver.got}
            parts.rows(
                "update deliveries set leased_until = now() - interval '1 second' where leased_until is not null"
            )
            await parts.start(parts.errands)
            await until(lambda: parts.number("select count(*) from deliveries where state = 'delivered'") == 15)
            events = parts.rows("select id from events order by id")
            told = [headers["webhook-id"] for headers, _ in receiver.got]
            assert set(told) == {f"town-{event['id']}" for event in events}
            # What was under way came a second time, under the same id.
            assert all(told.count(name) == 2 for name in known)


async def test_that_all_children_have_ended_is_told_once_although_the_errands_die(
    database: DatabaseSettings, empty_redis: str
) -> None:
    waits = "select count(*) from pg_locks where not granted"
    noted = "select count(*) from handovers where ended_at is not null"
    told = "select count(*) from events where code = 'CHILDREN_ENDED'"
    async with alive(database, empty_redis) as parts, await psycopg.AsyncConnection.connect(database.url) as other:
        await parts.start(parts.api, parts.errands)
        async with parts.caller() as client:
            assert (await client.post("/v1/refunds", json=payment(reference="R-0"))).status_code == 202
        left = [Payment.model_validate(payment(reference=f"R-{number}")) for number in (1, 2)]
        assert await parts.perform_all(Handover(process="payments", rows=left)) == 1
        await until(lambda: parts.number("select count(*) from cases where state = 'queued'") == 2)
        parts.errands.kill()
        assert await parts.perform_all() == 2
        # What it writes has to wait, so it dies between noting it and its commit.
        await other.execute("set local idle_in_transaction_session_timeout = 0")
        await other.execute("lock table events in exclusive mode")
        await parts.start(parts.errands)
        await until(lambda: parts.number(waits) > 0)
        parts.errands.kill()
        parts.rows("select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")
        await until(lambda: parts.number(waits) == 0)
        await other.rollback()
        assert (parts.number(noted), parts.number(told)) == (0, 0)
        await parts.start(parts.errands)
        await until(lambda: parts.number(told) == 1)
        async with pool(database, name="roger-tests") as connections:
            assert await Children(connections).end() == []
        assert (parts.number(noted), parts.number(told)) == (1, 1)
