"""Follow the events of cases: streams that are taken up again without loss, pages, and a caller's webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.cases.feed import FeedPage, Position
from common.identity.keys import new_key
from common.web.parts import Settings
from common.web.streams import BUFFER, Tail
from common.webhooks.settings import WebhookSettings
from tests.web.town import Town, opened, served, until

pytestmark = pytest.mark.anyio

SCOPES = {
    "booking": ["town:*:submit", "town:*:read", "webhooks"],
    "forms": ["town:*:submit", "town:*:read", "webhooks"],
    "auditor": ["cases:read:all"],
    "sender": ["town:*:submit", "webhooks"],
}
Told = tuple[str | None, dict[str, Any]]


@pytest.fixture(scope="session")
def hook_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    made = {caller: new_key(caller, scopes) for caller, scopes in SCOPES.items()}
    file = tmp_path_factory.mktemp("hooks") / "keys.json"
    file.write_text(json.dumps({"keys": [entry for _, entry in made.values()]}))
    return {caller: key for caller, (key, _) in made.items()} | {"file": str(file)}


@pytest.fixture
def own(settings: Settings, hook_keys: dict[str, str]) -> Settings:
    allowed = WebhookSettings(allow="127.0.0.0/8", http=True)
    api = settings.api.model_copy(update={"keys": Path(hook_keys["file"]), "streams": 3})
    return replace(settings, api=api, webhooks=allowed)


@contextlib.asynccontextmanager
async def following(hall: Town, caller: str = "booking", **asked: str) -> AsyncGenerator[AsyncGenerator[Told]]:
    """What a stream tells, as it comes: id and data; a bare id has none."""
    headers = {"Last-Event-ID": asked.pop("last")} if "last" in asked else {}
    async with (
        hall.caller(caller) as client,
        client.stream("GET", "/v1/events", params=asked, headers=headers, timeout=60) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _parsed(answer)


async def _parsed(answer: httpx.Response) -> AsyncGenerator[Told]:
    found: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            found[name] = value
        elif found:
            yield found.get("id"), json.loads(found["data"]) if "data" in found else {}
            found = {}


async def some(stream: AsyncGenerator[Told], number: int) -> list[Told]:
    """So many events."""
    events: list[Told] = []
    async with asyncio.timeout(30):
        async for told in stream:
            if told[1]:
                events.append(told)
                if len(events) == number:
                    break
    return events


class TestStream:
    async def test_from_now_on_own_cases_only(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with served(own, hook_keys) as hall:
            await hall.submit()
            async with following(hall) as stream, following(hall, "auditor", state="done") as audit:
                assert (await anext(stream))[1] == (await anext(audit))[1] == {}
                theirs = await hall.submit("forms", reference="T-1")
                mine = await hall.submit(reference="T-2")
                for _ in range(3):
                    await hall.end(ring=True)
                moves = [(told["case"], told["to"]) for _, told in await some(stream, 5)]
                ended = [told["case"] for _, told in await some(audit, 3)]
        assert [to for case, to in moves if case == mine] == ["queued", "running", "done"]
        assert theirs not in {case for case, _ in moves}
        assert {mine, theirs} <= set(ended)

    async def test_taken_up_again_after_the_server_was_away(self, own: Settings, hook_keys: dict[str, str]) -> None:
        seen: list[int] = []
        async with served(own, hook_keys) as hall, following(hall) as stream:
            last = (await anext(stream))[0]
            for _ in range(3):
                await hall.submit()
            for name, told in await some(stream, 2):
                seen.append(told["id"])
                last = name
        async with opened(own, hook_keys) as hall:
            for _ in range(3):
                await hall.submit()
                await hall.end()
        async with served(own, hook_keys) as hall, following(hall, last=str(last)) as stream:
            assert last is not None
            seen += [told["id"] for _, told in await some(stream, 8)]
            await hall.submit()
            seen += [told["id"] for _, told in await some(stream, 2)]
        assert len(seen) == len(set(seen)) == 12

    async def test_a_server_that_ends_ends_them(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with contextlib.AsyncExitStack() as outlives:
            async with served(own, hook_keys) as hall:
                stream = await outlives.enter_async_context(following(hall))
                assert (await anext(stream))[0]
            async with asyncio.timeout(20):
                assert not [told async for told in stream if told[1]]

    async def test_a_client_that_goes_leaves_its_place(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with asyncio.timeout(60), served(own, hook_keys) as hall:
            async with contextlib.AsyncExitStack() as stack:
                # Kept: a stream that nobody holds any more is closed.
                streams = [await stack.enter_async_context(following(hall)) for _ in range(3)]
                for stream in streams:
                    await anext(stream)
                async with hall.caller("booking") as client:
                    refused = await client.get("/v1/events")
                assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_STREAMS")
                assert refused.headers["retry-after"]
            await until(lambda: hall.parts.streams.following == 0)

    async def test_one_that_is_too_slow_is_let_go(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with opened(own, hook_keys) as hall:
            await hall.submit()
            page = await hall.parts.feed.page(Position(0))
        tail = Tail()
        tail.take(FeedPage(page.moves * BUFFER, page.end, more=False))
        assert (tail.over, len(tail.waiting)) == (False, BUFFER)
        tail.take(page)
        assert (tail.over, len(tail.waiting)) == (True, 0)


class TestPage:
    async def test_all_of_it_in_pages(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with opened(own, hook_keys) as hall, hall.caller("booking") as client:
            start = (await client.get("/v1/events/page")).json()["next"]
            for number in range(5):
                await hall.submit(reference=f"T-{number}")
            found: list[dict[str, Any]] = []
            page = {"next": start, "more": True}
            while page["more"]:
                page = (await client.get("/v1/events/page", params={"after": page["next"], "limit": 2})).json()
                found += page["items"]
            assert [event["to"] for event in found] == ["queued"] * 5
            assert "T-1" not in json.dumps(found)
            wrong = await client.get("/v1/events/page", params={"after": "x"})
            assert (wrong.status_code, wrong.json()["code"]) == (400, "POSITION_UNKNOWN")
            assert (await client.get("/v1/events/page", params={"state": "lost"})).status_code == 422
            async with hall.caller("forms") as other:
                theirs = (await other.get("/v1/events/page", params={"after": start})).json()
            assert theirs["items"] == []
            async with hall.caller("sender") as blind:
                assert (await blind.get("/v1/events/page")).status_code == 403
                assert (await blind.get("/v1/events")).status_code == 403


class TestWebhooks:
    async def test_its_whole_life(self, own: Settings, hook_keys: dict[str, str]) -> None:
        async with opened(own, hook_keys) as hall, hall.caller("booking") as client:
            body = {"url": "http://127.0.0.1:9/x", "filters": {"state": ["done"]}}
            made = await client.post("/v1/webhooks", json=body)
            assert made.status_code == 201, made.text
            assert made.json()["secret"].startswith("whsec_")
            at = f"/v1/webhooks/{made.json()['webhook']['id']}"
            assert made.json()["secret"] not in (await client.get(at)).text
            assert len((await client.get("/v1/webhooks")).json()["items"]) == 1
            assert (await client.patch(at, json={"paused": True})).json()["state"] == "paused"
            assert (await client.patch(at, json={"paused": False})).json()["state"] == "active"
            assert (await client.post(f"{at}/secret")).json()["secret"] != made.json()["secret"]
            assert (await client.post(f"{at}/test")).status_code == 202
            (delivery,) = (await client.get(f"{at}/deliveries")).json()["items"]
            assert (delivery["state"], delivery["event"], delivery["case"]) == ("waiting", 0, None)
            assert (await client.post(f"{at}/replay", json={"delivery": delivery["id"]})).status_code == 202
            assert (await client.post(f"{at}/replay", json={"since": "2026-03-01T00:00:00Z"})).status_code == 202
            assert (await client.post(f"{at}/replay", json={})).status_code == 422
            page = (await client.get(f"{at}/deliveries?limit=1")).json()
            assert page["next"] == page["items"][0]["id"]
            async with hall.caller("forms") as other:
                assert (await other.get("/v1/webhooks")).json()["items"] == []
                for method, path in (("GET", at), ("DELETE", at), ("POST", f"{at}/secret"), ("POST", f"{at}/test")):
                    assert (await other.request(method, path)).json()["code"] == "WEBHOOK_UNKNOWN"
            async with hall.caller("auditor") as unscoped:
                assert (await unscoped.get("/v1/webhooks")).status_code == 403
            assert (await client.delete(at)).status_code == 204
            assert (await client.get(at)).status_code == 404

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://10.0.0.1/", "ADDRESS_PRIVATE"),
            ("http://169.254.169.254/latest", "ADDRESS_PRIVATE"),
            ("http://[::ffff:10.0.0.1]/", "ADDRESS_PRIVATE"),
            ("http://user:word@127.0.0.1/", "URL_INVALID"),
            ("ftp://127.0.0.1/", "URL_INVALID"),
        ],
    )
    async def test_where_it_may_not_lead(self, own: Settings, hook_keys: dict[str, str], url: str, code: str) -> None:
        async with opened(own, hook_keys) as hall, hall.caller("booking") as client:
            refused = await client.post("/v1/webhooks", json={"url": url})
        assert refused.status_code == 422
        assert [error["code"] for error in refused.json()["errors"]] == [code]
