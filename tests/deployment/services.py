"""The services of this repository: every way to deploy them must know each."""

from __future__ import annotations

import importlib
import pkgutil
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


def settings_of(service: str) -> set[type[BaseSettings]]:
    """What a service lets its deployment decide, wherever it is declared."""
    package = importlib.import_module(f"{service}_svc")
    names = [found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    modules = [importlib.import_module(name) for name in names if not name.endswith(".__main__")]
    return {
        declared
        for module in modules
        for declared in vars(module).values()
        if isinstance(declared, type)
        and issubclass(declared, BaseSettings)
        and declared.__module__.startswith(package.__name__)
    }
