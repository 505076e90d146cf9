"""One whole Roger for all recovery tests; each test finds it whole and leaves it to be made whole."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.recovery.plant import BRISK, Plant, running


@pytest.fixture(scope="session")
def whole() -> Generator[Plant]:
    # Not pytest's own folder: that is closed to others, and its mode set back by each session that begins meanwhile.
    with tempfile.TemporaryDirectory(prefix="roger-recovery-") as folder, running(BRISK, Path(folder)) as plant:
        yield plant


@pytest.fixture
def roger(whole: Plant) -> Generator[Plant]:
    """Roger with HsPro free of faults, and nothing to do."""
    yield whole
    whole.tidy()


@pytest.fixture
def unhurried() -> Generator[Plant]:
    """A Roger of its own with the default clockwork."""
    with tempfile.TemporaryDirectory(prefix="roger-recovery-") as folder, running({}, Path(folder)) as plant:
        yield plant
