"""Every endpoint × every scope, and every endpoint about a case × whose case it is × its unit; made from the routes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import APIRoute

from common.identity.caller import Kind
from common.identity.keys import new_key
from common.notices.post import add_tasks
from common.settings import ApiSettings
from common.task import Task
from common.web.app import OPEN
from common.web.auth import Needs, declared
from common.web.parts import Settings
from tests.web.keys import write_keys
from tests.web.rights import PAGE, told
from tests.web.town import Town, manual, opened, permit

pytestmark = pytest.mark.anyio

SINGLE = [
    "town:permits:submit",
    "town:*:submit",
    "town:permits:read",
    "town:*:read",
    "archive:*:submit",
    "archive:*:read",
    "cases:read:all",
    "cases:decide",
    "cases:release",
    "registers:write",
    "registers:tariffs:write",
    "registers:others:write",
    "evidence:read",
    "webhooks",
    "files",
    "operate",
]
ADDRESS = {
    "sha256": "0" * 64,
    "register": "tariffs",
    "process": "nothing",
    "name": "permits",
    "target": "nothing",
    "schedule": "nothing",
}
NORTH, SOUTH = "310456780", "310456799"
ON_A_CASE = ["town:*:submit", "town:*:read", "cases:decide", "cases:release", "evidence:read", "webhooks"]
UNKNOWN = {"CASE_UNKNOWN", "BATCH_UNKNOWN", "TASK_UNKNOWN"}
VIEWERS: dict[str, tuple[list[str], list[str] | None]] = {
    # key → scopes, units; all are keys of the caller `mine`
    "own": (ON_A_CASE, None),
    "own, north": (ON_A_CASE, [NORTH]),
    "everybody's": ([*ON_A_CASE, "cases:read:all"], None),
    "everybody's, north": ([*ON_A_CASE, "cases:read:all"], [NORTH]),
    "everybody's, of no unit": ([*ON_A_CASE, "cases:read:all"], []),
}


@dataclass(frozen=True)
class Cell:
    """Whose case, and of which unit."""

    owner: str
    unit: str | None

    def lies_within(self, viewer: str) -> bool:
        scopes, units = VIEWERS[viewer]
        return (self.owner == "mine" or "cases:read:all" in scopes) and (units is None or self.unit in units)


CELLS = [Cell(owner, unit) for owner, unit in product(("mine", "theirs"), (None, NORTH, SOUTH))]


@pytest.fixture
async def house(settings: Settings, tmp_path: Path) -> AsyncGenerator[Town]:
    """The town with a caller for each scope alone, and the viewers."""
    plain: dict[str, str] = {}
    entries: list[dict[str, Any]] = []
    callers = [(scope, f"only-{number}", [scope], None) for number, scope in enumerate(SINGLE)]
    callers += [(viewer, "mine", scopes, units) for viewer, (scopes, units) in VIEWERS.items()]
    callers += [("theirs", "theirs", ["town:*:submit"], None), ("none", "none", [], None)]
    for name, caller, scopes, units in callers:
        plain[name], entry = new_key(caller, scopes, units=units, kind=Kind.PERSON if units else Kind.SYSTEM)
        entries.append(entry)
    file = write_keys(tmp_path / "keys.json", entries)
    changed = Settings(
        api=ApiSettings(keys=file),
        database=settings.database,
        redis=settings.redis,
        deployment=settings.deployment,
    )
    async with opened(changed, plain) as standing:
        yield standing


def endpoints(hall: Town) -> list[tuple[str, str, tuple[str, ...]]]:
    """Method, address and needed scopes of every endpoint."""
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for route, needs in declared(hall.app):
        if isinstance(route, APIRoute) and isinstance(needs, Needs) and route.include_in_schema:
            found += [(method, route.path, needs.scopes) for method in sorted(route.methods or ())]
    return found


def satisfied(needed: str, scope: str) -> bool:
    """Said once more and otherwise than the code says it."""
    if needed in {"{service}:*:read", "{service}:*:submit"}:
        return scope.startswith("town:") and scope.endswith(needed.rsplit(":", 1)[1])
    if needed.endswith(":submit"):
        return scope in {needed.replace("{service}", "town"), "town:*:submit"}
    if needed == "registers:*:write":
        return scope in {"registers:tariffs:write", "registers:others:write"}
    return scope == needed.replace("{register}", "tariffs")


async def ask(client: httpx.AsyncClient, method: str, path: str, **address: str) -> httpx.Response:
    """Ask for it; what would be a stream is asked from a position that is none."""
    values = {name: str(uuid4()) for name in ("case", "batch", "task", "evidence", "webhook", "version")}
    body = {"handled": "REJECTED"} if path.endswith("/close") else {"rows": 1} if path.endswith("/release") else None
    query = {"after": "x"} if path == "/v1/events" else None
    return await client.request(method, path.format_map(values | ADDRESS | address), json=body, params=query)


class TestScopes:
    async def test_every_route_declares_what_it_needs_or_is_open_on_purpose(self, house: Town) -> None:
        silent = {getattr(route, "path", "?") for route, needs in declared(house.app) if needs is None}
        assert silent == set(OPEN)

    async def test_every_endpoint_with_every_scope_alone(self, house: Town) -> None:
        asked = endpoints(house)
        assert len(asked) > 40
        for scope in [*SINGLE, "none"]:
            async with house.caller(scope) as client:
                for method, path, needed in asked:
                    answer = await ask(client, method, path)
                    may = not needed or any(satisfied(one, scope) for one in needed)
                    assert (answer.status_code != 403) is may, (scope, method, path, answer.text)
                    assert answer.status_code not in {401, 500}, (scope, method, path, answer.text)

    async def test_every_endpoint_without_a_key(self, house: Town) -> None:
        async with house.caller(None) as client:
            for method, path, _ in endpoints(house):
                assert (await ask(client, method, path)).status_code == 401, (method, path)

    async def test_the_page_of_rights_is_in_step(self, house: Town) -> None:
        assert PAGE.read_text(encoding="utf-8") == told(house.app), "run python -m tests.web.rights"

    async def test_the_description_tells_the_scopes(self, house: Town) -> None:
        paths = house.app.openapi()["paths"]
        for method, path, needed in endpoints(house):
            wanted = [scope.replace("{service}", "town") for scope in needed]
            assert paths[path][method.lower()]["x-required-scopes"] == wanted


class TestSight:
    """Own and foreign × units, for everything that is about a case."""

    @pytest.fixture
    async def cases(self, house: Town) -> dict[Cell, str]:
        found: dict[Cell, str] = {}
        for cell in CELLS:
            found[cell] = await house.submit("own" if cell.owner == "mine" else "theirs", unit=cell.unit)
        return found

    @pytest.fixture
    async def batches(self, house: Town) -> dict[Cell, str]:
        found: dict[Cell, str] = {}
        for cell in CELLS:
            async with house.caller("own" if cell.owner == "mine" else "theirs") as client:
                answer = await client.post("/v1/permits", json=[permit(unit=cell.unit)])
            found[cell] = answer.json()["batch"]["id"]
        return found

    async def compare(self, house: Town, part: str, things: dict[Cell, str]) -> None:
        asked = [(method, path) for method, path, _ in endpoints(house) if f"{{{part}}}" in path]
        assert asked
        for viewer in VIEWERS:
            async with house.caller(viewer) as client:
                for (method, path), (cell, thing) in product(asked, things.items()):
                    answer = await ask(client, method, path, **{part: thing})
                    unknown = await ask(client, method, path, **{part: str(uuid4())})
                    where = (viewer, method, path, cell, answer.text)
                    assert (unknown.status_code, unknown.json()["code"] in UNKNOWN) == (404, True), where
                    if cell.lies_within(viewer):
                        seen = answer.status_code < 300 or answer.json()["code"] not in UNKNOWN
                        assert seen, where
                        assert answer.status_code != 403 or answer.json()["code"] == "OWN_SUBMISSION", where
                    else:
                        assert (answer.status_code, answer.text) == (404, unknown.text), where

    async def test_cases(self, house: Town, cases: dict[Cell, str]) -> None:
        await self.compare(house, "case", cases)

    async def test_batches(self, house: Town, batches: dict[Cell, str]) -> None:
        await self.compare(house, "batch", batches)

    async def test_tasks(self, house: Town, cases: dict[Cell, str]) -> None:
        tasks = await self.tasks_of(house, cases)
        await self.compare(house, "task", tasks)

    async def test_lists(self, house: Town, cases: dict[Cell, str], batches: dict[Cell, str]) -> None:
        tasks = await self.tasks_of(house, cases)
        search = {"kind": "person", "id": permit()["person"]}
        for viewer in VIEWERS:
            within = {cell for cell in CELLS if cell.lies_within(viewer)}
            async with house.caller(viewer) as client:
                listed = (await client.get("/v1/cases?limit=100")).json()["items"]
                found = (await client.post("/v1/cases/search", json=search | {"limit": 100})).json()["items"]
                moves = (await client.get("/v1/events/page?after=0.0.0&limit=500")).json()["items"]
                heard = {cell for cell in CELLS if cases[cell] in {move["case"] for move in moves}}
                for cell in CELLS:
                    assert (cases[cell] in {case["id"] for case in listed}) is (cell in within), (viewer, cell)
                    assert (cases[cell] in {case["id"] for case in found}) is (cell in within), (viewer, cell)
                assert heard == within, viewer
                for path, things in (("/v1/batches", batches), ("/v1/tasks", tasks)):
                    shown = {thing["id"] for thing in (await client.get(path)).json()["items"]}
                    assert shown == {things[cell] for cell in within}, (viewer, path)

    async def test_a_batch_of_several_units_is_not_seen_by_who_is_bound_to_one(self, house: Town) -> None:
        async with house.caller("own") as client:
            sent = [permit(unit=NORTH), permit(unit=SOUTH, name="Ola Ånes")]
            batch = (await client.post("/v1/permits", json=sent)).json()["batch"]["id"]
            assert (await client.get(f"/v1/batches/{batch}")).status_code == 200
        async with house.caller("everybody's, north") as client:
            assert (await client.get(f"/v1/batches/{batch}")).status_code == 404

    async def test_benefits_are_of_ones_units(self, house: Town, cases: dict[Cell, str]) -> None:
        for _ in cases:
            await house.end()
        for viewer, wanted in (
            ("everybody's", {None, NORTH, SOUTH}),
            ("everybody's, north", {NORTH}),
            ("everybody's, of no unit", set[str]()),
        ):
            async with house.caller(viewer) as client:
                report = (await client.get("/v1/benefits")).json()
            assert {line["unit"] for line in report["items"]} == wanted, viewer

    async def test_who_is_bound_to_units_has_no_webhook(self, house: Town) -> None:
        async with house.caller("own, north") as client:
            assert (await client.get("/v1/webhooks")).status_code == 403

    async def tasks_of(self, house: Town, cases: dict[Cell, str]) -> dict[Cell, str]:
        async with house.parts.database.pool.connection() as connection:
            await add_tasks(connection, [Task(name="n", role="r", title="t", text="x")], process="*", about="circuit:a")
            for case in cases.values():
                await connection.execute(
                    "insert into tasks (id, key, process, case_id, role, title, text) "
                    "values (%s, %s, 'permits', %s, 'unit-leader', 't', 'x')",
                    (uuid4(), f"{case}:n", UUID(case)),
                )
            rows = await (
                await connection.execute("select id, case_id from tasks where case_id is not null")
            ).fetchall()
            await connection.execute("delete from tasks where case_id is null")
        of_case = {str(row["case_id"]): str(row["id"]) for row in rows}
        return {cell: of_case[case] for cell, case in cases.items()}


async def test_who_handed_it_in_cannot_release_it_as_a_person_either(house: Town) -> None:
    """The statement itself refuses, whatever stands before it."""
    case = await house.submit("own, north", unit=NORTH)
    async with house.parts.database.pool.connection() as connection:
        await connection.execute("update cases set state = 'awaiting_release', four_eyes = true")
    for actor, moved in (("person:mine", False), ("caller:mine", False), ("person:other", True)):
        assert await house.parts.decisions.release(UUID(case), actor) is moved, actor


async def test_a_manual_case_of_another_unit_stays_as_it_is(house: Town) -> None:
    case = await house.submit("theirs", unit=SOUTH)
    await house.end(manual())
    async with house.caller("everybody's, north") as client:
        for verb, body in (("retry", None), ("close", {"handled": "REJECTED"})):
            answer = await client.post(f"/v1/cases/{case}/{verb}", content=json.dumps(body))
            assert answer.status_code in {404, 415}, answer.text
    async with house.caller("everybody's") as client:
        assert (await client.get(f"/v1/cases/{case}")).json()["state"] == "manual"
