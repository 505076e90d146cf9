"""`POST /v1/{process}`: one case or many, and each once only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.settings import Environment
from common.web.parts import Settings
from tests.web.town import KARI, NOW, OLA, Town, opened, permit

pytestmark = pytest.mark.anyio


class TestOne:
    async def test_is_taken_and_has_an_address(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=permit(reference="T-1", unit="311874322", priority=2))
            assert answer.status_code == 202
            case = answer.json()
            assert answer.headers["location"] == f"/v1/cases/{case['id']}"
            wanted = {"state": "queued", "reference": "T-1", "caller": "booking", "unit": "311874322", "priority": 2}
            assert case.items() >= wanted.items()
            assert (await client.get(answer.headers["location"])).json() == case
            assert KARI not in answer.text

    async def test_is_once_only(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            first = await client.post("/v1/permits", json=permit(reference="T-1"))
            again = await client.post("/v1/permits", json=permit(source_id="T-1"))
            other = await client.post("/v1/permits", json=permit(reference="T-1", name="Kari Berg"))
        assert (first.status_code, again.status_code, other.status_code) == (202, 200, 409)
        assert again.json() == first.json()
        assert again.headers["location"] == first.headers["location"] == other.json()["location"]
        assert other.json()["code"] == "REFERENCE_TAKEN"

    async def test_without_a_reference_is_a_new_case_each_time(self, hall: Town) -> None:
        assert await hall.submit() != await hall.submit()

    async def test_same_reference_of_another_caller_or_process_is_another_case(self, hall: Town) -> None:
        ids = {
            await hall.submit("booking", reference="T-1"),
            await hall.submit("forms", reference="T-1"),
            await hall.submit("forms", "deeds", reference="T-1"),
        }
        assert len(ids) == 3

    async def test_twenty_at_once_are_one_case(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answers = await asyncio.gather(
                *(client.post("/v1/permits", json=permit(reference="T-1")) for _ in range(20))
            )
        assert sorted(answer.status_code for answer in answers) == [200] * 19 + [202]
        assert len({answer.json()["id"] for answer in answers}) == 1

    async def test_letters_are_the_same_however_composed(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            first = await client.post("/v1/permits", json=permit(reference="T-1", name="Åse"))
            again = await client.post("/v1/permits", json=permit(reference="T-1", name="A\u030ase"))
        assert (first.status_code, again.status_code) == (202, 200)

    async def test_known_before_it_is_late(self, settings: Settings, keys: dict[str, str]) -> None:
        """A resubmission on day 31 is not refused for its date; another case of that date is."""
        edge = permit(reference="T-1", asked_at=(NOW - timedelta(days=30)).isoformat())
        async with opened(settings, keys) as hall, hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=edge)).status_code == 202
        async with opened(settings, keys, NOW + timedelta(days=1)) as hall, hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=edge)).status_code == 200
            late = await client.post("/v1/permits", json=edge | {"reference": "T-2"})
        assert late.status_code == 422
        assert [error["code"] for error in late.json()["errors"]] == ["DATE_OUT_OF_RANGE"]

    async def test_waits_for_its_time(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answer = (await client.post("/v1/permits", json=permit(not_before="2099-01-01T00:00:00Z"))).json()
            assert answer["not_before"] == "2099-01-01T00:00:00Z"
            assert answer["due"] == "2099-01-01T04:00:00Z"
            assert (await client.get(f"/v1/cases/{answer['id']}")).json() == answer


class TestIdempotencyKey:
    async def test_recognises_a_case_without_a_reference(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answers = [
                await client.post("/v1/permits", json=body, headers={"Idempotency-Key": "k-1"})
                for body in (permit(), permit(), permit(name="Kari Berg"))
            ]
            assert [answer.status_code for answer in answers] == [202, 200, 409]
            assert answers[0].json()["reference"] is None

    async def test_never_meets_a_reference(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            by_reference = await client.post("/v1/permits", json=permit(reference="same"))
            by_key = await client.post("/v1/permits", json=permit(), headers={"Idempotency-Key": "same"})
            assert by_reference.json()["id"] != by_key.json()["id"]
            found = (await client.get("/v1/cases", params={"reference": "same"})).json()["items"]
        assert [case["id"] for case in found] == [by_reference.json()["id"]]

    async def test_gives_way_to_a_reference(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            first = await client.post("/v1/permits", json=permit(reference="T-1"), headers={"Idempotency-Key": "k-1"})
            again = await client.post("/v1/permits", json=permit(reference="T-1"), headers={"Idempotency-Key": "k-2"})
        assert again.json()["id"] == first.json()["id"]

    async def test_covers_an_array(self, hall: Town) -> None:
        rows = [permit(), permit(person=OLA), permit(person="1")]
        async with hall.caller("booking") as client:
            first, again = [
                (await client.post("/v1/permits", json=rows, headers={"Idempotency-Key": "k-1"})).json()
                for _ in range(2)
            ]
        assert (first["accepted"], first["existing"], first["refused"]) == (2, 0, 1)
        assert (again["accepted"], again["existing"], again["refused"]) == (0, 2, 1)
        assert [row["case"]["id"] for row in first["rows"][:2]] == [row["case"]["id"] for row in again["rows"][:2]]

    @pytest.mark.parametrize("key", ["", "k" * 65, "k 1", "k\t1"])
    async def test_must_be_one(self, hall: Town, key: str) -> None:
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=permit(), headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED_REQUEST")


class TestMany:
    async def test_good_rows_are_taken_and_each_bad_one_is_named(self, hall: Town) -> None:
        before = await hall.submit(reference="old")
        rows: list[Any] = [
            permit(reference="a"),
            permit(person=None),
            permit(reference="old"),
            permit(reference="a"),
            permit(reference="old", name="Kari Berg"),
            "no object",
            permit(asked_at="2020-01-01T00:00:00Z"),
        ]
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=rows)
        assert answer.status_code == 202
        told = answer.json()
        assert [row["index"] for row in told["rows"]] == list(range(7))
        assert (told["accepted"], told["existing"], told["refused"]) == (1, 2, 4)
        codes = {row["index"]: row["problem"]["code"] for row in told["rows"] if "problem" in row}
        assert codes == {1: "INVALID_INPUT", 4: "REFERENCE_TAKEN", 5: "INVALID_INPUT", 6: "INVALID_INPUT"}
        assert told["rows"][2]["case"] == {"id": before, "location": f"/v1/cases/{before}", "existing": True}
        assert told["rows"][3]["case"]["id"] == told["rows"][0]["case"]["id"]
        assert told["rows"][4]["problem"]["case"] == before

    async def test_none_taken_is_a_problem_with_the_same_rows(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=[permit(kind="x"), 1])
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["code"], told["accepted"], told["refused"]) == ("NO_ROW_TAKEN", 0, 2)
        assert told["rows"][0]["problem"]["errors"][0]["field"] == "kind"

    async def test_an_empty_array_is_refused(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=[])).status_code == 422

    async def test_thousands_are_taken_in_order(self, hall: Town) -> None:
        rows = [permit(reference=f"r-{number}") for number in range(2_000)]
        async with hall.caller("booking") as client:
            told = (await client.post("/v1/permits", json=rows)).json()
            assert told["accepted"] == 2_000
            [third] = (await client.get("/v1/cases", params={"reference": "r-3"})).json()["items"]
        assert third["id"] == told["rows"][3]["case"]["id"]

    async def test_two_arrays_with_the_same_references_do_not_lock_each_other(self, hall: Town) -> None:
        rows = [permit(reference=f"r-{number}") for number in range(300)]
        async with hall.caller("booking") as client:
            answers = await asyncio.gather(
                *(client.post("/v1/permits", json=rows[:: 1 - 2 * (turn % 2)]) for turn in range(6))
            )
        assert [answer.status_code for answer in answers] == [202] * 6
        assert sum(answer.json()["accepted"] for answer in answers) == 300

    async def test_too_many_are_refused_in_words(self, settings: Settings, keys: dict[str, str]) -> None:
        few = replace(settings, api=settings.api.model_copy(update={"array_limit": 2}))
        async with opened(few, keys) as hall, hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=[permit()] * 3)
        assert answer.status_code == 413
        assert "at most 2 cases" in answer.json()["detail"]


class TestLimits:
    async def test_backlog(self, settings: Settings, keys: dict[str, str]) -> None:
        small = replace(settings, api=settings.api.model_copy(update={"backlog_limit": 2}))
        async with opened(small, keys) as hall, hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=[permit(), permit()])).status_code == 202
            full = await client.post("/v1/permits", json=permit())
        assert full.status_code == 429
        assert int(full.headers["retry-after"]) > 0

    async def test_backlog_of_before_the_start_is_counted(self, settings: Settings, keys: dict[str, str]) -> None:
        small = replace(settings, api=settings.api.model_copy(update={"backlog_limit": 1}))
        async with opened(settings, keys) as hall:
            await hall.submit()
        async with opened(small, keys) as hall, hall.caller("booking") as client:
            assert (await client.post("/v1/permits", json=permit())).status_code == 429

    async def test_synthetic_persons_in_production(self, settings: Settings, keys: dict[str, str]) -> None:
        deployment = settings.deployment.model_copy(update={"environment": Environment.PRODUCTION})
        async with opened(replace(settings, deployment=deployment), keys) as hall, hall.caller("booking") as client:
            refused = await client.post("/v1/permits", json=permit())
            test = await client.post("/v1/permits", json=permit(test=True))
        assert (refused.status_code, test.status_code) == (422, 202)
        assert [error["code"] for error in refused.json()["errors"]] == ["ID_INVALID"]
