"""Perform one claimed case in the shift's thread: the bridge between synchronous work and the platform's loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr

from common import lease, log, metrics
from common.browser.screen import screen_name
from common.browser.session import Browser
from common.cases import endings
from common.cases.checkpoints import Checkpoints
from common.cases.endings import Ending
from common.cases.ledger import Ledger
from common.cases.openness import Openness
from common.cases.queue import Claimed, Queue
from common.cases.registers import Registers
from common.cases.trouble import Attempt, Trouble
from common.clock import Clock
from common.db.pool import AWAY
from common.entrusting.entrusted import Entrusted
from common.entrusting.vault import Vault
from common.errors import (
    AccountOut,
    ApplicationException,
    BusinessException,
    Interrupted,
    LeaseLost,
    RobotFault,
    RogerError,
    TestCaseRefused,
    UiChanged,
)
from common.files.case_files import CaseFiles
from common.files.pieces import unseal
from common.files.storage import Storage, written
from common.lease import Lease
from common.ledger import Fact
from common.process import Process
from common.readings import Readings
from common.register import RegisterTable
from common.run import CaseFacts, Checkpoint, Run, Subject
from common.settings import WorkerSettings
from common.target import Account
from common.worker.evidence import Witness, Witnessing

_log = log.get(__name__)
T = TypeVar("T")
_LOOK = 0.2  # seconds between looks at the lease, and between tries while the database is away


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a worker's shifts share: the way to the database, the accounts, the clock."""

    queue: Queue
    checkpoints: Checkpoints
    registers: Registers
    ledger: Ledger
    vault: Vault | None = None
    """None where the service does not say that it entrusts anybody with secrets."""
    files: CaseFiles
    storage: Storage
    """Where files lie in the clear."""
    openness: Openness
    trouble: Trouble
    witnessing: Witnessing | None = None
    """None keeps no evidence."""
    accounts: dict[tuple[str, str], Account]
    production: frozenset[str]
    """Targets that `test` cases must not reach."""
    accepts_synthetic: bool
    settings: WorkerSettings
    clock: Clock
    readings: Readings = field(default_factory=Readings)
    """What one shift has looked up for all."""
    loop: asyncio.AbstractEventLoop


