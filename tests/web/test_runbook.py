"""What docs/alerts.md tells people to ask the API for is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.town import Town

PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"


@pytest.mark.anyio
async def test_every_address_is_one_of_the_api(hall: Town) -> None:
    named = set(re.findall(r"/v1/[a-z]+(?:/(?:[a-z]+|\{[a-z]+\}))*", PAGE.read_text("utf-8")))
    assert len(named) > 8
    assert named - set(hall.app.openapi()["paths"]) == set()


@pytest.mark.anyio
async def test_what_is_posted_may_be_posted(hall: Town) -> None:
    posted = set(re.findall(r"POST (/v1/[a-z{}/]+)", PAGE.read_text("utf-8")))
    paths = hall.app.openapi()["paths"]
    assert [path for path in posted if "post" not in paths[path]] == []
