"""People put wherever something can be put stand nowhere they must not: in nothing that leaves a process in the clear."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import openpyxl
import psycopg
import pytest
import redis.asyncio as redis
from psycopg import sql

from common.privacy.masking import mask
from common.settings import DatabaseSettings
from common.testing.people import person
from tests.integration.receiver import Receiver, receiving
from tests.privacy.sought import found
from tests.web.parts_alive import SCOPES, Parts, alive, until

pytestmark = pytest.mark.anyio

CALLERS = {
    "booking": [*SCOPES, "files"],
    "foreign": ["town:*:submit", "town:*:read", "webhooks"],
    "desk": ["cases:read:all", "cases:decide", "cases:release", "operate", "evidence:read"],
    "nobody": [],
}
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Asked = tuple[str, str, str, dict[str, Any]]
"""Who asks, how, where, and with what."""


def spellings(number: str) -> list[str]:
    """As people, sheets and programs write it."""
    date, rest = number[:6], number[6:]
    return [
        number,
        f"{date} {rest}",
        f"{date}-{rest}",
        f"{date[:2]}.{date[2:4]}.{date[4:]} {rest}",
        " ".join(number),
        number.removeprefix("0"),
        quote(f"{date} {rest}"),
        "".join(f"%{ord(digit):x}" for digit in number),
        number.translate(FULL_WIDTH),
        base64.b64encode(number.encode()).decode(),
        number.encode().hex(),
    ]


WRITTEN = 9
"""So many of the spellings can be told from other text; the rest are how programs pack it."""


@dataclass
class Canaries:
    """Somebody else in each place, so that whoever gets out tells where they were."""

    people: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def number(self, place: str) -> str:
        """Somebody's; it begins with a zero, which some lose."""
        number = person().number
        while not number.startswith("0"):
            number = person().number
        self.people.setdefault(place, []).append(number)
        return number

    def name(self, place: str) -> str:
        """A name that nobody else has."""
        made = f"Kanarifugl{sum(map(len, self.people.values()))}sen"
        self.people.setdefault(place, []).append(made)
        return made

    def visit(self, place: str, **more: Any) -> dict[str, Any]:
        """Somebody's case."""
        return {"person": self.number(place), "name": self.name(place)} | more

    def row(self, place: str) -> str:
        """Somebody as a line of a CSV file."""
        return f"{self.number(place)};{self.name(place)};DONE"


def ways_to_end(canaries: Canaries) -> Iterator[Asked]:
    """Cases that careless authors do everything wrong with."""
    for way in ("DONE", "RULE", "FAULT", "DOWN", "ASSERTED", "UNSTORABLE", "CODED", "WRONG", "LATE", "ODD"):
        place = f"case {way}"
        keys = {"reference": f"R {canaries.number(place)}", "note": f"{canaries.number(place)} {canaries.name(place)}"}
        yield "booking", "POST", "/v1/visits", {"json": canaries.visit(place, way=way, **keys)}
    for number, spelled in enumerate(spellings(canaries.number("spelled"))):
        body = canaries.visit(f"spelled {number}") | {"person": spelled, "note": spelled, "reference": spelled}
        yield "booking", "POST", "/v1/visits", {"json": body}
        headers = {"Idempotency-Key": quote(spelled, safe=" %-.")[:64]}
        yield "booking", "POST", "/v1/visits", {"json": canaries.visit(f"key {number}"), "headers": headers}


