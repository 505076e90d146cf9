"""What is open now: which processes may be claimed, and in words why the others may not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from common import log
from common.clock import Clock
from common.db.pool import AWAY, Pool, named_sql
from common.opening import Availability
from common.process import Process
from common.target import Target

_log = log.get(__name__)
_SQL = named_sql("common.cases", "openness.sql")
_LOOK = 1.0  # seconds between looks


class Why(StrEnum):
    """Why nothing happens at a target, or with a process."""

    PAUSED = "paused"
    CLOSED = "closed"
    MAINTENANCE = "maintenance"
    CIRCUIT_OPEN = "circuit_open"
    NO_ACCOUNT = "no_account"


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """One thing that keeps cases waiting."""

    why: Why
    of: str
    """The process, or the target, it stands before."""
    sentence: str
    until: datetime | None = None
    """When it goes away, or is looked at, by itself; None when a person must act."""


@dataclass(frozen=True, kw_only=True)
class Paused:
    """Who stopped it, and why."""

    kind: str
    name: str
    actor: str
    reason: str
    code: str | None
    since: datetime


@dataclass(frozen=True, kw_only=True)
class CircuitState:
    """Whether a target answers, as all workers together see it."""

    target: str
    failures: int
    code: str | None
    opened_at: datetime | None
    retry_at: datetime | None
    probe: str | None
    probing: bool
    """One case tries right now."""
    due: bool
    """The pause before a try is over."""


@dataclass(frozen=True, kw_only=True)
class AccountState:
    """A robot login at a target; never its password."""

    target: str
    name: str
    leased: bool
    out_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything that decides what is open, at one moment."""

    now: datetime
    availability: Mapping[str, Availability]
    mounted: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    """The accounts of each target that this worker has a password for; empty counts them all."""
    pauses: Mapping[tuple[str, str], Paused] = field(default_factory=dict[tuple[str, str], Paused])
    """By kind and name."""
    circuits: Mapping[str, CircuitState] = field(default_factory=dict[str, CircuitState])
    accounts: Sequence[AccountState] = ()

    def before_target(self, name: str) -> list[Why]:
        """All that stands before a target's cases."""
        found = [Why.PAUSED] if ("target", name) in self.pauses else []
        available = self.availability.get(name)
        if available is not None and not available.is_open(self.now):
            worked_on = Availability(opening=available.opening).is_open(self.now)
            found.append(Why.MAINTENANCE if worked_on else Why.CLOSED)
        circuit = self.circuits.get(name)
        if circuit is not None and circuit.opened_at is not None:
            found.append(Why.CIRCUIT_OPEN)
        usable = [account.out_since is None for account in self.of_target(name)]
        if usable and not any(usable):
            found.append(Why.NO_ACCOUNT)
        return found

    def of_target(self, name: str) -> list[AccountState]:
        """The accounts that count."""
        mounted = self.mounted.get(name)
        return [a for a in self.accounts if a.target == name and (not mounted or a.name in mounted)]

    def is_open(self, process: Process) -> bool:
        """Whether its cases may be claimed."""
        return ("process", process.name) not in self.pauses and not any(
            self.before_target(target.name) for target in process.targets
        )

    def awaiting_probe(self, process: Process) -> frozenset[str]:
        """The targets that one case of this process may try now; none when anything else stands before it."""
        if ("process", process.name) in self.pauses:
            return frozenset()
        shut = {target.name: self.before_target(target.name) for target in process.targets}
        tried = frozenset(name for name, whys in shut.items() if whys)
        ready = all(shut[name] == [Why.CIRCUIT_OPEN] and self._may_be_tried(name) for name in tried)
        return tried if ready else frozenset()

    def _may_be_tried(self, target: str) -> bool:
        return self.circuits[target].due and not self.circuits[target].probing

    # --- in words ---------------------------------------------------------------------------------------------------

    def obstacles(self, process: Process) -> list[Obstacle]:
        """Why nothing happens with a process; empty when it is open."""
        paused = self.pauses.get(("process", process.name))
        own = [Obstacle(why=Why.PAUSED, of=process.name, sentence=_said(paused))] if paused else []
        return own + [obstacle for target in process.targets for obstacle in self.at_target(target)]

    def at_target(self, target: Target) -> list[Obstacle]:
        """Why nothing happens at a target; empty when it is open."""
        return [self._worded(target.name, why) for why in self.before_target(target.name)]

    def _worded(self, name: str, why: Why) -> Obstacle:
        match why:
            case Why.PAUSED:
                return Obstacle(why=why, of=name, sentence=_said(self.pauses["target", name]))
            case Why.CLOSED:
                sentence = f"{name} is outside its opening hours"
                return Obstacle(
                    why=why, of=name, sentence=sentence, until=self.availability[name].next_opening(self.now)
                )
            case Why.MAINTENANCE:
                sentence = f"{name} is being worked on by others"
                return Obstacle(
                    why=why, of=name, sentence=sentence, until=self.availability[name].next_opening(self.now)
                )
            case Why.CIRCUIT_OPEN:
                circuit = self.circuits[name]
                trying = "one case tries now" if circuit.probing else "one case will try whether it is back"
                sentence = f"{name} failed {circuit.failures} times in a row, last with {circuit.code}; {trying}"
                return Obstacle(why=why, of=name, sentence=sentence, until=circuit.retry_at)
            case Why.NO_ACCOUNT:
                sentence = f"Every account at {name} is out after a refused password: mount new passwords"
                return Obstacle(why=why, of=name, sentence=sentence)


