"""What comes in together: arrays, streams and files are batches; a second person releases."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import openpyxl
import psutil
import pytest

from common.web.parts import Settings
from common.web.uploads import XLSX
from tests.web.counter import Counter, counter_opened, payment
from tests.web.town import KARI, OLA

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
LINES = {"Content-Type": "application/x-ndjson"}


@pytest.fixture
async def desk(settings: Settings, keys: dict[str, str]) -> AsyncGenerator[Counter]:
    async with counter_opened(settings, keys) as standing:
        yield standing


def table(*rows: dict[str, Any]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def lines(number: int, start: int = 0) -> bytes:
    return b"".join(
        json.dumps(payment(amount=f"{1 + n % 9}.00")).encode() + b"\n" for n in range(start, start + number)
    )


async def totals(client: httpx.AsyncClient, batch: str) -> dict[str, Any]:
    """The control totals, which must add up whenever one looks."""
    answer = await client.get(f"/v1/batches/{batch}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["rows"] == found["refused"] + found["existing"] + found["accepted"]
    assert found["accepted"] == sum(found["states"].values()) == sum(share["number"] for share in found["cases"])
    return found


class TestArray:
    async def test_is_a_batch_that_can_be_followed(self, desk: Counter) -> None:
        rows = [payment(reference="a"), payment(amount="-1"), payment(reference="a")]
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", json=rows)
            told = answer.json()
            assert answer.headers["location"] == told["batch"]["location"]
            assert (told["batch"]["state"], told["batch"]["existing"]) == ("open", False)
            found = await totals(client, told["batch"]["id"])
            assert (found["rows"], found["accepted"], found["existing"], found["refused"]) == (3, 1, 1, 1)
            assert await desk.perform_all() == 1
            await desk.move_on()
            assert (await totals(client, told["batch"]["id"]))["state"] == "ended"
            listed = (await client.get("/v1/batches", params={"process": "refunds"})).json()["items"]
            assert [batch["id"] for batch in listed] == [told["batch"]["id"]]
            case = (await client.get(f"/v1/cases/{told['rows'][0]['case']['id']}")).json()
            assert (case["batch"], case["row"]) == (told["batch"]["id"], 0)
            [same] = (await client.get("/v1/cases", params={"batch": told["batch"]["id"]})).json()["items"]
            assert same["id"] == case["id"]

    async def test_again_under_the_same_key_is_the_same_batch(self, desk: Counter) -> None:
        rows = [payment(), payment(amount="2.00"), payment(amount="0")]
        key = {"Idempotency-Key": "k-1"}
        async with desk.caller("forms") as client:
            first, again = [await client.post("/v1/refunds", json=rows, headers=key) for _ in range(2)]
            other = await client.post("/v1/refunds", json=[payment(amount="3.00")], headers=key)
        assert (first.status_code, again.status_code) == (202, 200)
        assert again.json()["batch"] == first.json()["batch"] | {"existing": True}
        assert (again.json()["accepted"], again.json()["existing"], again.json()["refused"]) == (0, 2, 1)
        assert [row["index"] for row in again.json()["rows"]] == [0, 1, 2]
        assert other.json()["rows"][0]["problem"]["code"] == "REFERENCE_TAKEN"

    async def test_of_which_nothing_is_taken_is_no_batch(self, desk: Counter) -> None:
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", json=[payment(amount="0")])
            assert (answer.status_code, "batch" in answer.json()) == (422, False)
            assert (await client.get("/v1/batches")).json()["items"] == []


class TestStream:
    async def test_of_fifty_thousand_lines_in_bounded_memory(self, desk: Counter) -> None:
        process = psutil.Process()
        before, peak = process.memory_info().rss, 0

        async def sent() -> AsyncIterator[bytes]:
            nonlocal peak
            for start in range(0, 50_000, 5_000):
                yield lines(5_000, start)
                peak = max(peak, process.memory_info().rss)

        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", content=sent(), headers=LINES, timeout=200)
            assert answer.status_code == 202, answer.text
            assert (answer.json()["accepted"], answer.json()["rows"]) == (50_000, [])
            found = await totals(client, answer.json()["batch"]["id"])
        assert (found["rows"], found["states"]) == (50_000, {"awaiting_release": 50_000})
        assert peak - before < 100_000_000, f"{peak - before} bytes more"

    async def test_says_which_lines_were_refused(self, desk: Counter) -> None:
        body = b"\n".join(
            [
                json.dumps(payment()).encode(),
                b"",
                b"{",
                json.dumps(payment(text="x" * 200_000)).encode(),
                json.dumps(payment(amount="0")).encode(),
                json.dumps(payment(reference="a")).encode(),
            ]
        )
        async with desk.caller("forms") as client:
            answer = (await client.post("/v1/refunds", content=body, headers=LINES)).json()
            await desk.move_on()
            rows = (await client.get(f"{answer['batch']['location']}/rows")).json()["items"]
        assert (answer["accepted"], answer["refused"]) == (2, 3)
        told = {row["index"]: row["problem"]["code"] for row in answer["rows"]}
        assert told == {3: "MALFORMED_REQUEST", 4: "REQUEST_TOO_LARGE", 5: "INVALID_INPUT"}
        assert [(row["row"], row["state"]) for row in rows] == [
            (1, "queued"), (3, None), (4, None), (5, None), (6, "queued"),
        ]  # fmt: skip

    async def test_that_broke_off_goes_on_under_the_same_key(self, desk: Counter) -> None:
        """In-process; over a socket it is told as a disconnect and ends at the same place."""
        key = LINES | {"Idempotency-Key": "k-1"}
        whole = lines(2_500)

        async def broken() -> AsyncIterator[bytes]:
            yield whole[: len(whole) * 3 // 4]
            raise ConnectionResetError

        async with desk.caller("forms") as client:
            async with asyncio.timeout(30):
                with contextlib.suppress(ConnectionResetError):
                    await client.post("/v1/refunds", content=broken(), headers=key)
            [begun] = (await client.get("/v1/batches")).json()["items"]
            assert (begun["state"], begun["rows"]) == ("receiving", 1_000)
            other = await client.post("/v1/refunds", content=lines(2_500, 1), headers=key)
            assert (other.status_code, other.json()["code"]) == (409, "UPLOAD_DIFFERS")
            answer = await client.post("/v1/refunds", content=whole, headers=key)
            assert (answer.status_code, answer.json()["batch"]["id"]) == (202, begun["id"])
            assert answer.json()["accepted"] == 2_500
            again = await client.post("/v1/refunds", content=whole, headers=key)
            assert (again.status_code, again.json()["batch"]["existing"]) == (200, True)
            shorter = await client.post("/v1/refunds", content=lines(1_000), headers=key)
            assert shorter.status_code == 409
            assert (await totals(client, begun["id"]))["rows"] == 2_500

    async def test_sent_twice_at_once_is_one(self, desk: Counter) -> None:
        async with desk.caller("forms") as client:
            answers = await asyncio.gather(
                *(
                    client.post("/v1/refunds", content=lines(3_000), headers=LINES | {"Idempotency-Key": "k"})
                    for _ in range(3)
                )
            )
            assert len({answer.json()["batch"]["id"] for answer in answers}) == 1
            assert (await totals(client, answers[0].json()["batch"]["id"]))["accepted"] == 3_000

    async def test_that_is_too_long_is_refused_as_a_whole(self, settings: Settings, keys: dict[str, str]) -> None:
        few = replace(settings, api=settings.api.model_copy(update={"upload_rows": 1_500}))
        async with counter_opened(few, keys) as desk, desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", content=lines(2_500), headers=LINES)
            assert (answer.status_code, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE")
            await desk.move_on()
            [batch] = (await client.get("/v1/batches")).json()["items"]
            assert (batch["state"], batch["code"]) == ("refused", "TOO_MANY_ROWS")
            assert (await totals(client, batch["id"]))["states"] == {"cancelled": 1_000}

    async def test_of_nothing(self, desk: Counter) -> None:
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", content=b"\n\n", headers=LINES)
        assert answer.status_code == 422


BAD_FILES: list[tuple[bytes, int, str]] = [
    (b"", 422, "EMPTY_FILE"),
    (b"person;amount\n", 422, "NO_ROWS"),
    (b"person;price\n17838410103;1\n", 422, "WRONG_COLUMNS"),
    (b"person;amount\n17838410103;=1+1\n", 422, "FORMULA"),
    (b"person;amount\n17838410103;1\n17838410103;1\n", 422, "DUPLICATE_ROWS"),
    (b"person;amount\n17838410103;1;2\n", 422, "UNEQUAL_ROWS"),
    (b'person;amount\n"17838410103;1\n', 422, "NOT_A_TABLE"),
    (b"PK\x03\x04 no workbook", 422, "BROKEN_FILE"),
    (b"%PDF-1.7", 422, "WRONG_KIND"),
    (b"\0" * 3_000_000, 422, ""),
    (b"\0" * 21_000_000, 413, ""),
]


class TestFile:
    @pytest.mark.parametrize(("file", "status", "cause"), BAD_FILES)
    async def test_that_is_bad_is_refused_for_its_cause(
        self, desk: Counter, file: bytes, status: int, cause: str
    ) -> None:
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", content=file, headers=CSV)
            assert answer.status_code == status, answer.text
            assert (await client.get("/v1/batches")).json()["items"] == []
        assert KARI not in answer.text
        if cause:
            assert answer.json()["code"] == "FILE_UNUSABLE"
            assert cause in {error["code"] for error in answer.json()["errors"]}, answer.text

    async def test_names_row_and_column_of_each_refused_row(self, desk: Counter) -> None:
        file = table(
            payment(reference="a"), payment(amount="0"), payment(person="1", on="31.02.2026"), payment(on="nå")
        )
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", content=file, headers=CSV)
            told = answer.json()
            refused = (await client.get(f"{told['batch']['location']}/rows?only=refused")).json()["items"]
        assert (answer.status_code, told["accepted"], told["refused"]) == (202, 1, 3)
        places = [
            [(error["row"], error["column"], error["field"]) for error in row["problem"]["errors"]]
            for row in told["rows"]
        ]
        assert places == [[(3, "B", "amount")], [(4, "D", "on")], [(5, "D", "on")]]
        assert [row["row"] for row in refused] == [3, 4, 5]
        assert "on" in refused[2]["problem"]["errors"][0]["field"]

    async def test_again_is_the_same_batch(self, desk: Counter) -> None:
        file = table(payment(), payment(amount="3"))
        async with desk.caller("forms") as client:
            first, again = [await client.post("/v1/refunds", content=file, headers=CSV) for _ in range(2)]
            other = await client.post("/v1/payments", content=file, headers=CSV)
        assert (first.status_code, again.status_code, other.status_code) == (202, 200, 202)
        assert again.json()["batch"]["id"] == first.json()["batch"]["id"] != other.json()["batch"]["id"]
        async with desk.caller("forms") as client:
            assert len((await client.get("/v1/cases", params={"process": "refunds"})).json()["items"]) == 2

    async def test_withdrawn_may_be_sent_anew(self, desk: Counter) -> None:
        file = table(payment(reference="a"), payment(reference="b"))
        async with desk.caller("forms") as client:
            first = (await client.post("/v1/refunds", content=file, headers=CSV)).json()["batch"]
            await desk.move_on()
            withdrawn = await client.post(f"{first['location']}/cancel")
            assert (withdrawn.status_code, withdrawn.json()["code"]) == (200, "WITHDRAWN")
            assert withdrawn.json()["situation"]
            await desk.move_on()
            assert (await totals(client, first["id"]))["states"] == {"cancelled": 2}
            assert (await client.post(f"{first['location']}/cancel")).status_code == 409
            anew = (await client.post("/v1/refunds", content=file, headers=CSV)).json()
        assert (anew["batch"]["id"] != first["id"], anew["accepted"]) == (True, 2)

    async def test_of_a_form(self, desk: Counter) -> None:
        async with desk.caller("forms") as client:
            answer = await client.post("/v1/refunds", files={"file": ("saker.csv", table(payment()))}, data={"go": "1"})
            none = await client.post("/v1/refunds", files={"file": ("a", b"x"), "more": ("b", b"y")})
            empty = await client.post(
                "/v1/refunds", content=b"--x--", headers={"Content-Type": "multipart/form-data; boundary=x"}
            )
        assert (answer.status_code, answer.json()["accepted"]) == (202, 1)
        assert (none.status_code, empty.status_code) == (400, 400)

    @pytest.mark.parametrize("kind", ["xlsx", "csv"])
    async def test_template_there_and_back(self, desk: Counter, kind: str) -> None:
        async with desk.caller("forms") as client:
            given = await client.get("/v1/processes/refunds/template", params={"format": kind})
            assert given.status_code == 200
            assert f"refunds.{kind}" in given.headers["content-disposition"]
            if kind == "xlsx":
                book = openpyxl.load_workbook(io.BytesIO(given.content))
                sheet: Any = book.worksheets[0]
                names = [cell.value for cell in sheet[1]]
                for person, amount in ((KARI, 12.5), (OLA, 3000)):
                    filled = {"person": person, "amount": amount}
                    sheet.append([filled.get(name) for name in names])
                file = io.BytesIO()
                book.save(file)
                content = file.getvalue()
            else:
                names = given.content.decode("utf-8-sig").strip().split(";")
                places = dict.fromkeys(names, "")
                content = given.content + b"".join(
                    ";".join((places | {"person": person, "amount": amount}).values()).encode() + b"\r\n"
                    for person, amount in ((KARI, "12,5"), (OLA, "3 000"))
                )
            answer = await client.post("/v1/refunds", content=content, headers={"Content-Type": XLSX})
            assert answer.status_code == 202, answer.text
            await desk.move_on()
            found = await totals(client, answer.json()["batch"]["id"])
            assert (found["source"], found["states"]) == (kind, {"queued": 1, "awaiting_release": 1})
            assert (await client.get("/v1/processes/nothing/template")).status_code == 404

    async def test_too_many_at_once_are_put_off(self, settings: Settings, keys: dict[str, str]) -> None:
        one = replace(settings, api=settings.api.model_copy(update={"uploads": 1}))
        async with counter_opened(one, keys) as desk, desk.caller("forms") as client:
            with desk.parts.uploads.one("forms"):
                answer = await client.post("/v1/refunds", content=table(payment()), headers=CSV)
            assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_UPLOADS")
            assert (await client.post("/v1/refunds", content=table(payment()), headers=CSV)).status_code == 202


class TestRelease:
    async def test_of_a_batch(self, desk: Counter) -> None:
        async with desk.caller("forms") as client, desk.caller("releaser") as second:
            rows = [payment(amount="900"), payment(amount="901")]
            batch = (await client.post("/v1/payments", json=rows)).json()["batch"]
            assert batch["state"] == "received"
            await desk.move_on()
            found = await totals(second, batch["id"])
            assert (found["state"], found["figures"]) == ("awaiting_release", {"sum_in_cents": 180_100})
            assert (await client.post(f"{batch['location']}/release", json={"rows": 2})).status_code == 403
            other = await second.post(f"{batch['location']}/release", json={"rows": 3})
            assert (other.status_code, other.json()["code"]) == (409, "TOTALS_DIFFER")
            [case, _] = (await client.get("/v1/cases", params={"batch": batch["id"]})).json()["items"]
            assert (case["state"], case["awaits"]) == ("awaiting_release", "batch")
            assert (await second.post(f"/v1/cases/{case['id']}/release")).status_code == 409
            released = await second.post(f"{batch['location']}/release", json={"rows": 2})
            assert (released.status_code, released.json()["released_by"]) == (200, "caller:releaser")
            async with desk.parts.database.pool.connection() as connection:
                cursor = await connection.execute(
                    "select actor, cardinality(cases) as n from access_log where action = 'released'"
                )
                assert [tuple(row.values()) for row in await cursor.fetchall()] == [("caller:releaser", 2)]
            await desk.move_on()
            assert await desk.perform_all() == 2
            await desk.move_on()
            assert (await totals(client, batch["id"]))["state"] == "ended"
            again = await second.post(f"{batch['location']}/release", json={"rows": 2})
            assert (again.status_code, again.json()["code"]) == (409, "NOT_IN_THAT_STATE")

    async def test_never_by_whoever_handed_it_in(self, desk: Counter) -> None:
        async with desk.caller("boss") as client:
            batch = (await client.post("/v1/payments", json=[payment(amount="2000")])).json()["batch"]
            case = (await client.post("/v1/refunds", json=payment(amount="2000"))).json()
            await desk.move_on()
            answers = [
                await client.post(f"{batch['location']}/release", json={"rows": 1}),
                await client.post(f"/v1/cases/{case['id']}/release"),
            ]
        assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "OWN_SUBMISSION")] * 2

    async def test_of_a_case(self, desk: Counter) -> None:
        async with desk.caller("forms") as client, desk.caller("releaser") as second:
            case = (await client.post("/v1/refunds", json=payment(amount="2000"))).json()
            assert (case["state"], case["awaits"]) == ("awaiting_release", "release")
            assert (await client.get(f"/v1/cases/{case['id']}")).json() == case
            assert await desk.perform_all() == 0
            released = await second.post(f"/v1/cases/{case['id']}/release")
            assert (released.status_code, released.json()["state"]) == (200, "queued")
            assert (await second.post(f"/v1/cases/{case['id']}/release")).status_code == 409
            assert await desk.perform_all() == 1

    async def test_what_the_rule_refuses_says_why(self, desk: Counter) -> None:
        async with desk.caller("forms") as client:
            rows = [payment(amount="999999"), payment(amount="2")]
            batch = (await client.post("/v1/payments", json=rows)).json()["batch"]
            await desk.move_on()
            found = await totals(client, batch["id"])
        assert (found["state"], found["code"]) == ("refused", "WRONG_SUM")
        assert (found["situation"], found["states"]) == ("Summen i gruppen er for høy.", {"cancelled": 2})


async def test_a_batch_of_others_is_as_good_as_none(desk: Counter) -> None:
    async with desk.caller("forms") as client:
        batch = (await client.post("/v1/refunds", json=[payment()])).json()["batch"]["location"]
    for name, status in {"boss": 404, "auditor": 200, "nobody": 403, "decider": 403}.items():
        async with desk.caller(name) as client:
            for path in (batch, f"{batch}/rows"):
                assert (await client.get(path)).status_code == status, (name, path)
            release = await client.post(f"{batch}/release", json={"rows": 1})
            assert release.status_code == (404 if name == "boss" else 403), name
    async with desk.caller("boss") as client:
        assert (await client.get("/v1/batches")).json()["items"] == []
        assert (await client.post(f"{batch}/cancel")).status_code == 404
