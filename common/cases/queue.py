"""The database as the queue: claim, heartbeat, finish and take back, each fenced, each at once in the event log."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Rollback
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from common import lease, log
from common.cases.admission import Admission, NotAdmitted
from common.cases.endings import Ending, fallout_task
from common.cases.handed_over import handover_label, sealable
from common.cases.openness import Probe
from common.cases.statements import SQL, TROUBLE
from common.cases.states import State
from common.db.pool import AWAY, Pool
from common.errors import SubjectBusy
from common.notices.post import SQL as NOTICES
from common.notices.post import columns, tell_of_cases
from common.privacy.crypto import CaseKey, Keyring
from common.process import Process
from common.settings import WorkerSettings
from common.target import Pace, Target
from common.task import Task

_log = log.get(__name__)
_ROBOT_LOST = "ROBOT_LOST"
_COLLISIONS = 5
"""So many times a turn is repeated when two shifts reach for the same person."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A case on lease to a shift."""

    id: UUID
    process: str
    version: int
    fence: int
    epoch: int
    failures: int
    test: bool
    submitted_at: datetime
    ready_at: datetime
    claimed_at: datetime
    keyring: Keyring = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    sealed_payload: bytes = field(repr=False)
    sealed_finding: bytes | None = field(default=None, repr=False)
    started: float
    """When the claim was sent, on the lease clock: the lease counts from there."""
    accounts: dict[str, str] = field(default_factory=dict[str, str])
    """The leased account of each target."""
    shift: str = ""
    """Who performs it."""

    @property
    def retried(self) -> bool:
        """Whether a person has let Roger try again."""
        return self.epoch > 1

    @cached_property
    def key(self) -> CaseKey:
        """The case's own data key; raises Unreadable."""
        return self.keyring.open_key(self.id, self.wrapped_key)

    def payload(self) -> Any:
        """The submitted fields; raises Unreadable."""
        return self.key.open_json("payload", self.sealed_payload)

    def finding(self) -> Any:
        """What the judgement of its batch said of it, if anything; raises Unreadable."""
        return None if self.sealed_finding is None else self.key.open_json("finding", self.sealed_finding)

    @property
    def is_first_run(self) -> bool:
        """Nobody has tried this case before, so it has no checkpoints."""
        return self.fence == 1


@dataclass(frozen=True)
class Turn:
    """What a shift got out of one visit to the queue."""

    finished: bool
    """The run that ended still held its lease; otherwise its end changed nothing."""
    claimed: Claimed | None
    starved: str | None = None
    """The process whose head could not be taken: one of its targets has no free account, or takes cases slowly."""
    wait: float = 0.0
    """Seconds after which that may be different."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep did."""

    taken: list[UUID]
    """Cases taken back from runs whose lease had expired."""
    woken: int

    @property
    def anything(self) -> bool:
        return bool(self.taken) or self.woken > 0


