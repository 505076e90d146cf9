"""Evidence over the API: for those who may see the case and hold the scope, as a file, and noted."""

from __future__ import annotations

import psycopg
import pytest

from common.cases.evidence import EvidenceKind
from common.settings import DatabaseSettings
from tests.web.town import Town

pytestmark = pytest.mark.anyio

PAGE, PICTURE = b"<h1>Kari</h1><script>alert(1)</script>", b"\x89PNG\r\n\x1a\n"


async def failed(hall: Town) -> str:
    """A case of booking's whose run goes on, with what an earlier moment of it looked like."""
    case = await hall.submit()
    run = await hall.take()
    pieces = {EvidenceKind.DOM: PAGE, EvidenceKind.SCREENSHOT: PICTURE}
    assert await hall.parts.evidence.keep(run, "TIMEOUT", pieces, days=7) == 2
    return case


async def test_is_listed_and_given_as_files(hall: Town, database: DatabaseSettings) -> None:
    case = await failed(hall)
    async with hall.caller("inspector") as client:
        items = (await client.get(f"/v1/cases/{case}/evidence")).json()["items"]
        assert [(item["kind"], item["code"], item["run"]) for item in items] == [
            ("dom", "TIMEOUT", 1),
            ("screenshot", "TIMEOUT", 1),
        ]
        page, picture = [await client.get(f"/v1/cases/{case}/evidence/{item['id']}") for item in items]
    assert (page.content, picture.content) == (PAGE, PICTURE)
    assert picture.headers["content-type"] == "image/png"
    for answer in (page, picture):
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert "sandbox" in answer.headers.get_list("content-security-policy")
        assert answer.headers["x-content-type-options"] == "nosniff"
    with psycopg.connect(database.url) as connection:
        noted = connection.execute("select actor, kind, name, action, reason from operations order by id").fetchall()
    assert noted == [("caller:inspector", "evidence", case, "read", item["id"]) for item in items]


@pytest.mark.parametrize(
    ("caller", "status"),
    [("inspector", 200), ("booking", 403), ("auditor", 403), ("operator", 403), ("nobody", 403), ("witness", 404)],
)
async def test_is_for_those_with_the_scope_who_may_see_the_case(hall: Town, caller: str, status: int) -> None:
    case = await failed(hall)
    async with hall.caller(caller) as client:
        assert (await client.get(f"/v1/cases/{case}/evidence")).status_code == status


async def test_of_another_case_or_none_is_unknown(hall: Town) -> None:
    case, other = await failed(hall), await hall.submit()
    async with hall.caller("inspector") as client:
        (piece, _) = (await client.get(f"/v1/cases/{case}/evidence")).json()["items"]
        for path in (f"{other}/evidence/{piece['id']}", f"{case}/evidence/{other}", f"{case}/evidence/x"):
            answer = await client.get(f"/v1/cases/{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "EVIDENCE_UNKNOWN"), path
