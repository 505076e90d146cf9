"""The archive service's night through deaths and freezes: no journal post twice, none without its main document."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Generator, Mapping
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from archive_svc.demo import FLOWS, day_of
from common.local.day import Day, Flow
from common.local.daybook import DayBook
from sandbox.sofie.machine import missing
from tests.recovery.harm import play_through, two_workers
from tests.recovery.plant import BRISK, Plant
from tests.sandbox.visitor import PLAIN

pytestmark = [
    pytest.mark.recovery,
    pytest.mark.browser,
    pytest.mark.timeout(900),  # longer than it is waited for: what hangs is told by what it waits for
    pytest.mark.skipif(bool(missing()), reason=f"this machine lacks {', '.join(missing())}"),
]

SITUATIONS: Mapping[str, Collection[str]] = {
    "tax-documents": ["two_of_one_party", "told_twice", "kept_in_sofie", "of_an_enterprise_with_an_attachment"],
    "case-protocols": ["treated", "told_twice"],
    "backlog-controls": ["answered", "listed_twice"],
}
"""What harm could spoil; each turns up once."""
# Pixels take longer than pages where ten others want the same two processors.
PIXELS = {"ROGER_BROWSER_BUDGET": "8", "ROGER_WORKER_LEASE": "14"}


@pytest.fixture
def archive() -> Generator[Plant]:
    with two_workers("archive", {**BRISK, **PIXELS}) as plant:
        yield plant


def _night() -> Day:
    whole = day_of(dict.fromkeys(FLOWS, 40), seed=8)
    return replace(whole, flows=[_chosen(flow) for flow in whole.flows if flow.process in SITUATIONS])


def _chosen(flow: Flow) -> Flow:
    by_name = {situation.name: situation for situation in flow.situations}
    situations = [by_name[name] for name in SITUATIONS[flow.process]]
    named = {file["sha256"] for each in situations for row in each.rows for file in row.get("files", [])}
    files = [content for content in flow.files if sha256(content).hexdigest() in named]
    return replace(flow, situations=situations, files=files)


def _asked(plant: Plant, target: str, what: str) -> Any:
    answer = httpx.get(f"{plant.stack.consoles[target]}/_kontroll/{what}", timeout=60, verify=PLAIN)
    return answer.raise_for_status().json()


def test_a_night_of_all_flows(archive: Plant) -> None:
    night = _night()
    with closing(DayBook(archive.stack, night)) as book:
        play_through(book, archive, random.Random(20261129), harms=4, moments=30, patience=400)
        assert book.problems(list(book.found())) == []
    ours = [post for post in _asked(archive, "esa", "posts") if post["external_reference"]]
    journalled = [post for post in ours if post["status"] == "J"]
    numbers = {
        row["sofie_doc_id"]
        for flow in night.flows
        for each in flow.situations
        for row in each.rows
        if "sofie_doc_id" in row
    }

    assert [name for name, times in Counter(post["external_reference"] for post in ours).items() if times > 1] == []
    assert [post["external_reference"] for post in ours if _mains(post) != (post["status"] != "R")] == []
    assert numbers <= {post["external_reference"] for post in journalled}
    # SOFIE says where each stands, and nothing of their files is kept anywhere.
    where = {post["external_reference"]: f"{post['case']}-{post['number']}" for post in ours}
    said = {each["number"]: each["archive_ref"] for each in _asked(archive, "sofie", "documents")}
    assert {number: said[number] for number in numbers} == {number: where[number] for number in numbers}
    assert archive.rows("select 1 from file_pieces") == []
    exchange = Path(archive.stack.environment["ROGER_SOFIE_EXCHANGE"])
    assert [file for file in exchange.rglob("*") if file.is_file()] == []


def _mains(post: dict[str, Any]) -> int:
    """How many main documents a post has."""
    return sum(document["role"] == "H" for document in post["documents"])
