"""Real identity providers."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.identity.issuing import IdentityProvider


@pytest.fixture(scope="session")
def standing_provider(tmp_path_factory: pytest.TempPathFactory) -> Generator[IdentityProvider]:
    """One for the session; shared: who stops it or changes its keys takes `own_provider`."""
    found = IdentityProvider(tmp_path_factory.mktemp("provider"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def own_provider(tmp_path: Path) -> Generator[IdentityProvider]:
    """One for this test alone, not started yet."""
    found = IdentityProvider(tmp_path / "provider")
    yield found
    found.stop()
