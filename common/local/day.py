"""What a demo plays through: a day of synthetic cases, the state the targets are in, and what must come out."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from common.errors import ConfigurationError

REFUSED = "refused"
"""The state of a row that was not taken in; its code is the problem's."""
RESUBMITTED = "resubmitted"
"""The state of a row that was recognised as a case handed in before."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Some rows that belong together (the same person), and what they must come to, in whatever order."""

    name: str
    rows: list[dict[str, Any]]
    expected: Counter[tuple[str, str]]
    """(state, outcome or reason) → how many of the rows."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day's work for one process."""

    process: str
    situations: list[Situation]
    seeds: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    """(target, path of its console, JSON): what the stand-ins are told before the day begins."""
    checks: Mapping[str, Callable[[Any], str | None]] = field(default_factory=dict[str, Callable[[Any], str | None]])
    """Target → what its own summary must show afterwards; a sentence for what it does not."""

    @property
    def rows(self) -> int:
        return sum(len(situation.rows) for situation in self.situations)


def plan(package: str, *, cases: int, seed: int) -> Day:
    """A service's synthetic day, from its module `demo`; raises ConfigurationError when it has none."""
    try:
        module = importlib.import_module(f"{package}.demo")
    except ModuleNotFoundError:
        raise ConfigurationError(f"{package} has no demo") from None
    return cast("Day", module.day(cases=cases, seed=seed))
