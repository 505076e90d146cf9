"""Accounts kept warm by one shift while a case of another needs them: they are let go of, in bounded time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from office import DONE, Office, until

from common.browser.session import Browser
from common.browser.settings import BrowserSettings
from common.cases.bell import Bell
from common.cases.ledger import Ledger
from common.cases.openness import Openness
from common.cases.queue import Queue
from common.cases.registers import Registers
from common.cases.trouble import Trouble
from common.files.case_files import CaseFiles
from common.files.storage import Storage
from common.process import Outcome, OutcomeCode, Run
from common.settings import CircuitSettings, RedisSettings, WorkerSettings
from common.target import Target
from common.testing import Chore, a_process
from common.worker.heartbeat import Heartbeat
from common.worker.run import Desk
from common.worker.shift import Announcer, Shift

pytestmark = pytest.mark.anyio

ESA, SOFIE = Target(name="esa"), Target(name="sofie")
ESA_WORK, SOFIE_WORK = a_process("esa-work", targets=[ESA]), a_process("sofie-work", targets=[SOFIE])
BOTH = a_process("transfers", targets=[SOFIE, ESA])


@pytest.fixture
async def one_account_each(office: Office) -> Office:
    """One account at each target, and two shifts that keep one of them warm each."""
    office.processes = [ESA_WORK, SOFIE_WORK, BOTH]
    await employ(office)
    for shift, process in (("a", ESA_WORK), ("b", SOFIE_WORK)):
        await office.submit(to=process)
        await office.queue.finish(shift, await office.claim(shift, process), DONE)
    return office


async def employ(office: Office) -> None:
    names = {"esa": ["robot"], "sofie": ["robot"]}
    office.queue = Queue(office.pool, office.keyring, office.settings, names)
    await office.queue.know_accounts({(target, "robot"): b"password" for target in names})


async def test_what_needs_both_asks_for_the_one_it_lacks(one_account_each: Office) -> None:
    office = one_account_each
    await office.submit(to=BOTH)
    assert await office.queue.wanted_accounts(["a", "b"]) == {}
    assert (await office.turn("a")).starved == "transfers"
    assert set(await office.queue.wanted_accounts(["a", "b"])) == {("b", "sofie")}
    assert (await office.turn("b")).starved == "transfers"
    wanted = await office.queue.wanted_accounts(["a", "b"])
    assert set(wanted) == {("b", "sofie"), ("a", "esa")}
    assert all(0 <= seconds < 20 for seconds in wanted.values())


async def test_what_needs_one_asks_for_nothing(one_account_each: Office) -> None:
    office = one_account_each
    await office.submit(to=ESA_WORK)
    assert (await office.turn("b")).starved == "esa-work"
    assert await office.queue.wanted_accounts(["a", "b"]) == {}


async def test_only_what_is_wanted_is_let_go_of_and_then_wanted_no_more(one_account_each: Office) -> None:
    office = one_account_each
    await office.submit(to=BOTH)
    await office.turn("a")
    await office.queue.release_accounts("b", ["esa"])
    assert (await office.turn("a")).claimed is None
    await office.queue.release_accounts("b", ["sofie"])
    claimed = (await office.turn("a")).claimed
    assert claimed is not None
    assert set(claimed.accounts) == {"esa", "sofie"}
    assert await office.queue.wanted_accounts(["a", "b"]) == {}


async def test_a_vanished_holder_is_not_asked_and_its_successor_neither(one_account_each: Office) -> None:
    office = one_account_each
    await office.submit(to=BOTH)
    await office.turn("a")
    await office.rows("update accounts set lease_until = now() - interval '1 hour' where holder = 'b'")
    assert (await office.turn("a")).claimed is not None
    assert await office.queue.wanted_accounts(["a", "b"]) == {}


class TestShifts:
    """Whole shifts, without a browser: what they perform opens no page."""

    async def test_idle_ones_make_room(self, one_account_each: Office, empty_redis: str) -> None:
        office = one_account_each
        case = await office.submit(to=BOTH)
        async with at_work(office, empty_redis):
            await until(lambda: done(office, case))

    async def test_a_busy_one_makes_room_for_what_has_waited_long(self, office: Office, empty_redis: str) -> None:
        working, enough = threading.Event(), threading.Event()

        def busily(_chore: Chore, run: Run) -> Outcome:
            del run
            working.set()
            enough.wait(0.01)
            return Outcome(OutcomeCode.NOOP)

        esa, sofie = (a_process(name, targets=[at], perform=busily) for name, at in (("e", ESA), ("s", SOFIE)))
        both = a_process("transfers", targets=[SOFIE, ESA])
        office.processes = [esa, sofie, both]
        await employ(office)
        for _ in range(300):
            await office.submit(to=esa)
            await office.submit(to=sofie)
        async with at_work(office, empty_redis):
            await asyncio.to_thread(working.wait, 20)
            case = await office.submit(to=both)
            await office.rows("update cases set priority = 1 where id = %s", case)
            await until(lambda: wanted(office))
            left = await waiting(office)
            await office.rows("update accounts set wanted_since = wanted_since - interval '1 hour'")
            await until(lambda: done(office, case))
            assert left
            assert await waiting(office)


async def done(office: Office, case: object) -> bool:
    return bool(await office.rows("select 1 from cases where id = %s and state = 'done'", case))


async def wanted(office: Office) -> bool:
    return bool(await office.rows("select 1 from accounts where wanted_since is not null"))


async def waiting(office: Office) -> bool:
    return bool(await office.rows("select 1 from cases where state = 'queued' and process <> 'transfers' limit 1"))


@asynccontextmanager
async def at_work(office: Office, redis: str) -> AsyncGenerator[None]:
    """Two shifts of one worker, with its heartbeat, until the block ends."""
    with TemporaryDirectory() as folder, closing(Storage(Path(folder), in_memory=False)) as storage:
        settings = WorkerSettings(heartbeat=0.05)
        bell = Bell(RedisSettings(url=redis), "testing")
        desk = await a_desk(office, settings, bell, storage)
        heartbeat, announcer = Heartbeat(office.queue, settings, ["a", "b"]), Announcer(bell)
        shifts = [
            Shift(
                name,
                desk=desk,
                processes=office.processes,
                browser=Browser(BrowserSettings(), {}),
                heartbeat=heartbeat,
                announcer=announcer,
            )
            for name in ("a", "b")
        ]
        beating = asyncio.create_task(heartbeat.beat())
        working = [asyncio.create_task(shift.work()) for shift in shifts]
        try:
            yield
        finally:
            for shift in shifts:
                shift.drain()
            await asyncio.gather(*working)
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            await bell.close()


async def a_desk(office: Office, settings: WorkerSettings, bell: Bell, storage: Storage) -> Desk:
    openness = Openness(
        office.pool, office.processes, clock=office.clock, mounted={"esa": ["robot"], "sofie": ["robot"]}
    )
    await openness.look()
    return Desk(
        queue=office.queue,
        checkpoints=office.checkpoints,
        registers=Registers(office.pool),
        ledger=Ledger(office.pool, office.keyring),
        openness=openness,
        trouble=Trouble(openness, CircuitSettings(), bell=bell),
        files=CaseFiles(office.pool, office.keyring),
        storage=storage,
        accounts={},
        production=frozenset(),
        accepts_synthetic=True,
        settings=settings,
        clock=office.clock,
        loop=asyncio.get_running_loop(),
    )
