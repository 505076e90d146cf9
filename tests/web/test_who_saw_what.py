"""Every read of what cases hold and every decision leaves a line in the access log, before the answer goes out."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.web.town import KARI, Town, manual, permit

pytestmark = pytest.mark.anyio


async def lines(hall: Town) -> list[tuple[str, str, list[str], str | None]]:
    async with hall.parts.database.pool.connection() as connection:
        cursor = await connection.execute("select * from access_log order by id")
        return [
            (row["actor"], row["action"], [str(case) for case in row["cases"]], row["purpose"])
            for row in await cursor.fetchall()
        ]


async def ask(hall: Town, caller: str, method: str, path: str, **more: Any) -> Any:
    async with hall.caller(caller) as client:
        return await client.request(method, path, **more)


async def test_reads(hall: Town) -> None:
    case = await hall.submit()
    person = {"kind": "person", "id": KARI}
    for method, path, more in (
        ("GET", f"/v1/cases/{case}", {"headers": {"X-Purpose": "Klage fra 178384 10103"}}),
        ("GET", f"/v1/cases/{case}?wait=0.01", {}),
        ("GET", "/v1/cases", {}),
        ("POST", "/v1/cases/search", {"json": person}),
    ):
        assert (await ask(hall, "desk", method, path, **more)).status_code == 200
    assert await lines(hall) == [
        ("caller:desk", "read", [case], "Klage fra ***********"),
        ("caller:desk", "read", [case], None),
        ("caller:desk", "listed", [case], None),
        ("caller:desk", "searched", [case], None),
    ]


async def test_what_is_not_shown_leaves_none(hall: Town) -> None:
    case = await hall.submit()
    for caller, path in (
        ("forms", f"/v1/cases/{case}"),
        ("nobody", f"/v1/cases/{case}"),
        ("forms", "/v1/cases"),
        ("desk", f"/v1/cases/{uuid4()}"),
        ("desk", "/v1/cases?code=NAME_MISMATCH"),
        ("operator", "/v1/processes"),
    ):
        await ask(hall, caller, "GET", path)
    assert await lines(hall) == []


async def test_a_case_that_was_known_is_shown_with_what_became_of_it(hall: Town) -> None:
    case = await hall.submit(reference="T-1")
    assert await lines(hall) == []
    again = await ask(hall, "booking", "POST", "/v1/permits", json=permit(reference="T-1"))
    assert again.json()["id"] == case
    assert await lines(hall) == [("caller:booking", "read", [case], None)]


@pytest.mark.parametrize(
    ("decision", "body", "done"),
    [("retry", None, "retried"), ("close", {"handled": "REJECTED"}, "closed"), ("cancel", None, "cancelled")],
)
async def test_decisions(hall: Town, decision: str, body: Any, done: str) -> None:
    case = await hall.submit()
    if decision != "cancel":
        await hall.end(manual())
    for status in (200, 409):
        headers = {"X-Purpose": "opprydding"}
        answer = await ask(hall, "desk", "POST", f"/v1/cases/{case}/{decision}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
    assert await lines(hall) == [
        ("caller:desk", done, [case], "opprydding"),
        ("caller:desk", "read", [case], "opprydding"),
    ]


async def test_decisions_about_a_whole_batch(hall: Town) -> None:
    async with hall.caller("booking") as client:
        rows = [permit(reference=f"T-{number}") for number in range(3)]
        taken = (await client.post("/v1/permits", json=rows)).json()
    cases = [row["case"]["id"] for row in taken["rows"]]
    cancel = f"{taken['batch']['location']}/cancel"
    for status in (200, 409):
        answer = await ask(hall, "desk", "POST", cancel, headers={"X-Purpose": "opprydding"})
        assert answer.status_code == status, answer.text
    assert await lines(hall) == [("caller:desk", "cancelled", cases, "opprydding")]


async def test_what_cannot_be_noted_is_not_shown(hall: Town) -> None:
    case = await hall.submit()
    async with hall.parts.database.pool.connection() as connection, connection.transaction():
        await connection.execute("alter table access_log rename to access_log_away")
    async with hall.caller("desk") as client:
        answer = await client.get(f"/v1/cases/{case}")
    assert answer.status_code >= 500
    assert case not in answer.text


async def test_a_purpose_has_an_end(hall: Town) -> None:
    case = await hall.submit()
    answer = await ask(hall, "desk", "GET", f"/v1/cases/{case}", headers={"X-Purpose": "x" * 201})
    assert (answer.status_code, await lines(hall)) == (422, [])


async def test_evidence_is_noted_and_only_when_shown(hall: Town) -> None:
    case = await hall.submit()
    assert (await ask(hall, "inspector", "GET", f"/v1/cases/{case}/evidence/{uuid4()}")).status_code == 404
    assert await lines(hall) == []
