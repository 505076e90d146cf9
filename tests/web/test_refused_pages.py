"""A person who is refused, whoever refuses it, reads a page in their language; a program reads a problem document."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from common.web.parts import Settings
from tests.web.town import Town, opened, permit

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def assert_page(answer: httpx.Response, status: int, text: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert '<html lang="nb">' in answer.text
    assert text in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_by_a_limit(settings: Settings, keys: dict[str, str]) -> None:
    narrow = replace(settings, api=settings.api.model_copy(update={"strangers": "1/h", "strangers_burst": 1}))
    async with opened(narrow, keys) as town, town.caller(None) as client:
        assert (await client.get("/logg-inn", headers=BROWSER)).status_code == 200
        refused = await client.get("/arbeidsliste", headers=BROWSER)
        assert_page(refused, 429, "Prøv igjen om litt")
        assert int(refused.headers["retry-after"]) > 60
        program = await client.get("/arbeidsliste", headers={"Accept": "application/json"})
        assert (program.status_code, program.json()["code"]) == (429, "TOO_MANY_STRANGERS")


async def test_for_an_address(hall: Town) -> None:
    async with hall.caller(None) as client:
        assert_page(await client.get("/arbeidslista", headers=BROWSER), 404, "ingen side på denne adressen")
        assert_page(await client.get("/arbeidsliste/" + "x" * 3_000, headers=BROWSER), 414, "for lang")
        assert_page(await client.get("/arbeidsliste?fra=%00", headers=BROWSER), 400, "Det gikk ikke")
        assert (await client.get("/arbeidslista")).json()["code"] == "ROUTE_UNKNOWN"


async def test_by_a_fault_of_ours(hall: Town) -> None:
    async with hall.caller("booking") as client:
        failed = await client.post("/v1/permits", json=permit(name="Fail"), headers=BROWSER)
        assert_page(failed, 500, "Noe gikk galt")
        assert "secret" not in failed.text
        assert (await client.post("/v1/permits", json=permit(name="Fail"))).json()["code"] == "FAULT"
