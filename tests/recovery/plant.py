"""A whole Roger whose every part can be killed, frozen and started anew, with its targets' consoles and the database at hand.

What hands in tests of persons and looks at journals is for the health service; the rest serves any.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import UUID

import httpx
import psutil
import psycopg
from psycopg.rows import RowFactory, dict_row
from psycopg.sql import Composed

from common.browser.host import in_memory_root
from common.local.child import Child
from common.local.stack import Ports, Stack
from common.testing.people import Person, person

Row = dict[str, Any]

BRISK = {
    "ROGER_WORKER_LEASE": "10.5",
    "ROGER_WORKER_HEARTBEAT": "0.5",
    "ROGER_WORKER_MARGIN": "2",
    "ROGER_WORKER_SWEEP": "0.5",
    "ROGER_WORKER_BACKOFF": "[0.5, 1, 1]",
    "ROGER_BROWSER_BUDGET": "4.5",
    "ROGER_CIRCUIT_PAUSE": "2",
    "ROGER_CIRCUIT_LONGEST_PAUSE": "4",
}
"""The shortest clockwork that leaves slack while two such Rogers share two processors: a command (4.5 s) and its settling
(2 s) fit after any beat, also when the next beat is a second late."""
PATIENCE = 120.0
_OURS = (10_000, 32_000)
FORM, CONFIRMATION, SAVED = "/journaler/ny", "/journaler/bekreft", "/journaler/"


@dataclass(frozen=True, kw_only=True)
class Patient:
    """Somebody made up whom HsPro knows, and whether they had their journal before the test."""

    who: Person
    had_journal: bool


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong at HsPro."""

    plant: Plant
    id: int

    @property
    def fired(self) -> int:
        """How often it has struck."""
        (standing,) = [found for found in self.plant.ask("faults") if found["id"] == self.id]
        return standing["fired"]

    def strike(self, times: int = 1) -> None:
        """Wait until it has struck."""
        wait_for(lambda: self.fired >= times, "the fault strikes")


