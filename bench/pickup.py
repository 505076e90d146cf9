"""Pick-up: from sending a case to the API until an idle shift has begun to work on it, in milliseconds.

The clock starts before the request leaves and stops in the process function itself, after the claim was committed.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

import httpx

from bench.rows import Row, Tell, middle, percentile
from common.local.stack import Stack

PROCESS = "moments"
_MEDIAN, _MOST = 20.0, 100.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    cases: int = 200
    warm_up: int = 10


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Hand in one case at a time, each when the shifts have come to rest."""
    tell(f"{plan.cases} single cases")
    picked: list[float] = []
    answered: list[float] = []
    with httpx.Client(base_url=stack.api, headers={"Authorization": f"Bearer {stack.api_key}"}, timeout=40) as http:
        for number in range(plan.warm_up + plan.cases):
            time.sleep(random.uniform(0.005, 0.03))
            sent, began = time.time(), time.perf_counter()
            answer = http.post(f"/v1/{PROCESS}", json={"what": f"case {number}"})
            took = time.perf_counter() - began
            answer.raise_for_status()
            ended = http.get(answer.headers["location"], params={"wait": "30"}).raise_for_status().json()
            if number >= plan.warm_up:
                answered.append(1000 * took)
                picked.append(1000 * (ended["detail"]["began"] - sent))
    return _rows(picked, answered)


def _rows(picked: list[float], answered: list[float]) -> list[Row]:
    beside = "until the API's answer"
    return [
        Row(
            part="pick-up",
            what=f"sent until begun by an idle shift, median of {len(picked)}",
            measured=middle(picked),
            unit="ms",
            beside=beside,
            least=middle(answered),
            ratio=middle(picked) / middle(answered),
            mark="< 20 ms",
            met=middle(picked) < _MEDIAN,
        ),
        Row(
            part="pick-up",
            what="95th percentile",
            measured=percentile(picked, 0.95),
            unit="ms",
            beside=beside,
            least=percentile(answered, 0.95),
        ),
        Row(
            part="pick-up",
            what="longest",
            measured=max(picked),
            unit="ms",
            beside=beside,
            least=max(answered),
            mark="< 100 ms",
            met=max(picked) < _MOST,
        ),
    ]
