"""Nobody takes more than is good for the others, and whoever is refused is told which limit it was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from common.web.parts import Settings
from tests.web.town import KARI, Town, opened, permit

pytestmark = pytest.mark.anyio


def limited(settings: Settings, keys: dict[str, str], **limits: Any) -> AbstractAsyncContextManager[Town]:
    """The town with these limits."""
    return opened(replace(settings, api=settings.api.model_copy(update=limits)), keys)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def refused(code: str) -> float:
    return REGISTRY.get_sample_value("roger_http_refusals_total", {"code": code}) or 0.0


async def test_a_caller_has_a_rate_of_its_own(settings: Settings, keys: dict[str, str]) -> None:
    before = refused("TOO_MANY_REQUESTS")
    async with limited(settings, keys, rate="1/h", burst=3) as town:
        async with town.caller("booking") as client:
            answers = [await client.get("/v1/cases") for _ in range(5)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
            assert told(answers[-1]) == (429, "TOO_MANY_REQUESTS")
            assert 1_800 < int(answers[-1].headers["retry-after"]) <= 3_600
            assert answers[-1].headers["x-content-type-options"] == "nosniff"
            for path in ("/healthz", "/readyz", "/metrics"):
                assert (await client.get(path)).status_code == 200
        async with town.caller("forms") as other:
            assert (await other.get("/v1/cases")).status_code == 200
    assert refused("TOO_MANY_REQUESTS") == before + 2


async def test_keys_cannot_be_guessed_at_speed(settings: Settings, keys: dict[str, str]) -> None:
    async with limited(settings, keys, strangers="1/h", strangers_burst=3) as town, town.caller("booking") as known:
        assert (await known.get("/v1/cases")).status_code == 200
        async with town.caller(None) as guesser:
            guesses = [
                await guesser.get("/v1/cases", headers={"X-API-Key": f"roger_{number:043}"}) for number in range(5)
            ]
            assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
            assert told(guesses[-1]) == (429, "TOO_MANY_STRANGERS")
            right = await guesser.get("/v1/cases", headers={"X-API-Key": keys["forms"]})
            assert right.status_code == 429  # or the limit would tell which guess was right
            assert (await guesser.get("/healthz")).status_code == 200
        assert (await known.get("/v1/cases")).status_code == 200


async def test_guesses_at_once_are_counted_before_they_are_looked_at(settings: Settings, keys: dict[str, str]) -> None:
    async with limited(settings, keys, strangers="1/h", strangers_burst=3) as town, town.caller(None) as guesser:
        answers = await asyncio.gather(
            *(guesser.get("/v1/cases", headers={"X-API-Key": f"roger_{number:043}"}) for number in range(20))
        )
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 17


async def test_a_first_sign_in_costs_the_address_nothing(settings: Settings, keys: dict[str, str]) -> None:
    async with limited(settings, keys, strangers="1/h", strangers_burst=1) as town:
        for name in ("booking", "forms", "reader", "desk"):
            async with town.caller(name) as client:
                assert (await client.get("/v1/cases")).status_code == 200, name


@pytest.fixture
async def narrow(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Town]:
    async with limited(settings, keys, concurrency=3, caller_concurrency=2) as town:
        yield town


async def test_places_are_shared(narrow: Town) -> None:
    case = await narrow.submit("booking")
    async with narrow.caller("booking") as client, narrow.caller("forms") as other, narrow.caller("desk") as third:
        await other.get("/v1/cases")
        await third.get("/v1/cases")
        waits = [asyncio.create_task(client.get(f"/v1/cases/{case}", params={"wait": 60})) for _ in range(2)]
        while narrow.parts.endings.waiting < 2:  # noqa: ASYNC110  what is waited for has no event of its own
            await asyncio.sleep(0)
        assert told(await client.get("/v1/cases")) == (429, "TOO_MANY_AT_ONCE")
        theirs = await narrow.submit("forms")
        waits.append(asyncio.create_task(other.get(f"/v1/cases/{theirs}", params={"wait": 60})))
        while narrow.parts.endings.waiting < 3:  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        busy = await third.get("/v1/cases")
        assert told(busy) == (503, "BUSY")
        assert busy.headers["retry-after"] == "1"
        assert (await third.get("/readyz")).status_code == 200
        narrow.parts.endings.close()
        assert {answer.status_code for answer in await asyncio.gather(*waits)} == {200}
        assert (await third.get("/v1/cases")).status_code == 200


async def test_what_is_too_large_to_look_at(hall: Town) -> None:
    async with hall.caller("booking") as client:
        assert told(await client.get("/v1/" + "x" * 3_000)) == (414, "ADDRESS_TOO_LONG")
        assert told(await client.get("/v1/cases", params={"reference": "x" * 9_000})) == (414, "ADDRESS_TOO_LONG")
        many = {f"x-{number}": "1" for number in range(120)}
        assert told(await client.get("/v1/cases", headers=many)) == (431, "HEADERS_TOO_LARGE")
        assert told(await client.get("/v1/cases", headers={"x-one": "y" * 40_000})) == (431, "HEADERS_TOO_LARGE")


async def test_bodies_are_refused_before_they_are_read(settings: Settings, keys: dict[str, str]) -> None:
    sent = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000
            yield b"a" * 999 + b"\n"

    limits = {"body_limit": 50_000, "upload_limit": 50_000, "upload_rows": 1_000, "line_limit": 2_000}
    async with limited(settings, keys, **limits) as town, town.caller("deeds") as client:
        for kind in ("application/json", "text/csv", "multipart/form-data; boundary=x", "application/x-ndjson"):
            sent = 0
            announced = {"Content-Type": kind, "Content-Length": str(10**12)}
            if "ndjson" not in kind:
                early = await client.post("/v1/deeds", content=endless(), headers=announced)
                assert told(early) == (413, "REQUEST_TOO_LARGE"), kind
                assert sent == 0, kind
            chunked = await client.post("/v1/deeds", content=endless(), headers={"Content-Type": kind})
            assert chunked.status_code in {413, 400}, kind
            assert sent < 3_000_000, kind


async def test_ten_thousand_keys_of_one_hash_are_as_quick_as_any(hall: Town) -> None:
    # Python's hash of text is salted; of whole numbers it is not, and JSON has no such keys.
    body = json.dumps(permit(person=KARI, answers={f"{number:020}": 1 for number in range(10_000)}))
    async with hall.caller("booking") as client:
        answer = await client.post("/v1/permits", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202