@dataclass
class Plant:
    """The running whole, and short ways to hand work in, to break things and to look at what came of it."""

    stack: Stack
    others: list[Child] = field(default_factory=list[Child])
    about: dict[UUID, Patient] = field(default_factory=dict[UUID, Patient])
    """Case → the person it is about."""

    def __post_init__(self) -> None:
        self.api = httpx.Client(
            base_url=self.stack.api, headers={"Authorization": f"Bearer {self.stack.api_key}"}, timeout=30
        )
        first = next(iter(self.stack.consoles.values()))
        self.console = httpx.Client(base_url=f"{first}/_kontroll", timeout=30)
        self.handed_in = 0
        self._database: psycopg.Connection[Row] | None = None

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
        self.api.close()
        self.console.close()

    # --- HsPro ------------------------------------------------------------------------------------------------------

    def ask(self, path: str, **wanted: str | int) -> Any:
        return self.console.get(f"/{path}", params=wanted).raise_for_status().json()

    def noted(self) -> int:
        """How much the stand-ins have noted, looks and writes together; it only rises."""
        asked = (self.console.get(f"{address}/_kontroll/summary") for address in self.stack.consoles.values())
        return sum(answer.raise_for_status().json()["last_seq"] for answer in asked)

    def people(self, number: int, *, with_journal: bool = False) -> list[Patient]:
        """Somebody new for HsPro to know."""
        made = [Patient(who=person(), had_journal=with_journal) for _ in range(number)]
        journals = [{"type": "SMITTEVERN", "opened": "2026-02-02"}] if with_journal else []
        rows = [
            {
                "national_id": one.who.number,
                "family_name": one.who.family_name,
                "given_name": one.who.given_name,
                "birth_date": one.who.birth_date.isoformat(),
                "journals": journals,
            }
            for one in made
        ]
        self.console.post("/people", json=rows).raise_for_status()
        return made

    def fault(self, fault: str, **what: Any) -> Fault:
        answer = self.console.post("/faults", json={"fault": fault, "times": 1, **what})
        return Fault(self, answer.raise_for_status().json()["id"])

    def hold_up(self, part: str, *, seconds: float, method: str = "GET", **what: Any) -> Fault:
        """Let HsPro dawdle over the next such request."""
        where = {"path_prefix": part} if part == SAVED else {"path_contains": part}
        return self.fault("slow", seconds=seconds, method=method, **where, **what)

    def journals(self, tested: Patient) -> list[Row]:
        found = self.ask("journals", national_id=tested.who.number)
        return [journal for journal in found if journal["type"] == "SMITTEVERN"]

    def log(self, *kinds: str) -> list[Row]:
        """What HsPro noted, in its own order: `writes`, `looks`, `sign-ins`."""
        return sorted((row for kind in kinds for row in self.ask(kind)), key=lambda row: row["seq"])

    # --- cases ------------------------------------------------------------------------------------------------------

    def row(self, tested: Patient) -> Row:
        """A test of this person, under a reference of its own."""
        self.handed_in += 1
        return {
            "reference": f"R-{self.handed_in:05}",
            "person_id": tested.who.number,
            "family_name": tested.who.family_name,
            "given_name": tested.who.given_name,
            "test_time": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
            "test_site": "TRD-LEANGEN",
            "test_type": "PCR",
            "phone": "40000001",
        }

    def submit(self, *tested: Patient) -> list[UUID]:
        answer = self.api.post("/v1/test-journals", json=[self.row(one) for one in tested]).raise_for_status().json()
        cases = [UUID(row["case"]["id"]) for row in answer["rows"]]
        self.about |= dict(zip(cases, tested, strict=True))
        return cases

    def rows(self, query: LiteralString | Composed, *values: object) -> list[Row]:
        """Ask the database; raises psycopg.OperationalError while it is away."""
        if self._database is None or self._database.closed:
            url = self.stack.environment["ROGER_DATABASE_URL"]
            self._database = psycopg.Connection[Row].connect(
                url, autocommit=True, row_factory=cast("RowFactory[Row]", dict_row)
            )
        cursor = self._database.execute(query, values)
        return cursor.fetchall() if cursor.description else []

    def case(self, case: UUID) -> Row:
        (found,) = self.rows("select * from cases where id = %s", case)
        return found

    def moves(self, case: UUID) -> list[Row]:
        return self.rows("select * from events where case_id = %s order by id", case)

    def codes(self, case: UUID) -> list[str]:
        """Why the case came back, run by run, and how it ended."""
        return [move["code"] or move["to_state"] for move in self.moves(case) if move["from_state"] == "running"]

    def failures(self) -> str:
        """What the workers say of runs that failed: why a case took more of them than it should."""
        said = (words(child) for child in (self.worker, *self.others))
        return "\n".join(line for text in said for line in text.splitlines() if "run.failed" in line)

    def await_state(self, cases: Collection[UUID], *states: str, within: float = PATIENCE) -> None:
        sql = "select count(*) as n from cases where id = any(%s) and state = any(%s)"
        wait_for(lambda: self._count(sql, cases, states) == len(cases), f"{len(cases)} cases are {states}", within)

    def await_run(self, case: UUID, number: int = 1) -> None:
        """Wait until the so-manieth run of a case goes on."""
        wait_for(lambda: (found := self.case(case))["state"] == "running" and found["fence"] == number, "it runs")

    def await_ended(self, cases: Collection[UUID], within: float = PATIENCE) -> None:
        self.await_state(cases, "done", "manual", within=within)

    def _count(self, sql: LiteralString, cases: Collection[UUID], states: Sequence[str]) -> int:
        with suppress(psycopg.OperationalError):
            return self.rows(sql, list(cases), list(states))[0]["n"]
        return -1

    def resume(self, process: str = "test-journals") -> None:
        """Let a process go on that Roger itself has stopped."""
        self.api.post(f"/v1/processes/{process}/resume").raise_for_status()

    def act(self, case: UUID, decision: str) -> None:
        self.api.post(f"/v1/cases/{case}/{decision}").raise_for_status()

    # --- processes ----------------------------------------------------------------------------------------------------

    @property
    def worker(self) -> Child:
        return self.stack.parts["worker"]

    def another_worker(self, **settings: str) -> Child:
        """One more worker on the same database; `settings` are its own `ROGER_…` variables."""
        name = f"worker{len(self.others) + 2}"
        environment = self.stack.environment | {"ROGER_WORKER_PROBE_PORT": str(free_ports().worker)} | settings
        command = [sys.executable, "-m", self.stack.package, "worker"]
        child = Child(name, command, environment=environment, log=self.stack.folder / "logs" / f"{name}.log")
        self.others.append(child)
        said = len(words(child))
        child.start()
        wait_for(lambda: "worker.started" in words(child)[said:], f"{name} starts")
        return child

    def retire(self) -> None:
        """Stop the stack's own worker in good order: a test brings its own."""
        self.worker.ask_to_stop()
        self.worker.wait()

    def leavings(self) -> list[psutil.Process]:
        """Every process of this stack's browsers, whoever started it."""
        return [process for process in psutil.process_iter() if self._is_browser(process)]

    def _is_browser(self, process: psutil.Process) -> bool:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            return process.status() != psutil.STATUS_ZOMBIE and str(self.profiles) in " ".join(process.cmdline())
        return False

    @property
    def profiles(self) -> Path:
        return Path(self.stack.environment["ROGER_BROWSER_PROFILE_ROOT"])

    # --- between tests --------------------------------------------------------------------------------------------------

    def tidy(self) -> None:
        """Whatever a test broke is whole again, and nothing of its work goes on."""
        for child in [*self.others, *self.stack.parts.values()]:
            thaw(child)
        for child in self.others:
            child.kill()
        self.others.clear()
        self.console.delete("/faults").raise_for_status()
        if self.rows("select 1 from cases where state in ('queued', 'running') limit 1"):
            self.worker.kill()
            self.rows("truncate cases, case_contents, checkpoints, events cascade")
        self.rows("update accounts set out_since = null, refused_mark = null")
        self.rows("truncate circuits, pauses, screen_uses, tasks")
        for child in self.stack.parts.values():
            if child.process is not None and child.process.poll() is not None:
                child.start()


