"""What the API says of itself, and what surrounds every answer."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from enum import StrEnum

import httpx
import pytest
from prometheus_client import REGISTRY
from pydantic import Field

from common.errors import ConfigurationError
from common.norway import national_id
from common.probes import listen, probes, serve
from common.process import CaseInput, Outcome, OutcomeCode, Retention, Run, Service
from common.web.app import create_app
from common.web.parts import Settings
from tests.web.town import KARI, PLAIN, Town, permit

pytestmark = pytest.mark.anyio


other = Service("other", title="Other")


class State(StrEnum):
    NEW = "NEW"


class Case(CaseInput):
    state: State = Field(examples=[State.NEW])


@other.process("things", targets=[], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)
def do_a_thing(case: Case, run: Run) -> Outcome:
    """Do a thing whose words are those of the API itself."""
    return Outcome(OutcomeCode.NOOP)


class TestOpenApi:
    async def test_every_reference_leads_somewhere(self, hall: Town) -> None:
        async with hall.caller(None) as client:
            text = (await client.get("/openapi.json")).text
        schemas = json.loads(text)["components"]["schemas"]
        assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(schemas)
        assert "HTTPValidationError" not in text
        assert "http://" not in text
        assert "https://" not in text

    async def test_every_operation_is_whole(self, hall: Town) -> None:
        described = hall.app.openapi()
        operations = [op for path in described["paths"].values() for op in path.values()]
        assert len({operation["operationId"] for operation in operations}) == len(operations) >= 10
        for operation in operations:
            assert operation["summary"], operation["operationId"]
            assert operation["tags"], operation["operationId"]
            assert {"401", "503"} <= set(operation["responses"]), operation["operationId"]
            for status, answer in operation["responses"].items():
                if status >= "400":
                    example = next(iter(answer["content"]["application/problem+json"]["examples"].values()))["value"]
                    assert example["status"] == int(status)

    async def test_the_examples_are_taken(self, hall: Town) -> None:
        described = hall.app.openapi()
        async with hall.caller("forms") as client:
            for process in ("permits", "deeds"):
                body = described["paths"][f"/v1/{process}"]["post"]["requestBody"]["content"]["application/json"]
                for name, status in (("one", 202), ("several", 202)):
                    answer = await client.post(f"/v1/{process}", json=body["examples"][name]["value"])
                    assert answer.status_code == status, answer.text

    async def test_every_person_in_it_is_invented(self, hall: Town) -> None:
        numbers = re.findall(r"\b\d{11}\b", json.dumps(hall.app.openapi()))
        assert numbers
        assert all(national_id.parse(number).synthetic for number in numbers)

    async def test_an_authors_names_do_not_meet_ours(self, settings: Settings) -> None:
        described = create_app(other, settings).openapi()
        body = described["paths"]["/v1/things"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body["oneOf"][0] == {"$ref": "#/components/schemas/CaseInput"}
        schemas = described["components"]["schemas"]
        theirs = schemas["CaseInput"]["properties"]["state"]["$ref"].rsplit("/", 1)[1]
        assert schemas[theirs]["enum"] == ["NEW"]
        assert "queued" in schemas["State"]["enum"]

    @pytest.mark.parametrize("name", ["cases", "processes", "Two Words", "a/b", ""])
    async def test_a_process_has_an_address(self, settings: Settings, name: str) -> None:
        wrong = Service("wrong", title="Wrong")
        wrong.process(name, targets=[], manual_minutes=1, due=timedelta(1), retention=Retention.ORDERS)(do_a_thing)
        with pytest.raises(ConfigurationError, match="its name is its address"):
            create_app(wrong, settings)


class TestDocs:
    async def test_names_everything_and_needs_nothing_from_elsewhere(self, hall: Town) -> None:
        async with hall.caller(None) as client:
            answer = await client.get("/docs")
        assert answer.status_code == 200
        for name in ("/v1/permits", "/v1/cases/{case}", "valid_from", "life of a case"):
            assert name in answer.text
        assert "://" not in answer.text
        assert "<script" not in answer.text


class TestEveryAnswer:
    async def test_carries_the_headers(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            for path in ("/v1/cases", "/v1/nothing", "/healthz", "/docs", "/metrics"):
                answer = await client.get(path)
                assert answer.headers["x-content-type-options"] == "nosniff", path
                assert answer.headers["cache-control"] == "no-store", path
                assert "server" not in answer.headers
                assert not any(name.startswith("access-control") for name in answer.headers)

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/v1", 404, "ROUTE_UNKNOWN"),
            ("GET", "/v1/cases/", 404, "ROUTE_UNKNOWN"),
            ("POST", "/v1/nothing", 404, "ROUTE_UNKNOWN"),
            ("GET", "/v1/permits", 405, "METHOD_NOT_ALLOWED"),
            ("DELETE", "/v1/cases", 405, "METHOD_NOT_ALLOWED"),
            ("OPTIONS", "/v1/permits", 405, "METHOD_NOT_ALLOWED"),
            ("TRACE", "/v1/permits", 405, "METHOD_NOT_ALLOWED"),
        ],
    )
    async def test_is_a_problem_where_there_is_nothing(
        self, hall: Town, method: str, path: str, status: int, code: str
    ) -> None:
        async with hall.caller("booking") as client:
            answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (status == 405) == ("allow" in answer.headers)

    async def test_says_all_that_may_be_done_where_something_else_may_not(self, hall: Town) -> None:
        async with hall.caller("booking") as client:
            answer = await client.request("OPTIONS", "/v1/webhooks")
            assert answer.headers["allow"] == "GET, POST"
            answer = await client.request("OPTIONS", "/v1/cases/search")
            assert answer.headers["allow"] == "POST"

    async def test_leaves_a_line_without_ids(self, hall: Town, capsys: pytest.CaptureFixture[str]) -> None:
        case = await hall.submit(reference="T-1")
        async with hall.caller("booking") as client:
            await client.get(f"/v1/cases/{case}")
            await client.get("/v1/cases", params={"reference": "T-1"})
            await client.get(f"/v1/{KARI}")
        said = capsys.readouterr().out
        assert said.count("/v1/cases/{case}") == 1
        assert "booking" in said
        assert case not in said
        assert "T-1" not in said
        assert KARI not in said

    async def test_is_measured_by_template(self, hall: Town) -> None:
        def count(route: str, status: str) -> float:
            labels = {"method": "GET", "route": route, "status": status}
            return REGISTRY.get_sample_value("roger_http_request_seconds_count", labels) or 0.0

        before = count("/v1/cases/{case}", "200"), count("unknown", "404")
        case = await hall.submit()
        async with hall.caller("booking") as client:
            await client.get(f"/v1/cases/{case}")
            await client.get(f"/v1/{KARI}")
            exported = (await client.get("/metrics")).text
        assert (count("/v1/cases/{case}", "200"), count("unknown", "404")) == (before[0] + 1, before[1] + 1)
        assert "roger_http_request_seconds" in exported
        assert KARI not in exported

    async def test_is_a_problem_when_we_fail(self, hall: Town, capsys: pytest.CaptureFixture[str]) -> None:
        async with hall.caller("booking") as client:
            answer = await client.post("/v1/permits", json=permit(name="Fail"))
        assert (answer.status_code, answer.json()["code"]) == (500, "FAULT")
        said = capsys.readouterr().out
        assert "AssertionError" in said
        assert "secret" not in said + answer.text


class TestProbes:
    async def test_ready(self, hall: Town) -> None:
        async with hall.caller(None) as client:
            assert (await client.get("/healthz")).status_code == 200
            ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (
            200,
            {"status": "ready", "checks": {"postgres": True, "redis": True}},
        )

    @pytest.mark.parametrize(
        ("checks", "status", "word"),
        [
            ({"a": True}, 200, "ready"),
            ({"a": True, "redis": False}, 200, "degraded"),
            ({"a": False, "redis": True}, 503, "unready"),
            ({}, 503, "unready"),
            (None, 503, "unready"),
        ],
    )
    async def test_checks(self, checks: dict[str, bool] | None, status: int, word: str) -> None:
        async def ready() -> dict[str, bool]:
            if checks is None:
                raise OSError
            return checks

        transport = httpx.ASGITransport(probes(ready))
        async with httpx.AsyncClient(transport=transport, base_url="http://probe.test") as client:
            answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (status, word)

    async def test_a_taken_port_is_named(self) -> None:
        async def ready() -> dict[str, bool]:
            return {}

        with listen("127.0.0.1", 0) as taken, pytest.raises(ConfigurationError, match=str(taken.getsockname()[1])):
            await serve(probes(ready), "127.0.0.1", taken.getsockname()[1])

    async def test_ends_when_cancelled(self) -> None:
        async def ready() -> dict[str, bool]:
            return {"a": True}

        with listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        serving = asyncio.create_task(serve(probes(ready), "127.0.0.1", port))
        async with httpx.AsyncClient(verify=PLAIN) as client, asyncio.timeout(20):
            while True:
                try:
                    assert (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
                    break
                except httpx.ConnectError:
                    pass
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{port}/readyz")
