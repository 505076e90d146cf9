"""One whole Roger for all recovery tests; each test finds it whole and leaves it to be made whole."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from common.browser.host import in_memory_root
from common.local.stack import Ports, Stack
from tests.recovery.plant import BRISK, Plant, wait_for


@pytest.fixture(scope="session")
def whole() -> Generator[Plant]:
    with tempfile.TemporaryDirectory(prefix="roger-recovery-", dir=in_memory_root()) as profiles:
        yield from _stack(BRISK, Path(profiles))


def _stack(settings: dict[str, str], profiles: Path) -> Generator[Plant]:
    with tempfile.TemporaryDirectory(prefix="roger-recovery-") as folder:
        further = settings | {"ROGER_BROWSER_PROFILE_ROOT": str(profiles)}
        with Stack("health", Path(folder), ports=Ports.free(), durable=False, settings=further) as stack:
            plant = Plant(stack)
            yield plant
            plant.close()
        wait_for(lambda: not plant.leavings(), "the last browser process is gone")


@pytest.fixture
def roger(whole: Plant) -> Generator[Plant]:
    """Roger with HsPro free of faults, and nothing to do."""
    yield whole
    whole.tidy()


@pytest.fixture
def unhurried() -> Generator[Plant]:
    """A Roger of its own with the default clockwork."""
    with tempfile.TemporaryDirectory(prefix="roger-recovery-", dir=in_memory_root()) as profiles:
        yield from _stack({}, Path(profiles))
