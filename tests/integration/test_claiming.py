"""Who is next: the most urgent case, one per person at a time, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from office import DONE, Office, in_a_while, until

from common.cases.draft import Draft
from common.cases.endings import Ending
from common.cases.queue import Claimed, Queue
from common.process import Process
from common.settings import WorkerSettings
from common.testing import a_chore, a_process

pytestmark = pytest.mark.anyio


class TestOrder:
    async def test_priority_then_due_then_age(self, office: Office) -> None:
        late, soon = a_process("late", due=timedelta(hours=9)), a_process("soon", due=timedelta(hours=1))
        office.processes = [late, soon]
        fourth = await office.submit(to=late)
        second = await office.submit(to=soon)
        third = await office.submit(to=soon)
        first = await office.submit(a_chore(priority=1), to=late)
        last = await office.submit(a_chore(priority=9), to=soon)
        claimed = [(await office.claim(f"s{n}")).id for n in range(5)]
        assert claimed == [first, second, third, fourth, last]

    async def test_not_before_its_time(self, office: Office) -> None:
        later = await office.submit(a_chore(not_before=(datetime.now(UTC) + timedelta(hours=1)).isoformat()))
        assert await office.idle()
        await office.queue.sweep()
        assert await office.idle()
        await office.due_now()
        await office.queue.sweep()
        assert (await office.claim()).id == later

    async def test_a_time_that_has_passed_holds_nothing(self, office: Office) -> None:
        case = await office.submit(a_chore(not_before=(datetime.now(UTC) - timedelta(hours=1)).isoformat()))
        assert (await office.claim()).id == case

    async def test_only_of_processes_that_are_open(self, office: Office) -> None:
        shut, open_ = a_process("shut"), a_process("open")
        office.processes = [shut, open_]
        await office.submit(a_chore(priority=1), to=shut)
        case = await office.submit(to=open_)
        assert (await office.claim("s", open_)).id == case
        assert (await office.queue.turn("s", [open_])).claimed is None

    async def test_by_nobody_when_nothing_is_open(self, office: Office) -> None:
        await office.submit()
        assert (await office.queue.turn("s", [])).claimed is None

    async def test_a_claim_tells_what_a_run_must_know(self, office: Office) -> None:
        chore = a_chore("kari", test=True)
        id_ = await office.submit(chore)
        case = await office.claim("s")
        assert (case.id, case.fence, case.epoch, case.failures, case.test) == (id_, 1, 1, 0, True)
        assert case.is_first_run
        assert case.payload()["input"] == {"what": chore.what, "about": "kari", "test": True}
        row = await office.case(id_)
        assert (row["worker"], row["state"]) == ("s", "running")
        assert "kari" not in repr(case)


class TestOnePersonAtATime:
    async def test_the_second_waits_and_follows_at_once(self, office: Office) -> None:
        first, second, third = [await office.submit(a_chore("kari")) for _ in range(3)]
        other = await office.submit(a_chore("ola"))
        run = await office.claim("a")
        assert run.id == first
        assert (await office.claim("b")).id == other, "past whoever waits for kari"
        turn = await office.turn("a", (run, DONE))
        assert turn.claimed is not None
        assert turn.claimed.id == second
        assert await office.state(third) == "queued"

    async def test_across_processes(self, office: Office) -> None:
        office.processes = [a_process("one"), a_process("two")]
        await office.submit(a_chore("kari"), to=office.processes[0])
        await office.submit(a_chore("kari"), to=office.processes[1])
        await office.claim()
        assert await office.idle()

    async def test_nobody_in_particular_waits_for_nobody(self, office: Office) -> None:
        for _ in range(3):
            await office.submit(a_chore(None))
        assert len({(await office.claim(f"s{n}")).id for n in range(3)}) == 3

    async def test_many_busy_ones_at_the_head_of_the_line_hide_nothing(self, office: Office) -> None:
        for _ in range(40):
            await office.submit(a_chore("kari", priority=1))
        last = await office.submit(a_chore("ola", priority=9))
        await office.claim("a")
        assert (await office.claim("b")).id == last

    async def test_one_in_back_off_does_not_hold_the_next_up(self, office: Office) -> None:
        first, second = [await office.submit(a_chore("kari")) for _ in range(2)]
        run = await office.claim()
        assert run.id == first
        assert await office.idle()
        turn = await office.turn("s", (run, in_a_while(3600)))
        assert turn.claimed is not None
        assert turn.claimed.id == second

    async def test_waiting_behind_a_process_that_is_shut_is_no_waiting(self, office: Office) -> None:
        """Both wait for one run; then the more urgent one cannot be claimed, as its target is away for hours."""
        shut, open_ = a_process("shut"), a_process("open")
        office.processes = [shut, open_]
        await office.submit(a_chore("kari"), to=open_)
        run = await office.claim("a")
        await office.submit(a_chore("kari", priority=1), to=shut)
        waiting = await office.submit(a_chore("kari"), to=open_)
        assert await office.idle(), "both are parked now"
        await office.end(run)
        await office.queue.sweep()
        assert (await office.claim("b", open_)).id == waiting

    async def test_a_cancelled_one_hands_its_place_on(self, office: Office) -> None:
        first, second, third = [await office.submit(a_chore("kari")) for _ in range(3)]
        run = await office.claim("a")
        assert run.id == first
        assert await office.idle()
        assert await office.idle()
        await office.end(run)
        await office.decisions.cancel(second, "person:x")
        await office.queue.sweep()
        assert (await office.claim("b")).id == third


class Watch:
    """Sees who runs when, and how often a case has run."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.running: Counter[bytes] = Counter()
        self.runs: Counter[int] = Counter()
        self.worst = 0

    async def perform(self, case: Claimed) -> Ending:
        (row,) = await self.office.rows("select lock from cases where id = %s", case.id)
        lock = row["lock"] or case.id.bytes
        self.running[lock] += 1
        self.worst = max(self.worst, self.running[lock])
        self.runs[case.fence] += 1
        for _ in range(case.id.int % 3):
            await asyncio.sleep(0)
        sampled = await self.office.rows(
            "select 1 from cases where state = 'running' and lock is not null group by lock having count(*) > 1"
        )
        assert not sampled
        self.running[lock] -= 1
        return DONE


