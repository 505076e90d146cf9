"""Which program stands in for a target on one machine, where a service knows better than by the target's name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import cast


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A program of the sandbox, and how it is started besides its port, folder and accounts."""

    module: str
    options: tuple[str, ...] = ()
    console_apart: bool = False
    """Whether its console listens on a port of its own (`--console-port`)."""
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the service must be told to work in it."""
    folders: Mapping[str, str] = field(default_factory=dict[str, str])
    """Settings of the service that name a folder which it shares with this program: where that lies in the program's own."""
    said: str = "stand-in"
    """What it is, for whoever watches."""


def stand_in(package: str, target: str, environment: Mapping[str, str]) -> StandIn:
    """As the service's module `stand_ins` says, if it has one; otherwise `sandbox.<target>`."""
    chosen: StandIn | None = None
    if find_spec(f"{package}.stand_ins") is not None:
        module = importlib.import_module(f"{package}.stand_ins")
        chosen = cast("Callable[[str, Mapping[str, str]], StandIn | None]", module.stand_in)(target, environment)
    return chosen or StandIn(module=f"sandbox.{target}")
