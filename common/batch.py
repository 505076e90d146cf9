"""What a process may say over all rows of a batch: before its cases are worked on, and after all have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from common.task import Task

T = TypeVar("T")

Figures = Mapping[str, int | str]
"""Control totals by name: whole numbers (øre, hundredths, counts) or short texts; never anybody's data."""


@dataclass(frozen=True, kw_only=True)
class EndedRow(Generic[T]):
    """How one row of a batch ended for Roger: done, with a person, or withdrawn."""

    case: UUID
    row: int | None
    input: T = field(repr=False)
    state: str
    code: str | None
    """The outcome, or why it went to a person."""
    existing: bool = False
    """Its case stood before this batch; then it may not have ended yet."""


@dataclass(frozen=True, kw_only=True)
class BatchRule(Generic[T]):
    """Functions over the rows of a batch. They only read what they are given: each may be called again after a crash.

    Rows come one by one, so that a batch of any size fits into memory.
    """

    before: Callable[[Iterable[T]], Figures] | None = None
    """Counts control totals over all accepted rows; raises BusinessException to refuse the whole batch."""
    release: Callable[[Figures], bool] | None = None
    """Whether a second person must release the batch, by what `before` counted."""
    after: Callable[[Iterable[EndedRow[T]]], Sequence[Task]] | None = None
    """What people must know now that every case has ended."""

    @property
    def holds(self) -> bool:
        """Whether cases must wait until the rule has been asked."""
        return self.before is not None or self.release is not None
