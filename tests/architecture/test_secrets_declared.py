"""A service whose processes make secrets says so: else its robots would find out in the middle of their work."""

from __future__ import annotations

import pytest
from sources import SERVICES, Module, modules

from common.catalogue import load


def makes_secrets(module: Module) -> bool:
    return any(name.endswith(".entrust") for _, name in module.calls())


@pytest.mark.parametrize("service", SERVICES)
def test_who_makes_secrets_declares_it(service: str) -> None:
    if any(makes_secrets(module) for module in modules(service)):
        assert load(service).entrusts, f"{service} calls run.entrust: declare Service(…, entrusts=True)"


def test_it_is_seen() -> None:
    assert makes_secrets(Module("invented", 'run.entrust("secret", to=mobile, about="x", give=give)'))
    assert not makes_secrets(Module("invented", 'run.step("secret", give)'))
