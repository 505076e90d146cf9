"""The proof itself: what it must find in a log, and what it must let pass."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.recovery.plant import Row
from tests.recovery.proof import Run, late_writes

CASE: UUID = uuid4()
FIRST = Run(actor="worker:a", case=CASE, fence=1, began=10, until=20)
SECOND = Run(actor="worker:b", case=CASE, fence=2, began=20, until=float("inf"))
AGAIN = Run(actor="worker:a", case=CASE, fence=2, began=20, until=float("inf"))


def row(at: float, kind: str, session: str) -> Row:
    return {"at": at, "kind": kind, "session": session}


@pytest.mark.parametrize("second", [SECOND, AGAIN])
def test_a_write_of_a_former_run_is_found(second: Run) -> None:
    late = row(25, "journal", "old")
    assert late_writes([row(11, "search", "old"), row(24, "search", "new"), late], [FIRST, second]) == [late]


def test_also_when_that_run_goes_on_looking() -> None:
    late = row(25, "journal", "old")
    log = [row(11, "search", "old"), row(23, "card", "new"), row(24, "card", "old"), late]
    assert late_writes(log, [FIRST, SECOND]) == [late]


def test_a_late_effect_before_the_next_run_looks_is_none() -> None:
    assert not late_writes(
        [row(11, "search", "old"), row(21, "journal", "old"), row(24, "card", "new")], [FIRST, SECOND]
    )


def test_a_shift_may_go_on_in_the_session_it_has() -> None:
    log = [row(11, "search", "warm"), row(12, "journal", "warm"), row(21, "card", "warm"), row(22, "journal", "warm")]
    assert not late_writes(log, [FIRST, AGAIN])
