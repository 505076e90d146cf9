"""The services of this repository: every way to deploy them must know each."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from pydantic_settings import BaseSettings

from common.catalogue import load
from common.process import Service

ROOT = Path(__file__).parents[2]
PARTS = ("api", "errands", "worker")
SERVICES: dict[str, Service] = {
    folder.name.removesuffix("_svc"): load(folder.name) for folder in sorted(ROOT.glob("*_svc"))
}
TARGETS = sorted({target.name for service in SERVICES.values() for target in service.targets})


def settings_of(service: str) -> Iterator[type[BaseSettings]]:
    """What a service lets its deployment decide, in its modules called `settings`."""
    package = importlib.import_module(f"{service}_svc")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if found.name.endswith(".settings"):
            for declared in vars(importlib.import_module(found.name)).values():
                if isinstance(declared, type) and issubclass(declared, BaseSettings) and declared is not BaseSettings:
                    yield declared