@contextmanager
def running(settings: Mapping[str, str], folder: Path, service: str = "health") -> Generator[Plant]:
    """A Roger of one's own from entering to leaving; `folder` keeps its data and logs."""
    with tempfile.TemporaryDirectory(prefix="roger-recovery-", dir=in_memory_root()) as profiles:
        further = {**settings, "ROGER_BROWSER_PROFILE_ROOT": profiles}
        with Stack(service, folder, ports=free_ports(), durable=False, settings=further) as stack:
            plant = Plant(stack)
            yield plant
            plant.close()
        wait_for(lambda: not plant.leavings(), "the last browser process is gone")


def free_ports() -> Ports:
    """Ports below those that the kernel gives to whoever asks for any: nobody takes one while its owner is dead."""
    chance = random.SystemRandom()
    found: list[int] = []
    while len(found) < 4:
        port = chance.randrange(*_OURS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    api, errands, worker, target = found
    return Ports(api=api, errands=errands, worker=worker, first_target=target)


def words(child: Child) -> str:
    """What a process has logged."""
    return child.log.read_text(errors="replace") if child.log.exists() else ""


def wait_for(happened: Callable[[], bool], what: str, within: float = PATIENCE, *, every: float = 0.03) -> None:
    """Look again and again, for none of these processes tells us; fail when it takes too long.

    Looks that cost those who are asked something come less often: `every` so many seconds.
    """
    limit, tick = time.monotonic() + within, threading.Event()
    while not happened():
        assert time.monotonic() < limit, f"waited {within:.0f} s in vain until {what}"
        tick.wait(every)


def family(child: Child) -> list[psutil.Process]:
    """What a process has started, and what those have: guardian, driver, browser."""
    return psutil.Process(child.pid).children(recursive=True)


def program(process: psutil.Process) -> str:
    """The name of the program that it runs, of a script that of what reads it; of one that has ended none."""
    with suppress(psutil.NoSuchProcess):
        return Path(process.exe()).name
    return ""


def assert_gone(processes: Sequence[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    left = [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not left, f"still there: {left}"


def freeze(child: Child) -> None:
    os.kill(child.pid, signal.SIGSTOP)


def thaw(child: Child) -> None:
    if child.process is not None and child.process.poll() is None:
        os.kill(child.pid, signal.SIGCONT)
