"""A case and its children in the API: its parent, how many children it has and where, and the tree of those one may see."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.cases.batch_course import BatchCourse
from common.cases.children import Children
from common.cases.endings import Ending, done
from common.cases.family import GENERATIONS, WIDTH
from common.cases.handovers import Handovers
from common.identity.caller import Kind
from common.identity.keys import new_key
from common.process import Handover, Outcome, OutcomeCode
from common.settings import ApiSettings
from common.web.parts import Settings
from tests.web.keys import write_keys
from tests.web.town import Deed, Town, manual, opened

pytestmark = pytest.mark.anyio

NORTH, SOUTH = "310456780", "310456799"
CALLERS: dict[str, tuple[str, list[str], list[str] | None]] = {
    "forms": ("forms", ["town:*:submit", "town:*:read"], None),
    "permits only": ("forms", ["town:permits:read"], None),
    "other": ("other", ["town:*:submit", "town:*:read"], None),
    "auditor": ("auditor", ["cases:read:all"], None),
    "north": ("kari", ["cases:read:all"], [NORTH]),
}


@pytest.fixture
async def hall(settings: Settings, tmp_path: Path) -> AsyncGenerator[Town]:
    plain: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    for name, (caller, scopes, units) in CALLERS.items():
        plain[name], entry = new_key(caller, scopes, units=units, kind=Kind.PERSON if units else Kind.SYSTEM)
        entries.append(entry)
    changed = Settings(
        api=ApiSettings(keys=write_keys(tmp_path / "keys.json", entries)),
        database=settings.database,
        redis=settings.redis,
        deployment=settings.deployment,
    )
    async with opened(changed, plain) as standing:
        yield standing


def leaving(*deeds: Deed) -> Ending:
    return done(Outcome(OutcomeCode.CREATED).handing_over(Handover(process="deeds", rows=deeds)))


def deeds(number: int, **fields: Any) -> list[Deed]:
    return [Deed(parcel=str(place + 1), **fields) for place in range(number)]


async def end(hall: Town, *left: Deed) -> str:
    """End the most urgent case, which leaves these; they are handed in."""
    case = await hall.end(leaving(*left))
    parts = hall.parts
    known = parts.service.processes
    await Handovers(parts.database.pool, parts.keyring, parts.bell, known, parts.clock).hand_in()
    return str(case)


async def a_parent(hall: Town, *left: Deed, **fields: Any) -> str:
    case = await hall.submit("forms", **fields)
    assert await end(hall, *left) == case
    return case


async def look(hall: Town) -> None:
    """What the errands do."""
    parts = hall.parts
    course = BatchCourse(parts.database.pool, parts.keyring, parts.bell, parts.service.processes)
    await course.move_on(abandoned_after=3600)
    await Children(parts.database.pool).end()


async def get(hall: Town, path: str, caller: str = "forms", status: int = 200, **query: Any) -> Any:
    async with hall.caller(caller) as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


class TestCase:
    async def test_knows_its_parent_and_how_its_children_do(self, hall: Town) -> None:
        parent = await a_parent(hall, *deeds(3))
        await hall.end()
        await hall.end(manual())
        await look(hall)
        found = await get(hall, f"/v1/cases/{parent}")
        states = {"done": 1, "manual": 1, "queued": 1}
        assert found["children"] == {"number": 3, "states": states, "ended_at": None}
        assert found["parent"] is None
        children = (await get(hall, "/v1/cases", parent=parent))["items"]
        assert [child["row"] for child in children] == [2, 1, 0]
        assert {child["parent"] for child in children} == {parent}
        assert {child["children"] for child in children} == {None}
        one = await get(hall, f"/v1/cases/{children[0]['id']}")
        assert (one["parent"], one["children"]) == (parent, None)

    async def test_says_when_all_have_ended(self, hall: Town) -> None:
        parent = await a_parent(hall, *deeds(1))
        await hall.end()
        await look(hall)
        found = await get(hall, f"/v1/cases/{parent}")
        assert found["children"]["ended_at"] is not None
        (*_, last) = (await get(hall, f"/v1/cases/{parent}/events"))["items"]
        assert (last["from_state"], last["to_state"], last["code"]) == ("done", "done", "CHILDREN_ENDED")
        (told,) = (await get(hall, "/v1/events/page", after="0.0.0", code="CHILDREN_ENDED"))["items"]
        assert (told["case"], told["from"], told["to"]) == (parent, "done", "done")

    async def test_one_without_any_has_none(self, hall: Town) -> None:
        case = await hall.submit("forms")
        found = await get(hall, f"/v1/cases/{case}")
        assert (found["parent"], found["children"]) == (None, None)
        assert (await get(hall, "/v1/cases", parent=case))["items"] == []
        assert (await get(hall, "/v1/cases", parent=str(uuid4())))["items"] == []

    async def test_the_list_goes_by_pages(self, hall: Town) -> None:
        parent = await a_parent(hall, *deeds(5))
        await a_parent(hall, *deeds(2))
        first = await get(hall, "/v1/cases", parent=parent, limit=3)
        second = await get(hall, "/v1/cases", parent=parent, limit=3, cursor=first["next"])
        assert [case["row"] for case in first["items"] + second["items"]] == [4, 3, 2, 1, 0]
        assert second["next"] is None


class TestTree:
    async def test_generation_by_generation(self, hall: Town) -> None:
        later = datetime(2099, 5, 31, 12, tzinfo=UTC)
        root = await a_parent(hall, Deed(parcel="1", reference="B-1"), Deed(parcel="2", not_before=later))
        child = await end(hall, *deeds(1))
        tree = await get(hall, f"/v1/cases/{root}/tree")
        assert (tree["id"], tree["process"], tree["outcome"], tree["left_out"]) == (root, "permits", "CREATED", 0)
        first, second = tree["children"]
        assert (first["id"], first["reference"], first["state"]) == (child, "B-1", "done")
        assert (second["state"], second["not_before"], second["due"]) == (
            "queued",
            "2099-05-31T12:00:00Z",
            "2099-06-01T12:00:00Z",
        )
        assert second["count"] is None
        (grandchild,) = first["children"]
        assert (grandchild["process"], grandchild["children"]) == ("deeds", [])
        assert tree["count"]["number"] == 2, "its own children, not theirs"

    async def test_as_wide_as_one_answer_holds(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(WIDTH + 1))
        tree = await get(hall, f"/v1/cases/{root}/tree")
        assert (len(tree["children"]), tree["count"]["number"], tree["left_out"]) == (WIDTH, WIDTH + 1, 1)

    async def test_as_deep_as_one_answer_holds(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(1))
        for _ in range(GENERATIONS):
            await end(hall, *deeds(1))
        node, depth = await get(hall, f"/v1/cases/{root}/tree"), 0
        while node["children"]:
            (node,), depth = node["children"], depth + 1
        assert depth == GENERATIONS
        assert (node["count"]["number"], node["left_out"]) == (1, 1), "there is one more below"

    async def test_who_may_not_read_a_process_sees_a_number_only(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(2))
        tree = await get(hall, f"/v1/cases/{root}/tree", "permits only")
        assert (tree["children"], tree["count"]["number"], tree["left_out"]) == ([], 2, 2)

    async def test_children_of_another_unit_are_counted_and_not_told_of(self, hall: Town) -> None:
        root = await a_parent(
            hall, Deed(parcel="1", unit=SOUTH, reference="S-1"), Deed(parcel="2", unit=NORTH), unit=NORTH
        )
        await end(hall, Deed(parcel="3", unit=NORTH))  # below the one of the other unit
        tree = await get(hall, f"/v1/cases/{root}/tree", "north")
        (seen,) = tree["children"]
        assert (seen["unit"], tree["count"]["number"], tree["left_out"]) == (NORTH, 2, 1)
        assert "S-1" not in str(tree)
        listed = (await get(hall, "/v1/cases", "north", parent=root))["items"]
        assert [case["id"] for case in listed] == [seen["id"]]
        whole = await get(hall, f"/v1/cases/{root}/tree", "auditor")
        assert [len(child["children"]) for child in whole["children"]] == [1, 0]

    async def test_of_a_case_out_of_sight_there_is_none(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(1), unit=SOUTH)
        for caller in ("other", "north"):
            problem = await get(hall, f"/v1/cases/{root}/tree", caller, status=404)
            assert problem["code"] == "CASE_UNKNOWN"

    async def test_every_case_that_is_shown_is_noted(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(2))
        tree = await get(hall, f"/v1/cases/{root}/tree", "auditor")
        async with hall.parts.database.pool.connection() as connection:
            cursor = await connection.execute(
                "select unnest(cases) as case_id from access_log where actor = 'caller:auditor'"
            )
            noted = {str(row["case_id"]) for row in await cursor.fetchall()}
        assert noted == {root, *(child["id"] for child in tree["children"])}

    async def test_outlives_what_the_cases_held(self, hall: Town) -> None:
        root = await a_parent(hall, Deed(parcel="1", reference="B-1"))
        async with hall.parts.database.pool.connection() as connection:
            await connection.execute("delete from case_contents")
        tree = await get(hall, f"/v1/cases/{root}/tree")
        (child,) = tree["children"]
        assert (child["state"], child["reference"]) == ("queued", None)


class TestPage:
    """What a case worker sees of it."""

    @contextlib.asynccontextmanager
    async def browser(self, hall: Town, person: str) -> AsyncGenerator[httpx.AsyncClient]:
        ours = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        transport = httpx.ASGITransport(hall.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://town.test", headers=ours) as client:
            answer = await client.post("/logg-inn/nokkel", data={"nokkel": hall.keys[person], "til": "/arbeidsliste"})
            assert answer.status_code == 303, answer.text
            yield client

    async def test_shows_what_came_of_a_case_and_where_it_came_from(self, hall: Town) -> None:
        root = await a_parent(
            hall, Deed(parcel="1", reference="B-1"), Deed(parcel="2", reference="B-2"), reference="P-1"
        )
        await end(hall, Deed(parcel="3", reference="B-3"))
        async with self.browser(hall, "forms") as browser:
            page = (await browser.get(f"/arbeidsliste/saker/{root}")).text
            assert "2 saker: 1 i kø, 1 utført av Roger." in page
            assert [page.count(f", B-{number}</a>") for number in (1, 2, 3)] == [1, 1, 1]
            assert "ikke her" not in page
            child = (await get(hall, f"/v1/cases/{root}/tree"))["children"][0]["id"]
            below = (await browser.get(f"/arbeidsliste/saker/{child}")).text
        assert f'<a href="/arbeidsliste/saker/{root}">Permits, P-1</a>' in below
        assert ", B-3</a>" in below

    async def test_says_when_all_have_ended(self, hall: Town) -> None:
        root = await a_parent(hall, *deeds(1))
        await hall.end()
        await look(hall)
        async with self.browser(hall, "forms") as browser:
            page = (await browser.get(f"/arbeidsliste/saker/{root}")).text
        assert "1 sak: 1 utført av Roger. Alle følgesakene er avsluttet, " in page
        assert "<strong>Alle følgesakene er avsluttet</strong>" in page

    async def test_of_another_unit_there_is_a_number_only(self, hall: Town) -> None:
        root = await a_parent(hall, Deed(parcel="1", unit=SOUTH, reference="S-1"), unit=NORTH)
        async with self.browser(hall, "north") as browser:
            page = (await browser.get(f"/arbeidsliste/saker/{root}")).text
        assert "1 følgesak til vises ikke her" in page
        assert "S-1" not in page

    async def test_a_parent_of_another_unit_is_not_named(self, hall: Town) -> None:
        root = await a_parent(hall, Deed(parcel="1", unit=NORTH), unit=SOUTH, reference="P-1")
        (child,) = (await get(hall, "/v1/cases", parent=root))["items"]
        async with self.browser(hall, "north") as browser:
            page = (await browser.get(f"/arbeidsliste/saker/{child['id']}")).text
        assert "Følger av" not in page
        assert "P-1" not in page

    async def test_a_case_without_children_says_nothing_of_them(self, hall: Town) -> None:
        case = await hall.submit("forms")
        async with self.browser(hall, "forms") as browser:
            page = (await browser.get(f"/arbeidsliste/saker/{case}")).text
        assert "Følgesaker" not in page
