"""A case and its runs in memory: checkpoints that survive a run, fences that rise, and deaths at any point."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from pydantic import SecretStr

from common.clock import Clock
from common.entrusting.entrusted import Entrusted
from common.entrusting.secret import new_secret
from common.errors import ApplicationException, LeaseLost, SubjectBusy
from common.ledger import Fact
from common.privacy.crypto import canonical
from common.readings import Readings
from common.register import RegisterTable
from common.run import CaseFacts, Checkpoint, Mark, Run, Subject
from common.testing.clock import FixedClock
from common.testing.knowledge import MemoryLedger, MemoryRegisters

T = TypeVar("T")
_LENGTH = 16  # of secrets
Point = str
"""Where a run may die: `commit:2` before the second commit, `committed:2` right after it, `open:1`, `let_go:1`,
`hold:1`, `extend:1`, `use:1`, `used:1`, `remember:1`, `remembered:1`, `entrust:1`, `entrusted:1`, `file:1`, `discard:1`,
`discarded:1`, or whatever a test itself calls `MemoryPlatform.reach` with: `save` gives `save:1`, `save:2`, …"""


@dataclass
class MemoryCase:
    """What outlives the runs of a case, as the database does."""

    process: str = "in-memory"
    test: bool = False
    accepts_synthetic: bool = True
    submitted_at: datetime = field(default_factory=FixedClock())
    id: UUID = field(default_factory=uuid4)
    fence: int = 0
    busy: set[Subject] = field(default_factory=set[Subject])
    """Of whom other cases are running."""
    registers: MemoryRegisters = field(default_factory=MemoryRegisters)
    """Give the same to several cases."""
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    """Give the same to several cases."""
    readings: Readings = field(default_factory=Readings)
    """Give the same to the cases of one worker."""
    finding: Any = None
    """What the judgement of its batch said of it, as JSON has it."""
    used: dict[str, int] = field(default_factory=dict[str, int])
    """The version of each register that the case was decided by last."""
    entrusted: dict[str, Entrusted] = field(default_factory=dict[str, Entrusted])
    """What people are sent a link to, by the name that the process gave it."""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """What its caller handed over and Roger still has, by SHA-256; see `hand_over`."""
    platform: MemoryPlatform | None = None
    """Of the latest run."""
    _epoch: int = 1
    _checkpoints: dict[tuple[int, str], bytes] = field(default_factory=dict[tuple[int, str], bytes])

    def begin(self, screens: Mapping[type, object] | None = None, *, dies_at: Point | None = None) -> MemoryPlatform:
        """Claim the case for one more run, which takes the lease from the one before."""
        self.fence += 1
        self.platform = MemoryPlatform(self, self.fence, screens or {}, dies_at)
        return self.platform

    def run(
        self,
        screens: Mapping[type, object] | None = None,
        *,
        clock: Clock | None = None,
        dies_at: Point | None = None,
    ) -> Run:
        """The next attempt at the case."""
        platform = self.begin(screens, dies_at=dies_at)
        facts = CaseFacts(
            id=self.id,
            process=self.process,
            fence=self.fence,
            submitted_at=self.submitted_at,
            test=self.test,
            accepts_synthetic=self.accepts_synthetic,
            finding=self.finding,
            retried=self._epoch > 1,
        )
        return Run(facts, platform, clock or FixedClock())

    def hand_over(self, content: bytes) -> str:
        """Let the caller have handed a file over for this case; gives what the input names it by."""
        name = hashlib.sha256(content).hexdigest()
        self.files[name] = content
        return name

    def retried(self) -> None:
        """A person lets Roger try again: what was recorded so far is not replayed."""
        self._epoch += 1

    def recall(self, name: str) -> Checkpoint | None:
        stored = self._checkpoints.get((self._epoch, name))
        if stored is None:
            return None
        kept = json.loads(stored)
        return Checkpoint(**kept | {"mark": Mark(kept["mark"])})

    def store(self, checkpoint: Checkpoint) -> None:
        if checkpoint.fence != self.fence:
            raise LeaseLost
        # Through JSON, as in the database: what cannot be stored there must not pass here.
        self._checkpoints[self._epoch, checkpoint.name] = canonical(vars(checkpoint))

    @property
    def recorded(self) -> dict[str, Checkpoint]:
        """The checkpoints of the present epoch."""
        names = [name for epoch, name in self._checkpoints if epoch == self._epoch]
        return {name: found for name in names if (found := self.recall(name)) is not None}


class MemoryPlatform:
    """A run's surroundings in memory; see common.run.Platform."""

    def __init__(self, case: MemoryCase, fence: int, screens: Mapping[type, object], dies_at: Point | None) -> None:
        self.reached: list[Point] = []
        self.held: list[Subject] = []
        self.extended: list[timedelta] = []
        self.failures: list[ApplicationException] = []
        """For what the browser was ended."""
        self.unseen = False
        """Whether the run has come to a secret, so that no evidence may be kept of it."""
        self._case, self._fence, self._screens, self._dies_at = case, fence, screens, dies_at
        self._times: Counter[str] = Counter()
        self._recalled = case.recorded
        self._dead = False

    def reach(self, name: str) -> None:
        """Note that the run has come to a point; it dies there if the test wants it to, and never lives again."""
        self._require_life()
        self._times[name] += 1
        point = f"{name}:{self._times[name]}"
        self.reached.append(point)
        self._dead = point == self._dies_at
        self._require_life()

    def open(self, screen: type[T]) -> T:
        self.reach("open")
        if screen not in self._screens:
            raise LookupError(f"The test shows no {screen.__name__}: give MemoryCase.run a double of it")
        return cast("T", self._screens[screen])

    def recall(self, name: str) -> Checkpoint | None:
        return self._recalled.get(name)

    def commit(self, checkpoint: Checkpoint) -> None:
        self.reach("commit")
        self._case.store(checkpoint)
        self.reach("committed")

    def let_go(self, failed: ApplicationException) -> None:
        self.reach("let_go")
        self.failures.append(failed)

    def hold(self, subject: Subject) -> None:
        self.reach("hold")
        self._require_lease()
        if subject in self._case.busy:
            raise SubjectBusy(f"{subject.kind}:{subject.key}".encode())
        self.held.append(subject)

    def extend(self, span: timedelta) -> None:
        self.reach("extend")
        self._require_lease()
        self.extended.append(span)

    def register_in_force(self, name: str, day: date) -> int | None:
        self._require_life()
        return self._case.registers.in_force(name, day)

    def register_table(self, name: str, version: int) -> RegisterTable:
        self._require_life()
        return self._case.registers.table(name, version)

    def use_register(self, checkpoint: Checkpoint, name: str, version: int) -> None:
        self.reach("use")
        self._case.store(checkpoint)
        self._case.used[name] = version
        self.reach("used")

    def remember(self, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        self.reach("remember")
        self._require_lease()
        fact = self._case.ledger.enter(self._case.id, kind, key, value, until=until, today=today)
        self.reach("remembered")
        return fact

    def remembered(self, kind: str, key: str, *, today: date) -> Fact | None:
        self._require_life()
        return self._case.ledger.look_up(self._case.id, kind, key, today=today)

    def all_remembered(self, kind: str, *, today: date) -> list[Fact]:
        self._require_life()
        return self._case.ledger.all_of(self._case.id, kind, today=today)

    def new_secret(self) -> SecretStr:
        self._require_life()
        self.unseen = True
        return new_secret(_LENGTH)

    def entrust(self, checkpoint: Checkpoint, entrusted: Entrusted) -> None:
        self.reach("entrust")
        self._case.store(checkpoint)
        self._case.entrusted[checkpoint.name] = entrusted
        self.reach("entrusted")

    def reading(self, kind: str, key: str, look: Callable[[], T], *, fresh: timedelta) -> T:
        self._require_life()
        return self._case.readings.share(kind, key, look, fresh=fresh.total_seconds(), waiting=self._require_life)

    @contextmanager
    def file(self, sha256: str) -> Generator[Path | None]:
        self.reach("file")
        self._require_lease()
        content = self._case.files.get(sha256)
        if content is None:
            yield None
            return
        with self.folder() as folder:
            path = folder / "file"
            path.write_bytes(content)
            yield path

    @contextmanager
    def folder(self) -> Generator[Path]:
        self._require_life()
        self._require_lease()
        with tempfile.TemporaryDirectory(prefix="roger-tests-") as made:
            yield Path(made)

    def discard_files(self) -> None:
        self.reach("discard")
        self._require_lease()
        self._case.files.clear()
        self.reach("discarded")

    def _require_life(self) -> None:
        if self._dead:
            raise LeaseLost

    def _require_lease(self) -> None:
        if self._fence != self._case.fence:
            raise LeaseLost
