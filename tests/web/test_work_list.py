"""`/v1/tasks` and `/v1/benefits`: what people must know, and what Roger saved them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from common.cases.endings import Ending, done
from common.notices.post import add_tasks
from common.process import Outcome, OutcomeCode
from common.task import Task
from tests.web.town import KARI, Town, manual

pytestmark = pytest.mark.anyio

FOLLOW_UP = Task(name="follow-up", role="unit-leader", title="Følg opp", text=f"Gjelder {KARI}.", unit="310456780")


def told(*tasks: Task) -> Ending:
    return done(Outcome(OutcomeCode.CREATED).telling(*tasks))


async def listed(hall: Town, caller: str, **query: Any) -> list[dict[str, Any]]:
    async with hall.caller(caller) as client:
        answer = await client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class TestTasks:
    async def test_a_task_as_its_caller_sees_it(self, hall: Town) -> None:
        await hall.submit("booking")
        case = await hall.end(told(FOLLOW_UP))

        (task,) = await listed(hall, "booking")

        assert task["case"] == str(case)
        assert (task["role"], task["unit"], task["title"]) == ("unit-leader", "310456780", "Følg opp")
        assert KARI not in task["text"]
        assert task["notice"] is None
        assert task["done_at"] is None

    async def test_everybody_sees_those_of_their_own_cases(self, hall: Town) -> None:
        await hall.submit("booking")
        await hall.end(told(FOLLOW_UP))
        async with hall.parts.database.pool.connection() as connection:
            await add_tasks(connection, [FOLLOW_UP], process="*", about="circuit:hspro")

        assert len(await listed(hall, "booking")) == 1
        assert await listed(hall, "forms") == []
        assert len(await listed(hall, "auditor")) == len(await listed(hall, "operator")) == 2

    async def test_nobody_without_a_scope_sees_any(self, hall: Town) -> None:
        for caller in ("sender", "nobody", "archive"):
            async with hall.caller(caller) as client:
                assert (await client.get("/v1/tasks")).status_code == 403

    async def test_pages_and_filters(self, hall: Town) -> None:
        for number in range(5):
            await hall.submit("booking")
            await hall.end(told(Task(name="n", role=f"r{number % 2}", title=str(number), text="Se saken.")))
        async with hall.caller("booking") as client:
            first = (await client.get("/v1/tasks", params={"limit": 3})).json()
            second = (await client.get("/v1/tasks", params={"limit": 3, "cursor": first["next"]})).json()

        assert [task["title"] for task in first["items"] + second["items"]] == ["4", "3", "2", "1", "0"]
        assert second["next"] is None
        assert [task["title"] for task in await listed(hall, "booking", role="r1")] == ["3", "1"]
        assert await listed(hall, "booking", process="deeds") == []

    async def test_done_is_done_by_whoever_said_so_first(self, hall: Town) -> None:
        await hall.submit("booking")
        await hall.end(told(FOLLOW_UP))
        (task,) = await listed(hall, "booking")
        for caller, status in (("booking", 403), ("decider", 404), ("auditor", 403), ("desk", 204), ("operator", 204)):
            async with hall.caller(caller) as client:
                assert (await client.post(f"/v1/tasks/{task['id']}/done")).status_code == status, caller

        (task,) = await listed(hall, "booking", open=False)
        assert task["done_by"] == "caller:desk"
        assert await listed(hall, "booking", open=True) == []

    async def test_there_is_no_such_task(self, hall: Town) -> None:
        async with hall.caller("desk") as client:
            answer = await client.post(f"/v1/tasks/{uuid4()}/done")
        assert (answer.status_code, answer.json()["code"]) == (404, "TASK_UNKNOWN")


class TestBenefits:
    async def test_hours_and_full_time_equivalents(self, hall: Town) -> None:
        for _ in range(6):
            await hall.submit("booking", unit="310456780")
            await hall.end()
        await hall.submit("booking")
        await hall.end(manual())
        await hall.parts.benefits.know(hall.parts.service)
        async with hall.caller("operator") as client:
            report = (await client.get("/v1/benefits", params={"hours_per_fte": "0.1"})).json()

        assert report["total"] == {"automatic": 6, "manual": 1, "saved_hours": 0.25, "fte": 2.5}
        assert {item["unit"]: item["saved_hours"] for item in report["items"]} == {"310456780": 0.25, None: 0.0}

    async def test_without_a_divisor_there_are_no_full_time_equivalents(self, hall: Town) -> None:
        async with hall.caller("auditor") as client:
            report = (await client.get("/v1/benefits", params={"from": "2026-01", "to": "2026-12"})).json()
        assert report == {
            "hours_per_fte": None,
            "total": {"automatic": 0, "manual": 0, "saved_hours": 0.0, "fte": None},
            "items": [],
        }

    @pytest.mark.parametrize(
        "query", [{"from": "2026-13"}, {"to": "202601"}, {"hours_per_fte": "0"}, {"hours_per_fte": "x"}, {"month": "1"}]
    )
    async def test_what_makes_no_sense_is_refused(self, hall: Town, query: dict[str, str]) -> None:
        async with hall.caller("operator") as client:
            answer = await client.get("/v1/benefits", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")

    async def test_callers_see_no_figures_of_others(self, hall: Town) -> None:
        for caller in ("booking", "nobody", "decider"):
            async with hall.caller(caller) as client:
                assert (await client.get("/v1/benefits")).status_code == 403
