"""Intake: cases taken in over HTTP while the shifts are busy, in arrays and one by one."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from bench.book import Book
from bench.rows import Row, Tell, middle, percentile
from common.local.stack import Stack

PROCESS = "nothing"
_BULK, _SINGLE, _SLOWEST = 5_000.0, 500.0, 50.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    arrays: int = 12
    array: int = 1_000
    connections: int = 8
    seconds: float = 4.0
    """Of single submits."""


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """Arrays first; the shifts are then at work on them while single cases come in."""
    tell(f"{plan.arrays} arrays of {plan.array:,}")
    with Book(stack) as book:
        bulk = _bulk(stack, plan)
        tell(f"single cases over {plan.connections} connections")
        mark = book.mark()
        began = time.perf_counter()
        with ThreadPoolExecutor(plan.connections) as senders:
            sent = list(senders.map(partial(_singles, stack, plan), range(plan.connections)))
        took = time.perf_counter() - began
        worked_off = len(book.moments(mark, "done"))
    answers = [answer for sender in sent for answer in sender]
    meanwhile = f"while the shifts end {worked_off / took:,.0f} /s"
    return [
        Row(
            part="intake",
            what=f"cases in arrays of {plan.array:,}, one connection",
            measured=bulk,
            unit="/s",
            mark="≥ 5,000 /s",
            met=bulk >= _BULK,
        ),
        Row(
            part="intake",
            what=f"single cases, {plan.connections} connections",
            measured=len(answers) / took,
            unit="/s",
            beside=meanwhile,
            mark="≥ 500 /s",
            met=len(answers) / took >= _SINGLE,
        ),
        Row(
            part="intake", what="answer to a single case, median", measured=middle(answers), unit="ms", beside=meanwhile
        ),
        Row(
            part="intake",
            what="99th percentile",
            measured=percentile(answers, 0.99),
            unit="ms",
            beside=meanwhile,
            mark="< 50 ms",
            met=percentile(answers, 0.99) < _SLOWEST,
        ),
    ]


class _Caller:
    """One connection to the API; http.client, because a richer client would take the CPU that is measured."""

    def __init__(self, stack: Stack) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(stack.api).netloc, timeout=60)
        self._headers = {"Authorization": f"Bearer {stack.api_key}", "Content-Type": "application/json"}

    def post(self, body: bytes) -> None:
        self._connection.request("POST", f"/v1/{PROCESS}", body, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.ACCEPTED:
            message = f"the API answered {answer.status}"
            raise RuntimeError(message)

    def close(self) -> None:
        self._connection.close()


def _bulk(stack: Stack, plan: Plan) -> float:
    """Cases a second; the bodies are made beforehand, the first array is a warm-up."""
    bodies = [
        json.dumps([{"what": f"array {array} row {row}"} for row in range(plan.array)]).encode()
        for array in range(plan.arrays + 1)
    ]
    caller = _Caller(stack)
    caller.post(bodies[0])
    began = time.perf_counter()
    for body in bodies[1:]:
        caller.post(body)
    took = time.perf_counter() - began
    caller.close()
    return plan.arrays * plan.array / took


def _singles(stack: Stack, plan: Plan, number: int) -> list[float]:
    """How long each answer took on one connection, in milliseconds."""
    caller = _Caller(stack)
    took: list[float] = []
    ends = time.perf_counter() + plan.seconds
    while (began := time.perf_counter()) < ends:
        caller.post(json.dumps({"what": f"sender {number} case {len(took)}"}).encode())
        took.append(1000 * (time.perf_counter() - began))
    caller.close()
    return took
