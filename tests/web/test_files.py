"""`/v1/files`: handing files over, and the cases that name them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from common.files.case_files import CaseFiles
from common.files.pieces import PIECE, unseal
from common.files.settings import FileSettings
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.test_description import other
from tests.web.town import NOW, Town, opened, served

pytestmark = pytest.mark.anyio


def named(*contents: bytes, **more: Any) -> dict[str, Any]:
    """A letter with these files."""
    files = [{"sha256": sha256(content), "name": f"fil {number}.pdf"} for number, content in enumerate(contents)]
    return {"title": "Klage", "files": files} | more


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def rows(hall: Town, query: str) -> list[dict[str, Any]]:
    async with hall.parts.database.pool.connection() as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def until_there_are(hall: Town, *, pieces: int) -> None:
    async with asyncio.timeout(30):
        while len(await rows(hall, "select 1 from file_pieces")) != pieces:  # noqa: ASYNC110  the database tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
async def post(hall: Town) -> AsyncGenerator[httpx.AsyncClient]:
    async with hall.caller("post") as client:
        yield client


def limited(settings: Settings, **limits: int) -> Settings:
    return replace(settings, files=FileSettings.model_validate({"limit": 2 * PIECE} | limits))


async def parted(content: bytes, size: int) -> AsyncGenerator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


class TestHandingOver:
    async def test_says_by_what_it_is_named_and_until_when_it_is_kept(self, post: httpx.AsyncClient) -> None:
        answer = await post.post("/v1/files", content=b"Kjaere kommune")
        expires = (NOW + timedelta(hours=72)).isoformat().replace("+00:00", "Z")
        assert answer.status_code == 201
        assert answer.json() == {
            "sha256": sha256(b"Kjaere kommune"),
            "size": 14,
            "handed_at": NOW.isoformat().replace("+00:00", "Z"),
            "expires_at": expires,
        }
        seen = await post.get(answer.headers["location"])
        assert (seen.status_code, seen.json()) == (200, answer.json())
        looked = await post.head(answer.headers["location"])
        assert (looked.status_code, looked.content) == (200, b"")

    async def test_the_same_again_is_the_same_and_kept_once(self, hall: Town, post: httpx.AsyncClient) -> None:
        first, second = [await post.post("/v1/files", content=b"same") for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert first.headers["location"] == second.headers["location"]
        assert len(await rows(hall, "select 1 from files")) == len(await rows(hall, "select 1 from file_pieces")) == 1

    async def test_the_same_several_times_at_once_is_kept_once(self, hall: Town, post: httpx.AsyncClient) -> None:
        content = secrets.token_bytes(PIECE + 17)
        answers = await asyncio.gather(*(post.post("/v1/files", content=parted(content, 70_000)) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
        assert len(await rows(hall, "select 1 from files")) == 1
        assert len(await rows(hall, "select 1 from file_pieces")) == 2

    @pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
    async def test_of_any_size_it_comes_out_as_it_went_in(self, hall: Town, post: httpx.AsyncClient, size: int) -> None:
        content = secrets.token_bytes(size)
        assert (await post.post("/v1/files", content=parted(content, 100_003))).status_code == 201
        assert (await post.post("/v1/letters", json=named(content))).status_code == 202
        assert await read(hall, content) == content
        assert len(await rows(hall, "select 1 from file_pieces")) == -(-size // PIECE)

    async def test_nothing_of_it_lies_in_the_clear(self, hall: Town, post: httpx.AsyncClient) -> None:
        await post.post("/v1/files", content=b"Nordhaug" * 100)
        kept = str(await rows(hall, "select f.*, p.* from files f join file_pieces p on p.file_id = f.id"))
        assert "Nordhaug" not in kept
        assert sha256(b"Nordhaug" * 100) not in kept
        assert bytes.fromhex(sha256(b"Nordhaug" * 100)).hex() not in kept

    async def test_an_empty_one_is_none(self, hall: Town, post: httpx.AsyncClient) -> None:
        assert told(await post.post("/v1/files", content=b"")) == (422, "INVALID_INPUT")
        assert await rows(hall, "select 1 from files") == []


class TestWhatWasAnnounced:
    def digest(self, content: bytes) -> str:
        return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"

    async def test_is_what_must_come(self, hall: Town, post: httpx.AsyncClient) -> None:
        query, header = f"/v1/files?sha256={sha256(b'a')}", {"Content-Digest": self.digest(b"a")}
        assert (await post.post(query, content=b"a", headers=header)).status_code == 201
        for wrong in (post.post(query, content=b"b"), post.post("/v1/files", content=b"b", headers=header)):
            answer = await wrong
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "FILE_DIFFERS")
        assert len(await rows(hall, "select 1 from files")) == 1

    async def test_among_other_sums(self, post: httpx.AsyncClient) -> None:
        header = f"sha-512=:AAAA:, {self.digest(b'a')}"
        assert (await post.post("/v1/files", content=b"b", headers={"Content-Digest": header})).status_code == 422
        assert (await post.post("/v1/files", content=b"a", headers={"Content-Digest": header})).status_code == 201
        lines = [("Content-Digest", "sha-512=:AAAA:"), ("Content-Digest", self.digest(b"a"))]
        assert (await post.post("/v1/files", content=b"b", headers=lines)).status_code == 422
        assert (await post.post("/v1/files", content=b"c", headers=lines[:1])).status_code == 201

    @pytest.mark.parametrize("header", ["sha-256=:AAAA:", "sha-256=abc", "sha-256=:!:", "sha-256=:" + "A" * 43 + ":"])
    async def test_must_be_readable(self, post: httpx.AsyncClient, header: str) -> None:
        answer = await post.post("/v1/files", content=b"a", headers={"Content-Digest": header})
        assert told(answer) == (400, "MALFORMED_REQUEST")

    async def test_a_hash_has_a_form(self, post: httpx.AsyncClient) -> None:
        assert (await post.post("/v1/files?sha256=A", content=b"a")).status_code == 422


class TestRefused:
    async def test_compressed_or_in_a_form(self, hall: Town, post: httpx.AsyncClient) -> None:
        zipped = await post.post("/v1/files", content=b"x", headers={"Content-Encoding": "gzip"})
        assert told(zipped) == (415, "NOT_PLAIN")
        assert told(await post.post("/v1/files", files={"file": b"x"})) == (415, "NOT_PLAIN")
        assert await rows(hall, "select 1 from files") == []

    async def test_too_large(self, settings: Settings, keys: dict[str, str]) -> None:
        async with opened(limited(settings), keys) as hall, hall.caller("post") as post:
            content = secrets.token_bytes(PIECE * 2 + 1)
            assert told(await post.post("/v1/files", content=content)) == (413, "REQUEST_TOO_LARGE")
            assert told(await post.post("/v1/files", content=parted(content, PIECE))) == (413, "REQUEST_TOO_LARGE")
            assert await rows(hall, "select 1 from files") == []
            assert (await post.post("/v1/files", content=content[:-1])).status_code == 201

    async def test_beyond_what_is_kept_of_one_caller(self, settings: Settings, keys: dict[str, str]) -> None:
        async with opened(limited(settings, per_caller=3 * PIECE), keys) as hall, hall.caller("post") as post:
            assert (await post.post("/v1/files", content=secrets.token_bytes(2 * PIECE))).status_code == 201
            for body in (secrets.token_bytes(2 * PIECE), parted(secrets.token_bytes(2 * PIECE), PIECE)):
                full = await post.post("/v1/files", content=body)
                assert told(full) == (429, "FILES_FULL")
                assert full.headers["retry-after"] == "60"
            assert len(await rows(hall, "select 1 from files")) == 1
            async with hall.caller("courier") as another:
                assert (await another.post("/v1/files", content=secrets.token_bytes(2 * PIECE))).status_code == 201

    async def test_beyond_what_is_kept_in_all(self, settings: Settings, keys: dict[str, str]) -> None:
        async with (
            opened(limited(settings, per_caller=3 * PIECE, in_all=3 * PIECE), keys) as hall,
            hall.caller("post") as post,
        ):
            assert (await post.post("/v1/files", content=secrets.token_bytes(2 * PIECE))).status_code == 201
            async with hall.caller("courier") as another:
                full = await another.post("/v1/files", content=secrets.token_bytes(2 * PIECE))
            assert told(full) == (507, "STORE_FULL")

    async def test_many_small_ones_are_many(self, settings: Settings, keys: dict[str, str]) -> None:
        async with (
            opened(limited(settings, limit=65_536, per_caller=3 * 65_536), keys) as hall,
            hall.caller("post") as post,
        ):
            answers = [await post.post("/v1/files", content=bytes([number])) for number in range(4)]
            assert [answer.status_code for answer in answers] == [201, 201, 201, 429]

    async def test_what_breaks_off_leaves_nothing(self, settings: Settings, keys: dict[str, str]) -> None:
        async with served(settings, keys) as hall:
            port = int(str(hall.url).rpartition(":")[2])
            _, sending = await asyncio.open_connection("127.0.0.1", port)
            head = f"POST /v1/files HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {keys['post']}\r\n"
            sending.write(f"{head}Content-Length: {4 * PIECE}\r\n\r\n".encode() + bytes(2 * PIECE))
            await until_there_are(hall, pieces=2)
            sending.close()
            await until_there_are(hall, pieces=0)
            assert await rows(hall, "select 1 from files") == []

    async def test_for_whoever_may_not(self, hall: Town) -> None:
        async with hall.caller("forms") as client:
            assert told(await client.post("/v1/files", content=b"x")) == (403, "FORBIDDEN")

    async def test_a_service_that_takes_none_has_no_such_address(self, settings: Settings) -> None:
        paths = {getattr(route, "path", "") for route in create_app(other, settings).routes}
        assert not any(path.startswith("/v1/files") for path in paths)


class TestCases:
    async def test_name_what_was_handed_over(self, hall: Town, post: httpx.AsyncClient) -> None:
        for content in (b"main", b"more"):
            await post.post("/v1/files", content=content)
        assert (await post.post("/v1/letters", json=named(b"main", b"more"))).status_code == 202
        assert await read(hall, b"main") == b"main"

    async def test_of_what_was_not_are_refused(self, hall: Town, post: httpx.AsyncClient) -> None:
        await post.post("/v1/files", content=b"main")
        answer = await post.post("/v1/letters", json=named(b"main", b"missing"))
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["field"], error["code"]) == ("files.1.sha256", "FILE_UNKNOWN")
        assert sha256(b"missing") not in answer.text
        assert await rows(hall, "select 1 from cases") == []

    async def test_name_nothing_of_another_caller(self, hall: Town, post: httpx.AsyncClient) -> None:
        await post.post("/v1/files", content=b"mine")
        async with hall.caller("courier") as another:
            refused = await another.post("/v1/letters", json=named(b"mine"))
            assert refused.json()["errors"][0]["code"] == "FILE_UNKNOWN"
            unknown = [await another.get(f"/v1/files/{name}") for name in (sha256(b"mine"), sha256(b"none"), "x")]
            assert {answer.text for answer in unknown} == {unknown[0].text}
            assert told(unknown[0]) == (404, "FILE_UNKNOWN")
            assert (await another.head(f"/v1/files/{sha256(b'mine')}")).status_code == 404
            assert (await another.post("/v1/files", content=b"mine")).status_code == 201
        assert len(await rows(hall, "select 1 from files")) == 2

    async def test_sent_again_after_the_work_are_the_case_that_stands(
        self, hall: Town, post: httpx.AsyncClient
    ) -> None:
        await post.post("/v1/files", content=b"main")
        body = named(b"main", reference="T-1")
        case = (await post.post("/v1/letters", json=body)).json()["id"]
        claimed = await hall.take()
        await CaseFiles(hall.parts.database.pool, hall.parts.keyring).discard(claimed)
        assert (await post.get(f"/v1/files/{sha256(b'main')}")).status_code == 404
        again = await post.post("/v1/letters", json=body)
        assert (again.status_code, again.json()["id"]) == (200, case)
        assert (await post.post("/v1/letters", json=named(b"main", reference="T-2"))).status_code == 422

    async def test_of_an_array_are_taken_each_for_itself(self, hall: Town, post: httpx.AsyncClient) -> None:
        await post.post("/v1/files", content=b"main")
        answer = await post.post("/v1/letters", json=[named(b"main"), named(b"missing"), named(b"main", b"missing")])
        results = [row.get("problem", {}).get("code") for row in answer.json()["rows"]]
        assert results == [None, "INVALID_INPUT", "INVALID_INPUT"]
        assert len(await rows(hall, "select 1 from file_uses")) == 1


async def test_what_stays_too_long_is_told(hall: Town, post: httpx.AsyncClient) -> None:
    await post.post("/v1/files", content=b"main")
    async with hall.caller("operator") as client:
        told_of = (await client.get("/v1/retention")).json()
        assert (told_of["on_time"], told_of["files"]) == (
            True,
            {"files": 1, "bytes": 4, "overdue": 0, "overdue_since": None},
        )
        await rows(hall, f"update files set expires_at = '{NOW.isoformat()}' returning id")  # noqa: S608  ours
        told_of = (await client.get("/v1/retention")).json()
        assert (told_of["on_time"], told_of["files"]["overdue"]) == (False, 1)


def test_one_file_always_finds_room() -> None:
    with pytest.raises(ValueError, match="ROGER_FILES_PER_CALLER"):
        FileSettings(per_caller=1000)
    with pytest.raises(ValueError, match="ROGER_FILES_IN_ALL"):
        FileSettings(in_all=1_000_000_000)


async def read(hall: Town, content: bytes) -> bytes:
    """What the robot gets of a file of the next case."""
    claimed, out = await hall.take(), bytearray()
    files = CaseFiles(hall.parts.database.pool, hall.parts.keyring)
    kept = await files.find(claimed, sha256(content))
    assert kept is not None
    sealed = [await files.piece(kept, number) for number in range(kept.facts.pieces)]
    unseal(kept.key, kept.facts, lambda number: sealed[number], out.extend)
    return bytes(out)
