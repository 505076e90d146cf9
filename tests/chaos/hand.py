"""How harm is done to each part, and undone."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import httpx
import psutil
import psycopg
import redis

from common.embedded import EmbeddedPostgres, EmbeddedRedis
from common.local.child import Child
from tests.chaos.plan import STAND_INS, Deed, Harm, Part
from tests.recovery.plant import Plant, family, freeze, program, thaw
from tests.sandbox.visitor import PLAIN

T = TypeVar("T")
NOTHING_THERE = "found nothing to harm"
_AIMS_FOR = 8.0  # seconds
_IN_VAIN = "found nothing about to act, and did it all the same"
_SAVES: dict[Deed, dict[str, Any]] = {
    Deed.FAIL_BEFORE_SAVE: {"fault": "error_before_save"},
    Deed.FAIL_AFTER_SAVE: {"fault": "error_after_save"},
    Deed.FAIL_BEFORE_PERSON: {"fault": "error_before_save", "what": "person"},
    Deed.FAIL_AFTER_PERSON: {"fault": "error_after_save", "what": "person"},
    Deed.FAIL_ANYWHERE: {"fault": "error_page"},
    Deed.SIGN_OUT: {"fault": "sign_out"},
}


@dataclass(frozen=True)
class Hand:
    """Does what a plan says, to one plant with two workers."""

    plant: Plant
    children: Mapping[Part, Child]

    def do(self, harm: Harm, rest: Callable[[float], None]) -> str:
        """Do harm, let it last, undo it; gives a remark, mostly an empty one."""
        match harm.part:
            case Part.HSPRO | Part.SYSTEMX:
                return self._trouble(self.plant.stack.consoles[STAND_INS[harm.part]], harm)
            case Part.REDIS:
                return _to_server(_there(self.plant.stack.redis), harm, rest)
            case Part.POSTGRES:
                return _to_server(_there(self.plant.stack.postgres), harm, rest)
            case _:
                child = self.children[harm.part]
                aimed = harm.deed in {Deed.KILL_ACTING, Deed.FREEZE_ACTING} and child.process is not None
                missed = aimed and not self._meets_intent(_there(child.process).pid)
                return _to_child(child, harm, rest) or (_IN_VAIN if missed else "")

    def _meets_intent(self, worker: int) -> bool:
        """Wait, not for long, until one of its runs has noted what it is about to do and has not seen it done."""
        mine, tick, over = f"%-{worker}-%", threading.Event(), time.monotonic() + _AIMS_FOR
        url = self.plant.stack.environment["ROGER_DATABASE_URL"]
        acting = "select 1 from cases where state = 'running' and unsettled and worker like %s"
        with suppress(psycopg.Error), psycopg.connect(url, autocommit=True, connect_timeout=2) as look:
            while time.monotonic() < over:
                if look.execute(acting, [mine]).fetchall():
                    return True
                tick.wait(0.01)
        return False

    def _trouble(self, stand_in: str, harm: Harm) -> str:
        match harm.deed:
            case Deed.RESTART:
                fault = None
            case Deed.SAVE_LATE:
                fault = {"fault": "save_delay", "seconds": harm.lasts, "times": 3}
            case Deed.SLOW:
                fault = {"fault": "slow", "seconds": harm.lasts, "method": "GET", "times": 2}
            case deed:
                fault = {"times": 1} | _SAVES[deed]
        try:
            path = "restart" if fault is None else "faults"
            httpx.post(f"{stand_in}/_kontroll/{path}", json=fault, timeout=30, verify=PLAIN).raise_for_status()
        except httpx.TransportError:
            return NOTHING_THERE
        return ""


def _there(found: T | None) -> T:
    assert found is not None, "chaos needs servers of its own"
    return found


def _to_server(server: EmbeddedPostgres | EmbeddedRedis, harm: Harm, rest: Callable[[float], None]) -> str:
    match harm.deed:
        case Deed.KILL:
            server.kill()
            rest(harm.lasts)
            server.restart()
        case Deed.FREEZE:
            server.freeze()
            rest(harm.lasts)
            server.thaw()
        case _:
            client = cast("Any", redis.Redis).from_url(server.url, socket_timeout=5)
            client.flushall()
            client.close()
    return ""


def _to_child(child: Child, harm: Harm, rest: Callable[[float], None]) -> str:
    if child.process is None or child.process.poll() is not None:
        return NOTHING_THERE
    match harm.deed:
        case Deed.KILL | Deed.KILL_ACTING:
            child.kill()
            rest(harm.lasts)
            child.start()
        case Deed.DRAIN:
            return _drain(child, lambda: rest(harm.lasts))
        case Deed.FREEZE | Deed.FREEZE_ACTING:
            freeze(child)
            rest(harm.lasts)
            thaw(child)
        case Deed.SUSPEND:
            freeze(child)
            with _stopped(family(child)):
                rest(harm.lasts)
            thaw(child)
        case _:
            return _to_browser(child, harm, rest)
    return ""


def _drain(child: Child, rest: Callable[[], None]) -> str:
    child.ask_to_stop()
    child.wait()
    code = child.process.returncode if child.process is not None else 0
    rest()
    child.start()
    return f"ended with {code}" if code else ""


def _to_browser(child: Child, harm: Harm, rest: Callable[[float], None]) -> str:
    name = "chromedriver" if harm.deed is Deed.KILL_DRIVER else "chrom"
    found = [process for process in family(child) if _is(process, name)]
    if not found:
        return NOTHING_THERE
    if harm.deed is Deed.FREEZE_BROWSER:
        with _stopped(found):
            rest(harm.lasts)
        return ""
    # Chromium's helpers go with it.
    with suppress(psutil.NoSuchProcess):
        min(found, key=lambda process: process.create_time()).kill()
    return ""


def _is(process: psutil.Process, name: str) -> bool:
    """Whether it is the driver, or else belongs to the browser; a script that starts it does not."""
    found = program(process)
    return found.startswith(name) and (found == "chromedriver") == (name == "chromedriver")


@contextmanager
def _stopped(processes: list[psutil.Process]) -> Generator[None]:
    for process in processes:
        _tell(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            _tell(process, signal.SIGCONT)


def _tell(process: psutil.Process, what: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess, ProcessLookupError):
        if process.is_running():
            os.kill(process.pid, what)
