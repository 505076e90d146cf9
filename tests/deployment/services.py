"""The services of this repository: every way to deploy them must know each."""

from __future__ import annotations

from pathlib import Path

from common.catalogue import load
from common.process import Service

ROOT = Path(__file__).parents[2]
PARTS = ("api", "errands", "worker")
SERVICES: dict[str, Service] = {
    folder.name.removesuffix("_svc"): load(folder.name) for folder in sorted(ROOT.glob("*_svc"))
}
TARGETS = sorted({target.name for service in SERVICES.values() for target in service.targets})
