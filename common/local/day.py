"""What a demo plays through: a day of synthetic cases, the state the targets are in, and what must come out."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from common.errors import ConfigurationError

REFUSED = "refused"
"""The state of a row that was not taken in; its code is the problem's."""
RESUBMITTED = "resubmitted"
"""The state of a row that was recognised as a case handed in before."""

Seed = tuple[str, str, Any]
"""Target, path of its console, JSON: what a stand-in is told before the day begins."""
Check = Callable[[Any], "str | None"]
"""What a target's own summary must show after the day; a sentence for what it does not."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Some rows that belong together (the same person), and what they must come to, in whatever order."""

    name: str
    rows: list[dict[str, Any]]
    expected: Counter[tuple[str, str]]
    """(state, outcome or reason) → how many of the rows."""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A day's work for one process."""

    process: str
    situations: list[Situation]
    seeds: Sequence[Seed] = ()
    files: Sequence[bytes] = ()
    """Contents that are handed over before the rows that name them."""
    registers: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    """Register → the rows that are in force on that day."""
    checks: Sequence[tuple[str, Check]] = ()
    """Target → what must stand there after the day."""
    after: int = 0
    """Handed in when the cases of all flows with a smaller number have ended; its seeds are told only then, too."""
    together: bool = False
    """All of its rows are one batch, because they are judged together; others come an array after the other."""

    @property
    def rows(self) -> int:
        return sum(len(situation.rows) for situation in self.situations)


@dataclass(frozen=True, kw_only=True)
class Day:
    """What a service does in a day, process by process."""

    flows: list[Flow]
    common_seeds: Sequence[Seed] = ()
    common_registers: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    common_checks: Sequence[tuple[str, Check]] = ()

    @property
    def rows(self) -> int:
        return sum(flow.rows for flow in self.flows)

    @property
    def by_process(self) -> list[Flow]:
        """All that is done for one process as one flow: a trial run and the final one, say."""
        processes = dict.fromkeys(flow.process for flow in self.flows)
        return [
            Flow(
                process=name,
                situations=[each for flow in self.flows if flow.process == name for each in flow.situations],
            )
            for name in processes
        ]

    @property
    def registers(self) -> dict[str, list[dict[str, Any]]]:
        of_flows = {name: rows for flow in self.flows for name, rows in flow.registers.items()}
        return {**self.common_registers, **of_flows}

    @property
    def checks(self) -> list[tuple[str, Check]]:
        return [*self.common_checks, *(check for flow in self.flows for check in flow.checks)]


def shared_out(cases: int, shares: Mapping[str, int]) -> dict[str, int]:
    """So many cases, process by process, as each has its share; they add up."""
    rows: dict[str, int] = {}
    left, parts = cases, sum(shares.values())
    for process, share in shares.items():
        rows[process] = left * share // parts
        left, parts = left - rows[process], parts - share
    return rows


def plan(package: str, *, cases: int | None, seed: int) -> Day:
    """A service's synthetic day, from its module `demo`, of a usual size unless told; raises ConfigurationError when it has none."""
    try:
        module = importlib.import_module(f"{package}.demo")
    except ModuleNotFoundError:
        raise ConfigurationError(f"{package} has no demo") from None
    how_many = {} if cases is None else {"cases": cases}
    return cast("Day", module.day(seed=seed, **how_many))
