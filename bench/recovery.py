"""Recovery: seconds from killing a worker until another one has claimed its case, with the default clockwork."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

import httpx

from bench.book import Book
from bench.crew import Crew, dismiss
from bench.rows import Row, Tell
from common.errors import ConfigurationError
from common.local.stack import Stack

PROCESS = "naps"
_MARK = 30.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured."""

    patience: float = 60.0
    """Seconds after which it counts as never."""


def measure(stack: Stack, plan: Plan, tell: Tell) -> list[Row]:
    """One worker takes a case and is killed; one that was started meanwhile takes it over."""
    dismiss(stack)
    tell("a worker is killed (about 20 s)")
    headers = {"Authorization": f"Bearer {stack.api_key}"}
    with Book(stack) as book, Crew(stack, shifts=1) as lost:
        answer = httpx.post(f"{stack.api}/v1/{PROCESS}", json={"what": "a nap"}, headers=headers).raise_for_status()
        case = UUID(answer.json()["id"])
        _claimed(book, case, fence=1, patience=plan.patience)
        with Crew(stack, shifts=1) as heir:
            killed = time.time()
            lost.kill()
            seconds = _claimed(book, case, fence=2, patience=plan.patience) - killed
            heir.kill()
        book.clear()
    return [
        Row(
            part="recovery",
            what="worker killed until its case is claimed again (one sample)",
            measured=seconds,
            unit="s",
            mark="≤ 30 s",
            met=seconds <= _MARK,
        )
    ]


def _claimed(book: Book, case: UUID, *, fence: int, patience: float) -> float:
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        moment = book.claimed(case, fence=fence)
        if moment is not None:
            return moment
        time.sleep(0.05)
    raise ConfigurationError(f"The case was not claimed within {patience:.0f} s")
