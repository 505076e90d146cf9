"""Who may do what: every endpoint × every kind of caller, and a foreign case is as good as none."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.web.town import Town, manual, permit

pytestmark = pytest.mark.anyio

CALLERS = [
    "booking",
    "forms",
    "sender",
    "reader",
    "deeds",
    "archive",
    "desk",
    "decider",
    "auditor",
    "operator",
    "nobody",
]

# Of a permit that `booking` submitted. Whoever is not named gets 403; 404 is what an unknown case gives them too.
MAY: dict[tuple[str, str], dict[str, int]] = {
    ("POST", "/v1/permits"): {"booking": 202, "forms": 202, "sender": 202},
    ("GET", "/v1/cases"): dict.fromkeys(["booking", "forms", "reader", "deeds", "desk", "auditor"], 200),
    ("GET", "/v1/cases?process=permits"): dict.fromkeys(["booking", "forms", "reader", "desk", "auditor"], 200),
    ("POST", "/v1/cases/search"): dict.fromkeys(["booking", "forms", "reader", "deeds", "desk", "auditor"], 200),
    ("GET", "/v1/cases/{case}"): {
        "booking": 200,
        "desk": 200,
        "auditor": 200,
        "forms": 404,
        "reader": 404,
        "deeds": 404,
    },
    ("GET", "/v1/cases/{case}?wait=0.01"): {
        "booking": 200,
        "desk": 200,
        "auditor": 200,
        "forms": 404,
        "reader": 404,
        "deeds": 404,
    },
    ("GET", "/v1/cases/{case}/events"): {
        "booking": 200,
        "desk": 200,
        "auditor": 200,
        "forms": 404,
        "reader": 404,
        "deeds": 404,
    },
    ("POST", "/v1/cases/{case}/retry"): {"desk": 409, "decider": 404},
    ("POST", "/v1/cases/{case}/close"): {"desk": 409, "decider": 404},
    ("POST", "/v1/cases/{case}/cancel"): {
        "booking": 200,
        "desk": 409,
        "decider": 404,
        "forms": 404,
        "sender": 404,
        "deeds": 404,
    },
    ("GET", "/v1/processes"): dict.fromkeys(CALLERS, 200),
}
BODIES: dict[str, Any] = {
    "/v1/permits": permit(),
    "/v1/cases/search": {"kind": "person", "id": permit()["person"]},
    "/v1/cases/{case}/close": {"handled": "REJECTED"},
}


async def test_every_endpoint_for_every_caller(hall: Town) -> None:
    case = await hall.submit("booking")
    for (method, path), allowed in MAY.items():
        for name in CALLERS:
            async with hall.caller(name) as client:
                answer = await client.request(method, path.format(case=case), json=BODIES.get(path))
                unknown = await client.request(method, path.format(case=uuid4()), json=BODIES.get(path))
            assert answer.status_code == allowed.get(name, 403), (name, method, path, answer.text)
            if answer.status_code == 404:
                assert (unknown.status_code, unknown.text) == (404, answer.text), (name, method, path)


async def test_nobody_without_a_valid_key(hall: Town) -> None:
    case = await hall.submit("booking")
    key = hall.keys["booking"]
    wrong = [
        httpx.Headers(headers, encoding="utf-8")
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": f"Basic {key}"},
            {"Authorization": f"Bearer {key}x"},
            {"Authorization": f"Bearer {key[:-1]}"},
            {"Authorization": f"Bearer {hall.keys['former']}"},
            {"Authorization": f"Bearer {key}", "X-API-Key": hall.keys["desk"]},
            {"X-API-Key": "roger_æ"},
        )
    ]
    async with hall.caller(None) as client:
        for method, path in MAY:
            for headers in wrong:
                answer = await client.request(method, path.format(case=case), headers=headers, json=BODIES.get(path))
                assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED"), (method, path, headers)
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_may_come_in_either_header(hall: Town) -> None:
    key = hall.keys["booking"]
    async with hall.caller(None) as client:
        for headers in (
            {"Authorization": f"bearer {key}"},
            {"X-API-Key": key},
            {"Authorization": f"Bearer {key}", "X-API-Key": key},
        ):
            assert (await client.get("/v1/cases", headers=headers)).status_code == 200


async def test_a_list_holds_ones_own_only(hall: Town) -> None:
    mine, theirs = await hall.submit("booking"), await hall.submit("forms")
    deed = await hall.submit("forms", "deeds")
    seen = {"booking": [mine], "forms": [deed, theirs], "auditor": [deed, theirs, mine], "reader": [], "deeds": []}
    for name, wanted in seen.items():
        async with hall.caller(name) as client:
            listed = (await client.get("/v1/cases")).json()["items"]
            search = {"kind": "person", "id": permit()["person"]}
            found = (await client.post("/v1/cases/search", json=search)).json()["items"]
        assert [case["id"] for case in listed] == wanted, name
        assert [case["id"] for case in found] == [case for case in wanted if case != deed], name


async def test_processes_are_those_one_has_to_do_with(hall: Town) -> None:
    await hall.submit("booking")
    await hall.submit("booking")
    await hall.end(manual())
    seen = {
        "booking": ["permits"],
        "deeds": ["deeds"],
        "operator": ["permits", "deeds", "letters"],
        "nobody": [],
        "archive": [],
    }
    for name, wanted in seen.items():
        async with hall.caller(name) as client:
            answer = (await client.get("/v1/processes")).json()
        assert [process["name"] for process in answer["items"]] == wanted, name
    async with hall.caller("operator") as client:
        permits, deeds, _ = (await client.get("/v1/processes")).json()["items"]
    assert (permits["states"], permits["due"], permits["retention_days"]) == ({"queued": 1, "manual": 1}, "PT4H", 90)
    assert permits["oldest_waiting_seconds"] is not None
    assert (deeds["states"], deeds["version"], deeds["oldest_waiting_seconds"]) == ({}, 3, None)


class TestDecisions:
    async def test_retry_then_close(self, hall: Town) -> None:
        case = await hall.submit()
        await hall.end(manual())
        async with hall.caller("desk") as client:
            retried = await client.post(f"/v1/cases/{case}/retry")
            assert (retried.status_code, retried.json()["state"], retried.json()["code"]) == (200, "queued", None)
            await hall.end(manual("PERSON_NOT_FOUND"))
            closed = await client.post(f"/v1/cases/{case}/close", json={"handled": "REJECTED"})
            assert (closed.status_code, closed.json()["state"]) == (200, "closed")
            again = await client.post(f"/v1/cases/{case}/close", json={"handled": "REJECTED"})
        assert again.status_code == 409
        assert (again.json()["state"], again.json()["allowed"]) == ("closed", ["manual"])
        assert "closed" in again.json()["detail"]

    async def test_cancel_what_has_not_begun(self, hall: Town) -> None:
        case = await hall.submit()
        async with hall.caller("booking") as client:
            cancelled = await client.post(f"/v1/cases/{case}/cancel")
            assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
            assert (await client.post(f"/v1/cases/{case}/cancel")).status_code == 409
            begun = await hall.submit()
            await hall.take()
            refused = await client.post(f"/v1/cases/{begun}/cancel")
        assert (refused.status_code, refused.json()["state"]) == (409, "running")

    @pytest.mark.parametrize("body", [{}, {"handled": "LATER"}, {"handled": "REJECTED", "x": 1}, [], "REJECTED"])
    async def test_how_it_was_handled_must_be_said(self, hall: Town, body: Any) -> None:
        case = await hall.submit()
        await hall.end(manual())
        async with hall.caller("desk") as client:
            assert (await client.post(f"/v1/cases/{case}/close", json=body)).status_code == 422
