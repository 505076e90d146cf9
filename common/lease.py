"""A run's hold on its case: until when it may act, on clocks that a frozen or suspended machine cannot stop."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from common.errors import LeaseLost, StopSignal

# Linux's clock that also counts while the machine sleeps; elsewhere the best there is.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> float:
    """Seconds on a clock that never steps and goes on while the machine is suspended."""
    return time.clock_gettime(_CLOCK)


class Hold(Protocol):
    """What every act in a target must respect."""

    def require(self, seconds: float) -> None:
        """Go on only if `seconds` fit before the deadline; raises LeaseLost or Interrupted."""
        ...

    def wall_deadline_ms(self) -> float:
        """The deadline as the page's own clock shows it (milliseconds since 1970)."""
        ...


class Lease:
    """A case on lease. The heartbeat extends it; the run asks it before every act; either side may end it."""

    def __init__(self, *, fence: int, started: float, seconds: float, margin: float) -> None:
        self.fence = fence
        self._seconds, self._margin = seconds, margin
        self._deadline = started + seconds - margin
        self._ended: type[StopSignal] | None = None
        self._lock = threading.Lock()

    def extended(self, *, started: float, seconds: float | None = None) -> None:
        """Note a successful heartbeat; it counts from when it was *sent*, never from when its answer came."""
        with self._lock:
            self._deadline = max(self._deadline, started + (seconds or self._seconds) - self._margin)

    def end(self, signal: type[StopSignal]) -> None:
        """Stop the run at its next act. A lost lease outranks an interruption: it must not be written to."""
        with self._lock:
            if self._ended is not LeaseLost:
                self._ended = signal

    @property
    def ended(self) -> type[StopSignal] | None:
        """The signal that ended this lease: told from outside, or because the deadline has passed."""
        if self._ended is None and self.remaining() <= 0:
            return LeaseLost
        return self._ended

    def remaining(self) -> float:
        """Seconds left before the local deadline; negative afterwards."""
        return self._deadline - now()

    def require(self, seconds: float) -> None:
        """Go on only if `seconds` fit before the deadline; raises LeaseLost or Interrupted."""
        if self._ended is not None:
            raise self._ended
        if self.remaining() < seconds:
            raise LeaseLost

    def wall_deadline_ms(self) -> float:
        """The deadline as the page's own clock shows it (milliseconds since 1970)."""
        return (time.time() + self.remaining()) * 1000