def refused_cases(canaries: Canaries) -> Iterator[Asked]:
    """Cases that are none, with people in what is wrong about them."""
    wrong: list[dict[str, Any]] = [
        canaries.visit("wrong unit") | {"unit": canaries.number("wrong unit")},
        canaries.visit("unknown field") | {canaries.number("unknown field"): 1, canaries.name("unknown field"): 2},
        canaries.visit("unknown value") | {"more": canaries.number("unknown value")},
        {"person": [canaries.number("list")], "name": {canaries.name("list"): canaries.number("list")}},
        canaries.visit("enum") | {"way": canaries.number("enum")},
        canaries.visit("length") | {"name": canaries.name("length") * 20},
        canaries.visit("priority") | {"priority": canaries.number("priority"), "test": canaries.name("priority")},
        canaries.visit("moment") | {"not_before": f"{canaries.number('moment')}"},
        canaries.visit("digits") | {"person": canaries.number("digits")[:10] + "x"},
    ]
    post = ("booking", "POST", "/v1/visits")
    yield from ((*post, {"json": body}) for body in wrong)
    yield *post, {"json": [canaries.visit("array"), *wrong]}
    lines = b"\n".join(json.dumps(body).encode() for body in (canaries.visit("lines"), *wrong))
    lines += b'\n{"person": "' + canaries.number("broken line").encode() + b'", oops'
    yield *post, {"content": lines, "headers": {"Content-Type": "application/x-ndjson"}}
    twice = f'{{"{canaries.number("twice")}": 1, "{canaries.number("twice")}": 1}}'
    for text in (f'{{"person": {canaries.number("no json")}', twice, f'"{canaries.number("text")}"'):
        yield *post, {"content": text, "headers": {"Content-Type": "application/json"}}
    kind = {"Content-Type": f"text/{canaries.number('content type')}"}
    yield *post, {"content": canaries.number("content type"), "headers": kind}


def sheet(rows: Sequence[Sequence[str]], title: str) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def files(canaries: Canaries) -> Iterator[Asked]:
    """Tables with people in their cells, headers and names."""
    post = ("booking", "POST", "/v1/visits")
    head = "person;name;way"
    texts = {
        "csv": f"{head}\n{canaries.row('csv')}\n{canaries.row('csv')};",
        "csv header": f"{head};{canaries.number('csv header')}\n{canaries.row('csv header')};1",
        "csv named header": f"{head};{canaries.name('csv named header')}\n{canaries.row('csv named header')};1",
        "csv cell": f"{head}\n{canaries.row('csv cell')}\n1;{canaries.name('csv cell')};{canaries.number('csv cell')}",
        "csv twice": f"{head}\n" + 2 * f"{canaries.row('csv twice')}\n",
        "csv quote": f'{head}\n"{canaries.row("csv quote")}',
        "csv refused": f"{head};note\n{canaries.row('csv refused')};refused",
        "csv failing": f"{head};note\n{canaries.row('csv failing')};failing",
    }
    for place, text in texts.items():
        named = f"{canaries.number(place)} {canaries.name(place)}.csv"
        yield *post, {"files": {"file": (named, text.encode(), "text/csv")}}
    rows = [["person", "name", "way"], canaries.row("xlsx").split(";"), [canaries.number("xlsx"), "x", "?"]]
    made = sheet(rows, canaries.number("xlsx"))
    yield *post, {"content": made, "headers": {"Content-Type": XLSX}}
    made = sheet([[*rows[0], canaries.number("xlsx header")], *rows[1:]], "x")
    yield *post, {"files": {canaries.number("xlsx header"): (f"{canaries.name('xlsx header')}.xlsx", made, XLSX)}}


def files_of_cases(canaries: Canaries) -> Iterator[Asked]:
    """People in what is handed over for cases, in its name, and in what is wrong about it."""
    for way in ("plain", "wrong", "broken", "kept", "missing"):
        place = f"file {way}"
        content = f"{canaries.number(place)} {canaries.name(place)}".encode() * 50
        sha256 = hashlib.sha256(content).hexdigest()
        named = f"{canaries.number(place)}.txt"
        if way != "missing":
            yield "booking", "POST", "/v1/files", {"content": content, "params": {"sha256": sha256}}
        files = [{"sha256": sha256, "name": named, "mime": f"text/{way}"}]
        yield "booking", "POST", "/v1/parcels", {"json": {"files": files}}
    content, number = canaries.name("file differs").encode(), canaries.number("file differs")
    yield "booking", "POST", "/v1/files", {"content": content, "params": {"sha256": "0" * 64}}
    yield "booking", "POST", "/v1/files", {"content": content, "params": {"sha256": number}}
    yield "booking", "POST", "/v1/files", {"content": content, "headers": {"Content-Digest": f"sha-256=:{number}:"}}
    yield "booking", "POST", "/v1/files", {"files": {number: (f"{number}.pdf", content)}}
    wrong = [{"sha256": number, "name": number, "mime": number, number: number}]
    yield "booking", "POST", "/v1/parcels", {"json": {"files": wrong}}