class Surroundings:
    """A run's surroundings in a worker; see common.run.Platform."""

    def __init__(
        self,
        desk: Desk,
        case: Claimed,
        held: Lease,
        browser: Browser,
        settle: float,
        *,
        witness: Witness | None = None,
    ) -> None:
        self._desk, self._case, self._lease, self._browser, self._settle = desk, case, held, browser, settle
        self._witness = witness
        self._opened: list[Any] = []
        """The screens that were opened by address; the last one's target is to blame for what fails."""
        browser.met.clear()
        self._recalled: dict[str, Checkpoint] = {}
        if not case.is_first_run:
            self._recalled = self._await(lambda: desk.checkpoints.recall(case))

    def open(self, screen: type[T]) -> T:
        shown: Any = screen  # core does not know what a screen is
        target = shown.target.name
        if self._case.test and target in self._desk.production:
            raise TestCaseRefused
        account = self._desk.accounts[target, self._case.accounts[target]]
        if self._witness is not None:
            self._witness.opened()
        self._opened.append(shown)
        try:
            return self._browser.open(shown, account, self._lease)
        except AccountOut:
            self._await(lambda: self._desk.queue.account_out(target, account.name, process=self._case.process))
            raise

    def recall(self, name: str) -> Checkpoint | None:
        return self._recalled.get(name)

    def commit(self, checkpoint: Checkpoint) -> None:
        self._await(lambda: self._desk.checkpoints.commit(self._case, checkpoint))

    def let_go(self, failed: ApplicationException) -> None:
        _log.info("run.act_failed", case=str(self._case.id), code=failed.code, why=log.told(failed))
        self._count(failed)
        if self._witness is not None:
            self._witness.look(failed)
        self._browser.recycle()
        time.sleep(self._settle)

    def hold(self, subject: Subject) -> None:
        lock = self._case.keyring.blind_steady(subject.kind, subject.key)
        if not self._await(lambda: self._desk.queue.relock(self._case, lock)):
            raise LeaseLost

    def extend(self, span: timedelta) -> None:
        started = lease.now()
        seconds = span.total_seconds() + self._desk.settings.margin
        if not self._await(lambda: self._desk.queue.extend(self._case, seconds)):
            raise LeaseLost
        self._lease.extended(started=started, seconds=seconds)

    def tell(self, error: RogerError | None) -> float | None:
        """Tell all workers what this run found out about its targets.

        Gives the seconds that the case should wait, at no cost, when its target is to blame and known to fail.
        """
        trouble, case = self._desk.trouble, self._case
        if isinstance(error, ApplicationException):
            self._count(error)
        run = Attempt(case=case.id, process=case.process, fence=case.fence, shift=case.shift)
        if new := trouble.unknown(case.process, {screen_name(screen) for screen in self._browser.met}):
            self._await(lambda: trouble.met(case.process, new))
        targets = {screen.target.name for screen in self._opened}
        if error is None or isinstance(error, BusinessException):
            if trouble.stands_against(targets):
                self._await(lambda: trouble.answered(run, targets))
        elif isinstance(error, UiChanged):
            screens = error.screens or tuple(screen_name(screen) for screen in self._opened[-1:])
            self._await(lambda: trouble.screen_changed(run, error, screens))
        elif isinstance(error, ApplicationException) and error.of_target and self._opened:
            blamed = self._opened[-1].target.name
            return self._await(lambda: trouble.failed(run, blamed, error.code))
        return None

    def _count(self, failed: ApplicationException) -> None:
        if self._opened:
            metrics.TARGET_FAILURES.labels(self._opened[-1].target.name, failed.code).inc()

    def register_in_force(self, name: str, day: date) -> int | None:
        return self._await(lambda: self._desk.registers.in_force(name, day))

    def register_table(self, name: str, version: int) -> RegisterTable:
        return self._await(lambda: self._desk.registers.table_of_case(name, version))

    def use_register(self, checkpoint: Checkpoint, name: str, version: int) -> None:
        self._await(lambda: self._desk.registers.use(self._case, checkpoint, name, version))

    def remember(self, kind: str, key: str, value: Any, *, until: date, today: date) -> Fact:
        return self._await(lambda: self._desk.ledger.remember(self._case, kind, key, value, until=until, today=today))

    def remembered(self, kind: str, key: str, *, today: date) -> Fact | None:
        return self._await(lambda: self._desk.ledger.remembered(self._case.id, kind, key, today=today))

    def all_remembered(self, kind: str, *, today: date) -> list[Fact]:
        return self._await(lambda: self._desk.ledger.all_of(self._case.id, kind, today=today))

    def new_secret(self) -> SecretStr:
        if self._witness is not None:
            self._witness.look_away()
        return self._vault.new_secret()

    def entrust(self, checkpoint: Checkpoint, entrusted: Entrusted) -> None:
        vault, row = self._vault, self._vault.sealed(entrusted, self._desk.clock())
        self._await(lambda: vault.keep(self._case, checkpoint, row))

    @property
    def _vault(self) -> Vault:
        if self._desk.vault is None:
            raise RobotFault("A process makes a secret, but its service does not declare it: Service(…, entrusts=True)")
        return self._desk.vault

    def reading(self, kind: str, key: str, look: Callable[[], T], *, fresh: timedelta) -> T:
        def waiting() -> None:
            self._lease.require(0)

        return self._desk.readings.share(kind, key, look, fresh=fresh.total_seconds(), waiting=waiting)

    @contextmanager
    def file(self, sha256: str) -> Generator[Path | None]:
        files = self._desk.files
        kept = self._await(lambda: files.find(self._case, sha256))
        if kept is None:
            yield None
            return
        with self.folder() as folder:
            path = folder / "file"
            with written(path) as file:
                unseal(kept.key, kept.facts, lambda number: self._await(lambda: files.piece(kept, number)), file.write)
            yield path

    def folder(self) -> AbstractContextManager[Path]:
        self._lease.require(0)
        return self._desk.storage.folder()

    def discard_files(self) -> None:
        self._await(lambda: self._desk.files.discard(self._case))

    def _await(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Ask the database, from the run's thread, for as long as the lease allows; it may be asked twice."""
        while True:
            self._lease.require(0)
            asked = asyncio.run_coroutine_threadsafe(ask(), self._desk.loop)
            # A database that stands still answers nobody: the run must not outlast its lease waiting for it.
            while not wait([asked], timeout=_LOOK).done:
                if self._lease.ended is not None:
                    asked.cancel()
                    self._lease.require(0)
            try:
                return asked.result()
            except AWAY:
                time.sleep(_LOOK)


def perform(process: Process, case: Claimed, held: Lease, browser: Browser, desk: Desk) -> Ending:
    """Perform a case and say how it ended; raises the stop signals, after which nothing may be written.

    Runs in the shift's own thread.
    """
    try:
        return endings.told(_attempt(process, case, held, browser, desk), process, case.fence)
    except Interrupted:
        # While this run holds the case, nobody else looks that person up: what it clicked last must settle first.
        time.sleep(process.settle.total_seconds())
        raise


def _attempt(process: Process, case: Claimed, held: Lease, browser: Browser, desk: Desk) -> Ending:
    """Whatever goes wrong after the lease has ended *is* the ended lease: the browser was killed under the run."""
    settle = process.settle.total_seconds()
    witness = Witness(desk.witnessing if process.keeps_evidence else None, case, held, browser, desk.loop)
    around: Surroundings | None = None
    try:
        around = Surroundings(desk, case, held, browser, settle, witness=witness)
        run = Run(
            CaseFacts(
                id=case.id,
                process=case.process,
                fence=case.fence,
                submitted_at=case.submitted_at,
                test=case.test,
                accepts_synthetic=case.test or desk.accepts_synthetic,
                finding=case.finding(),
                retried=case.retried,
            ),
            around,
            desk.clock,
        )
        submitted = process.input.model_validate(case.payload()["input"], context={"accepts_synthetic": True})
        ending = endings.done(process.perform(submitted, run))
    except Exception as problem:  # noqa: BLE001  the edge of a run: everything becomes an ending
        held.require(0)
        error = _known(problem)
        if isinstance(error, ApplicationException):
            _log.warning("run.failed", case=str(case.id), code=error.code, why=log.told(error))
            witness.look(error)
            browser.recycle()
            witness.testify(error)
        pause = around.tell(error) if around else None
        if pause is not None:
            return endings.released(error.code, max(settle, pause))
        return endings.after(
            error,
            failures=case.failures,
            attempts=desk.settings.attempts,
            backoff=desk.settings.backoff,
            settle=settle,
        )
    held.require(0)
    around.tell(None)
    return ending


def _known(problem: Exception) -> RogerError:
    if isinstance(problem, RogerError):
        return problem
    # Neither text nor traceback of a foreign exception is logged: it may quote the case. Where it arose is enough.
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"
    _log.error("run.fault", error=type(problem).__name__, where=where)
    return RobotFault()
