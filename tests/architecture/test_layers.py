"""Which way the arrows point: services → common, and inside common web → core ← worker, errands → core."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sources import SERVICES, Module, modules, within

Rule = Callable[[Module], list[str]]

DRIVING = "selenium"
NEVER_IN_CORE = ("fastapi", "starlette", "uvicorn", "arq", DRIVING)
SIDES = ("common.web", "common.worker", "common.errands")
# Whatever else lies in common is core: a new part must be named here before it may need more than core does.
AROUND_CORE = (
    *SIDES,
    "common.browser",
    "common.cli",
    "common.stack",
    "common.embedded",
    "common.local",
    "common.connections",
    "common.probes",
    "common.testing",
)


def is_core(name: str) -> bool:
    return within(name, "common") and not within(name, *AROUND_CORE)


def service_arrows(module: Module) -> list[str]:
    """Services → common; they share nothing else."""
    own = module.name.split(".")[0]
    others = [service for service in SERVICES if service != own]
    if own == "common":
        reason = "the arrow points from services to common: let the service declare it, and common find it (common/catalogue.py)"
    else:
        reason = "services never import each other: what two of them need belongs in common/"
    return [f"{module.at(i.line)} imports {i.name}; {reason}" for i in module.imports if i.is_of(*others)]


def side_arrows(module: Module) -> list[str]:
    """Web → core ← worker, errands → core."""
    others = [side for side in SIDES if not within(module.name, side)]
    if not within(module.name, *SIDES):
        return []
    return [
        f"{module.at(i.line)} imports {i.name}; web, worker and errands import only core: move what both need there"
        for i in module.imports
        if i.is_of(*others)
    ]


def core_arrows(module: Module) -> list[str]:
    """Everything → core; core needs only itself, the database and the standard library."""
    if not is_core(module.name):
        return []
    return [
        f"{module.at(i.line)} imports {i.name} at run time; core is what the others stand on: "
        "pass it in, or put it under `if TYPE_CHECKING:` when only an annotation needs it"
        for i in module.imports
        if i.is_of(*NEVER_IN_CORE, *AROUND_CORE)
    ]


def driving(module: Module) -> list[str]:
    """Only common/browser knows how a browser is driven."""
    if within(module.name, "common.browser"):
        return []
    return [
        f"{module.at(i.line)} imports {i.name}; only common/browser drives browsers: processes and screens use a Screen"
        for i in module.imports
        if i.is_of(DRIVING)
    ]


def sandbox_arrows(module: Module) -> list[str]:
    """The stand-in systems know nothing of Roger, and Roger knows them only through a browser."""
    if within(module.name, "sandbox"):
        return [
            f"{module.at(i.line)} imports {i.name}; the sandbox stands for systems of other people: it must not know Roger"
            for i in module.imports
            if i.is_of("common", *SERVICES)
        ]
    return [
        f"{module.at(i.line)} imports {i.name}; Roger meets the sandbox only in a browser: start it as a program of its own"
        for i in module.imports
        if i.is_of("sandbox")
    ]


RULES = (service_arrows, side_arrows, core_arrows, driving, sandbox_arrows)


def test_arrows() -> None:
    breaches = [
        breach for module in modules("common", *SERVICES, "sandbox") for rule in RULES for breach in rule(module)
    ]
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (service_arrows, "common.web.app", f"from {SERVICES[0]}.service import service"),
        (service_arrows, "invented_svc.service", f"import {SERVICES[0]}"),
        (service_arrows, "invented_svc.service", f"def late():\n    from {SERVICES[0]} import screens"),
        (side_arrows, "common.web.app", "from common import worker"),
        (side_arrows, "common.worker.main", "import common.errands.main"),
        (side_arrows, "common.errands.main", "from ..web.app import create"),
        (side_arrows, "common.worker.main", 'import importlib\nimportlib.import_module("common.web.app")'),
        (core_arrows, "common.cases.queue", "from arq import create_pool"),
        (core_arrows, "common.cases.queue", "import starlette.responses"),
        (core_arrows, "common.new_module", "try:\n    import fastapi\nexcept ImportError:\n    fastapi = None"),
        (core_arrows, "common.process", "from common.browser import Screen"),
        (core_arrows, "common.process", "if TYPE_CHECKING:\n    import json\nelse:\n    import selenium"),
        (driving, "health_svc.screens.hspro", "from selenium.webdriver.common.by import By"),
        (driving, "common.worker.main", "import selenium"),
        (sandbox_arrows, "sandbox.hspro.app", "from common.norway.national_id import parse"),
        (sandbox_arrows, "health_svc.service", "import sandbox.hspro"),
    ],
)
def test_each_rule_can_fail(rule: Rule, name: str, text: str) -> None:
    assert rule(Module(name, text))


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (
            service_arrows,
            "health_svc.processes.cards",
            "from common.process import Run\nfrom health_svc import service",
        ),
        (side_arrows, "common.web.app", "from common.web import cases\nfrom common.cases import queue"),
        (
            core_arrows,
            "common.process",
            "if TYPE_CHECKING:\n    from common.browser import Screen\n    import selenium",
        ),
        (core_arrows, "common.worker.main", "import arq"),
        (driving, "common.browser.driver", "import selenium"),
        (sandbox_arrows, "sandbox.hspro.app", "from sandbox.hspro import store\nimport fastapi"),
    ],
)
def test_and_lets_the_rest_be(rule: Rule, name: str, text: str) -> None:
    assert not rule(Module(name, text))
