"""End tasks that otherwise run for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

_ASKED_AGAIN_AFTER = 0.5  # seconds


async def dismiss(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel them until they have ended, whatever they end with.

    Once is not enough: a cancellation that meets a query comes back as the database's failure, which such tasks outlast;
    and before Python 3.12 a wait that ends at the same moment swallows it.
    """
    left = set(tasks)
    while left := {task for task in left if not task.done()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=_ASKED_AGAIN_AFTER)
    await asyncio.gather(*tasks, return_exceptions=True)
