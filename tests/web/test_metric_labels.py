"""Whatever callers send, the labels of metrics say only what is declared."""

from __future__ import annotations

import random
import re
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from common import errors, refusals
from common.metrics import EXPORTED
from tests.web.town import KARI, Town, permit, town

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "BREW", KARI]


def odd_requests(chance: random.Random, number: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Requests that no sensible caller makes: odd methods, paths, queries, headers and bodies."""
    made: list[tuple[str, str, dict[str, Any]]] = []
    for at in range(number):
        odd = "".join(chance.choice("aæ€/%?#.;:{}()\\ \u202e0") for _ in range(chance.randrange(1, 12)))
        path = chance.choice(
            [
                f"/v1/cases/{KARI}",
                f"/v1/cases/{odd}",
                f"/v1/{odd}/{at}",
                f"/v1/processes/{odd}/template",
                f"/v1/processes/{KARI}/pause",
                f"/v1/targets/{odd}/pause",
                f"/v1/batches/{at:032x}",
                f"//{odd}",
                f"/{KARI}/{at}",
                "/metrics/" + odd,
                "/v1/permits",
                f"/v1/permits/{at}",
                f"/docs/{odd}",
            ]
        )
        more: dict[str, Any] = {
            "params": {chance.choice(["state", "reference", KARI]): odd},
            "headers": {"X-Request-Id": KARI, "Idempotency-Key": f"{KARI}-{at}"},
        }
        if chance.random() < 0.5:
            more["content"] = chance.choice([b"{", b"\xff\xfe", odd.encode(), b"[" * 2000, b'{"reference": "%d"}' % at])
        made.append((chance.choice(_METHODS), path, more))
    return made


async def labels_now(client: httpx.AsyncClient) -> dict[str, dict[str, set[str]]]:
    """Of each metric of ours, what each label has ever said."""
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families((await client.get("/metrics")).text):
        for sample in family.samples:
            if sample.name.startswith("roger_"):
                for label, value in sample.labels.items():
                    found.setdefault(family.name, {}).setdefault(label, set()).add(value)
    return found


@pytest.mark.anyio
async def test_a_flood_of_odd_requests_makes_no_new_ones(hall: Town) -> None:
    requests = odd_requests(random.Random(4), 300)
    async with hall.caller("booking") as client:
        before = await labels_now(client)  # the process of this test may have served other applications
        for method, path, more in requests:
            try:
                await client.request(method, path, **more)
            except (httpx.InvalidURL, httpx.LocalProtocolError):
                continue
        for at in range(20):
            rows = [permit(reference=f"R-{at}-{row}", **{f"field{at}": KARI}) for row in range(3)]
            await client.post("/v1/permits", json=[*rows, {"kind": KARI}, rows[0] | {"name": None}])
        after = await labels_now(client)

    def new(metric: str, label: str) -> set[str]:
        return after[metric][label] - before.get(metric, {}).get(label, set())

    requested, submitted = "roger_http_request_seconds", "roger_cases_submitted"
    routes = set(hall.app.openapi()["paths"]) | {getattr(route, "path", "") for route in hall.app.routes}
    assert new(requested, "method") <= {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "OTHER"}
    assert "unknown" in after[requested]["route"]
    assert new(requested, "route") <= routes | {"/healthz", "/readyz", "/metrics", "unknown"}
    assert [status for status in new(requested, "status") if not re.fullmatch(r"[1-5]\d\d", status)] == []
    assert new(submitted, "process") <= set(town.processes)
    assert new(submitted, "result") <= {"accepted", "existing"} | errors.codes(errors.RogerError)
    assert "INVALID_INPUT" in after[submitted]["result"]
    said = {value for metric, labels in after.items() for label in labels for value in new(metric, label)}
    assert not [value for value in said if re.search(r"\d{11}", value) or len(value) > 80]


def test_every_code_is_declared_with_its_class() -> None:
    every = errors.codes(errors.RogerError)
    assert {refusals.ReferenceTaken.code, errors.UiChanged.code, errors.NameMismatch.code} <= every
    assert not [code for code in every if not re.fullmatch(r"[A-Z][A-Z_]{1,40}", code)]


def test_no_label_is_one_that_could_hold_anything() -> None:
    bounded = {
        "process",
        "result",
        "state",
        "code",
        "span",
        "target",
        "why",
        "screen",
        "action",
        "doing",
        "reason",
        "shift",
    }
    bounded |= {"errand", "schedule", "method", "route", "status"}
    assert {label for metric in EXPORTED for label in metric.labels} <= bounded
