"""Whoever is bound to units hands cases over for those only, one by one or many together."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.identity.caller import Kind
from common.identity.keys import new_key
from common.web.parts import Settings
from tests.web.keys import write_keys
from tests.web.town import Town, opened

pytestmark = pytest.mark.anyio

OWN, OTHER = {"parcel": "1", "unit": "4711"}, {"parcel": "2", "unit": "0815"}
NONE = {"parcel": "3"}


@pytest.fixture
async def kari(settings: Settings, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody of one unit."""
    key, entry = new_key("kari", ["town:*:submit", "town:*:read"], kind=Kind.PERSON, units=["4711", "4712"])
    write_keys(tmp_path / "keys.json", [entry])
    own = replace(settings, api=settings.api.model_copy(update={"keys": tmp_path / "keys.json"}))
    async with opened(own, {"kari": key}) as town, Town(town.app, {"kari": key}).caller("kari") as client:
        yield client


def told(answer: httpx.Response) -> list[Any]:
    """Of each row that is told of: taken, or why not."""
    return [row["problem"]["code"] if "problem" in row else "taken" for row in answer.json()["rows"]]


async def test_one_by_one(kari: httpx.AsyncClient) -> None:
    assert (await kari.post("/v1/deeds", json=OWN)).status_code == 202
    for foreign in (OTHER, NONE):
        answer = await kari.post("/v1/deeds", json=foreign)
        assert (answer.status_code, answer.json()["code"]) == (403, "UNIT_FOREIGN")
        assert "unit" in answer.json()["detail"]
    assert len((await kari.get("/v1/cases")).json()["items"]) == 1


async def test_an_array(kari: httpx.AsyncClient) -> None:
    answer = await kari.post("/v1/deeds", json=[OWN, OTHER, NONE])
    assert (answer.status_code, told(answer)) == (202, ["taken", "UNIT_FOREIGN", "UNIT_FOREIGN"])
    answer = await kari.post("/v1/deeds", json=[OTHER])
    assert (answer.status_code, told(answer)) == (422, ["UNIT_FOREIGN"])


async def test_a_stream(kari: httpx.AsyncClient) -> None:
    text = "\n".join(json.dumps(row) for row in (OWN, OTHER, NONE))
    answer = await kari.post("/v1/deeds", content=text, headers={"Content-Type": "application/x-ndjson"})
    assert (answer.json()["accepted"], told(answer)) == (1, ["UNIT_FOREIGN", "UNIT_FOREIGN"])


async def test_a_file(kari: httpx.AsyncClient) -> None:
    text = "parcel;unit\n1;4711\n2;0815\n3;"
    answer = await kari.post("/v1/deeds", content=text, headers={"Content-Type": "text/csv"})
    assert (answer.json()["accepted"], told(answer)) == (1, ["UNIT_FOREIGN", "UNIT_FOREIGN"])