def addresses_and_headers(canaries: Canaries) -> Iterator[Asked]:
    """People in what is no body."""
    for number, spelled in enumerate(spellings(canaries.number("address"))):
        inside = quote(spelled)
        for path in ("/{}", "/v1/{}", "/v1/cases/{}", "/v1/cases?reference={}", "/v1/cases?unit={}&cursor={}"):
            yield "booking", "GET", path.replace("{}", inside), {}
        for path in (
            "/v1/files/{}",
            "/v1/batches/{}",
            "/v1/registers/{}",
            "/v1/events?position={}",
            "/arbeidsliste?enhet={}",
        ):
            yield "booking", "GET", path.replace("{}", inside), {}
        for path in ("/v1/operations?name={}", "/v1/tasks?unit={}&role={}", "/v1/cases?{}={}", "/logg-inn?til=/{}"):
            yield "desk", "GET", path.replace("{}", inside), {}
        for name in ("X-API-Key", "Authorization", "Cookie", "User-Agent", "X-Forwarded-For", "Accept", f"X-{number}"):
            yield "nobody", "GET", "/v1/cases", {"headers": {name: inside}}
        if number < WRITTEN:
            yield "desk", "GET", "/v1/cases", {"headers": {"X-Purpose": spelled.encode()}}
        yield "desk", "POST", "/v1/cases/search", {"json": {"kind": "person", "id": spelled, spelled: 1}}
        yield "desk", "POST", "/v1/cases/search", {"json": {"kind": "person", "id": spelled}}
    yield "booking", canaries.number("method"), "/v1/cases", {}
    cookie = f"__Host-roger={canaries.number('cookie')}"
    yield "nobody", "GET", "/arbeidsliste", {"headers": {"Cookie": cookie}}
    form = {"nokkel": canaries.number("form"), "til": canaries.number("form")}
    yield "nobody", "POST", "/logg-inn/nokkel", {"data": form, "headers": {"Sec-Fetch-Site": "same-origin"}}


def what_is_kept_in_the_clear(canaries: Canaries) -> Iterator[Asked]:
    """Words of staff and of systems that are kept, and must not be about anybody."""
    for number, spelled in enumerate(spellings(canaries.number("kept"))[:WRITTEN]):
        yield "desk", "POST", "/v1/processes/visits/pause", {"json": {"reason": f"for {spelled}, {number}"}}
        yield "desk", "POST", "/v1/processes/visits/resume", {}
        on = {"valid_from": "2026-01-01", "signer": f"A. {spelled}"}
        yield "booking", "PUT", "/v1/registers/holes", {"params": on, "json": [{"code": "A"}]}
        on = {"valid_from": "2026-01-01", "signer": "A. Berg"}
        for row in ({"code": "A", "note": f"til {spelled}"}, {"code": spelled}, {"code": "A", spelled: 1}):
            yield "booking", "PUT", "/v1/registers/holes", {"params": on, "json": [row]}
        table = f"code;note\n{spelled};{spelled}"
        text = {"Content-Type": "text/csv"}
        yield "booking", "PUT", "/v1/registers/holes", {"params": on, "content": table.encode(), "headers": text}
        hook = f"http://127.0.0.1:9/{quote(spelled)}?to={quote(spelled)}"
        yield "booking", "POST", "/v1/webhooks", {"json": {"url": hook}}
        for name in ("unit", "code", "process"):
            body = {"url": "http://127.0.0.1:9/", "filters": {name: [spelled]}}
            yield "booking", "POST", "/v1/webhooks", {"json": body}
        yield "booking", "POST", "/v1/visits", {"json": canaries.visit(f"unit {number}") | {"unit": spelled}}
    yield "desk", "POST", "/v1/processes/visits/resume", {}


@asynccontextmanager
async def overheard(url: str) -> AsyncGenerator[list[bytes]]:
    """All that Redis passes on meanwhile."""
    heard: list[bytes] = []

    async def listen(channel: Any) -> None:
        while True:
            heard.append(repr(await anext(channel.listen())).encode())

    client: Any = cast("Any", redis.Redis).from_url(url)
    channel = client.pubsub()
    await channel.psubscribe("*")
    listening = asyncio.create_task(listen(channel))
    try:
        yield heard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await channel.aclose()
        await client.aclose()


