"""The heartbeat of a worker, its guard, and what they do to runs whose lease is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from office import DONE, Office, until

from common.cases.queue import Claimed
from common.errors import Interrupted, LeaseLost
from common.lease import Lease
from common.settings import WorkerSettings
from common.testing import a_process
from common.worker.heartbeat import Heartbeat

pytestmark = pytest.mark.anyio

OFTEN = WorkerSettings(heartbeat=0.02)


@dataclass
class Kills:
    """Counts how often a browser was killed."""

    times: int = 0
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self) -> None:
        self.times += 1
        self.happened.set()


@asynccontextmanager
async def going_on(*loops: str, heartbeat: Heartbeat) -> AsyncGenerator[None]:
    """The loops of a worker while a test looks at their effects."""
    tasks = [asyncio.create_task(getattr(heartbeat, loop)()) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def a_run(office: Office) -> Claimed:
    office.processes = [a_process()]
    await office.submit()
    return await office.claim("s")


async def test_a_live_run_is_extended(office: Office) -> None:
    case = await a_run(office)
    heartbeat = Heartbeat(office.queue, OFTEN, ["s"])
    first = (await office.case(case.id))["lease_until"]
    with heartbeat.keeping(case, Kills()) as held:
        async with going_on("beat", heartbeat=heartbeat):
            await until(lambda: later(office, case, first))
        assert held.ended is None


async def later(office: Office, case: Claimed, than: object) -> bool:
    return (await office.case(case.id))["lease_until"] > than


async def test_a_run_whose_case_is_gone_ends_with_its_browser(office: Office) -> None:
    case = await a_run(office)
    heartbeat, kills = Heartbeat(office.queue, OFTEN, ["s"]), Kills()
    await office.expire(case.id)
    await office.queue.sweep()
    with heartbeat.keeping(case, kills) as held:
        async with going_on("beat", heartbeat=heartbeat), asyncio.timeout(20):
            await kills.happened.wait()
        assert held.ended is LeaseLost


async def test_a_deadline_that_passes_kills_the_browser_once(office: Office) -> None:
    case = await a_run(office)
    heartbeat, kills = Heartbeat(office.queue, WorkerSettings(lease=2.5, heartbeat=0.1, margin=2.2), ["s"]), Kills()
    with heartbeat.keeping(case, kills) as held:
        async with going_on("guard", "guard", heartbeat=heartbeat), asyncio.timeout(20):
            await kills.happened.wait()
        assert held.ended is LeaseLost
    assert kills.times == 1


async def test_a_drain_that_is_over_interrupts(office: Office) -> None:
    case = await a_run(office)
    heartbeat, kills = Heartbeat(office.queue, OFTEN, ["s"]), Kills()
    with heartbeat.keeping(case, kills) as held:
        heartbeat.interrupt(Interrupted)
        with pytest.raises(Interrupted):
            held.require(0)
    assert kills.times == 1


def ended(held: Lease) -> bool:
    return held.ended is not None


class TestARunThatHangsAfterItsEnd:
    async def test_does_not_keep_its_case(self, office: Office) -> None:
        """Its thread has not come back yet, for instance from a call that is not to the browser."""
        hung, live = await a_run(office), await a_run(office)
        heartbeat = Heartbeat(office.queue, OFTEN, ["s"])
        with heartbeat.keeping(hung, Kills()) as held, heartbeat.keeping(live, Kills()):
            held.end(LeaseLost)
            await office.expire(hung.id)
            first = (await office.case(live.id))["lease_until"]
            async with going_on("beat", heartbeat=heartbeat):
                await until(lambda: later(office, live, first))
            assert (await office.queue.sweep()).taken == [hung.id]

    async def test_leaves_its_successor_in_the_same_worker_alone(self, office: Office) -> None:
        """The sweep took the case back, and another shift of this worker has it now."""
        old = await a_run(office)
        heartbeat, kills = Heartbeat(office.queue, OFTEN, ["s", "t"]), Kills()
        first, second = ExitStack(), ExitStack()
        with second:
            with first:
                first.enter_context(heartbeat.keeping(old, Kills()))
                await office.expire(old.id)
                await office.queue.sweep()
                new = await office.claim("t")
                held = second.enter_context(heartbeat.keeping(new, kills))
            heartbeat.interrupt(Interrupted)
            assert ended(held)
            assert kills.times == 1
        assert await office.end(new, DONE)
