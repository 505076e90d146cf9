"""Registers over the API: taken as a whole or not at all, never changed, and shown with what is in force."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import psycopg
import pytest
from pydantic import Field

from common.process import RegisterRow
from common.refusals import FieldProblem
from common.settings import DatabaseSettings
from tests.web.town import KARI, Town, town

pytestmark = pytest.mark.anyio


class Tariff(RegisterRow):
    code: str = Field(max_length=10, examples=["T1"])
    price: Decimal = Field(gt=0, decimal_places=2, examples=["70.50"])
    first: date
    last: date | None = None


class Remark(RegisterRow):
    text: str


def without_overlaps(rows: Sequence[Tariff]) -> Iterable[FieldProblem]:
    """Two periods of one code must not overlap."""
    for index, row in enumerate(rows):
        if any(other.code == row.code and other.first == row.first for other in rows[:index]):
            yield FieldProblem("first", "OVERLAP", "first lies in another period of this code", row=index)


TARIFFS = town.register("tariffs", row=Tariff, title="Tariffs", check=without_overlaps, entry="sats")
LIMITS = town.register("limits", row=Tariff, title="Limits")
NOTES = town.register("notes", row=Remark, title="Notes")
FROM = {"valid_from": "2026-01-01", "signer": "Anne Berg"}


def tariff(**changes: Any) -> dict[str, Any]:
    return {"code": "T1", "price": "70.50", "first": "2026-01-01"} | changes


def as_csv(*rows: Sequence[str]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([["code", "price", "first", "last"], *rows])
    return text.getvalue().encode()


async def hand_in(hall: Town, rows: Any, caller: str = "finance", name: str = "tariffs", **asked: str) -> Any:
    async with hall.caller(caller) as client:
        return await client.put(f"/v1/registers/{name}", json=rows, params=FROM | asked)


async def send(hall: Town, file: bytes, kind: str = "text/csv") -> Any:
    async with hall.caller("finance") as client:
        return await client.post("/v1/registers/tariffs", content=file, params=FROM, headers={"content-type": kind})


async def see(hall: Town, path: str = "", caller: str = "operator", **asked: str) -> Any:
    async with hall.caller(caller) as client:
        answer = await client.get(f"/v1/registers{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestATable:
    async def test_is_taken_as_a_version_and_shown(self, hall: Town) -> None:
        answer = await hand_in(hall, [tariff(), tariff(code="T2", last="2026-12-31")])
        assert answer.status_code == 201, answer.text
        assert answer.json() == {"name": "tariffs", "version": 1, "valid_from": "2026-01-01", "existing": False}
        async with hall.caller("operator") as client:
            shown = (await client.get(answer.headers["location"])).json()
        assert shown["rows"] == [tariff(last=None), tariff(code="T2", last="2026-12-31")]
        assert (shown["signer"], shown["caller"], shown["row_count"]) == ("Anne Berg", "finance", 2)

    async def test_again_is_the_same_version_until_another_takes_its_place(self, hall: Town) -> None:
        for rows, status, version in (
            ([tariff()], 201, 1),
            ([tariff()], 200, 1),
            ([tariff(price="80")], 201, 2),
            ([tariff(price="80.0")], 201, 3),
            ([tariff()], 201, 4),
        ):
            answer = await hand_in(hall, rows)
            assert (answer.status_code, answer.json()["version"]) == (status, version)
        assert (await hand_in(hall, [tariff()], valid_from="2026-07-01")).json()["version"] == 5
        assert (await hand_in(hall, [tariff()])).json() == {
            "name": "tariffs",
            "version": 4,
            "valid_from": "2026-01-01",
            "existing": True,
        }

    async def test_from_a_day_on_takes_the_place_of_all_before_it(self, hall: Town) -> None:
        for price, day in (("1", "2026-01-01"), ("2", "2026-07-01"), ("3", "2026-03-01")):
            await hand_in(hall, [tariff(price=price)], valid_from=day)
        found = {
            day: (await see(hall, "/tariffs", on=day))["in_force"]
            for day in ("2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-12-31")
        }
        assert list(found.values()) == [None, 1, 1, 3, 3]
        listed = await see(hall, on="2026-12-31")
        assert [(item["name"], item["in_force"]) for item in listed["items"]] == [
            ("tariffs", 3),
            ("limits", None),
            ("notes", None),
        ]
        assert [version["version"] for version in (await see(hall, "/tariffs"))["versions"]] == [3, 2, 1]

    async def test_is_numbered_without_a_gap_whoever_comes_first(self, hall: Town) -> None:
        answers = await asyncio.gather(*(hand_in(hall, [tariff(price=str(1 + n % 6))]) for n in range(12)))
        versions = [answer.json()["version"] for answer in answers]
        stored = [version["version"] for version in (await see(hall, "/tariffs"))["versions"]]
        assert stored == list(range(len(stored), 0, -1))
        assert set(versions) == set(stored)
        assert len(stored) >= 6

    async def test_is_kept_as_it_is_by_the_database_itself(self, hall: Town, database: DatabaseSettings) -> None:
        await hand_in(hall, [tariff()])
        for wrong in ("update registers set signer = 'x'", "delete from registers", "truncate registers"):
            with (
                psycopg.connect(database.url) as connection,
                pytest.raises(psycopg.errors.RaiseException, match="never changed"),
            ):
                connection.execute(wrong.encode())
        assert (await see(hall, "/tariffs"))["versions"][0]["signer"] == "Anne Berg"

    async def test_is_noted_among_the_operations(self, hall: Town, database: DatabaseSettings) -> None:
        await hand_in(hall, [tariff()])
        await hand_in(hall, [tariff()])
        with psycopg.connect(database.url) as connection:
            noted = connection.execute("select actor, kind, name, action, reason from operations").fetchall()
        assert noted == [
            ("caller:finance", "register", "tariffs", "replaced", "version 1 from 2026-01-01, signed by Anne Berg")
        ]


class TestABadRow:
    async def test_refuses_the_whole_with_every_place(self, hall: Town) -> None:
        answer = await hand_in(hall, [tariff(), tariff(code="T2", price="-1"), {"code": "T3", "first": "tomorrow"}])
        assert answer.status_code == 422
        told = {(error["field"], error["code"]) for error in answer.json()["errors"]}
        assert told == {("1.price", "INVALID_VALUE"), ("2.price", "MISSING_FIELD"), ("2.first", "INVALID_VALUE")}
        assert (await see(hall, "/tariffs"))["versions"] == []

    async def test_of_a_file_is_told_by_row_and_column(self, hall: Town) -> None:
        answer = await send(hall, as_csv(["T1", "70,50", "01.01.2026", ""], ["T2", "-1", "01.01.2026", "soon"]))
        assert (answer.status_code, answer.json()["code"]) == (422, "FILE_UNUSABLE")
        told = {(error["row"], error["column"]) for error in answer.json()["errors"]}
        assert told == {(3, "B"), (3, "D")}
        assert "soon" not in answer.text

    async def test_may_be_bad_only_beside_the_others(self, hall: Town) -> None:
        answer = await hand_in(hall, [tariff(), tariff(price="2")])
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("1.first", "OVERLAP")]
        file = await send(hall, as_csv(["T1", "1", "01.01.2026", ""], ["T1", "2", "01.01.2026", ""]))
        (error,) = file.json()["errors"]
        assert (error["row"], error["column"], error["code"]) == (3, "C", "OVERLAP")
        assert (await hand_in(hall, [tariff(), tariff(price="2")], name="limits")).status_code == 201

    @pytest.mark.parametrize("text", [KARI, f"gjelder {KARI[:6]} {KARI[6:]}, se vedlegg"])
    async def test_may_not_be_about_a_person(self, hall: Town, text: str) -> None:
        answer = await hand_in(hall, [{"text": "konto 86011117947"}, {"text": text}], name="notes")
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
            ("1.text", "PERSON_IN_REGISTER")
        ]
        assert KARI not in answer.text
        assert (await hand_in(hall, [tariff()], signer=KARI)).status_code == 422

    @pytest.mark.parametrize("rows", [[], {}, "x", [1], [[]], None])
    async def test_is_whatever_is_no_table(self, hall: Town, rows: Any) -> None:
        assert (await hand_in(hall, rows)).status_code == 422

    @pytest.mark.parametrize(
        "asked", [{"valid_from": "soon"}, {"signer": ""}, {"signer": "   "}, {"signer": "A\u202eB"}, {"who": "me"}]
    )
    async def test_is_not_all_that_is_looked_at(self, hall: Town, asked: dict[str, str]) -> None:
        assert (await hand_in(hall, [tariff()], **asked)).status_code == 422


class TestAFile:
    async def test_says_the_same_as_json(self, hall: Town) -> None:
        first = await send(hall, as_csv(["T1", "70,50", "01.01.2026", ""]))
        assert first.status_code == 201, first.text
        assert (await hand_in(hall, [tariff()])).json()["version"] == 1

    async def test_is_a_filled_in_template(self, hall: Town) -> None:
        async with hall.caller("finance") as client:
            empty = await client.get("/v1/registers/tariffs/template")
        book = openpyxl.load_workbook(BytesIO(empty.content))
        sheet: Any = book.worksheets[0]
        advice = " ".join(str(cell.value) for row in book.worksheets[1].iter_rows() for cell in row if cell.value)
        assert "én rad per sats" in advice
        assert "Tariffs" in advice
        for column, value in enumerate(["T1", Decimal("70.5"), date(2026, 1, 1)], 1):
            sheet.cell(2, column).value = value
        file = BytesIO()
        book.save(file)
        answer = await send(hall, file.getvalue(), empty.headers["content-type"])
        assert answer.status_code == 201, answer.text
        (row,) = (await see(hall, "/tariffs/versions/1"))["rows"]
        assert (row["code"], Decimal(row["price"]), row["first"]) == ("T1", Decimal("70.5"), "2026-01-01")


class TestRights:
    @pytest.mark.parametrize(
        ("caller", "name", "status"),
        [
            ("finance", "tariffs", 201),
            ("clerk", "tariffs", 201),
            ("clerk", "limits", 403),
            ("operator", "tariffs", 403),
            ("booking", "tariffs", 403),
            ("nobody", "tariffs", 403),
            ("finance", "others", 404),
        ],
    )
    async def test_to_write(self, hall: Town, caller: str, name: str, status: int) -> None:
        assert (await hand_in(hall, [tariff()], caller, name)).status_code == status

    @pytest.mark.parametrize(
        ("caller", "status"), [("operator", 200), ("finance", 200), ("clerk", 200), ("booking", 403), ("nobody", 403)]
    )
    async def test_to_read(self, hall: Town, caller: str, status: int) -> None:
        await hand_in(hall, [tariff()])
        async with hall.caller(caller) as client:
            for path in ("", "/tariffs", "/tariffs/versions/1", "/tariffs/template"):
                assert (await client.get(f"/v1/registers{path}")).status_code == status, path

    @pytest.mark.parametrize("version", ["0", "2", "x", "-1", "99999999999"])
    async def test_what_is_not_there(self, hall: Town, version: str) -> None:
        await hand_in(hall, [tariff()])
        async with hall.caller("operator") as client:
            answer = await client.get(f"/v1/registers/tariffs/versions/{version}")
        assert (answer.status_code, answer.json()["code"]) == (404, "REGISTER_UNKNOWN")
