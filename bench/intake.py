"""Intake: cases taken in over HTTP while the shifts are busy, in arrays and one by one."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bench.book import Book
from bench.caller import Caller
from bench.rows import Row, Tell, middle, percentile
from common.local.stack import Stack

PATH = "/v1/nothing"
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


def _bulk(stack: Stack, plan: Plan) -> float:
    """Cases a second; the bodies are made beforehand, the first array is a warm-up."""
    bodies = [
        json.dumps([{"what": f"array {array} row {row}"} for row in range(plan.array)]).encode()
        for array in range(plan.arrays + 1)
    ]
    with Caller(stack) as caller:
        caller.post(PATH, bodies[0])
        began = time.perf_counter()
        for body in bodies[1:]:
            caller.post(PATH, body)
        took = time.perf_counter() - began
    return plan.arrays * plan.array / took


def _singles(stack: Stack, plan: Plan, number: int) -> list[float]:
    """How long each answer took on one connection, in milliseconds."""
    took: list[float] = []
    with Caller(stack) as caller:
        ends = time.perf_counter() + plan.seconds
        while (began := time.perf_counter()) < ends:
            caller.post(PATH, json.dumps({"what": f"sender {number} case {len(took)}"}).encode())
            took.append(1000 * (time.perf_counter() - began))
    return took
