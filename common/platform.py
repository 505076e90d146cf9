"""What a run needs around it: a worker gives it the database and a browser, tests give it memory."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import SecretStr

from common.entrusting.entrusted import Entrusted
from common.errors import ApplicationException
from common.ledger import Fact
from common.register import RegisterTable

if TYPE_CHECKING:
    from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """Whom or what a case is about; at most one case per subject runs at a time, across a service's processes."""

    kind: str
    key: str = field(repr=False)


class Mark(StrEnum):
    """What a checkpoint says."""

    STEP = "step"  # the step has been done; the value is its answer
    INTENT = "intent"  # the run is about to act; the value is what the look showed before
    RESULT = "result"  # the effect stands and has been seen; the value is [value, created]


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A durable point of a case, under the name the process gave it."""

    name: str
    mark: Mark
    value: Any
    fence: int


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What a run knows of its case besides the input."""

    id: UUID
    process: str
    fence: int
    submitted_at: datetime
    """When Roger took it in."""
    test: bool = False
    accepts_synthetic: bool = True
    """Whether this deployment, or this test case, may be about a made-up person."""
    finding: Any = field(default=None, repr=False)
    """What the judgement of its batch said of it, as JSON has it."""
    retried: bool = False
    """A person has let Roger try again: its batch may have ended meanwhile, and what was to be said with it is said."""


class Platform(Protocol):
    """What a run needs around it."""

    def open(self, screen: type[T]) -> T:
        """Show a screen of a target, signed in."""
        ...

    def recall(self, name: str) -> Checkpoint | None:
        """The checkpoint of that name in this epoch of the case."""
        ...

    def commit(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint at once; raises LeaseLost when the case is no longer this run's."""
        ...

    def let_go(self, failed: ApplicationException) -> None:
        """End the browser after a failed act and wait for the settle time: nothing begun in it can still happen."""
        ...

    def hold(self, subject: Subject) -> None:
        """Let no other case of this subject run meanwhile; raises SubjectBusy when one does, or LeaseLost."""
        ...

    def extend(self, span: timedelta) -> None:
        """Hold the lease for at least that long from now; raises LeaseLost."""
        ...

    def register_in_force(self, name: str, day: date) -> int | None:
        """The version of a register that is in force on a day; None before there is one."""
        ...

    def register_table(self, name: str, version: int) -> RegisterTable:
        """A stored version of a register; it never changes."""
        ...

    def use_register(self, checkpoint: Checkpoint, name: str, version: int) -> None:
        """Store, at once and together, which version the case is decided by; raises LeaseLost."""
        ...

    def remember(self, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        """Enter a fact in the ledger, or give the one that stands under the key today; raises LeaseLost."""
        ...

    def remembered(self, kind: str, key: str, *, today: date) -> Fact | None:
        """What the ledger says under a key today."""
        ...

    def all_remembered(self, kind: str, *, today: date) -> list[Fact]:
        """Every fact of a kind that stands in the ledger today, the oldest first."""
        ...

    def new_secret(self) -> SecretStr:
        """A secret as this deployment wants them; no evidence is kept of the run from now on."""
        ...

    def entrust(self, checkpoint: Checkpoint, entrusted: Entrusted) -> None:
        """Store, at once and together, that it is done, the secret and the message about it; raises LeaseLost.

        What an earlier epoch of the case left under that name is withdrawn: that secret holds no longer.
        """
        ...

    def reading(self, kind: str, key: str, look: Callable[[], T], *, fresh: timedelta) -> T:
        """What `look` gives, or gave another run of this worker a short while ago."""
        ...

    def file(self, sha256: str) -> AbstractContextManager[Path | None]:
        """A file that was handed over for the case, in memory-backed storage for as long as the context lasts."""
        ...

    def folder(self) -> AbstractContextManager[Path]:
        """A folder in memory-backed storage, for as long as the context lasts."""
        ...

    def discard_files(self) -> None:
        """Give up, at once, what was handed over for the case; raises LeaseLost."""
        ...
