"""Tasks that outlast a cancellation are asked again; how they end is nobody's trouble."""

from __future__ import annotations

import asyncio

import pytest

from common.dismissal import dismiss

pytestmark = pytest.mark.anyio


async def outlasts(times: int) -> None:
    """Take cancellations for something that passes, as a loop does whose query they met."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if not times:
                raise
            times -= 1


async def fails() -> None:
    raise RuntimeError


async def test_until_all_have_ended() -> None:
    tasks = [asyncio.create_task(doing) for doing in (outlasts(0), outlasts(2), fails(), asyncio.sleep(0))]
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await dismiss(tasks)
    assert all(task.done() for task in tasks)


async def test_of_none() -> None:
    await dismiss([])
