"""Who does the planned harm to one part and, in between, starts it again when it ends by itself, as a cluster would."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from common.local.child import Child
from tests.chaos.hand import Hand
from tests.chaos.plan import Harm, Part

_LOOK = 0.1
_RESTARTED_AFTER = 0.5


@dataclass(frozen=True, kw_only=True)
class Done:
    """Harm that was done, from when to when (seconds since 1970), and which process it hit."""

    harm: Harm
    began: float
    ended: float
    pid: int | None
    remark: str


@dataclass
class Keeper:
    """The thread of one part. It lives until it is dismissed, for the kernel ends the children of a thread with it."""

    part: Part
    plan: Sequence[Harm]
    hand: Hand
    child: Child | None
    tell: Callable[[Harm, str], None]
    done: list[Done] = field(default_factory=list[Done])
    ended_alone: list[str] = field(default_factory=list[str])
    """The last words of a process that ended by itself."""
    problem: Exception | None = None

    def __post_init__(self) -> None:
        self._dismissed, self._through = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper of {self.part}", daemon=True)

    def start(self, beginning: float) -> None:
        """Begin; `beginning` is what the plan's times count from, on the monotonic clock."""
        self._beginning = beginning
        self._thread.start()

    def await_through(self) -> None:
        """Wait until all of its harm is over; raises what went wrong with doing it."""
        self._through.wait()
        if self.problem is not None:
            raise self.problem

    def dismiss(self) -> None:
        """Let it look after its part no more; what it has started is asked to end by that."""
        self._dismissed.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            for harm in self.plan:
                while (left := self._beginning + harm.at - time.monotonic()) > 0:
                    self._look_after(min(left, _LOOK))
                self._do(harm)
        except Exception as problem:  # noqa: BLE001  raised again by await_through, in the thread that asks
            self.problem = problem
        finally:
            self._through.set()
        while not self._dismissed.is_set():
            self._look_after(_LOOK)

    def _do(self, harm: Harm) -> None:
        pid = self.child.pid if self.child is not None else None
        self.tell(harm, "")
        began = time.time()
        remark = self.hand.do(harm, self._rest)
        self.done.append(Done(harm=harm, began=began, ended=time.time(), pid=pid, remark=remark))
        if remark:
            self.tell(harm, remark)

    def _rest(self, seconds: float) -> None:
        self._dismissed.wait(seconds)

    def _look_after(self, seconds: float) -> None:
        self._rest(seconds)
        child = self.child
        if child is None or self._dismissed.is_set() or child.process is None or child.process.poll() is None:
            return
        self.ended_alone.append(f"{child.name} ended by itself with {child.process.returncode}")
        self._rest(_RESTARTED_AFTER)
        child.start()
