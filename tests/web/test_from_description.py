# pyright: basic
# schemathesis leaves the parameters of its generic classes open.
"""Requests made from the API's own description, all checks on: what it allows is taken, what it forbids is refused.

`--hypothesis-profile=search` looks further: hundreds of requests of each endpoint, of every service.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import settings as profile
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from common.catalogue import load
from common.entrusting.settings import SecretSettings
from common.identity.keys import new_key
from common.process import Service
from common.testing.people import person
from common.web.parts import Settings
from common.webhooks.settings import WebhookSettings
from tests.web.keys import write_keys
from tests.web.town import Town, served, town

_SCOPES = [
    "cases:read:all",
    "cases:decide",
    "cases:release",
    "registers:write",
    "operate",
    "evidence:read",
    "webhooks",
    "files",
]
FEW = profile.get_current_profile_name() == "roger"
SOMEWHERE, HERE = "booking.example.org/roger", "http://127.0.0.1:9/roger"
"""An address as the description shows one, and one that exists without anybody being asked."""
NO_SCHEMA_SAYS = {
    "ID_INVALID": "whether the digits of a number fit each other; in a search its kind says whether it is one",
    "FILE_UNUSABLE": "what a CSV or XLSX file is made of",
    "DATE_OUT_OF_RANGE": "how long ago a day may lie",
    "REFERENCE_TAKEN": "that the same reference came before with other content",
    "UPLOAD_DIFFERS": "the same of a key",
    "MISSING_FIELD": "that one field asks for another: a renewal for the day it begins, a form for its file",
    "ADDRESS_PRIVATE": "where an address leads",
    "POSITION_UNKNOWN": "how far the feed has come",
    "SUSPECTED_DUPLICATE": "that two times of a list overlap",
    "NOT_AUTHORISED": "that nobody approves what is their own",
    "FILE_UNKNOWN": "which files have been handed over",
    "FILE_DIFFERS": "whether a body comes to the sum that was announced",
    "INVALID_VALUE": "that one field forbids another: roles in an order that takes them away",
}
"""Rules of the domain: refused for them alone, what keeps to the description is refused rightly."""

schemathesis.openapi.format("national-id", st.builds(lambda: person().number))
schemathesis.openapi.format("uri", st.just(HERE))
schemathesis.openapi.format("timesheet-line", st.sampled_from(["2026-11-04 16:00-19:00", "2026-11-05 3,5"]))


@schemathesis.serializer("application/x-ndjson")
def one_line(_context: Any, value: Any) -> bytes:
    """A stream of one case."""
    return json.dumps(value, default=str).encode() + b"\n"


@pytest.fixture(
    params=[town, load("health"), load("payroll"), load("useradmin"), load("archive")], ids=lambda service: service.name
)
def standing(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Generator[Town]:
    """A service that listens, and whose one caller may do everything."""
    service: Service = request.param
    key, entry = new_key("everybody", [f"{service.name}:*:submit", f"{service.name}:*:read", *_SCOPES])
    write_keys(tmp_path / "keys.json", [entry])
    no_limits = {"rate": "none", "strangers": "none", "streams": 0}
    free = replace(
        settings,
        api=settings.api.model_copy(update={"keys": tmp_path / "keys.json", **no_limits}),
        webhooks=WebhookSettings(http=True, allow="127.0.0.0/8"),
        secrets=SecretSettings(url="https://roger.kommune.example"),
    )
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(served(free, {"everybody": key}, service)) as there,
    ):
        there.parts.endings.close()  # whoever waits for a case is answered at once
        yield there


def test_every_operation_answers_as_described(standing: Town) -> None:
    described = json.loads(json.dumps(standing.app.openapi()).replace(SOMEWHERE, HERE))
    if FEW and standing.parts.service is not town:
        # The rest of a service's description is the same for all of them.
        described["paths"] = {
            f"/v1/{name}": described["paths"][f"/v1/{name}"] for name in standing.parts.service.processes
        }
    if FEW:
        shorten(described)
    schema = schemathesis.openapi.from_dict(described, config=configured(standing))
    asked, wrong = 0, set[str]()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), vars(event)
        if isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            wrong |= set(failures(event))
    assert not wrong, "\n\n".join(sorted(wrong))
    assert asked > (1_000 if standing.parts.service is town else 5)


def shorten(described: dict[str, Any]) -> None:
    """One operation says enough of what several take alike."""
    report = "/v1/batches/{batch}/report"
    for path in ("/v1/deeds", "/v1/events/page", f"{report}.xlsx", f"{report}.html"):
        described["paths"].pop(path, None)
    for path, operations in described["paths"].items():
        for operation in operations.values():
            taken = operation.get("parameters", ())
            operation["parameters"] = [one for one in taken if one["name"] != "x-purpose" or path == "/v1/cases"]


def configured(standing: Town) -> SchemathesisConfig:
    """All checks; with little time, every edge of the one description, and some requests of the others' own."""
    whole = standing.parts.service is town or not FEW
    amount = {"max-examples": 5 if FEW else 300, "deterministic": FEW, "no-shrink": True, "database": "none"}
    return SchemathesisConfig.from_dict(
        {
            "base-url": standing.url,
            "headers": {"Authorization": f"Bearer {standing.keys['everybody']}"},
            "continue-on-failure": True,
            "generation": amount,
            "phases": {
                "examples": {"enabled": not FEW},
                "coverage": {"enabled": whole, "unexpected-methods": ["PATCH", "OPTIONS"]},
                "fuzzing": {"enabled": not (FEW and whole)},
                "stateful": {"enabled": whole},
            },
        }
    )


def failures(event: events.ScenarioFinished) -> Iterator[str]:
    """What is wrong, but for what only the domain knows."""
    recorder = event.recorder
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            answer = recorder.interactions[case].response
            if check.name == "positive_data_acceptance" and answer is not None and is_a_rule(answer.json()):
                continue
            said = "" if answer is None else answer.content[:400]
            failure = check.failure_info.failure
            yield f"{check.name} {recorder.label}: {failure.message}\n{check.failure_info.code_sample[:600]}\n{said}"


def is_a_rule(problem: dict[str, Any]) -> bool:
    """Whether every reason for a refusal is a rule that no schema says."""
    inside = problem.get("errors") or [row["problem"] for row in problem.get("rows", ()) if "problem" in row]
    if problem["code"] in NO_SCHEMA_SAYS or has_words_of_its_own(problem):
        return True
    return bool(inside) and all(is_a_rule(reason) for reason in inside)


def has_words_of_its_own(problem: dict[str, Any]) -> bool:
    """A rule about one field that its author put into a sentence; those that a schema says begin with the field's name.

    Blanks around a text are not counted, whatever is its shortest length.
    """
    if problem["code"] != "INVALID_VALUE":
        return False
    told: str = problem["message"]
    return not told.startswith(problem["field"] or "The whole") or "is too short" in told