class Queue:
    """What workers do with cases. Every method is one short transaction."""

    def __init__(
        self,
        pool: Pool,
        keyring: Keyring,
        settings: WorkerSettings,
        accounts: dict[str, list[str]] | None = None,
        paces: dict[str, Pace | None] | None = None,
    ) -> None:
        """Accounts by target; paces where a deployment says otherwise than the target declares."""
        self._pool, self._keyring, self._settings = pool, keyring, settings
        self._admission = Admission(accounts or {}, paces or {}, lease=settings.lease)

    async def turn(self, shift: str, processes: Sequence[Process], ended: tuple[Claimed, Ending] | None = None) -> Turn:
        """Finish a shift's run and claim its next case, in one transaction; either part may be left out.

        A case whose person is busy is parked with the finish, and the next one claimed in a transaction of its own.
        Raises psycopg.OperationalError when the database does not answer; `finish` then settles what ended, whether
        its end has been written or not.
        """
        finished, collisions = True, 0
        while collisions < _COLLISIONS:
            try:
                turn, parked = await self._turn(shift, processes, ended)
            except (UniqueViolation, DeadlockDetected, SerializationFailure):
                # Another shift took a case of the same person; the finish was undone with the claim: both again.
                collisions += 1
                continue
            except NotAdmitted as starved:
                turn, _ = await self._turn(shift, (), ended)
                if starved.wanted is not None:
                    await self._admission.want(self._pool, shift, starved.wanted)
                return replace(turn, finished=finished and turn.finished, starved=starved.process, wait=starved.wait)
            finished, ended = finished and turn.finished, None
            if not parked:
                return replace(turn, finished=finished)
        turn, _ = await self._turn(shift, (), ended)
        return Turn(finished=finished and turn.finished, claimed=None)

    async def _turn(
        self, shift: str, processes: Sequence[Process], ended: tuple[Claimed, Ending] | None
    ) -> tuple[Turn, bool]:
        """One transaction, and whether it only parked a case, so that there may be another one to claim."""
        by_name = {process.name: process for process in processes}
        needs_accounts = any(process.targets for process in processes)
        started = lease.now()
        finish = claim = row = None
        accounts: dict[str, str] = {}
        # PostgreSQL takes a pipeline for one transaction: what it holds is committed together at its end, or not at
        # all. Only a claim that may be given back, for want of an account, needs one that stays open for an answer.
        async with self._pool.connection() as connection, connection.pipeline():
            if needs_accounts:
                await connection.execute("begin")
            if ended and ended[1].tasks:
                await connection.execute(NOTICES["raise_tasks"], _tasks(*ended))
            if ended and ended[1].handovers:
                await connection.execute(SQL["hand_over"], _handovers(*ended))
            if ended:
                finish = await connection.execute(SQL["finish"], self._finish(shift, *ended))
            if by_name:
                claim = await connection.execute(SQL["claim"], self._claim(shift, by_name))
            if claim and needs_accounts:
                row = await claim.fetchone()
                if row and row["id"]:
                    accounts = await self._admission.admit(connection, shift, by_name[row["process"]])
                await connection.execute("commit")
        if claim and row is None:
            row = await claim.fetchone()
        turn = Turn(
            finished=finish is None or await finish.fetchone() is not None,
            claimed=self._claimed(row, started, accounts, shift) if row and row["id"] else None,
        )
        return turn, row is not None and turn.claimed is None and row["parked"]

    async def probe(self, shift: str, probe: Probe) -> Claimed | None:
        """Claim the one case that may try whether targets are back; None when another shift tries, or none waits."""
        by_name = {process.name: process for process in probe.processes}
        tried = {"shift": shift, "targets": sorted(probe.targets)}
        started = lease.now()
        try:
            async with self._pool.connection() as connection, connection.transaction():
                taken = await connection.execute(TROUBLE["take_probes"], tried)
                if len(await taken.fetchall()) < len(probe.targets):
                    raise Rollback
                row: dict[str, Any] | None = None
                for _ in range(_COLLISIONS):
                    row = await (await connection.execute(SQL["claim"], self._claim(shift, by_name))).fetchone()
                    if row is None or row["id"] or not row["parked"]:
                        break
                if row is None or not row["id"]:
                    await connection.execute(TROUBLE["give_probes_back"], tried)
                    return None
                accounts = await self._admission.admit(connection, shift, by_name[row["process"]])
                values = tried | {"case": row["id"], "fence": row["fence"]}
                await connection.execute(TROUBLE["begin_probes"], values)
                return self._claimed(row, started, accounts, shift)
        except (NotAdmitted, UniqueViolation, DeadlockDetected, SerializationFailure):
            _log.debug("queue.not_probed", targets=sorted(probe.targets))
        return None

    def _claim(self, shift: str, by_name: dict[str, Process]) -> dict[str, Any]:
        return {"open": list(by_name), "shift": shift, "lease": self._settings.lease, "actor": f"worker:{shift}"}

    def _finish(self, shift: str, case: Claimed, ending: Ending) -> dict[str, Any]:
        return {
            "id": case.id,
            "fence": case.fence,
            "state": ending.state,
            "outcome": ending.outcome,
            "code": ending.code,
            "failed": int(ending.failed),
            "delay": ending.delay,
            "lock": ending.lock,
            "result": None if ending.detail is None else case.key.seal_json("result", ending.detail),
            "actor": f"worker:{shift}",
        }

    def _claimed(self, row: dict[str, Any], started: float, accounts: dict[str, str], shift: str) -> Claimed:
        wanted = ("id", "process", "version", "fence", "epoch", "failures", "test")
        wanted += ("submitted_at", "ready_at", "claimed_at")
        return Claimed(
            **{name: row[name] for name in wanted},
            keyring=self._keyring,
            wrapped_key=row["key"],
            sealed_payload=row["payload"],
            sealed_finding=row["finding"],
            started=started,
            accounts=accounts,
            shift=shift,
        )

    async def finish(self, shift: str, case: Claimed, ending: Ending) -> bool:
        """End a run without claiming another, however long the database is away, while the lease may still hold.

        May be called after a `turn` whose answer was lost. False when the run had lost its lease, so that nothing
        was changed.
        """
        give_up = lease.now() + self._settings.lease
        while True:
            try:
                turn, _ = await self._turn(shift, (), (case, ending))
                return turn.finished or await self._stands(shift, case)
            except AWAY:
                if lease.now() > give_up:
                    raise
                await asyncio.sleep(0.2)

    async def _stands(self, shift: str, case: Claimed) -> bool:
        """Whether this run's end has been written before."""
        values = {"id": case.id, "fence": case.fence, "actor": f"worker:{shift}"}
        async with self._pool.connection() as connection:
            return await (await connection.execute(SQL["finish_stands"], values)).fetchone() is not None

    async def heartbeat(self, runs: dict[UUID, int], shifts: Sequence[str]) -> set[UUID]:
        """Extend the leases of these runs (case → fence) and of the shifts' accounts; gives the runs still held."""
        values = {
            "ids": list(runs),
            "fences": list(runs.values()),
            "shifts": list(shifts),
            "lease": self._settings.lease,
        }
        async with self._pool.connection() as connection:
            held = await connection.execute(SQL["heartbeat_runs"], values)
            still = {row["id"] for row in await held.fetchall()}
            await connection.execute(SQL["heartbeat_accounts"], values)
        return still

    async def extend(self, case: Claimed, seconds: float) -> bool:
        """Hold a lease for at least so long from now; False when it is lost."""
        async with self._pool.connection() as connection:
            values = {"id": case.id, "fence": case.fence, "seconds": seconds}
            return await (await connection.execute(SQL["extend"], values)).fetchone() is not None

    async def relock(self, case: Claimed, lock: bytes) -> bool:
        """Hold another person's lock for this run; raises SubjectBusy when a case of that person is running."""
        values = {"id": case.id, "fence": case.fence, "lock": lock}
        async with self._pool.connection() as connection:
            try:
                held = await (await connection.execute(SQL["relock"], values)).fetchone() is not None
            except (UniqueViolation, DeadlockDetected):
                # A deadlock is of two runs, each of which turns out to be about the other's person.
                raise SubjectBusy(lock) from None
            other = {"id": case.id, "lock": lock}
            if held and await (await connection.execute(SQL["unsettled_other"], other)).fetchone() is not None:
                raise SubjectBusy(lock)
            return held

    async def sweep(self, processes: Mapping[str, Process] | None = None) -> Swept:
        """Take back what vanished workers held and wake what need not wait any more.

        What goes to a person by it is told as its process, if it is among these, wants.
        """
        async with self._pool.connection() as connection:
            values = {"attempts": self._settings.attempts}
            async with connection.transaction():
                taken = await (await connection.execute(SQL["reclaim_expired"], values)).fetchall()
                await tell_of_cases(connection, list(_told(taken, processes or {})))
            due = await connection.execute(SQL["wake_due"])
            free = await connection.execute(SQL["wake_subjects"])
        for row in taken:
            _log.warning("case.lease_expired", case=str(row["id"]), process=row["process"], to=row["state"])
        return Swept(taken=[row["id"] for row in taken], woken=due.rowcount + free.rowcount)

    async def know_accounts(self, marks: dict[tuple[str, str], bytes]) -> None:
        """Make the accounts of the mounted files known, each with a keyed hash of its password."""
        await self._admission.know_accounts(self._pool, marks)

    async def wanted_accounts(self, shifts: Sequence[str]) -> dict[tuple[str, str], float]:
        """By shift and target: for how many seconds somebody who needs several targets has waited for its account."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(SQL["wanted_accounts"], {"shifts": list(shifts)})).fetchall()
        return {(row["holder"], row["target"]): row["seconds"] for row in rows}

    async def lease_account(self, holder: str, target: Target) -> str | None:
        """An account for whoever has no case: a free one, or once more the one they have; None when all are taken.

        Those who keep one warm without work are then asked to let go of it.
        """
        async with self._pool.connection() as connection, connection.transaction():
            account = await self._admission.lease_account(connection, holder, target)
        if account is None:
            await self._admission.want(self._pool, holder, target.name)
        return account

    async def release_accounts(self, shift: str, targets: Collection[str] | None = None) -> None:
        """Let go of the accounts a shift holds at these targets, or at all."""
        values = {"shift": shift, "targets": None if targets is None else list(targets)}
        async with self._pool.connection() as connection:
            await connection.execute(SQL["release_accounts"], values)

    async def account_out(self, target: str, name: str, *, process: str = "") -> None:
        """Take an account out after a refused password, until its password has changed; `process` met it."""
        await self._admission.account_out(self._pool, target, name, process=process or target)


def _told(taken: Sequence[dict[str, Any]], processes: Mapping[str, Process]) -> Iterator[tuple[UUID, Task]]:
    for row in taken:
        process = processes.get(row["process"])
        if row["state"] == State.MANUAL and process is not None and process.fallout is not None:
            yield row["id"], fallout_task(process.fallout, _ROBOT_LOST, row["fence"])


def _tasks(case: Claimed, ending: Ending) -> dict[str, Any]:
    return columns(ending.tasks) | {"case": case.id, "fence": case.fence}


def _handovers(case: Claimed, ending: Ending) -> dict[str, Any]:
    return {
        "case": case.id,
        "fence": case.fence,
        "processes": [handover.process for handover in ending.handovers],
        "rows": [
            case.key.seal_json(handover_label(number), sealable(handover))
            for number, handover in enumerate(ending.handovers, start=1)
        ],
    }