async def kept_by_redis(url: str) -> list[bytes]:
    client: Any = cast("Any", redis.Redis).from_url(url)
    keys: list[bytes] = await client.keys("*")
    dumped = [(await client.dump(key)) or b"" for key in keys]
    await client.aclose()
    return [*keys, *dumped]


def in_tables(database: DatabaseSettings) -> dict[str, bytes]:
    """Every table whole, sealed columns too: what is sealed can be searched as well as anything."""
    with psycopg.connect(database.url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        dumped: dict[str, bytes] = {}
        for (table,) in tables:
            with connection.cursor().copy(sql.SQL("copy {} to stdout").format(sql.Identifier(table))) as rows:
                dumped[f"table {table}"] = b"".join(bytes(row) for row in rows)
    return dumped


async def seen_by_others(parts: Parts) -> dict[str, bytes]:
    """What callers are shown of cases that are not theirs, and who decides of those that are not hers."""
    told: dict[str, bytes] = {}
    for caller, paths in {
        "foreign": ("/v1/cases", "/v1/batches", "/v1/tasks", "/v1/webhooks", "/v1/processes"),
        "desk": (
            "/v1/batches",
            "/v1/tasks",
            "/v1/operations",
            "/v1/targets",
            "/v1/processes",
            "/v1/benefits?year=2026",
        ),
    }.items():
        async with parts.caller(caller) as client:
            for path in paths:
                told[f"{caller} {path}"] = (await client.get(path)).content
    async with parts.caller("booking") as client, parts.caller("foreign") as other:
        for case in (await client.get("/v1/cases?limit=200")).json()["items"]:
            told[f"events {case['id']}"] = (await client.get(f"/v1/cases/{case['id']}/events")).content
            told[f"foreign {case['id']}"] = (await other.get(f"/v1/cases/{case['id']}")).content
        for batch in (await client.get("/v1/batches")).json()["items"]:
            told[f"batch {batch['id']}"] = (await client.get(f"/v1/batches/{batch['id']}")).content
            told[f"rows {batch['id']}"] = (await client.get(f"/v1/batches/{batch['id']}/rows")).content
    return told


@dataclass
class Day:
    """A short day at the warren, and what came out of it."""

    parts: Parts
    receiver: Receiver
    canaries: Canaries = field(default_factory=Canaries)
    left: dict[str, bytes] = field(default_factory=dict[str, bytes])
    taken: int = 0

    async def spend(self) -> None:
        """Everything is asked, everything is worked through."""
        async with AsyncExitStack() as stack:
            clients = {name: await stack.enter_async_context(self.parts.caller(name)) for name in CALLERS}
            on = {"valid_from": "2020-01-01", "signer": "A. Berg"}
            booking = clients["booking"]
            assert (await booking.put("/v1/registers/holes", params=on, json=[{"code": "A"}])).is_success
            hook = await booking.post("/v1/webhooks", json={"url": self.receiver.url})
            assert hook.is_success, hook.text
            for kind in (
                ways_to_end,
                refused_cases,
                files,
                files_of_cases,
                addresses_and_headers,
                what_is_kept_in_the_clear,
            ):
                await self._ask(clients, kind.__name__, kind(self.canaries))
            await until(lambda: not any(self._open()))
            await self._decide(clients["desk"])

    async def _ask(self, clients: dict[str, httpx.AsyncClient], kind: str, asked: Iterator[Asked]) -> None:
        for number, (caller, method, path, given) in enumerate(asked):
            answer = await clients[caller].request(method, path, **given)
            assert answer.status_code != 500 or "ODD" in json.dumps(given.get("json")), (kind, number, answer.text)
            if answer.is_success:
                self.taken += 1
            else:
                head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
                self.left[f"answer to {kind} {number}"] = head.encode() + b"\n" + answer.content

    async def _decide(self, desk: httpx.AsyncClient) -> None:
        manual = (await desk.get("/v1/cases?state=manual&limit=200")).json()["items"]
        assert {case["code"] for case in manual} >= {"NAME_MISMATCH", "TARGET_DOWN", "ROBOT_FAULT"}
        for case in manual[:4]:
            body = {"handled": "REJECTED", "note": self.canaries.number("note")}
            self.left[f"closed {case['id']}"] = (await desk.post(f"/v1/cases/{case['id']}/close", json=body)).content
            purpose = {"X-Purpose": f"for {self.canaries.number('purpose')}"}
            await desk.post(f"/v1/cases/{case['id']}/close", json={"handled": "REJECTED"}, headers=purpose)

    def _open(self) -> list[int]:
        waiting = "select count(*) from cases where state in ('queued', 'running')"
        unread = "select count(*) from batches where state in ('receiving', 'received') and retry_at is null"
        untold = (
            "select count(*) from deliveries where state = 'waiting'"
            " and webhook = (select id from webhooks order by created_at limit 1)"
        )
        unsent = "select count(*) from tasks where notice is null"
        return [self.parts.number(query) for query in (waiting, unread, untold, unsent)]


@asynccontextmanager
async def a_day(database: DatabaseSettings, redis_url: str, folder: Path) -> AsyncGenerator[Day]:
    settings = {
        "ROGER_NOTICES_PORT": "folder",
        "ROGER_NOTICES_FOLDER": str(folder),
        "ROGER_WORKER_BACKOFF": "[0.1]",
        "ROGER_API_STREAMS": "0",
    }
    async with (
        receiving() as receiver,
        alive(database, redis_url, service="tests.privacy.warren:warren", callers=CALLERS, **settings) as parts,
    ):
        await parts.start(parts.api, parts.errands, parts.worker)
        yield Day(parts, receiver)


async def test_nobody_gets_out(database: DatabaseSettings, empty_redis: str, tmp_path: Path) -> None:
    async with a_day(database, empty_redis, tmp_path / "letters") as day, overheard(empty_redis) as heard:
        await day.spend()
        left = day.left | await seen_by_others(day.parts)
        async with day.parts.caller("nobody") as client:
            for part, probe in day.parts.probes.items():
                left[f"metrics of {part}"] = (await client.get(f"{probe}/metrics")).content
        left["redis"] = b"\n".join([*heard, *await kept_by_redis(empty_redis)])
        for part in (day.parts.api, day.parts.errands, day.parts.worker):
            left[f"log of {part.name}"] = part.log.read_bytes()
        left["webhooks"] = b"\n".join(str(head).encode() + body for head, body in day.receiver.got)
        left |= {f"letter {path.name}": path.read_bytes() for path in (tmp_path / "letters").glob("*.txt")}
        left |= in_tables(database)
        people = day.canaries.people
    assert len(heard) > 5
    assert day.receiver.got
    assert [name for name in left if name.startswith("letter")]
    assert b"visit.begun" in left["log of worker"]
    assert left["log of worker"].count(b"parcel.opened") >= 4
    assert b"request.failed" in left["log of api"]

    got_out = {name: places for name, content in left.items() if (places := found(content, people))}

    assert not got_out, "\n".join(f"{name}: {sorted(places)}" for name, places in got_out.items())


@pytest.mark.parametrize("around", ["{}", "fnr{}x", "a {} b", '{{"nr": "{}"}}'])
def test_the_search_knows_every_spelling(around: str) -> None:
    number = Canaries().number("here")
    for spelled in spellings(number):
        assert found(around.format(spelled), {"here": [number]}) == {"here"}, spelled
        packed = base64.b64encode(around.format(spelled).encode())
        assert found(packed, {"here": [number]}) == {"here"}, spelled
        assert found("\\x" + around.format(spelled).encode().hex(), {"here": [number]}) == {"here"}, spelled
        assert found(around.format(spelled), {"here": [Canaries().number("there")[::-1]]}) == set()


@pytest.mark.parametrize("spelled", spellings(Canaries().number("here"))[:WRITTEN])
def test_each_of_them_that_people_write_is_masked(spelled: str) -> None:
    assert mask(f"fnr {spelled} ukjent") == "fnr *********** ukjent"