def _said(paused: Paused) -> str:
    return f"{paused.name} is paused by {paused.actor}: {paused.reason}"


@dataclass(frozen=True)
class Probe:
    """One case may try whether these targets are back."""

    targets: frozenset[str]
    processes: list[Process]


class Openness:
    """The latest picture, and what follows from it for whoever claims."""

    def __init__(
        self,
        pool: Pool,
        processes: Sequence[Process],
        *,
        clock: Clock,
        availability: Mapping[str, Availability] | None = None,
        mounted: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self.pool, self._processes, self._clock = pool, list(processes), clock
        targets = {target.name: target for process in processes for target in process.targets}
        declared = {name: target.availability for name, target in targets.items()}
        self._availability, self._mounted = declared | dict(availability or {}), mounted or {}
        self.processes: list[Process] = []
        """Those that may be claimed; none before the first look."""
        self.shaky: set[str] = set()
        """Targets whose last answer was a failure: only there does a success have something to write."""
        self._probes: list[Probe] = []

    async def read(self) -> Picture:
        """What stands between cases and targets now: one trip to the database."""
        async with self.pool.connection() as connection, connection.pipeline():
            asked = [await connection.execute(_SQL[name]) for name in ("pauses", "circuits", "accounts")]
            pauses, circuits, accounts = [await cursor.fetchall() for cursor in asked]
        return self._picture(pauses, circuits, accounts)

    def _picture(
        self, pauses: list[dict[str, Any]], circuits: list[dict[str, Any]], accounts: list[dict[str, Any]]
    ) -> Picture:
        return Picture(
            now=self._clock(),
            availability=self._availability,
            mounted=self._mounted,
            pauses={(row["kind"], row["name"]): Paused(**row) for row in pauses},
            circuits={row["target"]: CircuitState(**row) for row in circuits},
            accounts=[AccountState(**row) for row in accounts],
        )

    async def look(self) -> bool:
        """Look anew; says whether something has opened that was shut."""
        picture = await self.read()
        before = {process.name for process in self.processes}
        self.processes = [process for process in self._processes if picture.is_open(process)]
        self.shaky = {name for name, circuit in picture.circuits.items() if circuit.failures}
        self._probes = _probes(picture, self._processes)
        now = {process.name for process in self.processes}
        if before != now:
            _log.info("openness.changed", opened=sorted(now - before), shut=sorted(before - now))
        return bool(now - before) or bool(self._probes)

    def next_probe(self) -> Probe | None:
        """A try that is due, given to one shift per look."""
        return self._probes.pop() if self._probes else None

    async def watch(self, opened: Callable[[], object]) -> None:
        """Look once a second, for ever, and say when something has opened."""
        while True:
            await asyncio.sleep(_LOOK)
            try:
                if await self.look():
                    opened()
            except AWAY:
                # What was open stays so: without a database nothing can be claimed anyway.
                _log.warning("openness.no_database")


def _probes(picture: Picture, processes: Sequence[Process]) -> list[Probe]:
    """Each set of targets that may be tried, with the processes that need exactly these."""
    found: dict[frozenset[str], list[Process]] = {}
    for process in processes:
        if targets := picture.awaiting_probe(process):
            found.setdefault(targets, []).append(process)
    return [Probe(targets, able) for targets, able in found.items()]
