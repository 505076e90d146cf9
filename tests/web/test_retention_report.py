"""`/v1/retention`: what is kept how long, and what should be gone by now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.privacy.retention import Retention
from tests.web.town import NOW, Town, manual, town

pytestmark = pytest.mark.anyio


async def asked(hall: Town, caller: str = "operator") -> Any:
    async with hall.caller(caller) as client:
        answer = await client.get("/v1/retention")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_says_what_is_overdue_until_it_is_gone(hall: Town) -> None:
    spans = {name: process.retention.span for name, process in town.processes.items()}
    pool, retention = hall.parts.database.pool, Retention(hall.parts.database.pool)
    assert (await asked(hall))["cases"] == []
    await retention.purge(spans, NOW)
    assert {row["process"]: row["days"] for row in (await asked(hall))["cases"]} == {
        name: span.days for name, span in spans.items()
    }
    for _ in range(2):
        await hall.submit()
        await hall.end()
    await hall.submit()
    waits = await hall.end(manual())
    long_ago = NOW - spans["permits"] - timedelta(hours=5)
    async with pool.connection() as connection:
        await connection.execute("update cases set ended_at = %s", [long_ago])
        await connection.execute(
            "insert into purges (process, retention_days, ended_until, last) select 'gone', 14, ended_until, last from purges limit 1"
        )
    told = await asked(hall)
    found = {row["process"]: row for row in told["cases"]}
    assert not told["on_time"]
    assert (found["permits"]["overdue"], found["permits"]["manual"], found["permits"]["deleted"]) == (2, 1, 0)
    assert found["permits"]["overdue_since"] == (NOW - timedelta(hours=5)).isoformat().replace("+00:00", "Z")
    assert [row["declared"] for row in told["cases"] if row["process"] in {"gone", "deeds"}] == [True, False]

    await retention.purge(spans, NOW)
    told = await asked(hall)
    found = {row["process"]: row for row in told["cases"]}
    assert told["on_time"]
    assert (found["permits"]["overdue"], found["permits"]["manual"], found["permits"]["deleted"]) == (0, 1, 2)
    assert str(waits) not in str(told)


@pytest.mark.parametrize("caller", ["booking", "desk", "auditor", "nobody"])
async def test_is_for_who_runs_the_service(hall: Town, caller: str) -> None:
    async with hall.caller(caller) as client:
        assert (await client.get("/v1/retention")).status_code == 403
