# pyright: basic
# schemathesis leaves the parameters of its generic classes open.
"""Requests made from the API's own description: each is answered as the description says.

`--hypothesis-profile=search` looks further: hundreds of requests of each endpoint.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import requests
import schemathesis
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation, Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from common.identity.keys import new_key
from common.process import Service
from common.web.app import create_app
from common.web.parts import Settings
from health_svc.service import health
from tests.web.keys import write_keys
from tests.web.town import NOW, Town, town

_SCOPES = ["cases:read:all", "cases:decide", "cases:release", "registers:write", "operate", "evidence:read", "webhooks"]
EXAMPLES = 3 if settings.get_current_profile_name() == "roger" else 300
_OURS = {"authorization", "x-api-key"}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(params=[town, health], ids=lambda service: service.name)
def standing(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Generator[tuple[Town, BlockingPortal]]:
    """A service whose one caller may do everything, and the way to call it from outside its event loop."""
    service: Service = request.param
    key, entry = new_key("everybody", [f"{service.name}:*:submit", f"{service.name}:*:read", *_SCOPES])
    write_keys(tmp_path / "keys.json", [entry])
    free = settings.api.model_copy(update={"keys": tmp_path / "keys.json", "rate": "none", "streams": 0})
    app = create_app(service, replace(settings, api=free), clock=lambda: NOW)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        yield Town(app, {"everybody": key}), portal


def ask(standing: Town, portal: BlockingPortal, case: Case) -> httpx.Response:
    """The answer to a request that was made up."""
    made = requests.Request(**case.as_transport_kwargs(base_url="http://town.test")).prepare()
    sent: dict[str, Any] = {name: value for name, value in made.headers.items() if name.lower() not in _OURS}

    async def asked() -> httpx.Response:
        async with standing.caller("everybody") as client:
            return await client.request(str(made.method), str(made.url), headers=sent, content=cast("Any", made.body))

    return portal.call(asked)


def test_every_operation_answers_as_described(standing: tuple[Town, BlockingPortal]) -> None:
    there, portal = standing
    app: FastAPI = there.app
    wrong: list[str] = []
    for found in schemathesis.openapi.from_dict(app.openapi()).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in GenerationMode:
            try:
                _tried(there, portal, operation, mode)
            except* Failure as failed:
                wrong += [f"{operation.label} {mode}: {each}" for each in failed.exceptions]
    assert not wrong, "\n\n".join(wrong)


def _tried(there: Town, portal: BlockingPortal, operation: APIOperation, mode: GenerationMode) -> None:
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Case) -> None:
        case.validate_response(ask(there, portal, case), checks=CHECKS)

    holds()
