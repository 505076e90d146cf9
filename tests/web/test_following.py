"""Follow cases: one, a list, a person's, its events, and waiting for an end."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import uuid4

import pytest

from common.errors import NameMismatch
from common.web.parts import Settings
from tests.web.town import KARI, OLA, Town, manual, opened, served, until

pytestmark = pytest.mark.anyio

NOBODYS = "0192b3c4-5d6e-7f80-9a1b-2c3d4e5f6071"  # no case has this id


class TestOne:
    async def test_done(self, hall: Town) -> None:
        case = await hall.submit()
        await hall.end()
        async with hall.caller("booking") as client:
            found = (await client.get(f"/v1/cases/{case}")).json()
        assert (found["state"], found["outcome"], found["detail"]) == ("done", "CREATED", {"card": "C-1"})
        assert (found["attempts"], found["situation"]) == (1, None)
        assert found["ended_at"]

    async def test_manual_says_what_happened_and_what_to_do(self, hall: Town) -> None:
        case = await hall.submit()
        await hall.end(manual("NAME_MISMATCH"))
        async with hall.caller("booking") as client:
            found = (await client.get(f"/v1/cases/{case}")).json()
        assert (found["state"], found["code"]) == ("manual", "NAME_MISMATCH")
        assert (found["situation"], found["remedy"]) == (NameMismatch.situation, NameMismatch.remedy)

    async def test_events(self, hall: Town) -> None:
        case = await hall.submit()
        await hall.end(manual())
        async with hall.caller("desk") as client:
            await client.post(f"/v1/cases/{case}/close", json={"handled": "DONE_MANUALLY"})
            events = (await client.get(f"/v1/cases/{case}/events")).json()["items"]
        moves = [(event["actor"], event["from_state"], event["to_state"], event["code"]) for event in events]
        assert moves == [
            ("caller:booking", None, "queued", None),
            ("worker:shift", "queued", "running", None),
            ("worker:shift", "running", "manual", "NAME_MISMATCH"),
            ("caller:desk", "manual", "closed", "DONE_MANUALLY"),
        ]

    @pytest.mark.parametrize("case", ["x", KARI, NOBODYS, "..%2f"])
    async def test_unknown(self, hall: Town, case: str) -> None:
        async with hall.caller("booking") as client:
            answer = await client.get(f"/v1/cases/{case}")
        assert answer.status_code == 404
        assert KARI not in answer.text


class TestList:
    async def test_newest_first_in_pages(self, hall: Town) -> None:
        ids = [await hall.submit() for _ in range(5)]
        async with hall.caller("booking") as client:
            first = (await client.get("/v1/cases", params={"limit": 3})).json()
            rest = (await client.get("/v1/cases", params={"limit": 3, "cursor": first["next"]})).json()
        assert [case["id"] for case in first["items"] + rest["items"]] == ids[::-1]
        assert rest["next"] is None

    async def test_narrowed(self, hall: Town) -> None:
        done = await hall.submit("forms", reference="T-1", unit="A", priority=1)
        await hall.end()
        stuck = await hall.submit("forms", reference="T-2", unit="B", priority=1)
        await hall.end(manual())
        deed = await hall.submit("forms", "deeds", reference="T-3", unit="A")
        async with hall.caller("forms") as client:

            async def ids(**narrowed: str) -> list[str]:
                return [case["id"] for case in (await client.get("/v1/cases", params=narrowed)).json()["items"]]

            assert await ids() == [deed, stuck, done]
            assert await ids(process="permits") == [stuck, done]
            assert await ids(state="manual") == [stuck]
            assert await ids(code="CREATED") == [done]
            assert await ids(code="NAME_MISMATCH") == [stuck]
            assert await ids(reference="T-3") == [deed]
            assert await ids(unit="A") == [deed, done]
            assert await ids(unit="A", state="done") == [done]
            assert await ids(reference="T-4") == []

    @pytest.mark.parametrize(
        ("params", "status"),
        [
            ({"limit": "0"}, 422),
            ({"limit": "201"}, 422),
            ({"limit": KARI}, 422),
            ({"state": "lost"}, 422),
            ({"stat": "done"}, 422),
            ({"cursor": "x"}, 400),
            ({"cursor": "æ"}, 400),
            ({"reference": "\0"}, 400),
            ({"unit": "\0"}, 400),
            ({"code": "\0"}, 400),
            ({"process": "unknown"}, 403),
        ],
    )
    async def test_wrong_questions(self, hall: Town, params: dict[str, str], status: int) -> None:
        async with hall.caller("booking") as client:
            answer = await client.get("/v1/cases", params=params)
        assert answer.status_code == status
        assert KARI not in answer.text


class TestSearch:
    async def test_a_person_in_any_spelling(self, hall: Town) -> None:
        case = await hall.submit(person=OLA)
        await hall.submit(person=KARI)
        async with hall.caller("booking") as client:
            for spelling in (OLA, f"{OLA[:6]} {OLA[6:]}", OLA[1:]):
                answer = await client.post("/v1/cases/search", json={"kind": "person", "id": spelling})
                assert [found["id"] for found in answer.json()["items"]] == [case], spelling
                assert OLA not in answer.text
            done = await client.post("/v1/cases/search", json={"kind": "person", "id": OLA, "state": "done"})
            assert done.json()["items"] == []
            other = await client.post("/v1/cases/search", json={"kind": "employee", "id": OLA})
            assert other.json()["items"] == []

    async def test_what_is_no_id(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/cases/search", json={"kind": "person", "id": "17838410104"})
        assert answer.status_code == 422
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("id", "ID_INVALID")]
        assert "17838410104" not in answer.text


class TestWaiting:
    async def test_an_ended_case_is_not_waited_for(self, hall: Town) -> None:
        case = await hall.submit()
        await hall.end(manual())
        async with hall.caller("booking") as client:
            assert (await client.get(f"/v1/cases/{case}?wait=60")).json()["state"] == "manual"

    async def test_time_runs_out(self, hall: Town) -> None:
        case = await hall.submit()
        async with hall.caller("booking") as client:
            assert (await client.get(f"/v1/cases/{case}?wait=0.05")).json()["state"] == "queued"

    async def test_the_bell_ends_it(self, hall: Town) -> None:
        case = await hall.submit()
        async with hall.caller("booking") as client:
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: hall.parts.endings.waiting == 1)
            started = time.monotonic()
            await hall.end(ring=True)
            assert (await waiting).json()["state"] == "done"
        assert time.monotonic() - started < 5
        assert hall.parts.endings.waiting == 0

    async def test_a_silent_bell_delays_it_a_little(self, hall: Town) -> None:
        case = await hall.submit()
        async with hall.caller("booking") as client:
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: hall.parts.endings.waiting == 1)
            await hall.end()
            assert (await waiting).json()["state"] == "done"

    async def test_a_person_ends_it(self, hall: Town) -> None:
        case = await hall.submit()
        async with hall.caller("booking") as client:
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: hall.parts.endings.waiting == 1)
            await client.post(f"/v1/cases/{case}/cancel")
            assert (await waiting).json()["state"] == "cancelled"

    async def test_nobody_holds_a_connection(self, settings: Settings, keys: dict[str, str]) -> None:
        narrow = replace(settings, database=settings.database.model_copy(update={"pool_max": 1}))
        async with opened(narrow, keys) as hall, hall.caller("booking") as client:
            cases = [await hall.submit() for _ in range(20)]
            waiting = [asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60")) for case in cases]
            await until(lambda: hall.parts.endings.waiting == 20)
            await hall.submit()
            ended = {str(await hall.end(ring=True)) for _ in cases}
            answers = await asyncio.gather(*waiting)
        assert {answer.json()["id"] for answer in answers if answer.json()["state"] == "done"} == ended & set(cases)

    async def test_too_many(self, settings: Settings, keys: dict[str, str]) -> None:
        async with opened(replace(settings, waits=1), keys) as hall, hall.caller("booking") as client:
            case = await hall.submit()
            waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
            await until(lambda: hall.parts.endings.waiting == 1)
            refused = await client.get(f"/v1/cases/{case}?wait=60")
            assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_WAITING")
            assert refused.headers["retry-after"]
            await hall.end(ring=True)
            assert (await waiting).status_code == 200

    @pytest.mark.parametrize("wait", ["-1", "61", "nan", "long"])
    async def test_how_long(self, hall: Town, wait: str) -> None:
        async with hall.caller("booking") as client:
            assert (await client.get(f"/v1/cases/{uuid4()}", params={"wait": wait})).status_code == 422

    async def test_a_client_that_goes_away_is_let_go(self, settings: Settings, keys: dict[str, str]) -> None:
        async with served(settings, keys) as hall:
            case = await hall.submit()
            async with hall.caller("booking") as client:
                waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
                await until(lambda: hall.parts.endings.waiting == 1)
                waiting.cancel()
                await asyncio.gather(waiting, return_exceptions=True)
            await until(lambda: hall.parts.endings.waiting == 0)

    async def test_a_server_that_ends_lets_everybody_go(self, settings: Settings, keys: dict[str, str]) -> None:
        started = time.monotonic()
        async with AsyncExitStack() as client_outlives_server:
            async with served(settings, keys) as hall:
                client = await client_outlives_server.enter_async_context(hall.caller("booking"))
                case = await hall.submit()
                waiting = asyncio.create_task(client.get(f"/v1/cases/{case}?wait=60"))
                await until(lambda: hall.parts.endings.waiting == 1)
            assert (await waiting).json()["state"] == "queued"
        assert time.monotonic() - started < 20
