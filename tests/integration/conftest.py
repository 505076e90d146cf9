"""Fixtures around a real database with Roger's tables."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from office import Office

from common.db.pool import Pool, pool
from common.settings import DatabaseSettings

pytest.register_assert_rewrite("watched_queue")


@pytest.fixture
async def connections(database: DatabaseSettings) -> AsyncGenerator[Pool]:
    """An open pool on a database of its own."""
    async with pool(database, name="roger-tests", size=12) as opened:
        yield opened


@pytest.fixture
def office(connections: Pool) -> Office:
    return Office(connections)
