"""What a process may say over all rows of a batch: before its cases are worked on, and after all have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from common.errors import ConfigurationError
from common.register import InForce, R, Register
from common.report.document import Report
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
    detail: Mapping[str, Any] | None = field(default=None, repr=False)
    """What the outcome told, or what whoever takes over is to know; None before that."""
    finding: Any = field(default=None, repr=False)
    """What the batch's judgement said of the row, as JSON has it."""


class BatchDesk(Protocol):
    """What the judgement of a batch may look things up in."""

    @property
    def accepts_synthetic(self) -> bool:
        """Whether this deployment may be about made-up persons."""
        ...

    def today(self) -> date:
        """The day it is in Norway."""
        ...

    def register(self, register: Register[R], *, on: date) -> InForce[R]:
        """The version in force on a day; every case of the batch is noted as decided by it. Raises RegisterMissing."""
        ...


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What looking at all rows of a batch together came to."""

    figures: Figures
    findings: Sequence[Any] = field(default=(), repr=False)
    """For each row, in their order, what its case is to know (`run.finding`), as pydantic can write it in JSON; None
    for nothing. Stored sealed with the case. Empty: nothing is said of any row."""


@dataclass(frozen=True, kw_only=True)
class BatchRule(Generic[T]):
    """Functions over the rows of a batch. They only read what they are given: each may be called again after a crash.

    Rows come one by one, so that a batch of any size fits into memory.
    """

    before: Callable[[Iterable[T]], Figures] | None = None
    """Counts control totals over all accepted rows; raises BusinessException to refuse the whole batch."""
    judge: Callable[[Sequence[T], BatchDesk], Judgement] | None = None
    """In place of `before`, where what is to be done about a row depends on the others: sees all rows at once.

    First the batch's own in their order, then those whose cases stood before it: they count, and what is said of them
    is not kept. What was refused it does not see.
    """
    release: Callable[[Figures], bool] | None = None
    """Whether a second person must release the batch, by what was counted."""
    release_by: Callable[[Figures], datetime | None] | None = None
    """When somebody is told that nobody has released it; None, or without this: after the process's `release_within`."""
    after: Callable[[Iterable[EndedRow[T]]], Sequence[Task]] | None = None
    """What people must know now that every case has ended."""
    report: Callable[[Iterable[EndedRow[T]], Figures], Report] | None = None
    """What its rows came to, given what was counted before; made when every case has ended, and kept as long as what
    the cases hold."""

    def __post_init__(self) -> None:
        if self.before is not None and self.judge is not None:
            raise ConfigurationError("A batch rule either counts (before) or judges (judge): the judgement counts, too")

    @property
    def holds(self) -> bool:
        """Whether cases must wait until the rule has been asked."""
        return self.before is not None or self.judge is not None or self.release is not None
