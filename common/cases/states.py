"""The states of a case and the moves between them; nothing else may write a state.

    submit ─▶ awaiting_release ─▶ queued ◀──── retry (a person) ──── manual ──▶ closed
       └──────────────────────────▶ │ ▲                                 ▲
                                    ▼ │ back-off · lease expired · drain │
                                  running ──▶ done        running ──────┘ needs a person
                        queued, awaiting_release ─▶ cancelled
                        queued, awaiting_release ─▶ done (a message that needs no robot: `amendments.sql`)

The moves themselves are statements in `queue.sql`; each says there which moves it makes, and a test holds those
against the table below.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a case is; each value says who moves it on."""

    AWAITING_RELEASE = "awaiting_release"  # a second person must release it
    QUEUED = "queued"  # a shift will claim it
    RUNNING = "running"  # a shift has it on lease
    DONE = "done"  # ended well; final
    MANUAL = "manual"  # a person must act: retry or close
    CLOSED = "closed"  # a person dealt with it; final
    CANCELLED = "cancelled"  # withdrawn before Roger began; final


NEXT: dict[State | None, frozenset[State]] = {
    None: frozenset({State.AWAITING_RELEASE, State.QUEUED}),
    State.AWAITING_RELEASE: frozenset({State.QUEUED, State.CANCELLED, State.DONE}),
    State.QUEUED: frozenset({State.RUNNING, State.CANCELLED, State.DONE}),
    State.RUNNING: frozenset({State.DONE, State.MANUAL, State.QUEUED}),
    State.MANUAL: frozenset({State.QUEUED, State.CLOSED}),
    State.DONE: frozenset(),
    State.CLOSED: frozenset(),
    State.CANCELLED: frozenset(),
}

FINAL = frozenset(state for state, after in NEXT.items() if state is not None and not after)
ENDED = FINAL | {State.MANUAL}
"""Roger has nothing more to do with it, unless a person says so."""