class TestManyAtOnce:
    @pytest.mark.parametrize("people", [1, 3, 40])
    async def test_never_two_of_one_person_and_nobody_is_forgotten(self, office: Office, people: int) -> None:
        office.processes = [a_process("one"), a_process("two")]
        for process in office.processes:
            drafts = [Draft(input=a_chore(f"person {n % people}")) for n in range(60)]
            await office.intake.submit(process, "booking", drafts, office.clock())
        watch = Watch(office)
        await office.work_off([f"s{n}" for n in range(6)], watch.perform)
        assert watch.worst == 1
        assert await office.rows("select state, parked, count(*)::int as n from cases group by 1, 2") == [
            {"state": "done", "parked": False, "n": 120}
        ]
        assert watch.runs == Counter({1: 120}), "nothing was lost, so nothing ran twice"
        counted = await office.rows("select count(*)::int as n from events")
        assert counted == [{"n": 360}], "submitted, claimed, finished: each once"

    async def test_no_case_is_claimed_twice(self, office: Office) -> None:
        drafts = [Draft(input=a_chore()) for _ in range(30)]
        await office.intake.submit(office.processes[0], "booking", drafts, office.clock())
        turns = await asyncio.gather(*(office.turn(f"s{n}") for n in range(40)))
        claimed = [turn.claimed.id for turn in turns if turn.claimed]
        assert len(claimed) == len(set(claimed))
        rest = await office.rows("select count(*)::int as n from cases where state = 'queued'")
        assert rest == [{"n": 30 - len(claimed)}]


async def waiting_for_locks(office: Office) -> bool:
    """Whether somebody waits for what another transaction holds."""
    rows = await office.rows(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1"
    )
    return bool(rows)


class TestCollision:
    async def test_of_a_finish_and_claim_with_another_claim_repeats_both(self, office: Office) -> None:
        """Another shift has taken a case of the same person and has not committed yet."""
        first = await office.submit(a_chore("ola", priority=1))
        mine = await office.claim("a")
        theirs = await office.submit(a_chore("kari"))
        await office.submit(a_chore("kari"))
        third = await office.submit(a_chore("per"))
        async with office.pool.connection() as other:
            async with other.transaction():
                await other.execute(
                    "update cases set state = 'running', fence = 1, worker = 'b', "
                    "lease_until = now() + interval '1 hour' where id = %s",
                    [theirs],
                )
                turning = asyncio.create_task(office.turn("a", (mine, DONE)))
                await until(lambda: waiting_for_locks(office))
            turn = await turning
        assert turn.finished
        assert turn.claimed is not None
        assert turn.claimed.id == third
        assert await office.state(first) == "done"
        assert len(await office.moves(first)) == 3, "undone with the claim, and written once"

    async def test_with_a_relock(self, office: Office) -> None:
        """A run takes a lock at the moment in which another claims a case of that person."""
        await office.submit(a_chore("former"))
        run = await office.claim("a")
        await office.submit(a_chore("current"))
        lock = office.keyring.blind("person", "current")
        async with office.pool.connection() as other:
            async with other.transaction():
                await other.execute("update cases set lock = %s where id = %s", [lock, run.id])
                turning = asyncio.create_task(office.turn("b"))
                await until(lambda: waiting_for_locks(office))
            turn = await turning
        assert turn.claimed is None
        await office.end(run)
        assert (await office.claim("b")).fence == 1


async def test_two_queues_with_other_settings_agree(office: Office) -> None:
    """Replicas may run with different leases during a roll-out."""
    await office.submit()
    short = Queue(office.pool, office.keyring, WorkerSettings(lease=3, heartbeat=0.5, margin=1))
    processes: list[Process] = office.processes
    run = (await short.turn("short", processes)).claimed
    assert run is not None
    assert await office.queue.heartbeat({run.id: run.fence}, ["short"]) == {run.id}
    assert await office.queue.finish("short", run, DONE)
