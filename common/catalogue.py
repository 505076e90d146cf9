"""Find a service by its package: importing every module of `processes/` declares what it can do."""

from __future__ import annotations

import importlib
import pkgutil

from common.errors import ConfigurationError
from common.process import Service


def load(package: str) -> Service:
    """The service of a package (`health_svc`, or short `health`) with all its processes.

    Raises ConfigurationError when there is no such package, or it declares no service.
    """
    package = package if package.endswith("_svc") or "." in package else f"{package}_svc"
    try:
        module = importlib.import_module(f"{package}.service")
    except ModuleNotFoundError as missing:
        if missing.name not in {package, f"{package}.service"}:
            raise
        raise ConfigurationError(f"There is no service {package}: it needs {package}/service.py") from None
    services = [value for value in vars(module).values() if isinstance(value, Service)]
    if len(services) != 1:
        raise ConfigurationError(f"{package}/service.py must declare exactly one Service; it has {len(services)}")
    processes = importlib.import_module(f"{package}.processes")
    for found in sorted(pkgutil.iter_modules(processes.__path__), key=lambda module: module.name):
        importlib.import_module(f"{package}.processes.{found.name}")
    return services[0]
