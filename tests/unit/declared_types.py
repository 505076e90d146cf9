"""What the type checker must say of processes: run by `make check`, never by pytest.

Each `pyright: ignore` below is an error that an author must get; one that is not needed any more fails the check.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=error, reportUnusedFunction=false

from __future__ import annotations

from datetime import timedelta
from typing import assert_type

from common.process import CaseInput, Ensured, Outcome, OutcomeCode, Retention, Run, Service
from common.testing import Chore

service = Service("typed", title="Typed")


@service.process("good", targets=[], manual_minutes=1, due=timedelta(hours=1), retention=Retention.ORDERS)
def good(chore: Chore, run: Run) -> Outcome:
    del chore, run
    return Outcome(OutcomeCode.NOOP)


@service.process("text", targets=[], manual_minutes=1, due=timedelta(hours=1), retention=Retention.ORDERS)  # pyright: ignore[reportArgumentType]
def takes_text(chore: str, run: Run) -> Outcome:
    del chore, run
    return Outcome(OutcomeCode.NOOP)


@service.process("nothing", targets=[], manual_minutes=1, due=timedelta(hours=1), retention=Retention.ORDERS)  # pyright: ignore[reportArgumentType]
def gives_nothing(chore: Chore, run: Run) -> None:
    del chore, run


@service.process("runless", targets=[], manual_minutes=1, due=timedelta(hours=1), retention=Retention.ORDERS)  # pyright: ignore[reportArgumentType]
def takes_no_run(chore: Chore) -> Outcome:
    del chore
    return Outcome(OutcomeCode.NOOP)


service.process("forgetful", targets=[])  # pyright: ignore[reportCallIssue]


def length(text: str, *, twice: bool = False) -> int:
    return len(text) * (1 + twice)


def look() -> list[str]:
    return []


def uses_run(run: Run) -> None:
    assert_type(run.step("a", length, "text"), int)
    assert_type(run.step("b", length, "text", twice=True), int)
    run.step("c", length, 7)  # pyright: ignore[reportArgumentType]
    run.step("d", length)  # pyright: ignore[reportCallIssue]
    run.step("e", length, "text", thrice=True)  # pyright: ignore[reportCallIssue]
    assert_type(run.ensure("f", of=str, find=look, create=look), Ensured[str])
    run.ensure("h", of=str, find=look)  # pyright: ignore[reportCallIssue]
    assert_type(run.open(CaseInput), CaseInput)
